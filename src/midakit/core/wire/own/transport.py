"""Our own transport for asyncio: a free connection, one write, one response."""

import asyncio
from time import monotonic
from typing import Any

from midakit.core.concurrency import fork
from midakit.core.wire.messages import Request, Response
from midakit.core.wire.own.errors import Unanswered, check_resend, no_time_left, no_time_to_unpack
from midakit.core.wire.own.framing import check_request
from midakit.core.wire.own.pool import Pool
from midakit.core.wire.own.response_reader import MAX_HEAD, PackedResponse


class AsyncOwnTransport:
    """Sends requests over HTTP/1.1 connections of its own, on asyncio or uvloop.

    Args:
        ssl_context: TLS settings in place of the shared ones, which check certificates and names.
        max_head: The longest head of a response, in bytes.
    """

    def __init__(self, *, ssl_context: Any = None, max_head: int = MAX_HEAD) -> None:
        self._given_context = ssl_context
        self._max_head = max_head
        self._pool: Pool | None = None

    async def send(self, request: Request) -> Response:
        """Send a request once; on a kept connection that ended without a word, perhaps once more.

        Args:
            request: The request; its `expires` ends the attempt.

        Returns:
            The whole response.

        Raises:
            TransportError: No whole response came, or one that cannot be trusted.
        """
        pool = self._pool
        loop = asyncio.get_running_loop()
        if (
            pool is None
            or pool.loop is not loop
            or pool.closed
            or pool.process is not fork.process_token
        ):
            pool = self._new_pool(loop)
        check_request(request)
        if request.expires <= monotonic():
            raise no_time_left(request.origin)
        connection = pool.take(request.origin)
        kept = connection is not None
        while True:
            if connection is None:
                connection = await pool.connect(request.origin, request.expires)
            waiter = connection.start(request)
            try:
                response = await waiter
            except Unanswered as error:
                check_resend(error, request, kept=kept)
                connection, kept = None, False
            except BaseException:
                if connection.waiter is waiter:  # if cancelled, it may serve someone else by now
                    connection.abort()
                raise
            else:
                if type(response) is PackedResponse:
                    return await _unpacked(response, request)
                return response

    async def aclose(self) -> None:
        """Close every connection: those of another event loop over there, of another process not at all."""
        pool, self._pool = self._pool, None
        if pool is None or pool.process is not fork.process_token or pool.loop.is_closed():
            return
        if pool.loop is asyncio.get_running_loop():
            await pool.aclose()
        else:
            pool.loop.call_soon_threadsafe(pool.abort)

    def _new_pool(self, loop: asyncio.AbstractEventLoop) -> Pool:
        self._pool = pool = Pool(loop, ssl_context=self._context, max_head=self._max_head)
        return pool

    def _context(self) -> Any:
        if self._given_context is None:
            from midakit.core.wire.tls import shared_context

            self._given_context = shared_context()
        return self._given_context


async def _unpacked(packed: PackedResponse, request: Request) -> Response:
    """Unpack a body; a long one lets the event loop serve others in between."""
    while (response := packed.unpacked()) is None:
        await asyncio.sleep(0)
        if monotonic() > request.expires:
            raise no_time_to_unpack(request.origin)
    return response
