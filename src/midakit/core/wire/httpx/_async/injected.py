"""Sends through a client that the application brought: `httpx` or `httpx2`.

Only primitives cross the border, exception classes are those of the client's own family, cookies and
redirects stay out of it, and the client is never closed by us. Bodies are read raw and to their end:
its decoding generators, left half-way by an error, would stay open inside one another.
"""

from typing import Any

from midakit.core.concurrency import aio as concurrency
from midakit.core.wire.content import accepted, decode
from midakit.core.wire.http_clients import family
from midakit.core.wire.messages import Request, Response
from midakit.errors import ConnectionFailed, Timeout, TransportError


class AsyncInjected:
    """A transport over somebody else's client."""

    def __init__(self, client: Any, *, owned: bool = False) -> None:
        self._client = client
        self._owned = owned
        self._family = family(client, concurrency.HTTP_CLIENT)

    async def send(self, request: Request) -> Response:
        """One attempt; the whole of it ends at `request.expires`."""
        left = max(0.001, request.expires - concurrency.now())
        with concurrency.after(left) as scope:
            return await self._exchange(request, left)
        assert scope.cancelled_caught
        raise Timeout(f"{request.method} {request.origin}: no whole answer in time")

    async def _exchange(self, request: Request, left: float) -> Response:
        modules = self._family
        headers = (*request.headers, (b"accept-encoding", accepted()))
        try:
            prepared = self._client.build_request(
                request.method,
                request.url,
                headers=[(k.decode(), v.decode("latin-1")) for k, v in headers],
                content=request.body,
                timeout=(left, left, left, left),
            )
            answer = await self._client.send(
                prepared, stream=True, auth=None, follow_redirects=False
            )
            try:
                return await self._read(answer, request)
            finally:
                await answer.aclose()
        except (modules.ConnectError, modules.ConnectTimeout, modules.UnsupportedProtocol) as error:
            raise ConnectionFailed(f"{request.origin}: {error}") from error
        except modules.PoolTimeout as error:
            raise Timeout(f"{request.origin}: the client's pool is full", sent=False) from error
        except (modules.TimeoutException, TimeoutError) as error:
            raise Timeout(f"{request.method} {request.origin}: no whole answer in time") from error
        except (modules.TransportError, OSError) as error:
            said = str(error) or type(error).__name__
            raise TransportError(f"{request.method} {request.origin}: {said}") from error

    async def _read(self, answer: Any, request: Request) -> Response:
        headers = tuple((name.lower(), value) for name, value in answer.headers.raw)
        try:
            body = answer.content  # a mock's, whole and decoded from the beginning
        except self._family.ResponseNotRead:
            body = decode(headers, await concurrency.joined(answer.aiter_raw(), request.expires))
        return Response(answer.status_code, headers, body)

    async def aclose(self) -> None:
        """Close the client if it is ours."""
        if self._owned:
            await self._client.aclose()
