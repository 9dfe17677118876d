"""Which error of httpx or httpx2 is which of ours: one table for both, by the names of the classes."""

from typing import NamedTuple

from midakit.core.printable import one_line
from midakit.core.wire.messages import Request
from midakit.errors import ConnectionFailed, Timeout, TransportError


class _Ours(NamedTuple):
    kind: type[TransportError]
    sent: bool
    text: str


_NO_CONNECTION = _Ours(ConnectionFailed, False, "no connection to {origin}: {error}")
_NO_ANSWER = _Ours(Timeout, True, "{method} {origin}: no complete answer in time")

TABLE = {
    "ConnectError": _NO_CONNECTION,
    "UnsupportedProtocol": _NO_CONNECTION,
    "ProxyError": _NO_CONNECTION,  # a refused CONNECT: the request itself has not left
    "ConnectTimeout": _Ours(Timeout, False, "no connection to {origin} in time"),
    "PoolTimeout": _Ours(Timeout, False, "the client's pool had no connection to {origin} in time"),
    "TimeoutException": _NO_ANSWER,
    "TimeoutError": _NO_ANSWER,
    "RequestError": _Ours(TransportError, True, "{method} {origin}: {error}"),
    "OSError": _Ours(TransportError, True, "{method} {origin}: {error}"),
}
"""The most precise entry counts: an error is looked up by its class, then by its base classes."""


def translated(error: Exception, request: Request, *, sent: bool = True) -> TransportError:
    """Return our error for one of theirs.

    Args:
        error: A `RequestError` of httpx or httpx2, or an OSError.
        request: The request that failed.
        sent: False when it is known that no byte of the request has left.
    """
    names = (cls.__name__ for cls in type(error).__mro__)
    ours = next(TABLE[name] for name in names if name in TABLE)
    said = one_line(str(error) or type(error).__name__)
    text = ours.text.format(method=request.method, origin=request.origin, error=said)
    return ours.kind(text, sent=sent and ours.sent)
