"""The fast transport: HTTP/1.1 straight on asyncio or on sockets, parsed by httptools.

    transport.py   FastTransport: a request in, a response out
    blocking.py    BlockingFast: the same for blocking code, on sockets
    pool.py        connections of one loop: free lists, connecting, one timer for all of them
    protocol.py    one connection: bytes to and from the loop
    reading.py     one answer put together from bytes, without any I/O
    framing.py     the rules: what is sent, and which answers are too odd to trust

Importing this package imports none of it.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from midakit.core.wire.own.blocking import BlockingFast
    from midakit.core.wire.own.transport import FastTransport

HOMES = {"BlockingFast": "blocking", "FastTransport": "transport"}

__all__ = ["BlockingFast", "FastTransport"]


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)
