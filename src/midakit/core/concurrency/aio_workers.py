"""Workers on asyncio and trio: a limited number of tasks that take items from one iterator."""

from collections.abc import AsyncIterable, Awaitable, Callable, Coroutine, Iterable, Sized
from typing import TYPE_CHECKING, Any, TypeVar

from midakit.core.concurrency.event_loop import is_trio

if TYPE_CHECKING:
    from midakit.core.concurrency.task_groups import AsyncioGroup, TrioGroup

Item = TypeVar("Item")
Result = TypeVar("Result")
Items = Iterable[Item] | AsyncIterable[Item]


async def fan_out(
    call: Callable[[Item], Awaitable[Result]], items: Items[Item], *, limit: int
) -> list[Result]:
    """Call a function with every item, a limited number at once.

    Args:
        call: The function.
        items: They are pulled one by one, when there is a place.
        limit: How many run at once.

    Returns:
        The results in the items' order.
    """
    results: dict[int, Result] = {}
    await run_workers(call, items, limit, results.__setitem__)
    return [results[index] for index in range(len(results))]


async def run_workers(
    call: Callable[[Item], Awaitable[Result]],
    items: Items[Item],
    limit: int,
    keep: Callable[[int, Result], None],
) -> None:
    """Work off one iterator; the first failure is raised bare, and the rest is cancelled.

    Args:
        call: The function that is called with every item.
        items: They are pulled one by one, by whichever worker is free.
        limit: How many workers there are.
        keep: Called with the number of each item and its result.
    """
    failures: list[Exception] = []
    if isinstance(items, Sized):
        limit = min(limit, len(items))

    def fail(failure: Exception) -> None:
        failures.append(failure)
        group.cancel()

    work = _async_items_worker if isinstance(items, AsyncIterable) else _sync_items_worker
    worker = work(call, items, keep, fail)
    async with task_group() as group:
        for _ in range(max(1, limit)):
            group.start(worker)
    if failures:
        raise failures[0]


def task_group() -> "AsyncioGroup | TrioGroup":
    """Make a task group of the library that runs."""
    from midakit.core.concurrency import task_groups

    return task_groups.TrioGroup() if is_trio() else task_groups.AsyncioGroup()


Work = Callable[[Any], Awaitable[Any]]
Keep = Callable[[int, Any], None]
Fail = Callable[[Exception], None]
Worker = Callable[[], Coroutine[Any, Any, None]]


def _sync_items_worker(call: Work, items: Any, keep: Keep, fail: Fail) -> Worker:
    """Make a worker for items that are there at once; all workers take from one iterator."""
    numbered = enumerate(items)

    async def worker() -> None:
        try:
            for number, item in numbered:
                keep(number, await call(item))
        except Exception as failure:
            fail(failure)

    return worker


def _async_items_worker(call: Work, items: Any, keep: Keep, fail: Fail) -> Worker:
    """Make a worker for items that have to be waited for, which one worker at a time does.

    No async generator: one that is left half-way would have to be closed by whoever notices.
    """
    import anyio

    source, turn, count = aiter(items), anyio.Lock(), 0

    async def take() -> tuple[int, Any]:
        nonlocal count
        async with turn:
            item = await anext(source)
            count += 1
            return count - 1, item

    async def worker() -> None:
        try:
            while True:
                number, item = await take()
                keep(number, await call(item))
        except StopAsyncIteration:
            return
        except Exception as failure:
            fail(failure)

    return worker
