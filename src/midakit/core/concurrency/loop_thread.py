"""An event loop in a thread of its own, for what a blocking client runs on the asynchronous engine.

It is safe inside Jupyter and inside a running loop, because it is another thread's loop. Threads do
not survive forks: a child leaves the loop alone (closing it would take the parent's selector apart)
and starts another. The caller's context variables come along.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from contextvars import Context, copy_context
from functools import partial
from typing import Any, TypeVar

from midakit.core.concurrency import fork
from midakit.errors import TransportError

T = TypeVar("T")


class LoopThread:
    """A loop that runs until it is stopped; what is under way then is cancelled."""

    def __init__(self) -> None:
        self._process = fork.process_token
        self._lock = threading.Lock()
        self._stopped = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="midakit-loop", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.get_loop().run_forever()

    @property
    def alive(self) -> bool:
        """Whether it runs in this process and was not stopped."""
        return self._process is fork.process_token and not self._stopped

    @property
    def is_here(self) -> bool:
        """Whether the caller runs in its thread, where waiting for it would never end."""
        return threading.current_thread() is self._thread

    def run(self, work: Callable[..., Coroutine[Any, Any, T]], *args: Any) -> T:
        """Run an async function to its end in the loop.

        Whatever interrupts the waiting (Ctrl-C) cancels the work and waits until it has put its
        things in order, which a second interruption cuts short.

        Args:
            work: The function; it sees the caller's context variables.
            *args: What it is called with.

        Returns:
            What it returns.

        Raises:
            TransportError: The loop was stopped before the work came to its end.
        """
        found: Future[T] = Future()
        with self._lock:  # what is sent before `stop` starts before it, and is cancelled by it
            if self._stopped:
                raise TransportError("the client was closed", sent=False)
            started = _Started(work(*args), found)
            self._loop.call_soon_threadsafe(started.begin, self._loop)
        try:
            return found.result()
        except CancelledError:
            raise TransportError("the client was closed while calls were in flight") from None
        except BaseException:
            if not found.done():
                self._loop.call_soon_threadsafe(started.cancel)
                with suppress(CancelledError):
                    found.exception()
            raise

    def post(self, work: Callable[..., object], *args: Any) -> bool:
        """Call a function in the loop soon, without waiting for it and without the caller's context.

        Args:
            work: A plain function, which must be quick.
            *args: What it is called with.

        Returns:
            False when the loop was stopped, so that the function is never called.
        """
        with self._lock:
            if self.alive:
                self._loop.call_soon_threadsafe(work, *args, context=Context())
            return self.alive

    def stop(self) -> None:
        """Cancel what runs, stop the loop and wait for its thread."""
        with self._lock:
            ours, self._stopped = self.alive, True
        if ours:
            self._loop.call_soon_threadsafe(self._loop.stop)
            if not self.is_here:
                self._thread.join()


class _Started:
    """A task of the loop, for the thread that waits for it.

    `asyncio.run_coroutine_threadsafe` would do, but what it returns is over as soon as it is
    cancelled, while the task may still have files to close.
    """

    def __init__(self, work: Coroutine[Any, Any, T], found: "Future[T]") -> None:
        self._work = work
        self._found = found
        self._context = copy_context()
        self._task: asyncio.Task[Any] | None = None

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start the work; its result goes to the future."""
        self._task = loop.create_task(self._work, context=self._context)
        self._task.add_done_callback(partial(_hand_over, self._found))

    def cancel(self) -> None:
        """Cancel the work; called after `begin`, in the loop."""
        assert self._task is not None
        self._task.cancel()


def _hand_over(found: "Future[T]", task: "asyncio.Task[T]") -> None:
    if task.cancelled():
        found.cancel()
    elif (error := task.exception()) is not None:
        found.set_exception(error)
    else:
        found.set_result(task.result())
