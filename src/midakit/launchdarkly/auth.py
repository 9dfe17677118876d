"""Instance -> host, access token -> headers (pure)."""

from midakit._version import __version__
from midakit.core.secret import Secret
from midakit.core.settings import Setting, parse_base_url, url_of
from midakit.core.wire.headers import RequestHeaders
from midakit.core.wire.messages import Origin
from midakit.errors import ConfigurationError

HOSTS = {
    "commercial": "https://app.launchdarkly.com",
    "eu": "https://app.eu.launchdarkly.com",
    "federal": "https://app.launchdarkly.us",
}
API_VERSION = "20240415"
"""Always sent: without it the answer has the shape of the token's own version."""


def base(instance: Setting, base_url: Setting) -> tuple[Origin, str]:
    """Return the origin and the path prefix of an instance.

    Args:
        instance: The name of the instance, and where it came from.
        base_url: An address that is used instead, and where it came from.

    Raises:
        ConfigurationError: Both were given as arguments, or the instance is unknown.
    """
    if base_url.value is not None:
        if instance.source == "argument" and base_url.source == "argument":
            raise ConfigurationError("instance and base_url: give only one of them")
        if instance.source != "argument" or base_url.source == "argument":
            return url_of(base_url)
    chosen = HOSTS.get(str(instance.value).lower())
    if chosen is None:
        known = ", ".join(HOSTS)
        raise ConfigurationError(
            f"instance: {instance.value!r} (from {instance.source}) is not one of: {known}"
        )
    return parse_base_url(chosen)


def headers(origin: Origin, token: Secret, api_version: str = API_VERSION) -> RequestHeaders:
    """Return the headers of every request; the token is sent alone, without `Bearer`.

    Args:
        origin: The host that the requests go to.
        token: The access token.
        api_version: Sent in the header `LD-API-Version`.

    Raises:
        ConfigurationError: The token or the version is empty, or has characters that it cannot have.
    """
    if not isinstance(api_version, str) or not Secret(api_version).fits_header():
        raise ConfigurationError(
            f"api_version: {api_version!r} is not a version; give text such as {API_VERSION!r}",
            setting="api_version",
        )
    if not token.fits_header():
        raise ConfigurationError(
            "access_token: it is empty, or has spaces or letters beyond ASCII; "
            "give the token alone, without `Bearer`"
        )
    return RequestHeaders(
        (
            (b"host", str(origin).partition("://")[2].encode("idna")),
            (b"ld-api-version", api_version.encode("ascii")),
            (b"accept", b"application/json"),
            (b"user-agent", f"midakit/{__version__}".encode()),
            (b"authorization", token.reveal().encode("ascii")),
        )
    )
