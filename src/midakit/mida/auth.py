"""API key -> header (pure)."""

from typing import Literal

from midakit._version import __version__
from midakit.core.secret import Secret
from midakit.core.wire.headers import RequestHeaders
from midakit.core.wire.messages import Origin
from midakit.errors import ConfigurationError

Auth = Literal["bearer", "x-api-key", "api-key"]

STYLES: tuple[Auth, ...] = ("bearer", "x-api-key", "api-key")


def auth_header(key: Secret, auth: str) -> tuple[bytes, bytes]:
    """Return the one header that carries the key.

    Args:
        key: The API key.
        auth: `bearer`, or the name of the header that holds the key.

    Raises:
        ConfigurationError: The key has characters that no key has, or the style is unknown.
    """
    if not key.fits_header():
        raise ConfigurationError(
            "api_key: it is empty, or holds spaces, control characters or letters beyond ASCII",
            setting="api_key",
        )
    if auth not in STYLES:
        raise ConfigurationError(f"auth: {auth!r} is not one of: {', '.join(STYLES)}")
    if auth == "bearer":
        return b"authorization", b"Bearer " + key.reveal().encode("ascii")
    return auth.encode(), key.reveal().encode("ascii")


def headers(origin: Origin, key: Secret, auth: str) -> RequestHeaders:
    """Return the headers that every request carries.

    Args:
        origin: Where requests go to.
        key: The API key.
        auth: `bearer`, or the name of the header that holds the key.

    Raises:
        ConfigurationError: The key cannot be sent.
    """
    default = {"https": 443, "http": 80}[origin.scheme]
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    authority = host if origin.port == default else f"{host}:{origin.port}"
    return RequestHeaders(
        (
            (b"host", authority.encode("idna" if not authority.isascii() else "ascii")),
            (b"accept", b"application/json"),
            (b"user-agent", f"midakit/{__version__}".encode()),
            auth_header(key, auth),
        )
    )
