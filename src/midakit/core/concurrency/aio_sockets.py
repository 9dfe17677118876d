"""Sockets for the default transport on asyncio: a network backend for httpcore's connections.

Time is kept by the transport, over the whole attempt (`within`); reads and writes keep none.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Callable, Iterable
from typing import Any

import httpcore

SOCKET_OPTION = tuple[Any, ...]


def within(expires: float) -> asyncio.Timeout:
    """Ends what runs in it at that moment, with TimeoutError."""
    return asyncio.timeout_at(expires)


async def guard(close: Callable[[], None]) -> AsyncGenerator[None, None]:
    """Calls `close` when the loop ends: `asyncio.run` finishes asynchronous generators first."""
    standing = _standing(close)
    await anext(standing)
    return standing


async def _standing(close: Callable[[], None]) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        close()


class _Wire(asyncio.Protocol):
    """Bytes that arrived, and one reader waiting for them."""

    def __init__(self) -> None:
        self.buffer = bytearray()
        self.closed = False
        self.error: BaseException | None = None
        self.transport: Any = None
        self.waiter: asyncio.Future[None] | None = None
        self.drained: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self._wake()

    def eof_received(self) -> bool:
        self.closed = True
        self._wake()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        self.error = exc
        self._wake()
        self.resume_writing()

    def pause_writing(self) -> None:
        self.drained = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        if self.drained is not None and not self.drained.done():
            self.drained.set_result(None)
        self.drained = None

    def _wake(self) -> None:
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, wire: _Wire) -> None:
        self._wire = wire

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        wire = self._wire
        while not wire.buffer:
            if wire.error is not None:
                raise httpcore.ReadError(str(wire.error))
            if wire.closed:
                return b""
            wire.waiter = asyncio.get_running_loop().create_future()
            try:
                await wire.waiter
            finally:
                wire.waiter = None
        found = bytes(wire.buffer[:max_bytes])
        del wire.buffer[:max_bytes]
        return found

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        wire = self._wire
        if wire.closed:
            raise httpcore.WriteError("the connection is closed")
        wire.transport.write(buffer)
        if wire.drained is not None:
            await wire.drained

    async def aclose(self) -> None:
        self.abort()

    def abort(self) -> None:
        """Drop it at once; safe while being cancelled."""
        self._wire.transport.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        loop = asyncio.get_running_loop()
        wire = _Wire()
        try:
            transport = await loop.start_tls(
                self._wire.transport, wire, ssl_context, server_hostname=server_hostname
            )
        except (OSError, ssl.SSLError) as error:
            self.abort()
            raise httpcore.ConnectError(str(error) or type(error).__name__) from error
        except BaseException:
            self.abort()
            raise
        assert transport is not None
        wire.transport = transport
        return _Stream(wire)

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return self._wire.closed or bool(self._wire.buffer)
        if info == "ssl_object":
            return self._wire.transport.get_extra_info("ssl_object")
        return None


class Backend(httpcore.AsyncNetworkBackend):
    """Opens one connection's socket; knows its stream, so that it can be dropped at once."""

    def __init__(self) -> None:
        self.stream: _Stream | None = None
        self.expires = 0.0

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect; httpcore calls this once."""
        try:
            _, wire = await asyncio.get_running_loop().create_connection(_Wire, host, port)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        self.stream = _Stream(wire)
        return self.stream

    def abort(self) -> None:
        """Drop the connection, wherever it is."""
        if self.stream is not None:
            self.stream.abort()


def open_connection(origin: httpcore.Origin, context: ssl.SSLContext | None) -> Any:
    """A connection that has not connected yet, and the backend that will."""
    backend = Backend()
    connection = httpcore.AsyncHTTPConnection(
        origin, ssl_context=context, keepalive_expiry=30.0, network_backend=backend
    )
    return connection, backend
