"""Concurrency for blocking code; `aio` is its twin.

Threads cannot be interrupted: after a failure, what has started runs to its end and what has not
started never does.
"""

import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from contextvars import copy_context
from itertools import islice
from time import monotonic
from time import sleep as sleep
from typing import TYPE_CHECKING, Any, TypeVar

from midakit.core.concurrency import fork
from midakit.core.limits import Gate, Signal
from midakit.core.wire.messages import Request, Response
from midakit.core.wire.mock_detector import BLOCKING, MockDetector
from midakit.core.wire.pieces import Pieces
from midakit.errors import DeadlineExceeded

if TYPE_CHECKING:
    from concurrent.futures import Future

    from midakit.core.wire.messages import Transport

Responding = Response
"""What a stop on a request's way returns."""

Send = Callable[[Request], Responding]
"""A stop on a request's way: tracing, retrying, limiting or a transport's `send`."""

HTTP_CLIENT = "Client"
"""The class of httpx that an injected client must be of."""

CLOSE = "close"
"""The method that closes a client or a transport."""

WITH = "with"
"""The statement that closes a client at its end."""

is_mocked = MockDetector(BLOCKING)
"""Whether a library that mocks requests is at work just now, so that they must pass through httpx."""

now = monotonic
"""The clock of every time limit."""

ThreadLock = threading.Lock
"""Guards steps in which nothing waits, also between the event loops of several threads."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def is_trio() -> bool:
    """Return False: there is no loop."""
    return False


def own_transport() -> "Transport":
    """Make our own transport."""
    from midakit.core.wire.own.blocking import OwnTransport

    return OwnTransport()


def loop_token() -> object:
    """Return what connections belong to: this process."""
    return fork.process_token


def is_current_loop(token: object) -> bool:
    """Return whether we still run where a token was taken; asked before every call.

    Args:
        token: What `loop_token` returned, or None.
    """
    return token is fork.process_token


def is_over(token: object) -> bool:
    """Return whether a token belongs to the process we were forked from.

    Args:
        token: What `loop_token` returned.
    """
    return token is not fork.process_token


def leave(transports: Iterable["Transport"], token: object) -> None:  # noqa: ARG001  # its twin's
    """Close our copies of a parent process's connections.

    Args:
        transports: The parent's transports.
        token: Only asynchronous code looks at it.
    """
    for transport in transports:
        transport.close()


def after(seconds: float | None) -> AbstractContextManager[Any]:  # noqa: ARG001  # its twin's
    """Return a scope that does nothing: only its own time limits end blocking work.

    Args:
        seconds: The time; None for no end.
    """
    return nullcontext()


def shield() -> AbstractContextManager[Any]:
    """Return a scope that does nothing: threads are not cancelled."""
    return nullcontext()


def joined(pieces: Iterable[bytes], expires: float, limit: int) -> bytes:
    """Join the pieces of a body.

    Args:
        pieces: An iterator that reads from the network.
        expires: When to stop, on the clock of `now`.
        limit: How many bytes to read; what is longer comes back cut off, but longer than this.

    Raises:
        TimeoutError: The body was not whole in time.
    """
    found = Pieces()
    for piece in pieces:
        found.add(piece)
        if found.length > limit:
            break
        if now() > expires:
            raise TimeoutError
    return found.joined()


def run_blocking(work: Callable[..., Result], *args: Any) -> Result:
    """Run blocking work here and now.

    Args:
        work: The function.
        *args: What it is called with.
    """
    return work(*args)


class LoopEnd:
    """Does nothing: there is no event loop that could end.

    Args:
        close: Closes what asynchronous code would leave to the garbage collector.
    """

    __slots__ = ()

    def __init__(self, close: Callable[[], None]) -> None:
        pass

    def watch(self) -> None:
        """Do nothing."""

    def forget(self) -> None:
        """Do nothing."""


class Lock:
    """Mutual exclusion."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *exc: object) -> None:
        self._lock.release()


class Limiter:
    """Waits where `Gate` decides."""

    __slots__ = ("_changed", "gate")

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self._changed = threading.Condition(threading.Lock())

    def enter(self, moment: float) -> bool:
        """Take a place at once, if there is one.

        Args:
            moment: Seconds of a clock that never goes back.

        Returns:
            Whether it was taken.
        """
        with self._changed:
            return self.gate.enter(moment)

    def acquire(self, deadline: float | None = None) -> None:
        """Wait for a place, and take it.

        Args:
            deadline: The point on the clock until which to wait; None for no end.

        Raises:
            DeadlineExceeded: None came free in time.
        """
        with self._changed:
            try:
                while not self.gate.enter(now()):
                    self._wait(deadline)
            except BaseException:
                self._changed.notify()  # a wake-up that this thread cannot use goes to the next
                raise

    def _wait(self, deadline: float | None) -> None:
        """Wait for a change, or for the end of a pause; the lock is held before and after."""
        pause = self.gate.pause.left(now())
        left = None if deadline is None else deadline - now()
        if left is not None and left <= pause:
            raise DeadlineExceeded(self.gate.refusal(pause, left), sent=False)
        self._changed.wait(pause if pause > 0 else left)

    def release(
        self, signal: Signal = Signal.UNKNOWN, since: float = 0.0, pause: float | None = None
    ) -> None:
        """Give the place back and say how it went.

        Args:
            signal: How the attempt ended.
            since: When it set off.
            pause: Seconds for which the server asks the whole client to wait.
        """
        with self._changed:
            self.gate.leave(signal, now(), since, pause)
            self._changed.notify(max(1, self.gate.free))


def fan_out(call: Callable[[Item], Result], items: Iterable[Item], *, limit: int) -> list[Result]:
    """Call a function with every item, a limited number at once.

    Args:
        call: The function.
        items: They are pulled one by one, when there is a place.
        limit: How many run at once.

    Returns:
        The results in the items' order.
    """
    from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

    numbered, limit = enumerate(items), max(1, limit)
    running: dict[Future[Result], int] = {}
    results: dict[int, Result] = {}
    with ThreadPoolExecutor(limit, thread_name_prefix="midakit") as pool:
        while True:
            for number, item in islice(numbered, limit - len(running)):
                running[pool.submit(copy_context().run, call, item)] = number
            if not running:
                return [results[index] for index in range(len(results))]
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                results[running.pop(future)] = future.result()
