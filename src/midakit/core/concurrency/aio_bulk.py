"""Sending many calls on the caller's own loop; `threads_bulk` is its twin."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from midakit.core.concurrency import aio

if TYPE_CHECKING:
    from midakit.core._async.client import AsyncClient
    from midakit.core.call import Call


async def gather(
    client: "AsyncClient", calls: Iterable["Call[Any]"], limit: int, on_error: str
) -> list[Any]:
    """Answers or outcomes, in the calls' order."""
    work: Any = client.send if on_error == "raise" else client._outcome
    return await aio.fan_out(work, calls, limit=limit)


def stream(client: "AsyncClient", calls: Iterable["Call[Any]"], limit: int) -> aio.stream:
    """Outcomes as they come."""
    return aio.stream(client._outcome, calls, limit=limit)
