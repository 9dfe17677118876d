"""What a provider tells the core about itself: addresses, headers and how to read a refusal.

The core calls nothing else of a provider, so a second one costs a class and no change here.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from midakit.core.retry import retry_after_seconds
from midakit.core.secret import Secret
from midakit.core.wire.messages import Headers, Origin, Response

if TYPE_CHECKING:
    from midakit.core.call import Call


class Refusal(NamedTuple):
    """What an error answer says."""

    message: str
    request_id: str | None = None
    code: str | None = None
    hint: str | None = None
    limit_reached: bool = False


class Service:
    """One provider, seen from one view of a client: subclass it and override what differs."""

    name = "http"

    def __init__(
        self,
        *,
        origin: Origin,
        prefix: str,
        headers: Headers,
        scope: Mapping[str, str],
        secrets: tuple[Secret, ...],
    ) -> None:
        self.origin = origin
        self.prefix = prefix
        self.headers = headers
        """Sent with every call: host, auth, accept."""
        self.scope = dict(scope)
        """Names that paths leave open, such as `project_key`."""
        self.secrets = secrets

    def retry_after(self, response: Response) -> float | None:
        """Return the pause that a 429 or 503 asks for, in seconds, or None.

        Args:
            response: The refusal.
        """
        wanted = ("retry-after-ms", "retry-after")
        return retry_after_seconds(
            {name: value for name in wanted if (value := response.header(name))}
        )

    def pause_after(self, response: Response) -> float | None:
        """Return how long the client should pause although this answer was fine, or None.

        Args:
            response: A good answer, whose headers may say that a limit is near.
        """
        return None

    def refusal(self, status: int, body: Any, response: Response) -> Refusal:
        """Read an error body: parsed JSON, or text when it is none."""
        return Refusal(str(body)[:500] or "no message", response.header("x-request-id"))

    def check(self, call: "Call[Any]") -> None:
        """Refuse a call that this client cannot send; raises InvalidRequest or ConfigurationError."""

    def scrub(self, text: str) -> str:
        """The text without any key."""
        for secret in self.secrets:
            text = secret.scrub(text)
        return text
