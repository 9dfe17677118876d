"""Undoes content codings: gzip and deflate always, brotli and zstd when something here can.

brotli needs a package, and so does zstd before Python 3.14, whose standard library has it.

Rules kept here:
- Output is bounded: a decompression bomb is noticed while it unpacks, not when memory is full.
- Time is in proportion to input and output, and a long body is unpacked a few steps at a time.
- A coding that was not asked for, a damaged stream and a truncated one are `TransportError`s.
- Codings are undone in the reverse of the order in which they were applied.
"""

import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol

from midakit.core.wire.headers import Headers
from midakit.errors import BodyTooLarge, TransportError

STEP = 64 * 1024
"""How much a coding unpacks at once, in bytes."""
SLICE = 16 * 1024
"""How much a coding is fed at once. zlib copies what is left of its input after every step and
every gzip member, so feeding a whole body costs time with the square of its length: 4 MB of empty
members took 21 s in one piece, 0.15 s in slices."""
STEPS = 64
"""How many steps are taken before others get their turn: 64 of 64 KiB took 10 ms with zlib."""
WINDOW_LOG = 23
"""How far back zstd may refer, as a power of two: it keeps 8 MiB in memory. RFC 9659 allows no more."""
MAX_LAYERS = 3


class Coding(Protocol):
    """One content coding being undone, piece by piece."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Unpack bytes into pieces of bounded size.

        Args:
            data: The next bytes of the packed body.
        """
        ...

    def has_ended(self) -> bool:
        """Say whether the stream has ended where it should."""
        ...


def _slices(data: bytes, size: int = 0) -> Iterator[bytes]:
    """Cut bytes into pieces."""
    size = size or SLICE
    if len(data) <= size:
        yield data
        return
    for start in range(0, len(data), size):
        yield data[start : start + size]


def _inflated(inner: Any, data: bytes) -> Iterator[bytes]:
    """Unpack bytes with zlib, in steps, as far as they go or to the end of the stream."""
    more = True  # a full step may leave output inside zlib although the input is used up
    while more and not inner.eof:
        piece = inner.decompress(data, STEP)
        yield piece
        data = inner.unconsumed_tail
        more = bool(data) or len(piece) == STEP


class _Gzip:
    """The coding gzip: one member after another."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(16 + zlib.MAX_WBITS)

    def feed(self, data: bytes) -> Iterator[bytes]:
        for part in _slices(data):
            while part:
                if self._inner.eof:
                    self._inner = zlib.decompressobj(16 + zlib.MAX_WBITS)
                yield from _inflated(self._inner, part)
                part = self._inner.unused_data

    def has_ended(self) -> bool:
        return self._inner.eof


class _Deflate:
    """The coding deflate, with its zlib header as the RFC says or without it as some servers do."""

    def __init__(self) -> None:
        self._inner: Any = None
        self._start = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._inner is None:
            data = self._start + data
            if len(data) < 2:
                self._start = data
                return
            wrapped = data[0] & 15 == 8 and (data[0] << 8 | data[1]) % 31 == 0
            self._inner = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        for part in _slices(data):
            if self._inner.eof:
                raise zlib.error("bytes after the end of the stream")
            yield from _inflated(self._inner, part)
            if self._inner.unused_data:
                raise zlib.error("bytes after the end of the stream")

    def has_ended(self) -> bool:
        return self._inner is not None and bool(self._inner.eof)


class _Brotli:
    """The coding br, unpacked by brotli or brotlicffi."""

    def __init__(self) -> None:
        self._module = _brotli()
        self._inner = self._module.Decompressor()

    def feed(self, data: bytes) -> Iterator[bytes]:
        try:
            for part in _slices(data):
                piece = self._inner.process(part, output_buffer_limit=STEP)
                while piece:
                    yield piece
                    piece = self._inner.process(b"", output_buffer_limit=STEP)
        except TypeError:  # a version whose output has no bound: feed it a little at a time
            for part in _slices(data, 16):
                yield self._inner.process(part)

    def has_ended(self) -> bool:
        return bool(self._inner.is_finished())


class _Zstd:
    """The coding zstd: one frame after another."""

    def __init__(self) -> None:
        self._module = _zstd()
        self._inner = self._frame()

    def _frame(self) -> Any:
        """Return what unpacks one frame."""
        if hasattr(self._module, "DecompressionParameter"):  # the standard library's
            limit = {self._module.DecompressionParameter.window_log_max: WINDOW_LOG}
            return self._module.ZstdDecompressor(options=limit)
        return self._module.ZstdDecompressor(max_window_size=1 << WINDOW_LOG).decompressobj()

    def feed(self, data: bytes) -> Iterator[bytes]:
        bounded = hasattr(self._inner, "needs_input")
        for part in _slices(data, SLICE if bounded else 256):
            while part:
                if self._inner.eof:
                    self._inner = self._frame()
                yield from self._bounded(part) if bounded else (self._inner.decompress(part),)
                part = self._inner.unused_data

    def _bounded(self, data: bytes) -> Iterator[bytes]:
        """Unpack bytes in steps, as far as they go or to the end of the frame."""
        yield self._inner.decompress(data, STEP)
        while not (self._inner.eof or self._inner.needs_input):
            yield self._inner.decompress(b"", STEP)

    def has_ended(self) -> bool:
        return bool(self._inner.eof)


def _brotli() -> Any:
    return import_module("brotli" if find_spec("brotli") else "brotlicffi")


@lru_cache(maxsize=1)
def _zstd() -> Any:
    """Return the standard library's module, or the package zstandard, whose output has no bound."""
    return import_module("compression.zstd" if find_spec("_zstd") else "zstandard")


@lru_cache(maxsize=1)
def codings() -> dict[str, Callable[[], Coding]]:
    """Return the codings that this installation can undo, by name."""
    known: dict[str, Callable[[], Coding]] = {"gzip": _Gzip, "deflate": _Deflate}
    if find_spec("brotli") or find_spec("brotlicffi"):
        known["br"] = _Brotli
    if find_spec("_zstd") or find_spec("zstandard"):
        known["zstd"] = _Zstd
    return known


@lru_cache(maxsize=1)
def accepted() -> bytes:
    """Return the value of `accept-encoding`, which asks for the codings that can be undone."""
    return ", ".join(codings()).encode("ascii")


def layers(headers: Headers) -> list[str]:
    """Return the codings that headers name, in the order in which they were applied.

    Args:
        headers: The headers of a response, names in lower case; `identity` counts as no coding.
    """
    found = [value for name, value in headers if name == b"content-encoding"]
    if not found:
        return []
    named = b",".join(found)
    words = [word.strip().lower() for word in named.decode("latin-1").split(",")]
    words = ["gzip" if word == "x-gzip" else word for word in words]
    return [word for word in words if word not in ("", "identity")]


def short_gzip(body: bytes, limit: int) -> bytes | None:
    """Return what a short body of one gzip member holds, or None where `Unpacking` has to look at it.

    Most packed answers are such bodies: this takes a quarter of the time.

    Args:
        body: The body as it came.
        limit: How many bytes it may unpack to.
    """
    if len(body) > SLICE:
        return None
    inner = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        content = inner.decompress(body, min(limit, STEP))
    except zlib.error:
        return None
    return content if inner.eof and not inner.unused_data else None


class Unpacking:
    """A body whose codings are being undone, a few steps at a time, so that nothing else has to wait.

    Args:
        headers: The headers of the response; they name a coding.
        body: The body as it came; it is not empty.
        limit: How many bytes any coding may unpack to.

    Raises:
        TransportError: A coding was not asked for, or there are too many of them.
    """

    __slots__ = ("_codings", "_counts", "_limit", "_names", "_pieces", "_steps")

    def __init__(self, headers: Headers, body: bytes, limit: int) -> None:
        names, known = layers(headers), codings()
        for name in names:
            if name not in known:
                raise TransportError(f"the answer is encoded as {name!r}, which was not asked for")
        if len(names) > MAX_LAYERS:
            raise TransportError(f"the answer is encoded {len(names)} times")
        self._names = ", ".join(names)
        self._codings = [known[name]() for name in reversed(names)]
        self._counts = [0] * len(names)
        self._limit = limit
        self._pieces: list[bytes] = []
        self._steps = self._decoded(body, 0)

    def advance(self) -> bytes | None:
        """Go on for some milliseconds; return the whole unpacked body when that is the end of it.

        Raises:
            TransportError: The content is damaged, truncated or unpacks to too much.
        """
        length = 0
        try:
            for _ in range(STEPS):
                piece = next(self._steps, None)
                if piece is None:
                    return self._whole()
                if piece:
                    self._pieces.append(piece)
                    length += len(piece)
                if length > STEPS * STEP:  # zstd's steps may be long
                    break
        except TransportError:
            raise
        except Exception as error:  # every package has its own error class
            raise TransportError(f"the answer's {self._names} content is damaged") from error
        return None

    def _whole(self) -> bytes:
        if not all(coding.has_ended() for coding in self._codings):
            raise TransportError(f"the answer's {self._names} content ends early")
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)

    def _decoded(self, data: bytes, at: int) -> Iterator[bytes]:
        """Pass bytes through the codings from number `at` on."""
        if at == len(self._codings):
            yield data
            return
        for piece in self._codings[at].feed(data):
            self._counts[at] += len(piece)
            if self._counts[at] > self._limit:
                raise too_long(self._limit)
            yield from self._decoded(piece, at + 1)


def decode(headers: Headers, body: bytes, limit: int) -> bytes:
    """Decode a whole body at once; an empty one (HEAD, 304) stays empty.

    Args:
        headers: The headers of the response.
        body: The body as it came.
        limit: How many bytes the body may have, decoded.

    Raises:
        TransportError: The content is damaged, truncated or too long.
    """
    if not body or not layers(headers):
        return body
    unpacking = Unpacking(headers, body, limit)
    while (decoded := unpacking.advance()) is None:
        pass
    return decoded


def too_long(limit: int) -> BodyTooLarge:
    """Return the error of a response whose body is too long, as it came or unpacked.

    Args:
        limit: The longest body that the client accepts, in bytes.
    """
    return BodyTooLarge(
        f"the answer is longer than {limit} bytes; raise max_body, or ask for less at once",
        limit=limit,
    )
