"""Holds the connections of httpx and httpx2 to the rules of our own transport.

A network backend stands between a client's connection pool and the network. While a request of ours
is under way it sees every byte first, so that over httpx too

- an answer is refused when two readers could understand it differently, when its head or body is too
  long, and when another byte follows it: httpcore keeps such bytes for the next request;
- no wait goes beyond the end of the attempt, however slowly a server drips: in blocking code httpx
  bounds each read, and not all of them together;
- a socket whose TLS handshake was cancelled is closed at once.

What an application sends through a client that it injected passes unchanged.
"""

from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

from midakit.core.concurrency import aio as concurrency
from midakit.core.concurrency import aio_streams as streams
from midakit.core.wire.choice import has_parser
from midakit.core.wire.messages import Request
from midakit.errors import TransportError

current: ContextVar[Request | None] = ContextVar("midakit_request", default=None)
"""The request that is under way in this task or thread; None while it is none of ours."""

PIECE = 16 * 1024
"""The most that is read at once: where a server sends chunks of a byte, h11 spends 10 us on each, and
no other task has its turn before the next reading."""
HUNG_UP = frozenset({"WriteError", "BrokenPipeError", "ConnectionResetError"})
"""How httpcore and sockets say that nothing more can be written."""
LONG = 64 * 1024
"""What is longer, in bytes, is written with an ear for an answer that comes before the end of it."""
METHODS = frozenset({b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS"})


class Guard:
    """Puts the network backend into a client's connection pools, and takes it out again.

    The pools are found by private names, for there are no public ones: where a pool is not found (a
    transport of the application, a mock), its connections are as httpx makes them.

    Args:
        client: A client of httpx or httpx2.
    """

    def __init__(self, client: Any) -> None:
        transports: list[Any] = [getattr(client, "_transport", None)]
        transports += getattr(client, "_mounts", {}).values()
        self._guarded: list[tuple[Any, AsyncGuardedBackend]] = []
        for transport in transports:
            pool: Any = getattr(transport, "_pool", None)
            backend = getattr(pool, "_network_backend", None)
            if backend is None:
                continue
            if not isinstance(backend, AsyncGuardedBackend):
                backend = pool._network_backend = AsyncGuardedBackend(backend)
            backend.guards += 1
            self._guarded.append((pool, backend))

    def remove(self) -> None:
        """Give the pools their own network backends back, unless another client of ours uses them too."""
        guarded, self._guarded = self._guarded, []
        for pool, backend in guarded:
            backend.guards -= 1
            if not backend.guards:
                pool._network_backend = backend.guarded


class AsyncGuardedBackend:
    """A network backend of httpcore that makes guarded streams.

    Args:
        backend: The backend that makes the connections.
    """

    def __init__(self, backend: Any) -> None:
        self.guarded = backend
        self.guards = 0
        """How many clients of ours need it: an application may give several of them one client of httpx."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> "AsyncGuardedStream":
        """Connect to a host.

        Args:
            host: Its name or address.
            port: Its port.
            timeout: Seconds that connecting may take.
            local_address: The address to connect from.
            socket_options: Options of the socket.
        """
        stream = await self.guarded.connect_tcp(
            host,
            port,
            timeout=_bounded(timeout),
            local_address=local_address,
            socket_options=socket_options,
        )
        return AsyncGuardedStream(stream)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> "AsyncGuardedStream":
        """Connect to a socket of the file system.

        Args:
            path: Where it is.
            timeout: Seconds that connecting may take.
            socket_options: Options of the socket.
        """
        stream = await self.guarded.connect_unix_socket(
            path, timeout=_bounded(timeout), socket_options=socket_options
        )
        return AsyncGuardedStream(stream)

    async def sleep(self, seconds: float) -> None:
        """Wait before connecting once more.

        Args:
            seconds: How long.
        """
        await self.guarded.sleep(seconds)


class AsyncGuardedStream:
    """A stream of httpcore whose answers are read along.

    Args:
        stream: The stream that does the work.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._reader: Any = None
        self._request: Request | None = None
        self._multiplexed = False
        self._broken = False
        self._early: bytes | None = None
        self.answering = False
        """Whether the answer to a request of ours is still to come, or to be continued."""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what comes next.

        Args:
            max_bytes: The most to read.
            timeout: Seconds to wait for it.

        Raises:
            TransportError: The answer cannot be trusted, or is too long.
        """
        data, self._early = self._early, None
        if data is None:
            most = min(max_bytes, PIECE)
            data = await self._stream.read(most, timeout=_bounded(timeout))
        if self.answering:
            self._read_along(data)
        return data

    def _read_along(self, data: bytes) -> None:
        from midakit.core.wire.own import errors

        request = current.get()
        try:
            if self._reader.feed(data) if data else self._reader.end():
                self.answering = False
        except errors.Malformed as error:
            origin: Any = "the server" if request is None else request.origin
            raise errors.malformed(origin, error) from None
        finally:
            self._reader.drop_body()

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write bytes; those that begin a request begin the expectation of its answer.

        Args:
            buffer: What to write.
            timeout: Seconds that it may take.
        """
        request = current.get()
        if request is not None and not self._multiplexed and not self.answers(request):
            self._expect_answer(bytes(buffer[:8]), request)
        if self._broken:
            return  # the rest of a request that has its answer
        try:
            await self._write(buffer, _bounded(timeout))
        except Exception as error:
            if not self.answering or type(error).__name__ not in HUNG_UP:
                raise
            self._broken = True  # the server hung up, perhaps after an answer that says why

    async def _write(self, buffer: bytes, timeout: float | None) -> None:
        if not self.answering or len(buffer) < LONG:
            await self._stream.write(buffer, timeout=timeout)
            return
        whole, self._early = await streams.write_unless_answered(
            self._stream, buffer, PIECE, timeout
        )
        self._broken = not whole

    def _expect_answer(self, start: bytes, request: Request) -> None:
        method = start.partition(b" ")[0]
        self._multiplexed = start == b"PRI * HT"  # how HTTP/2 begins
        if method in METHODS and (self._reader is not None or has_parser()):
            if self._reader is None:
                from midakit.core.wire.own.response_reader import ResponseReader

                self._reader = ResponseReader()
            self._reader.forget()
            self._reader.begin(method.decode(), request.max_body)
            self._request = request
            self.answering = True

    async def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> "AsyncGuardedStream":
        """Begin TLS; a handshake that fails or is cancelled closes the socket.

        Args:
            ssl_context: The settings of TLS.
            server_hostname: The name that the certificate must hold.
            timeout: Seconds that it may take.
        """
        try:
            secured = await self._stream.start_tls(
                ssl_context, server_hostname=server_hostname, timeout=_bounded(timeout)
            )
        except BaseException:
            with concurrency.shield():
                await self._stream.aclose()
            raise
        return AsyncGuardedStream(secured)

    async def aclose(self) -> None:
        """Close the stream."""
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        """Return what the stream knows about itself.

        Args:
            info: Which of it.
        """
        if info == "is_readable" and self._broken:
            return True  # so that no other request is sent here
        return self._stream.get_extra_info(info)

    def answers(self, request: Request) -> bool:
        """Return whether bytes of the answer to a request are still to come.

        Args:
            request: The request; by now another one may be under way on this connection.
        """
        return self.answering and self._request is request


def check_whole(stream: Any, request: Request) -> None:
    """Refuse a response that was there before it was asked for.

    Args:
        stream: The stream that a response has been read from, to its end.
        request: The request that it should answer.

    Raises:
        TransportError: Bytes that an earlier exchange left behind were taken for this response.
    """
    if isinstance(stream, AsyncGuardedStream) and stream.answers(request):
        raise TransportError("the answer is malformed: it began before the request was sent")


def _bounded(timeout: float | None) -> float | None:
    """Return how long a wait may be: no longer than what is left of the attempt under way."""
    request = current.get()
    if request is None:
        return timeout
    left = request.expires - concurrency.now()
    if left <= 0:
        raise TimeoutError
    return left if timeout is None else min(timeout, left)
