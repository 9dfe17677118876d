"""Region -> base URL (pure)."""

import enum

from midakit.core.settings import Setting, parse_base_url, url_of
from midakit.core.wire.messages import Origin
from midakit.errors import ConfigurationError


class Region(enum.StrEnum):
    """Where an account's data lives; `AUTO` asks both once and remembers."""

    US = "us"
    EU = "eu"
    AUTO = "auto"


BASE_URLS = {
    Region.US: "https://api-us.mida.so/v2",
    Region.EU: "https://api-eu.mida.so/v2",
}


def base(region: Setting, base_url: Setting) -> tuple[Origin, str] | None:
    """Return origin and path prefix of the API, or None when the region has to be found out.

    An explicit base URL wins over a region, but both as arguments contradict each other.

    Args:
        region: The region and where it was set.
        base_url: The base URL and where it was set.

    Raises:
        ConfigurationError: Both are arguments, or one of them is wrong.
    """
    if base_url.value is not None:
        if region.source == "argument" and base_url.source == "argument":
            raise ConfigurationError("region and base_url: give one of them")
        if region.source != "argument" or base_url.source == "argument":
            return url_of(base_url, suffix="/v2")
    chosen = parse(region)
    return None if chosen is Region.AUTO else parse_base_url(BASE_URLS[chosen])


def parse(region: Setting) -> Region:
    """Read the name of a region, whatever its case.

    Args:
        region: The name and where it was set.

    Raises:
        ConfigurationError: There is no such region.
    """
    try:
        return Region(str(region.value).lower())
    except ValueError:
        known = ", ".join(Region)
        raise ConfigurationError(
            f"region: {region.value!r} (from {region.source}) is not one of: {known}"
        ) from None
