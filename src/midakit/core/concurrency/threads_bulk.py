"""Sending many calls of a blocking client, on the asynchronous engine; `aio_bulk` is its twin."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from midakit.core._sync.client import Client
    from midakit.core.call import Call
    from midakit.core.concurrency.blocking_bulk import Stream


def gather(client: "Client", calls: Iterable["Call[Any]"], limit: int, on_error: str) -> list[Any]:
    """Answers or outcomes, in the calls' order."""
    from midakit.core.concurrency import blocking_bulk as apart

    return apart.gather(client, calls, limit, on_error)


def stream(client: "Client", calls: Iterable["Call[Any]"], limit: int) -> "Stream":
    """Outcomes as they come."""
    from midakit.core.concurrency.blocking_bulk import Stream

    return Stream(client, calls, limit)
