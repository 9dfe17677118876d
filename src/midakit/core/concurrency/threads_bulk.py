"""Sending many calls of a blocking client, on the asynchronous engine; `aio_bulk` is its twin."""

from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

if TYPE_CHECKING:
    from midakit.core._sync.client import Client
    from midakit.core.call import Call
    from midakit.core.concurrency.blocking_bulk import Stream

Result = TypeVar("Result")
P = ParamSpec("P")


def gather(client: "Client", calls: Iterable["Call[Any]"], limit: int, on_error: str) -> list[Any]:
    """Send many calls.

    Args:
        client: A blocking client.
        calls: What to send; they are pulled in the caller's thread.
        limit: The most calls in flight.
        on_error: "raise" the first error, or "collect" an outcome for each call.

    Returns:
        Answers or outcomes, in the calls' order.
    """
    from midakit.core.concurrency.blocking_bulk import bulk_loop_of

    whole = list(calls)  # here, in the caller's thread, to which they may be tied
    bulk_loop = bulk_loop_of(client)
    return bulk_loop.run(bulk_loop.twin(client).gather, whole, limit, on_error)


def stream(client: "Client", calls: Iterable["Call[Any]"], limit: int) -> "Stream":
    """Return a context manager of an iterator of outcomes, each as it comes.

    Args:
        client: A blocking client.
        calls: What to send.
        limit: The most calls in flight.
    """
    from midakit.core.concurrency.blocking_bulk import Stream

    return Stream(client, calls, limit)


def run_tool(
    work: Callable[Concatenate[Any, P], Coroutine[Any, Any, Result]],
    client: Any,
    *args: P.args,
    **options: P.kwargs,
) -> Result:
    """Run a tool (`export`, `report`) for a blocking client, in the loop of its bulk methods.

    Args:
        work: The tool; its first argument is an asynchronous client.
        client: The blocking client; the tool gets an asynchronous one with the same settings.
        *args: The tool's other arguments.
        **options: The tool's keyword arguments.
    """
    from midakit.core.concurrency.blocking_bulk import bulk_loop_of

    bulk_loop = bulk_loop_of(client)
    twin = bulk_loop.share_with(client.asynchronous(), client._locate())
    return bulk_loop.run(partial(work, twin, *args, **options))
