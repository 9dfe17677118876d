"""Concurrency for asyncio and trio; `threads` is its twin.

anyio is imported inside the functions: a process that only imports midakit does not pay for it.
"""

import os
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from time import monotonic as now
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from midakit.core.limits import Gate, Signal
from midakit.core.port import Request, Response
from midakit.errors import DeadlineExceeded

if TYPE_CHECKING:
    import anyio

    from midakit.core.port import AsyncTransport

__all__ = [
    "HTTP_CLIENT",
    "Limiter",
    "Lock",
    "Next",
    "after",
    "fan_out",
    "is_trio",
    "not_fast",
    "now",
    "open_fast",
    "run_blocking",
    "sleep",
    "stream",
    "verb",
    "world",
]

Next = Callable[[Request], Awaitable[Response]]
"""A stop on the way of a request."""

HTTP_CLIENT = "AsyncClient"
"""The class of httpx that an injected client must be of."""

Item = TypeVar("Item")
Result = TypeVar("Result")
Items = Iterable[Item] | AsyncIterable[Item]


async def sleep(seconds: float) -> None:
    """Sleep without blocking the loop."""
    import anyio

    await anyio.sleep(seconds)


def is_trio() -> bool:
    """Running under trio."""
    from asyncio import get_running_loop

    try:
        get_running_loop()
    except RuntimeError:
        return True  # somebody runs this coroutine, and it is not asyncio
    return False


def not_fast(origin: Any) -> str | None:
    """Why the fast transport cannot serve here; None when it can."""
    from midakit.core.fast import unusable

    return unusable(origin)


def open_fast() -> "AsyncTransport":
    """The fast transport."""
    from midakit.core.fast import FastTransport

    return FastTransport()


def world() -> object:
    """What connections belong to: this process and its running event loop."""
    from asyncio import get_running_loop

    try:
        return os.getpid(), get_running_loop()
    except RuntimeError:
        import trio

        return os.getpid(), trio.lowlevel.current_trio_token()


def after(seconds: float | None) -> "anyio.CancelScope":
    """A scope that ends what runs in it after so many seconds."""
    import anyio

    return anyio.move_on_after(seconds)


async def run_blocking(work: Callable[..., Result], *args: Any) -> Result:
    """Run blocking work (files, name look-ups) off the loop."""
    import anyio.to_thread

    return await anyio.to_thread.run_sync(work, *args)


def verb(name: str) -> Callable[..., Any]:
    """The asynchronous form of a tool's verb (`export`, `report`)."""
    from midakit.core.verbs import resolve

    found: Callable[..., Any] = resolve(f"a{name}")
    return found


class Lock:
    """Mutual exclusion, made on first use so that no loop is needed to create one."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock: anyio.Lock | None = None

    async def __aenter__(self) -> None:
        if self._lock is None:
            import anyio

            self._lock = anyio.Lock()
        await self._lock.acquire()

    async def __aexit__(self, *exc: object) -> None:
        assert self._lock is not None
        self._lock.release()


class Limiter:
    """Waits where `Gate` decides: entry costs no await while there is room."""

    __slots__ = ("_waiting", "gate")

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self._waiting: deque[anyio.Event] = deque()

    async def acquire(self, deadline: float | None = None) -> None:
        """Wait for a place; raises DeadlineExceeded when none comes in time."""
        if not self._waiting and self.gate.enter(now()):
            return
        await self._acquire_slowly(deadline)

    async def _acquire_slowly(self, deadline: float | None) -> None:
        while True:
            pause = self.gate.pause_left(now())
            left = None if deadline is None else deadline - now()
            if left is not None and left <= pause:
                raise DeadlineExceeded(
                    f"no place came free in time: the client is paused for {pause:.1f} s "
                    f"and the deadline leaves {max(left, 0):.1f} s",
                    sent=False,
                )
            if pause > 0:
                await sleep(pause)
            elif self.gate.enter(now()):
                return
            else:
                await self._wait(left)

    async def _wait(self, seconds: float | None) -> None:
        import anyio

        event = anyio.Event()
        self._waiting.append(event)
        try:
            with anyio.move_on_after(seconds):
                await event.wait()
        finally:
            if event in self._waiting:
                self._waiting.remove(event)
            else:
                self._wake()  # a wake-up that a cancelled waiter cannot use goes to the next

    def release(self, signal: Signal = Signal.NEUTRAL, *, since: float = 0.0) -> None:
        """Give the place back and say how it went."""
        self.gate.leave(signal, now(), since)
        self._wake()

    def _wake(self) -> None:
        for _ in range(min(len(self._waiting), self.gate.room)):
            self._waiting.popleft().set()


async def fan_out(
    call: Callable[[Item], Awaitable[Result]], items: Items[Item], *, limit: int
) -> list[Result]:
    """Call every item, at most `limit` at once; results in the items' order."""
    results: dict[int, Result] = {}

    async def work(index: int, item: Item) -> None:
        results[index] = await call(item)

    await _run_workers(work, items, limit)
    return [results[index] for index in range(len(results))]


class _Pull(Generic[Item]):
    """Takes one item at a time, with its number, from either kind of iterable.

    No async generator: one that is left half-way would have to be closed by whoever notices.
    """

    def __init__(self, items: Items[Item]) -> None:
        self._slow = aiter(items) if isinstance(items, AsyncIterable) else None
        self._quick = iter(()) if isinstance(items, AsyncIterable) else iter(items)
        self._lock = Lock()
        self._count = -1

    async def __call__(self) -> tuple[int, Item]:
        if self._slow is None:
            try:
                item = next(self._quick)
            except StopIteration:
                raise StopAsyncIteration from None
            self._count += 1
            return self._count, item
        async with self._lock:
            item = await anext(self._slow)
            self._count += 1
            return self._count, item


async def _run_workers(
    work: Callable[[int, Item], Awaitable[None]], items: Items[Item], limit: int
) -> None:
    """`limit` workers on one iterator; the first failure is raised bare, the rest is cancelled."""
    import anyio

    failures: list[Exception] = []
    pull = _Pull(items)

    async def worker() -> None:
        while True:
            try:
                number, item = await pull()
            except StopAsyncIteration:
                return
            await work(number, item)

    async def guarded() -> None:
        try:
            await worker()
        except Exception as failure:
            failures.append(failure)
            group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for _ in range(max(1, limit)):
            group.start_soon(guarded)
    if failures:
        raise failures[0]


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

    async def __aenter__(self) -> AsyncIterator[Any]:
        import anyio

        self._failures: list[Exception] = []
        self._group = anyio.create_task_group()
        await self._group.__aenter__()
        sender, receiver = anyio.create_memory_object_stream[Any](0)
        self._receiver = receiver
        self._group.start_soon(self._produce, sender)
        return self._results()

    async def _produce(self, sender: Any) -> None:
        async def work(_: int, item: Any) -> None:
            await sender.send(await self._call(item))

        try:
            async with sender:
                await _run_workers(work, self._items, self._limit)
        except Exception as failure:
            self._failures.append(failure)

    def _results(self) -> AsyncIterator[Any]:
        return _Received(self._receiver, self._failures)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._group.cancel_scope.cancel()
        self._receiver.close()
        await self._group.__aexit__(None, None, None)


class _Received(AsyncIterator[Any]):
    def __init__(self, receiver: Any, failures: list[Exception]) -> None:
        self._receiver = receiver
        self._failures = failures

    async def __anext__(self) -> Any:
        import anyio

        try:
            return await self._receiver.receive()
        except (anyio.EndOfStream, anyio.ClosedResourceError):
            if self._failures:
                raise self._failures[0] from None
            raise StopAsyncIteration from None
