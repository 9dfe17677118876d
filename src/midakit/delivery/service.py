"""What the core needs to know about Mida's delivery endpoints: address, headers, how refusals read."""

from typing import Any

from midakit._version import __version__
from midakit.core import settings
from midakit.core.service import Refusal, Service
from midakit.core.wire.headers import RequestHeaders
from midakit.core.wire.messages import Origin, Response
from midakit.errors import ConfigurationError

BASE_URL = "https://api.mida.so"

HINTS = {
    404: "check the project key: it is that of the snippet on your website",
    429: "lower max_concurrency or event_concurrency",
}


class DeliveryService(Service):
    """One project, as visitors see it: no API key.

    Args:
        origin: Where requests go.
        prefix: What every path begins with.
        project_key: Key of the project.
    """

    name = "mida-delivery"

    def __init__(self, origin: Origin, prefix: str, project_key: str) -> None:
        host = f"[{origin.host}]" if ":" in origin.host else origin.host
        default = {"https": 443, "http": 80}[origin.scheme]
        authority = host if origin.port == default else f"{host}:{origin.port}"
        super().__init__(
            origin=origin,
            prefix=prefix,
            headers=RequestHeaders(
                (
                    (b"host", authority.encode("ascii" if authority.isascii() else "idna")),
                    (b"accept", b"application/json"),
                    (b"user-agent", f"midakit/{__version__}".encode()),
                )
            ),
            scope={"project_key": project_key},
            secrets=(),
        )
        self.project_key = project_key

    def refusal(self, status: int, body: Any, response: Response) -> Refusal:
        """Read a refusal: `{"error": ...}` or any text.

        Args:
            status: The HTTP status.
            body: The body as JSON value, or as text where it is no JSON.
            response: The whole response, for its headers.
        """
        said = body.get("error", body.get("message")) if isinstance(body, dict) else body
        message = str(said or "no message").strip()[:500]
        return Refusal(message, response.header("x-request-id"), hint=HINTS.get(status))


def find_service(
    project_key: str | None, base_url: str | None, profile: str | None
) -> DeliveryService:
    """Return the service of the settings: arguments, environment, profile file, defaults.

    Args:
        project_key: Key of the project, or None.
        base_url: Address of the endpoints, or None.
        profile: Name of the profile, or None.

    Raises:
        ConfigurationError: There is no project key, or the address cannot be used.
    """
    stored = settings.read_profile(settings.profile_name(profile).value)
    key = settings.of_profile("project_key", project_key, stored).value
    if not isinstance(key, str) or not key.strip():
        raise ConfigurationError(
            "project_key: not set; pass project_key= or set MIDA_PROJECT_KEY", setting="project_key"
        )
    url = settings.of_profile("delivery_url", base_url, stored, BASE_URL)
    source = "base_url" if url.source == "argument" else f"delivery_url (from {url.source})"
    return DeliveryService(*settings.parse_base_url(url.value, source=source), key)
