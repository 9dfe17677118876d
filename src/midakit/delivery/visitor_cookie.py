"""The cookie that says who a visitor is (pure).

It holds a random id and nothing else. Scripts of the page cannot read it, and other sites do not get it.
"""

import re
from typing import Literal, NamedTuple
from uuid import uuid4

SameSite = Literal["lax", "strict", "none"]

_ID = re.compile(r"[\w.~-]{8,128}", re.ASCII)
_NAME = re.compile(r"[\w.~!#$%&'*+^`|-]{1,64}", re.ASCII)
_DOMAIN = re.compile(r"[\w.-]{1,253}", re.ASCII)


class VisitorCookie(NamedTuple):
    """How the cookie is called and how long it lasts."""

    name: str = "mida_visitor"
    max_age: int = 365 * 86_400
    same_site: SameSite = "lax"
    secure: bool | None = None
    """Whether it is sent over https only; None where the page was."""
    domain: str | None = None
    """The domain whose hosts share it; None is the host of the page."""

    def checked(self) -> "VisitorCookie":
        """Return the cookie itself, its age as a whole number.

        Raises:
            ConfigurationError: A part of it cannot be sent.
        """
        from midakit.core.settings import whole
        from midakit.errors import ConfigurationError

        if not _NAME.fullmatch(self.name):
            raise ConfigurationError(f"cookie: {self.name!r} is not a name of a cookie")
        if self.domain is not None and not _DOMAIN.fullmatch(self.domain):
            raise ConfigurationError(f"cookie_domain: {self.domain!r} is not a domain")
        if self.same_site not in ("lax", "strict", "none"):
            raise ConfigurationError(f"same_site: {self.same_site!r} is not lax, strict or none")
        return self._replace(max_age=whole("max_age", self.max_age))

    def read(self, header: str | None) -> str | None:
        """Return the visitor's id in a header `Cookie`, or None.

        A browser may send several cookies of one name: of the host and of its domain.

        Args:
            header: The whole header, or None.
        """
        for part in (header or "").split(";"):
            name, _, value = part.strip().partition("=")
            if name == self.name and (found := known_id(value.strip().strip('"'))):
                return found
        return None

    def header(self, visitor: str, *, https: bool) -> str:
        """Return the header `Set-Cookie` for a visitor.

        Args:
            visitor: The visitor's id.
            https: Whether the page was asked for over https.
        """
        secure = https if self.secure is None else self.secure
        parts = [
            f"{self.name}={visitor}", f"Max-Age={self.max_age}", "Path=/", "HttpOnly",
            f"SameSite={self.same_site.capitalize()}",
        ]  # fmt: skip
        if secure or self.same_site == "none":
            parts.append("Secure")
        if self.domain is not None:
            parts.append(f"Domain={self.domain}")
        return "; ".join(parts)


def known_id(text: str) -> str | None:
    """Return an id that could be ours; None for anything else that somebody wrote into the cookie.

    Args:
        text: The value of a cookie.
    """
    return text if _ID.fullmatch(text) else None


def new_visitor() -> str:
    """Return a random id for a visitor whom nobody has seen."""
    return str(uuid4())
