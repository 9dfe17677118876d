"""Takes the frames of libraries that hold the key in the open out of a traceback.

httpx, httpcore, h11 and ssl keep a request's bytes and headers in local variables. What prints local
variables (Sentry, `pytest -l`, rich) would show the key to whoever reads the report.
"""

from types import TracebackType
from typing import TypeVar

Error = TypeVar("Error", bound=BaseException)

LIBRARIES = frozenset(
    {
        "anyio", "asyncio", "h11", "h2", "hpack", "httpcore", "httpcore2", "httpx", "httpx2",
        "respx", "socket", "ssl", "trio",
    }
)  # fmt: skip
"""The packages whose frames are left out."""


def without_library_frames(error: Error) -> Error:
    """Drop the frames of HTTP libraries from an error, its causes and its contexts.

    Args:
        error: It is changed, and keeps the frames of the application and of midakit.

    Returns:
        The same error.
    """
    todo: list[BaseException | None] = [error]
    seen: set[int] = set()
    while todo:
        one = todo.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            one.__traceback__ = _without_libraries(one.__traceback__)
            todo += one.__cause__, one.__context__
            if isinstance(one, BaseExceptionGroup):
                todo += one.exceptions
    return error


def _without_libraries(traceback: TracebackType | None) -> TracebackType | None:
    entries = []
    while traceback is not None:
        entries.append(traceback)
        traceback = traceback.tb_next
    kept = None
    for entry in reversed(entries):
        frame = entry.tb_frame
        if frame.f_globals.get("__name__", "").partition(".")[0] not in LIBRARIES:
            kept = TracebackType(kept, frame, entry.tb_lasti, entry.tb_lineno)
    return kept
