"""What the core needs to know about GrowthBook."""

from typing import Any

from midakit._version import __version__
from midakit.core.secret import Secret
from midakit.core.service import Refusal, Service
from midakit.core.wire.headers import RequestHeaders
from midakit.core.wire.messages import Origin, Response
from midakit.errors import ConfigurationError

HOST = "https://api.growthbook.io"


class GrowthBookService(Service):
    """One GrowthBook server and one secret key.

    Args:
        origin: The server.
        prefix: What comes before the paths of the API.
        key: The secret key.

    Raises:
        ConfigurationError: The key is empty, or has characters that a key cannot have.
    """

    name = "growthbook"

    def __init__(self, origin: Origin, prefix: str, key: Secret) -> None:
        if not key.fits_header():
            raise ConfigurationError(
                "api_key: GrowthBook's key is empty, or has spaces or letters beyond ASCII",
                setting="api_key",
            )
        headers = RequestHeaders(
            (
                (b"host", str(origin).partition("://")[2].encode("idna")),
                (b"accept", b"application/json"),
                (b"user-agent", f"midakit/{__version__}".encode()),
                (b"authorization", f"Bearer {key.reveal()}".encode("ascii")),
            )
        )
        super().__init__(origin=origin, prefix=prefix, headers=headers, scope={}, secrets=(key,))

    def refusal(self, status: int, body: Any, response: Response) -> Refusal:
        """Return what a refusal says.

        Args:
            status: The HTTP status of the answer.
            body: The body, parsed where it was JSON.
            response: The whole answer.
        """
        message = body.get("message") if isinstance(body, dict) else None
        return Refusal(str(message or f"GrowthBook answered {status}"))
