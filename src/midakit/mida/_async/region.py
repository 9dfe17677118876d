"""`region="auto"`: ask both regions once who we are, and take the one that knows the key."""

from typing import TYPE_CHECKING, Any

from midakit.core.concurrency import aio as concurrency
from midakit.core.settings import parse_base_url
from midakit.errors import ConfigurationError, MidakitError
from midakit.mida import calls
from midakit.mida.regions import BASE_URLS, Region

if TYPE_CHECKING:
    from midakit.mida._async.client import AsyncMida


async def locate(client: "AsyncMida") -> Any:
    """Find the region that accepts the key, and return its origin and path prefix.

    Args:
        client: The client whose key and project are asked about.

    Raises:
        ConfigurationError: No region accepts the key, or there is no project to ask with.
    """
    if client.project_key is None:
        raise ConfigurationError("region='auto' needs a project_key to ask with")
    answers = await concurrency.fan_out(
        lambda region: _ask(client, region), [Region.US, Region.EU], limit=2
    )
    for region, refusal in answers:
        if refusal is None:
            return parse_base_url(BASE_URLS[region])
    said = "; ".join(f"{region}: {refusal}" for region, refusal in answers)
    raise ConfigurationError(f"region='auto': no region accepts this key ({said})")


async def _ask(client: "AsyncMida", region: Region) -> tuple[Region, MidakitError | None]:
    probe = client._in_region(region)
    try:
        await probe.send(calls.account.my_access())
    except MidakitError as refusal:
        return region, refusal
    finally:
        await probe.aclose()
    return region, None
