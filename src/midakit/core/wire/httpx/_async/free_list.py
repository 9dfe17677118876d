"""The default transport: an O(1) free list over httpcore's own connections.

httpx's pool looks at every connection for every request; here a request takes the connection that
was used last and gives it back when the answer is whole. What that needs from a pool is little: the
client's limiter decides how many requests there are, so nothing ever waits here.

Rules: a connection goes back only after a whole answer; whatever ends otherwise (an error, a
cancellation) drops it; one that the server closed while it lay idle is replaced once, silently, if
the request may be sent again.
"""

import ssl
from typing import Any

import httpcore

from midakit.core.concurrency import aio_sockets as sockets
from midakit.core.wire.content import accepted, decode
from midakit.core.wire.messages import Headers, Origin, Request, Response
from midakit.errors import ConnectionFailed, Timeout, TransportError

REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS"})


class AsyncFreeList:
    """Connections by origin, the last one used first."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        self._idle: dict[Origin, list[tuple[Any, Any]]] = {}
        self._cores: dict[Origin, httpcore.Origin] = {}
        self._guard: Any = None

    async def send(self, request: Request) -> Response:
        """One attempt, whole answer included, done by `request.expires`."""
        if self._guard is None:
            self._guard = await sockets.guard(self._drop)
        while True:
            pair = self._take(request.origin)
            fresh = pair is None
            connection, backend = pair or self._open(request.origin)
            backend.expires = request.expires
            whole = False
            try:
                async with sockets.within(request.expires):
                    response = await self._exchange(connection, request)
                whole = True
                if connection.is_idle() and not connection.is_closed():
                    self._idle.setdefault(request.origin, []).append((connection, backend))
                else:
                    backend.abort()
                return response
            except TimeoutError:
                raise self._too_late(request, connection) from None
            except (
                httpcore.ConnectError,
                httpcore.ConnectTimeout,
                httpcore.UnsupportedProtocol,
            ) as error:
                raise ConnectionFailed(f"{request.origin}: {error}") from error
            except (
                httpcore.NetworkError,
                httpcore.ProtocolError,
                httpcore.TimeoutException,
            ) as error:
                if not fresh and self._may_be_stale(request, error):
                    continue
                raise TransportError(_said(request, error)) from error
            finally:
                if not whole:
                    backend.abort()

    def _take(self, origin: Origin) -> tuple[Any, Any] | None:
        idle = self._idle.get(origin)
        while idle:
            connection, backend = idle.pop()
            if not connection.has_expired() and not connection.is_closed():
                return connection, backend
            backend.abort()
        return None

    def _open(self, origin: Origin) -> Any:
        core = self._cores.get(origin)
        if core is None:
            core = httpcore.Origin(origin.scheme.encode(), origin.host.encode("idna"), origin.port)
            self._cores[origin] = core
        return sockets.open_connection(core, self._tls(origin))

    def _tls(self, origin: Origin) -> ssl.SSLContext | None:
        if origin.scheme != "https":
            return None
        if self._context is None:
            from midakit.core.wire.tls import shared_context

            self._context = shared_context()
        return self._context

    async def _exchange(self, connection: Any, request: Request) -> Response:
        answer = await connection.handle_async_request(
            httpcore.Request(
                request.method,
                _url(request),
                headers=list(_framed(request)),
                content=request.body,
            )
        )
        body = await answer.aread()
        await answer.aclose()
        headers = tuple((name.lower(), value) for name, value in answer.headers)
        return Response(answer.status, headers, decode(headers, body))

    def _too_late(self, request: Request, connection: Any) -> TransportError:
        if connection.is_available() or not connection.is_closed():
            return Timeout(f"{request.method} {request.origin}: no whole answer in time")
        return Timeout(f"{request.origin}: no connection in time", sent=False)

    def _may_be_stale(self, request: Request, error: Exception) -> bool:
        """Closed by the server while idle: nothing of an answer has come."""
        if request.method not in REPEATABLE:
            return isinstance(error, httpcore.WriteError)
        text = str(error)
        return (
            isinstance(error, (httpcore.WriteError, httpcore.ReadError))
            or "without sending" in text
        )

    async def aclose(self) -> None:
        """Close what lies idle."""
        if self._guard is not None:
            await self._guard.aclose()
        self._drop()

    def _drop(self) -> None:
        idle, self._idle = self._idle, {}
        for pairs in idle.values():
            for _, backend in pairs:
                backend.abort()


def _url(request: Request) -> httpcore.URL:
    origin = request.origin
    return httpcore.URL(
        scheme=origin.scheme.encode(),
        host=origin.host.encode("idna"),
        port=origin.port,
        target=request.target,
    )


def _framed(request: Request) -> Headers:
    headers = (*request.headers, (b"accept-encoding", accepted()))
    if request.body is not None:
        return (*headers, (b"content-length", str(len(request.body)).encode()))
    if request.method in ("POST", "PUT", "PATCH"):
        return (*headers, (b"content-length", b"0"))
    return headers


def _said(request: Request, error: Exception) -> str:
    return f"{request.method} {request.origin}: {str(error) or type(error).__name__}"
