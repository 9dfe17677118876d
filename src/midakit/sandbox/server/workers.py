"""The threads of a sandbox: reports have their own, so that nothing else waits behind them."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")
_OTHERS = 8
_REPORTS = 2  # one counts while another one writes its answer; more only wait for the lock


class Workers:
    """Threads for what takes longer than the event loop can wait."""

    def __init__(self) -> None:
        self._reports = ThreadPoolExecutor(_REPORTS, "midakit-sandbox-reports")
        self._others = ThreadPoolExecutor(_OTHERS, "midakit-sandbox")

    async def report(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Compute a report.

        Args:
            work: Computes it.
            *args: What it takes.
            **kwargs: What it takes by name.

        Returns:
            What it returned.
        """
        return await _run(self._reports, work, *args, **kwargs)

    async def run(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Do anything else.

        Args:
            work: Does it.
            *args: What it takes.
            **kwargs: What it takes by name.

        Returns:
            What it returned.
        """
        return await _run(self._others, work, *args, **kwargs)

    def shutdown(self) -> None:
        """End the threads; what has not begun is dropped."""
        for pool in (self._reports, self._others):
            pool.shutdown(cancel_futures=True)


async def _run(
    pool: ThreadPoolExecutor, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs
) -> _T:
    """Run work in a pool."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(pool, lambda: work(*args, **kwargs))
