"""The transport over `httpx` or `httpx2`, with a client of our own or one that was injected.

Only bytes and numbers cross the border, exceptions are looked up in the client's own library, and
redirects are not followed. Our own client keeps no cookies; an injected one keeps those that its owner
lets it keep, and is never closed by us. Bodies are read raw and to their end: decoding generators that
an error leaves half-way would stay open.
`guard.py` holds its connections to the rules of our own transport.
"""

from typing import Any

from midakit.core.concurrency import aio as concurrency
from midakit.core.wire.content import Unpacking, accepted, layers, too_long
from midakit.core.wire.frames import without_library_frames
from midakit.core.wire.headers import Headers
from midakit.core.wire.httpx._async.guard import Guard, check_whole, current
from midakit.core.wire.httpx.client_library import library_of
from midakit.core.wire.httpx.errors import translated
from midakit.core.wire.messages import Request, Response
from midakit.errors import ConfigurationError, MidakitError, TransportError


class AsyncHttpxTransport:
    """Sends requests through a client of httpx or httpx2.

    Args:
        client: The application's client, which stays open; None makes one of our own.
    """

    def __init__(self, client: Any = None) -> None:
        self._owned = client is None
        self._client = _own_client() if client is None else client
        self._library = library_of(self._client, concurrency.HTTP_CLIENT)
        self._guard = Guard(self._client)
        self._end = concurrency.LoopEnd(self._client.aclose) if self._owned else None

    async def send(self, request: Request) -> Response:
        """Send a request once.

        Args:
            request: The request; its `expires` ends the whole attempt.

        Returns:
            The whole response.

        Raises:
            TransportError: No whole response came, or one that is too long or damaged.
            ConfigurationError: The application has closed the client that it injected.
        """
        if self._end is not None:
            await self._end.watch()
        left = max(0.001, request.expires - concurrency.now())
        progress = _Progress()
        with concurrency.after(left) as scope:
            return await self._exchange(request, left, progress)
        assert scope.cancelled_caught
        raise translated(TimeoutError(), request, sent=progress.may_be_sent)

    async def _exchange(self, request: Request, left: float, progress: "_Progress") -> Response:
        token = current.set(request)
        try:
            response = await self._client.send(
                self._prepared(request, left, progress),
                stream=True,
                auth=None,
                follow_redirects=False,
            )
            try:
                return await self._read(response, request)
            finally:
                await response.aclose()
        except (self._library.RequestError, OSError) as error:
            without_library_frames(error)
            raise translated(error, request, sent=progress.may_be_sent) from error
        except BaseException as error:
            without_library_frames(error)
            if isinstance(error, RuntimeError) and self._client.is_closed:
                raise self._closed() from error
            raise error from error.__cause__
        finally:
            current.reset(token)

    def _closed(self) -> MidakitError:
        """Return the error of a request that came after its client was closed; httpx has none of its own."""
        if self._owned:
            return TransportError("the client was closed before the request was sent", sent=False)
        return ConfigurationError("http_client: it is closed, and midakit does not open it again")

    def _prepared(self, request: Request, left: float, progress: "_Progress") -> Any:
        """Return the request as an object of the client's library."""
        headers = (*request.headers, (b"accept-encoding", accepted()))
        return self._client.build_request(
            request.method,
            request.url,
            headers=[(k.decode(), v.decode("latin-1")) for k, v in headers],
            content=request.body,
            timeout=(left, left, left, left),
            extensions={"trace": progress.note},
        )

    async def _read(self, response: Any, request: Request) -> Response:
        headers = tuple((name.lower(), value) for name, value in response.headers.raw)
        try:
            body = response.content  # a mock's, whole and decoded from the beginning
        except self._library.ResponseNotRead:
            packed = await self._packed(response, request)
            check_whole(response.extensions.get("network_stream"), request)
            body = await _unpacked(headers, packed, request)
        return Response(response.status_code, headers, body)

    async def _packed(self, response: Any, request: Request) -> bytes:
        """Read the body as it came, up to `max_body` bytes."""
        limit = request.max_body
        announced = response.headers.get("content-length", "")
        counts = announced.isdecimal() and request.method != "HEAD"
        length = int(announced[:20]) if counts else 0
        body = b""
        if length <= limit:
            body = await concurrency.joined(response.aiter_raw(), request.expires, limit)
        if max(length, len(body)) > limit:
            raise too_long(limit)
        return body

    async def aclose(self) -> None:
        """Close the client if it is our own; else leave it as it was."""
        self._guard.remove()
        if self._end is not None:
            await self._client.aclose()
            await self._end.forget()


async def _unpacked(headers: Headers, packed: bytes, request: Request) -> bytes:
    """Undo the content codings of a body; a long one lets others have their turn in between."""
    if not packed or not layers(headers):
        return packed
    unpacking = Unpacking(headers, packed, request.max_body)
    while (body := unpacking.advance()) is None:
        if concurrency.now() > request.expires:
            raise TimeoutError
        await concurrency.sleep(0)
    return body


class _Progress:
    """How far a request has come, as the connection reports it; clients that mock report nothing."""

    __slots__ = ("_started", "may_be_sent")

    def __init__(self) -> None:
        self.may_be_sent = True
        self._started = False

    async def note(self, event: str, info: dict[str, Any]) -> None:
        """Take a report of httpcore: of a connection being made, or a request being sent."""
        if event.endswith("connect_tcp.started") and not self._started:
            self.may_be_sent = False
        elif event.endswith("send_request_headers.started"):
            if info["request"].method == b"CONNECT":
                return  # that one is for the proxy
            self.may_be_sent = self._started = True


def _own_client() -> Any:
    from http.cookiejar import CookieJar, DefaultCookiePolicy

    import httpx

    from midakit.core.wire.tls import shared_context

    limits = httpx.Limits(max_connections=None, max_keepalive_connections=16)
    none = CookieJar(DefaultCookiePolicy(allowed_domains=()))
    verify = shared_context()
    try:
        return httpx.AsyncClient(limits=limits, verify=verify, cookies=none)
    except (ImportError, ValueError) as error:  # it reads the proxies of the environment
        raise ConfigurationError(f"HTTPS_PROXY, HTTP_PROXY or ALL_PROXY: {error}") from None
