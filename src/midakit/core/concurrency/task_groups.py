"""Task groups: asyncio's own where there is asyncio, anyio's under trio.

anyio's would do for both, but there a task costs four times as much to start (20 us against 5): a
`fan_out` of 64 items that answer at once took 1.3 ms instead of 0.35 ms.
"""

import asyncio
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any

Work = Callable[..., Coroutine[Any, Any, None]]


class AsyncioGroup(asyncio.TaskGroup):
    """A task group on asyncio."""

    def __init__(self) -> None:
        super().__init__()
        self._tasks_begun: list[asyncio.Task[None]] = []
        self._stopped = False

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await super().__aexit__(kind, error, traceback)
        if not self._stopped and any(task.cancelled() for task in self._tasks_begun):
            raise asyncio.CancelledError  # from within; asyncio's group would pass over it

    def start(self, work: Work, *args: Any) -> None:
        """Begin a task.

        Args:
            work: An async function.
            *args: What it is called with.
        """
        self._tasks_begun.append(self.create_task(work(*args)))

    def cancel(self) -> None:
        """Cancel the other tasks; the one that asks is about to end by itself."""
        self._stopped = True
        for task in self._tasks_begun:
            if task is not asyncio.current_task():
                task.cancel()


class TrioGroup:
    """A task group on trio."""

    def __init__(self) -> None:
        import anyio

        self._group = anyio.create_task_group()

    async def __aenter__(self) -> "TrioGroup":
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        return await self._group.__aexit__(kind, error, traceback)

    def start(self, work: Work, *args: Any) -> None:
        """Begin a task.

        Args:
            work: An async function.
            *args: What it is called with.
        """
        self._group.start_soon(work, *args)

    def cancel(self) -> None:
        """Cancel every task."""
        self._group.cancel_scope.cancel()
