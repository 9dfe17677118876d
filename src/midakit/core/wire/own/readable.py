"""Whether a socket has something to read: bytes, or the end of the connection."""

import select
import socket
import ssl


def is_readable(sock: socket.socket) -> bool:
    """Say at once whether a socket has something to read.

    Args:
        sock: The socket; a closed one counts, and so do bytes that TLS has unpacked already.
    """
    if sock.fileno() < 0 or (isinstance(sock, ssl.SSLSocket) and sock.pending()):
        return True
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([sock], [], [], 0)[0])
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))
