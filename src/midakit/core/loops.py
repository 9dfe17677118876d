"""An event loop in a thread of its own, for what a blocking client runs on the asynchronous engine.

It is safe inside Jupyter and inside a running loop, because it is another thread's loop. Threads do
not survive forks: a child leaves the loop alone (closing it would take the parent's selector apart)
and starts another. Context variables come along: asyncio copies the caller's.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError
from typing import Any, TypeVar

from midakit.core import process
from midakit.errors import TransportError

T = TypeVar("T")


class LoopThread:
    """A loop that runs until it is stopped; what is under way then is cancelled."""

    def __init__(self) -> None:
        self._process = process.this
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
        """In this process, and not stopped."""
        return self._process is process.this and not self._stopped

    @property
    def is_here(self) -> bool:
        """Asked from its own thread, where waiting for it would never end."""
        return threading.current_thread() is self._thread

    def run(self, work: Callable[..., Coroutine[Any, Any, T]], *args: Any) -> T:
        """Run it to its end over there; whatever interrupts the waiting (Ctrl-C) cancels it."""
        with self._lock:  # what is sent before `stop` starts before it, and is cancelled by it
            if self._stopped:
                raise TransportError("the client was closed", sent=False)
            future = asyncio.run_coroutine_threadsafe(work(*args), self._loop)
        try:
            return future.result()
        except CancelledError:
            raise TransportError("the client was closed while calls were in flight") from None
        except BaseException:
            future.cancel()
            raise

    def stop(self) -> None:
        """Cancel what runs, stop the loop and wait for its thread."""
        with self._lock:
            ours, self._stopped = self.alive, True
        if ours:
            self._loop.call_soon_threadsafe(self._loop.stop)
            if not self.is_here:
                self._thread.join()
