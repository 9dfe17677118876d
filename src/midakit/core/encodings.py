"""Undoing content encodings, with a bound on what comes out."""

import zlib
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from midakit.core.port import Headers
from midakit.errors import TransportError

LARGEST = 1 << 30
"""Bytes: an answer that unpacks to more is refused."""


@cache
def accepted() -> bytes:
    """For `accept-encoding`: what is installed."""
    names = [b"gzip", b"deflate"]
    names += [name for name, module in ((b"br", "brotli"), (b"zstd", "zstandard")) if _has(module)]
    return b", ".join(names)


def _has(module: str) -> bool:
    try:
        import_module(module)
    except ImportError:
        return False
    return True


def _unzip(data: bytes, bits: int) -> bytes:
    engine = zlib.decompressobj(bits)
    found = engine.decompress(data, LARGEST)
    if engine.unconsumed_tail:
        raise TransportError(f"an answer that unpacks to more than {LARGEST} bytes")
    if not engine.eof:
        raise TransportError("a compressed answer that was cut short")
    return found


def _deflate(data: bytes) -> bytes:
    try:
        return _unzip(data, zlib.MAX_WBITS)
    except zlib.error:
        return _unzip(data, -zlib.MAX_WBITS)  # some servers leave the zlib wrapper out


def _brotli(data: bytes) -> bytes:
    return bytes(import_module("brotli").decompress(data))


def _zstd(data: bytes) -> bytes:
    made: Any = import_module("zstandard").ZstdDecompressor()
    return bytes(made.decompressobj().decompress(data))


DECODERS: dict[bytes, Callable[[bytes], bytes]] = {
    b"gzip": lambda data: _unzip(data, zlib.MAX_WBITS | 16),
    b"x-gzip": lambda data: _unzip(data, zlib.MAX_WBITS | 16),
    b"deflate": _deflate,
    b"br": _brotli,
    b"zstd": _zstd,
}


def decoded(headers: Headers, body: bytes) -> bytes:
    """The body as it was before it was packed."""
    for name, value in headers:
        if name == b"content-encoding" and body:
            for coding in reversed(value.lower().split(b",")):
                body = _one(coding.strip(), body)
    return body


def _one(coding: bytes, body: bytes) -> bytes:
    if coding in (b"", b"identity"):
        return body
    if coding not in DECODERS:
        raise TransportError(f"an answer packed with {coding.decode('latin-1')!r}")
    try:
        return DECODERS[coding](body)
    except TransportError:
        raise
    except Exception as error:
        raise TransportError(
            f"an answer whose {coding.decode()} packing is broken: {error}"
        ) from None
