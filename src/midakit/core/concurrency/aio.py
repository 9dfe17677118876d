"""Concurrency for asyncio and trio; `threads` is its twin.

anyio is imported inside the functions: a process that only imports midakit does not pay for it.
"""

import threading
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from midakit.core.concurrency.aio_workers import fan_out as fan_out
from midakit.core.concurrency.event_loop import is_current_loop as is_current_loop
from midakit.core.concurrency.event_loop import is_over as is_over
from midakit.core.concurrency.event_loop import is_trio as is_trio
from midakit.core.concurrency.event_loop import leave as leave
from midakit.core.concurrency.event_loop import loop_token as loop_token
from midakit.core.limits import Gate, Signal
from midakit.core.wire.messages import Request, Response
from midakit.core.wire.mock_detector import ASYNC, MockDetector
from midakit.core.wire.pieces import Pieces
from midakit.errors import DeadlineExceeded

if TYPE_CHECKING:
    import anyio

    from midakit.core.wire.messages import AsyncTransport

Responding = Awaitable[Response]
"""What a stop on a request's way returns."""

Send = Callable[[Request], Responding]
"""A stop on a request's way: tracing, retrying, limiting or a transport's `send`."""

HTTP_CLIENT = "AsyncClient"
"""The class of httpx that an injected client must be of."""

CLOSE = "aclose"
"""The method that closes a client or a transport."""

WITH = "async with"
"""The statement that closes a client at its end."""

is_mocked = MockDetector(ASYNC)
"""Whether a library that mocks requests is at work just now, so that they must pass through httpx."""

now = monotonic
"""The clock of every time limit."""

ThreadLock = threading.Lock
"""Guards steps in which nothing waits, also between the event loops of several threads."""

Result = TypeVar("Result")


async def sleep(seconds: float) -> None:
    """Sleep without blocking the loop.

    On asyncio it loads nothing: background work repeats while its program ends, when anyio cannot be loaded.

    Args:
        seconds: How long.
    """
    if is_trio():
        import anyio

        await anyio.sleep(seconds)
    else:
        import asyncio

        await asyncio.sleep(seconds)


def own_transport() -> "AsyncTransport":
    """Make our own transport."""
    from midakit.core.wire.own.transport import AsyncOwnTransport

    return AsyncOwnTransport()


def after(seconds: float | None) -> "anyio.CancelScope":
    """Return a scope that ends what runs in it after some time.

    Args:
        seconds: The time; None for no end.
    """
    import anyio

    return anyio.move_on_after(seconds)


def shield() -> "anyio.CancelScope":
    """Return a scope in which a cancelled task may still await what puts things in order."""
    import anyio

    return anyio.CancelScope(shield=True)


async def joined(pieces: AsyncIterable[bytes], expires: float, limit: int) -> bytes:  # noqa: ARG001  # its twin's
    """Join the pieces of a body; the scope around it keeps the time.

    Args:
        pieces: An iterator that reads from the network.
        expires: Only blocking code looks at it.
        limit: How many bytes to read; what is longer comes back cut off, but longer than this.
    """
    import anyio

    found = Pieces()
    with anyio.CancelScope() as scope:
        async for piece in pieces:
            found.add(piece)
            if found.length > limit:
                scope.cancel()  # leaving the loop would leave generators open inside one another
    return found.joined()


async def run_blocking(work: Callable[..., Result], *args: Any) -> Result:
    """Run blocking work (files, name look-ups) off the loop.

    Args:
        work: The function.
        *args: What it is called with.
    """
    import anyio.to_thread

    return await anyio.to_thread.run_sync(work, *args)


class LoopEnd:
    """Closes something at the end of the event loop, unless it was closed before.

    asyncio and trio finish the async generators that are left when they end. Who closes later, in
    another loop or never, would leave sockets to the garbage collector, which warns.

    Args:
        close: Closes it.
    """

    __slots__ = ("_close", "_waiting")

    def __init__(self, close: Callable[[], Awaitable[None]]) -> None:
        self._close = close
        self._waiting: AsyncGenerator[None, None] | None = None

    async def watch(self) -> None:
        """Begin to wait for the end of the running event loop; once is enough."""
        if self._waiting is None:
            self._waiting = _closing(self._close)
            await anext(self._waiting)

    async def forget(self) -> None:
        """Stop waiting; the generator closes what it watches once more, which does nothing."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            await waiting.aclose()


async def _closing(close: Callable[[], Awaitable[None]]) -> AsyncGenerator[None, None]:
    """Wait to be finished, then close; no method, so that it is no part of a circle of references."""
    try:
        yield
    finally:
        await close()


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
            moment: Seconds of a clock that never goes back.

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
            pause = self.gate.pause.left(now())
            left = None if deadline is None else deadline - now()
            if left is not None and left <= pause:
                raise DeadlineExceeded(self.gate.refusal(pause, left), sent=False)
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
