"""Groups of workers: asyncio's own tasks where there is asyncio, anyio's under trio.

anyio's groups would do for both, but a worker costs five times as much to start there.
"""

import asyncio
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from typing import Self

Work = Callable[..., Coroutine[Any, Any, None]]


class Crew(Protocol):
    """Leaving the `async with` waits for everyone; `cancel` stops those who are left."""

    async def __aenter__(self) -> "Self": ...
    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None: ...
    def start(self, work: Work, *args: Any) -> None:
        """Set one to work."""
        ...

    def cancel(self) -> None:
        """Stop the others."""
        ...


class Tasks(asyncio.TaskGroup):
    """A crew on asyncio."""

    def __init__(self) -> None:
        super().__init__()
        self._crew: list[asyncio.Task[None]] = []
        self._stopped = False

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await super().__aexit__(kind, error, traceback)
        if not self._stopped and any(task.cancelled() for task in self._crew):
            raise asyncio.CancelledError  # what one waited for was cancelled; asyncio would pass over it

    def start(self, work: Work, *args: Any) -> None:
        """Set one to work."""
        self._crew.append(self.create_task(work(*args)))

    def cancel(self) -> None:
        """Stop the rest; the one who asks is about to end by itself."""
        self._stopped = True
        for task in self._crew:
            if task is not asyncio.current_task():
                task.cancel()


class Nursery:
    """A crew on trio."""

    def __init__(self) -> None:
        import anyio

        self._group = anyio.create_task_group()

    async def __aenter__(self) -> "Nursery":
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
        """Set one to work."""
        self._group.start_soon(work, *args)

    def cancel(self) -> None:
        """Stop everyone."""
        self._group.cancel_scope.cancel()
