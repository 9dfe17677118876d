"""Writing to sockets and to the streams of httpcore in blocking code; `aio_streams` is the twin."""

import select
import socket
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import Any, TypeVar

from midakit.core.wire.own.framing import is_interim
from midakit.core.wire.own.readable import unpacked

Result = TypeVar("Result")

PIECE = 64 * 1024
"""How much is written before it is looked whether the other side has answered already, in bytes."""
AGAIN = frozenset({"BlockingIOError", "SSLWantReadError", "SSLWantWriteError"})
"""What a socket raises that would have to wait; by name, for `ssl` takes 8 ms to load."""


def write_unless_answered(
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

    Raises:
        TimeoutError: Neither happened in time.
        OSError: The connection has ended.
    """
    sock = stream.get_extra_info("socket")
    secured = stream.get_extra_info("ssl_object") is not None
    if not isinstance(sock, socket.socket) or secured is not hasattr(sock, "pending"):
        stream.write(data, timeout=timeout)  # TLS inside TLS: its socket takes no plain bytes
        return True, None
    ends = float("inf") if timeout is None else monotonic() + timeout
    return send_unless_answered(sock, memoryview(data), most, ends)


def send_unless_answered(
    sock: socket.socket, rest: memoryview, most: int, ends: float
) -> tuple[bool, bytes | None]:
    """Send on a socket until all is sent or the other side answers.

    Args:
        sock: A connected socket; it does not block afterwards.
        rest: What to send.
        most: The most to read at once, in bytes.
        ends: When the time is over, on the clock of `monotonic`.

    Returns:
        Whether all was sent, and the first bytes of the answer; None where none had come.

    Raises:
        TimeoutError: Neither happened in time.
        OSError: The connection has ended.
    """
    sock.setblocking(False)
    early = b""
    while rest:
        if _wait(sock, ends - monotonic()):
            data = _unless_waiting(partial(sock.recv, most))
            if data is not None:  # else what came is TLS's own
                early += data
                if not data or not is_interim(early):
                    return False, early
        rest = rest[_unless_waiting(partial(sock.send, rest[:PIECE])) or 0 :]
    return True, early or None


def _unless_waiting(work: Callable[[], Result]) -> Result | None:
    """Do what never waits; return None where it would have to."""
    try:
        return work()
    except OSError as error:
        if type(error).__name__ not in AGAIN:
            raise
        return None


def _wait(sock: socket.socket, seconds: float) -> bool:
    """Wait until a socket takes or has bytes, and say whether it has some."""
    if seconds <= 0:
        raise TimeoutError
    if unpacked(sock):
        return True
    if not hasattr(select, "poll"):  # Windows
        limit = None if seconds == float("inf") else seconds
        reading, writing, _ = select.select([sock], [sock], [], limit)
        found, room = len(reading), len(writing)
    else:
        poll = select.poll()
        poll.register(sock, select.POLLIN | select.POLLOUT)
        limit = None if seconds == float("inf") else seconds * 1000
        events = sum(event for _, event in poll.poll(limit))
        found, room = events & ~select.POLLOUT, events & select.POLLOUT
    if not found and not room:
        raise TimeoutError
    return bool(found)
