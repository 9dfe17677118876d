"""Sockets for the default transport of blocking code: a network backend for httpcore's connections.

Nothing can interrupt a thread, so every socket operation gets what is left of the attempt.
"""

import socket
import ssl
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from time import monotonic
from typing import Any

import httpcore

from midakit.core.readable import is_readable

SOCKET_OPTION = tuple[Any, ...]


def within(expires: float) -> AbstractContextManager[Any]:  # noqa: ARG001  # its twin's
    """The backend keeps the time itself."""
    return nullcontext()


class _Guard:
    def close(self) -> None:
        """There is no loop that could end first."""


def guard(close: Callable[[], None]) -> _Guard:  # noqa: ARG001  # its twin's
    """Nothing to guard against."""
    return _Guard()


class _Stream(httpcore.NetworkStream):
    def __init__(self, sock: socket.socket, backend: "Backend") -> None:
        self._sock = sock
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            self._sock.settimeout(self._backend.left())
            return self._sock.recv(max_bytes)
        except TimeoutError:
            raise
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            self._sock.settimeout(self._backend.left())
            self._sock.sendall(buffer)
        except TimeoutError:
            raise
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        self._sock.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        try:
            self._sock.settimeout(self._backend.left())
            wrapped = ssl_context.wrap_socket(self._sock, server_hostname=server_hostname)
        except TimeoutError:
            self.close()
            raise
        except OSError as error:
            self.close()
            raise httpcore.ConnectError(str(error) or type(error).__name__) from error
        self._backend.sock = wrapped
        return _Stream(wrapped, self._backend)

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return is_readable(self._sock)
        if info == "ssl_object":
            return self._sock if isinstance(self._sock, ssl.SSLSocket) else None
        return None


class Backend(httpcore.NetworkBackend):
    """Opens one connection's socket and keeps its time."""

    def __init__(self) -> None:
        self.sock: socket.socket | None = None
        self.expires = 0.0

    def left(self) -> float:
        """Seconds of the attempt that remain; TimeoutError when there are none."""
        left = self.expires - monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect; httpcore calls this once."""
        try:
            self.sock = socket.create_connection((host, port), self.left())
        except TimeoutError:
            raise
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return _Stream(self.sock, self)

    def abort(self) -> None:
        """Drop the connection."""
        if self.sock is not None:
            self.sock.close()


def open_connection(origin: httpcore.Origin, context: ssl.SSLContext | None) -> Any:
    """A connection that has not connected yet, and the backend that will."""
    backend = Backend()
    connection = httpcore.HTTPConnection(
        origin, ssl_context=context, keepalive_expiry=30.0, network_backend=backend
    )
    return connection, backend
