"""Whether a socket has something to read (bytes, or the end of the connection), or can be written to."""

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


def is_answered(sock: socket.socket, seconds: float) -> bool:
    """Wait until a plain socket takes more bytes, and say whether the other side has sent bytes by then.

    Args:
        sock: A connected socket without TLS, whose send buffer is full.
        seconds: How long to wait.

    Raises:
        TimeoutError: Neither happened.
    """
    if not hasattr(select, "poll"):  # Windows
        reading, writing, _ = select.select([sock], [sock], [], seconds)
        found, room = len(reading), len(writing)
    else:
        poll = select.poll()
        poll.register(sock, select.POLLIN | select.POLLOUT)
        events = sum(event for _, event in poll.poll(seconds * 1000))
        found, room = events & ~select.POLLOUT, events & select.POLLOUT
    if not found and not room:
        raise TimeoutError
    return bool(found)
