"""Where a sandbox does its work: on the event loop what is brief, in threads the rest.

- Reports have threads of their own, so that nothing else waits behind them.
- What takes less than two milliseconds is done on the loop, as long as nobody holds the store: a
  thread would cost as much again, and threads that wait for each other make the slowest percent
  wait twice as long.
- In one turn of the loop that is done for four milliseconds; the rest waits in line for the next
  turn, so that health answers beside any number of clients.

`nox -s load` measures it.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from midakit.sandbox.sandbox_state import SandboxState

_T = TypeVar("_T")
_OTHERS = 8
_REPORTS = 2  # one counts while another one writes its answer; more only wait for the lock
_BRIEF = 0.002
_TURN = 0.004
_FORGOTTEN = 0.9  # what is left of a slow time after each quicker one


class Workers:
    """The threads, and the line of what is brief."""

    def __init__(self) -> None:
        self._reports = ThreadPoolExecutor(_REPORTS, "midakit-sandbox-reports")
        self._others = ThreadPoolExecutor(_OTHERS, "midakit-sandbox")
        self._took: dict[object, float] = {}
        self._line: deque[tuple[asyncio.Future[None], float]] = deque()
        self._planned = 0.0
        self._turning = False

    async def report(self, work: Callable[..., _T], state: SandboxState, *args: Any) -> _T:
        """Compute a report.

        Args:
            work: Computes it.
            state: What the sandbox holds, the first argument of the work.
            *args: What else the work takes.

        Returns:
            What it returned.
        """
        return await self._do(self._reports, work, state, *args)

    async def visits(self, work: Callable[..., _T], state: SandboxState, *args: Any) -> _T:
        """Read or write visits in memory.

        Args:
            work: Does it.
            state: What the sandbox holds, the first argument of the work.
            *args: What else the work takes.

        Returns:
            What it returned.
        """
        return await self._do(self._others, work, state, *args)

    async def run(self, work: Callable[..., _T], *args: Any) -> _T:
        """Do anything else, always in a thread.

        Args:
            work: Does it.
            *args: What it takes.

        Returns:
            What it returned.
        """
        return await asyncio.get_running_loop().run_in_executor(self._others, work, *args)

    def shutdown(self) -> None:
        """End the threads; what has not begun is dropped."""
        for pool in (self._reports, self._others):
            pool.shutdown(cancel_futures=True)

    async def _do(
        self, pool: ThreadPoolExecutor, work: Callable[..., _T], state: SandboxState, *args: Any
    ) -> _T:
        """Do what is brief on the loop, in its turn, and anything else in a thread."""
        if (cost := self._took.get(work, _BRIEF)) < _BRIEF:
            await self._turn(cost)
            if state.visits.lock.acquire(blocking=False):
                try:
                    return self._timed(work, state, *args)
                finally:
                    state.visits.lock.release()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(pool, self._timed, work, state, *args)

    async def _turn(self, cost: float) -> None:
        """Wait until a turn of the loop has time for a cost."""
        loop = asyncio.get_running_loop()
        if not self._turning:
            self._turning = True
            loop.call_soon(self._next_turn, loop)
        if self._line or self._planned >= _TURN:
            turn: asyncio.Future[None] = loop.create_future()
            self._line.append((turn, cost))
            await turn
        else:
            self._planned += cost

    def _next_turn(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin a turn, and let go on whoever waits first."""
        self._planned = 0.0
        while self._line and self._planned < _TURN:
            turn, cost = self._line.popleft()
            if not turn.done():
                turn.set_result(None)
                self._planned += cost
        self._turning = self._planned > 0
        if self._turning:
            loop.call_soon(self._next_turn, loop)

    def _timed(self, work: Callable[..., _T], *args: Any) -> _T:
        """Do it, and remember the processor time that it took."""
        before = time.thread_time()
        try:
            return work(*args)
        finally:
            took = time.thread_time() - before
            self._took[work] = max(took, self._took.get(work, 0.0) * _FORGOTTEN)
