"""Sending many calls on the caller's own loop; `threads_bulk` is its twin."""

from collections.abc import Awaitable, Callable, Iterable, Sized
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from midakit.core.cell_progress import in_notebook, watched
from midakit.core.concurrency import aio_stream
from midakit.core.concurrency.aio_workers import fan_out

if TYPE_CHECKING:
    from midakit.core._async.client import AsyncClient
    from midakit.core.call import Call

AnyClient = TypeVar("AnyClient")
Result = TypeVar("Result")
P = ParamSpec("P")


async def gather(
    client: "AsyncClient", calls: Iterable["Call[Any]"], limit: int, on_error: str
) -> list[Any]:
    """Send many calls.

    Args:
        client: An asynchronous client.
        calls: What to send.
        limit: The most calls in flight.
        on_error: "raise" the first error, or "collect" an outcome for each call.

    Returns:
        Answers or outcomes, in the calls' order.
    """
    work: Any = client.send if on_error == "raise" else client.try_send
    if in_notebook():
        work = watched(work, len(calls) if isinstance(calls, Sized) else None)
    return await fan_out(work, calls, limit=limit)


def stream(client: "AsyncClient", calls: Iterable["Call[Any]"], limit: int) -> aio_stream.stream:
    """Return a context manager of an iterator of outcomes, each as it comes.

    Args:
        client: An asynchronous client.
        calls: What to send.
        limit: The most calls in flight.
    """
    return aio_stream.stream(client.try_send, calls, limit=limit)


async def run_tool(
    work: Callable[Concatenate[AnyClient, P], Awaitable[Result]],
    client: AnyClient,
    *args: P.args,
    **options: P.kwargs,
) -> Result:
    """Run a tool (`export`, `report`) for a client.

    Args:
        work: The tool; its first argument is an asynchronous client.
        client: The client that the tool sends with.
        *args: The tool's other arguments.
        **options: The tool's keyword arguments.
    """
    return await work(client, *args, **options)
