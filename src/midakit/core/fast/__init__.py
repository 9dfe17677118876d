"""The fast transport: HTTP/1.1 straight on asyncio, parsed by httptools.

    transport.py   FastTransport: a request in, a response out
    pool.py        connections of one loop: free lists, connecting, one timer for all of them
    protocol.py    one connection: bytes to and from the loop
    reading.py     one answer put together from bytes, without any I/O
    framing.py     the rules: what is sent, and which answers are too odd to trust

Importing this package imports none of it.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from midakit.core.fast.transport import FastTransport

__all__ = ["FastTransport"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    from importlib import import_module

    return import_module(f"{__name__}.transport").FastTransport
