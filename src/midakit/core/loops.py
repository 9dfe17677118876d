"""An event loop in a thread, for the bulk verbs of blocking clients.

One a client, started when first needed, stopped with the client. It is safe inside Jupyter and
inside a running loop, because it is another thread's loop; after a fork the child starts afresh,
because threads do not survive forks. Results cross the border once a batch, not once a call.
"""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from typing import Any, TypeVar

T = TypeVar("T")


class LoopThread:
    """A loop that runs until it is stopped."""

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="midakit-loop", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

    @property
    def alive(self) -> bool:
        """In this process, and running."""
        return self._pid == os.getpid() and self._thread.is_alive()

    def run(self, work: Callable[[], Awaitable[T]]) -> T:
        """Run it to its end over there, in a copy of this thread's context; Ctrl-C cancels it."""
        context = copy_context()

        async def main() -> T:
            return await asyncio.get_running_loop().create_task(
                _as_coroutine(work), context=context
            )

        future = asyncio.run_coroutine_threadsafe(main(), self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def stop(self) -> None:
        """Stop the loop and wait for its thread."""
        if self.alive:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()


async def _as_coroutine(work: Callable[[], Awaitable[T]]) -> T:
    return await work()


def run_apart(client: Any, work: Callable[[Any], Awaitable[T]]) -> T:
    """Run asynchronous work of a blocking client on an asynchronous twin of it."""
    loop = LoopThread()

    async def main() -> T:
        async with client.asynchronous() as twin:
            return await work(twin)

    try:
        return loop.run(main)
    finally:
        loop.stop()
