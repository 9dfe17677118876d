"""The fast transport: HTTP/1.1 straight on asyncio, parsed by httptools.

    transport.py   FastTransport: a request in, a response out
    pool.py        connections of one loop: free lists, connecting, one timer for all of them
    protocol.py    one connection: bytes to and from the loop
    reading.py     one answer put together from bytes, without any I/O
    framing.py     the rules: what is sent, and which answers are too odd to trust
    choosing.py    whether this transport may be used here and now

Importing this package imports none of it.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from midakit.core.fast.choosing import mocked, unusable
    from midakit.core.fast.transport import FastTransport

__all__ = ["FastTransport", "mocked", "unusable"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    from importlib import import_module

    module = "transport" if name == "FastTransport" else "choosing"
    return getattr(import_module(f"{__name__}.{module}"), name)
