"""Results of many items as they finish, on asyncio and trio."""

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any

from midakit.core.concurrency.aio_workers import Item, Items, run_workers, task_group

if TYPE_CHECKING:
    import anyio


class stream:  # noqa: N801  # reads as a verb where it is used, as `open` does
    """`async with stream(call, items, limit=n) as results`: iterate results as they finish.

    A class and not an async generator: a task group must not be left open across a `yield`.
    """

    def __init__(
        self, call: Callable[[Item], Awaitable[Any]], items: Items[Item], *, limit: int
    ) -> None:
        self._call = call
        self._items = items
        self._limit = limit
        self._queue = _ResultQueue(max(1, limit))

    async def __aenter__(self) -> AsyncIterator[Any]:
        self._group = task_group()
        await self._group.__aenter__()
        self._group.start(self._produce)
        return self._queue

    async def _produce(self) -> None:
        queue, call = self._queue, self._call

        async def work(item: Any) -> None:
            await queue.put(await call(item))

        try:
            await run_workers(work, self._items, self._limit, _dropped)
        except BaseException as failure:
            queue.failure = failure
            if not isinstance(failure, Exception):
                raise
        finally:
            queue.end()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._group.cancel()
        self._queue.end()
        await self._group.__aexit__(None, None, None)


def _dropped(number: int, nothing: None) -> None:
    """Keep nothing: the results of a stream are in its queue."""


class _ResultQueue(AsyncIterator[Any]):
    """Results between the tasks that make them and the one that reads them, a limited number at once."""

    def __init__(self, most: int) -> None:
        self.failure: BaseException | None = None
        self._most = most
        self._results: deque[Any] = deque()
        self._ended = False
        self._filled = _WakeUp()
        self._emptied = _WakeUp()

    async def put(self, result: Any) -> None:
        while len(self._results) >= self._most:
            await self._emptied.wait()
        self._results.append(result)
        self._filled.wake_all()

    def end(self) -> None:
        self._ended = True
        self._filled.wake_all()

    async def __anext__(self) -> Any:
        while not self._results:
            if self.failure is not None:
                raise self.failure
            if self._ended:
                raise StopAsyncIteration
            await self._filled.wait()
        result = self._results.popleft()
        if not self._results:
            self._emptied.wake_all()
        return result


class _WakeUp:
    """An event that is used again and again: it wakes everyone who waits now."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event: anyio.Event | None = None

    async def wait(self) -> None:
        event = self._event
        if event is None:
            import anyio

            event = self._event = anyio.Event()
        await event.wait()

    def wake_all(self) -> None:
        if self._event is not None:
            self._event.set()
            self._event = None
