"""Whether a socket has something to read: bytes, or the end of the connection."""

import select
import socket
from typing import Any


def is_readable(sock: socket.socket) -> bool:
    """Say at once whether a socket has something to read.

    Args:
        sock: The socket; a closed one counts, and so do bytes that TLS has unpacked already.
    """
    if sock.fileno() < 0 or unpacked(sock):
        return True
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([sock], [], [], 0)[0])
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))


def unpacked(sock: socket.socket) -> int:
    """Return how many bytes TLS has unpacked that nobody has read yet.

    Args:
        sock: A socket, behind TLS or not; `ssl`, which takes 8 ms to load, is not asked which.
    """
    pending: Any = getattr(sock, "pending", None)
    return pending() if pending is not None else 0
