"""Services: what a provider tells the core about itself, its address, headers and refusals.

The core calls nothing else of a provider, so a second one costs a class and no change here.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from midakit.core.retry import retry_after_seconds
from midakit.core.secret import Secret
from midakit.core.wire.headers import Headers, RequestHeaders
from midakit.core.wire.messages import Origin, Response

if TYPE_CHECKING:
    from midakit.core.call import Call


CONTENT: Headers = ((b"content-type", b"application/json"),)


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

    values_after: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Words of its paths, and the names of the values that follow each of them: for templates of paths."""

    def __init__(
        self,
        *,
        origin: Origin,
        prefix: str,
        headers: RequestHeaders,
        scope: Mapping[str, str],
        secrets: tuple[Secret, ...],
    ) -> None:
        self.origin = origin
        self.prefix = prefix
        self.headers = headers
        """Sent with every call: host, auth, accept."""
        self.content_headers = headers.extended(CONTENT)
        """Sent with every call that has a body."""
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
        """Return what the body of a refusal says.

        Args:
            status: Its HTTP status.
            body: The parsed JSON, or text where it is not JSON.
            response: The refusal, for its headers.
        """
        return Refusal(str(body)[:500] or "no message", response.header("x-request-id"))

    def check(self, call: "Call[Any]") -> None:
        """Refuse a call that this client cannot send.

        Args:
            call: What is about to be sent.

        Raises:
            InvalidRequest: The call is not one for this client.
            ConfigurationError: The client lacks what the call needs.
        """

    def scrub(self, text: str) -> str:
        """Return text with every key masked.

        Args:
            text: Any text, such as an error's.
        """
        for secret in self.secrets:
            text = secret.scrub(text)
        return text
