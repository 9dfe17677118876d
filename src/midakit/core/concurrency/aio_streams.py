"""Writing to the streams of httpcore on asyncio and trio; `threads_streams` is the twin."""

from typing import Any

from midakit.core.wire.own.framing import is_interim


async def write_unless_answered(
    stream: Any, data: bytes, most: int, timeout: float | None
) -> tuple[bool, bytes | None]:
    """Write until all is written or the other side answers.

    A server that refuses a long body may answer at once and read no more of it. Who only writes then
    waits until the time is over, with the answer unread.

    Args:
        stream: A network stream of httpcore.
        data: What to write.
        most: The most to read at once, in bytes.
        timeout: Seconds that it may take; None for no end.

    Returns:
        Whether all was written, and the first bytes of the answer; None where none had come.
    """
    import anyio

    whole = False
    early: bytes | None = None
    failure: Exception | None = None
    async with anyio.create_task_group() as group:

        async def listen() -> None:
            nonlocal early
            while is_interim(early or b""):
                try:
                    data: bytes = await stream.read(most, timeout=timeout)
                except Exception:
                    return  # writing fails too, and says why
                early = (early or b"") + data
                if not data:
                    break
            group.cancel_scope.cancel()

        group.start_soon(listen)
        try:
            await stream.write(data, timeout=timeout)
            whole = True
        except Exception as error:  # kept, or it would come out inside an ExceptionGroup
            failure = error
        group.cancel_scope.cancel()
    if failure is not None and early is None:
        raise failure
    return whole, early
