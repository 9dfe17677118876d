"""Sending many calls of a blocking client; `aio_bulk` is its twin."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from midakit.core.concurrency import threads

if TYPE_CHECKING:
    from midakit.core._sync.client import Client
    from midakit.core.call import Call


def gather(client: "Client", calls: Iterable["Call[Any]"], limit: int, on_error: str) -> list[Any]:
    """Answers or outcomes, in the calls' order."""
    work: Any = client.send if on_error == "raise" else client._outcome
    return threads.fan_out(work, calls, limit=limit)


def stream(client: "Client", calls: Iterable["Call[Any]"], limit: int) -> threads.stream:
    """Outcomes as they come."""
    return threads.stream(client._outcome, calls, limit=limit)
