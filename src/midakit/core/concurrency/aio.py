"""Concurrency for asyncio and trio; `threads` is its twin.

anyio is imported inside the functions: a process that only imports midakit does not pay for it.
"""

import sys
from collections import deque
from collections.abc import (
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Sized,
)
from time import monotonic as now
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from midakit.core.concurrency import fork
from midakit.core.limits import Gate, Signal
from midakit.core.wire.messages import Request, Response
from midakit.core.wire.mock_detector import ASYNC, MockDetector
from midakit.errors import DeadlineExceeded

if TYPE_CHECKING:
    import anyio

    from midakit.core.concurrency.task_groups import TaskGroup
    from midakit.core.wire.messages import AsyncTransport

__all__ = [
    "HTTP_CLIENT",
    "Limiter",
    "Lock",
    "Responding",
    "Send",
    "after",
    "fan_out",
    "is_current_loop",
    "is_mocked",
    "is_trio",
    "joined",
    "loop_token",
    "now",
    "own_transport",
    "run_blocking",
    "sleep",
    "stream",
]

Responding = Awaitable[Response]
"""What a stop on a request's way returns."""

Send = Callable[[Request], Responding]
"""A stop on a request's way: tracing, retrying, limiting or a transport's `send`."""

HTTP_CLIENT = "AsyncClient"
"""The class of httpx that an injected client must be of."""

is_mocked = MockDetector(ASYNC)
"""Whether a library that mocks requests is at work just now, so that they must pass through httpx."""

Item = TypeVar("Item")
Result = TypeVar("Result")
Items = Iterable[Item] | AsyncIterable[Item]


async def sleep(seconds: float) -> None:
    """Sleep without blocking the loop.

    Args:
        seconds: How long.
    """
    import anyio

    await anyio.sleep(seconds)


def is_trio() -> bool:
    """Return whether this runs under trio."""
    return _asyncio_loop() is None


def _asyncio_loop() -> Any:
    asyncio = sys.modules.get("asyncio")  # whoever runs on it has loaded it
    try:
        return None if asyncio is None else asyncio.get_running_loop()
    except RuntimeError:
        return None


def own_transport() -> "AsyncTransport":
    """Make our own transport."""
    from midakit.core.wire.own.transport import AsyncOwnTransport

    return AsyncOwnTransport()


def loop_token() -> object:
    """Return what connections belong to: this process and its running event loop."""
    loop = _asyncio_loop()
    if loop is None:
        import trio

        loop = trio.lowlevel.current_trio_token()
    return fork.process_token, loop


def is_current_loop(token: Any) -> bool:
    """Return whether we still run where a token was taken; asked before every call.

    Args:
        token: What `loop_token` returned, or None.
    """
    if token is None or token[0] is not fork.process_token:
        return False
    return token[1] is _asyncio_loop() or token == loop_token()


def after(seconds: float | None) -> "anyio.CancelScope":
    """Return a scope that ends what runs in it after some time.

    Args:
        seconds: The time; None for no end.
    """
    import anyio

    return anyio.move_on_after(seconds)


async def joined(pieces: AsyncIterable[bytes], expires: float, limit: int) -> bytes:  # noqa: ARG001  # its twin's
    """Join the pieces of a body; the scope around it keeps the time.

    Args:
        pieces: An iterator that reads from the network.
        expires: Only blocking code looks at it.
        limit: How many bytes to read; what is longer comes back cut off, but longer than this.
    """
    import anyio

    found, length = [], 0
    with anyio.CancelScope() as scope:
        async for piece in pieces:
            found.append(piece)
            length += len(piece)
            if length > limit:
                scope.cancel()  # leaving the loop would leave generators open inside one another
    return b"".join(found)


async def run_blocking(work: Callable[..., Result], *args: Any) -> Result:
    """Run blocking work (files, name look-ups) off the loop.

    Args:
        work: The function.
        *args: What it is called with.
    """
    import anyio.to_thread

    return await anyio.to_thread.run_sync(work, *args)


class Lock:
    """Mutual exclusion, made on first use so that no loop is needed to create one."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock: anyio.Lock | None = None

    async def __aenter__(self) -> None:
        lock = self._lock
        if lock is None:
            import anyio

            lock = self._lock = anyio.Lock()
        await lock.acquire()

    async def __aexit__(self, *exc: object) -> None:
        assert self._lock is not None
        self._lock.release()


class Limiter:
    """Waits where `Gate` decides: entry costs no await while there is room."""

    __slots__ = ("_waiting", "gate")

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self._waiting: deque[anyio.Event] = deque()

    def enter(self, moment: float) -> bool:
        """Take a place at once, if there is one and nobody waits for it.

        Args:
            moment: The time.

        Returns:
            Whether it was taken.
        """
        return not self._waiting and self.gate.enter(moment)

    async def acquire(self, deadline: float | None = None) -> None:
        """Wait for a place, and take it.

        Args:
            deadline: The point on the clock until which to wait; None for no end.

        Raises:
            DeadlineExceeded: None came free in time.
        """
        if not self.enter(now()):
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

    def release(
        self, signal: Signal = Signal.UNKNOWN, since: float = 0.0, pause: float | None = None
    ) -> None:
        """Give the place back and say how it went.

        Args:
            signal: How the attempt ended.
            since: When it set off.
            pause: Seconds for which the server asks the whole client to wait.
        """
        self.gate.leave(signal, now(), since, pause)
        if self._waiting:
            self._wake()

    def _wake(self) -> None:
        for _ in range(min(len(self._waiting), self.gate.free)):
            self._waiting.popleft().set()


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
    await _run_workers(call, items, limit, results.__setitem__)
    return [results[index] for index in range(len(results))]


async def _run_workers(
    call: Callable[[Item], Awaitable[Result]],
    items: Items[Item],
    limit: int,
    keep: Callable[[int, Result], None],
) -> None:
    """`limit` workers on one iterator; the first failure is raised bare, the rest is cancelled."""
    failures: list[Exception] = []
    if isinstance(items, Sized):
        limit = min(limit, len(items))

    def fail(failure: Exception) -> None:
        failures.append(failure)
        group.cancel()

    work = _async_items_worker if isinstance(items, AsyncIterable) else _sync_items_worker
    worker = work(call, items, keep, fail)
    async with _task_group() as group:
        for _ in range(max(1, limit)):
            group.start(worker)
    if failures:
        raise failures[0]


def _task_group() -> "TaskGroup":
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
    source, turn, count = aiter(items), Lock(), 0

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
        self._group = _task_group()
        await self._group.__aenter__()
        self._group.start(self._produce)
        return self._queue

    async def _produce(self) -> None:
        queue, call = self._queue, self._call

        async def work(item: Any) -> None:
            await queue.put(await call(item))

        try:
            await _run_workers(work, self._items, self._limit, _dropped)
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
