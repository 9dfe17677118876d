"""Our own transport for asyncio: a free connection, one write, one response."""

import asyncio
from time import monotonic
from typing import Any

from midakit.core.concurrency import fork
from midakit.core.wire.content import MAX_BODY
from midakit.core.wire.messages import Headers, Request, Response
from midakit.core.wire.own import framing
from midakit.core.wire.own.errors import Unanswered, check_resend, no_time_left
from midakit.core.wire.own.pool import Pool
from midakit.core.wire.own.response_reader import MAX_HEAD

BLOCKS_KEPT = 64
"""How many blocks of headers are remembered; a client sends the same few again and again."""


class AsyncOwnTransport:
    """Sends requests over HTTP/1.1 connections of its own, on asyncio or uvloop.

    Args:
        ssl_context: TLS settings in place of the shared ones, which check certificates and names.
        max_head: The longest head of a response, in bytes.
        max_body: The longest body of a response, in bytes, before decoding and after it.
    """

    def __init__(
        self, *, ssl_context: Any = None, max_head: int = MAX_HEAD, max_body: int = MAX_BODY
    ) -> None:
        self._given_context = ssl_context
        self._max_head = max_head
        self._max_body = max_body
        self._pool: Pool | None = None
        self._blocks: dict[Headers, bytes] = {}
        self._last: tuple[Headers, bytes] = ((), b"")

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
        last = self._last
        block = last[1] if last[0] is request.headers else self._block(request.headers)
        payload = framing.request_bytes(request, block)
        if request.expires <= monotonic():
            raise no_time_left(request.origin)
        connection = pool.take(request.origin)
        kept = connection is not None
        while True:
            if connection is None:
                connection = await pool.connect(request.origin, request.expires)
            waiter = connection.start(payload, request.method, request.expires)
            try:
                return await waiter
            except Unanswered as error:
                check_resend(error, request, kept=kept)
                connection, kept = None, False
            except BaseException:
                if connection.waiter is waiter:  # if cancelled, it may serve someone else by now
                    connection.abort()
                raise

    async def aclose(self) -> None:
        """Close every connection: those of another event loop over there, of another process not at all."""
        pool, self._pool = self._pool, None
        self._blocks.clear()
        self._last = ((), b"")
        if pool is None or pool.process is not fork.process_token or pool.loop.is_closed():
            return
        if pool.loop is asyncio.get_running_loop():
            await pool.aclose()
        else:
            pool.loop.call_soon_threadsafe(pool.abort)

    def _block(self, headers: Headers) -> bytes:
        block = self._blocks.get(headers)
        if block is None:
            block = framing.header_block(headers)
            if len(self._blocks) >= BLOCKS_KEPT:
                self._blocks.clear()
            self._blocks[headers] = block
        self._last = (headers, block)
        return block

    def _new_pool(self, loop: asyncio.AbstractEventLoop) -> Pool:
        self._pool = pool = Pool(
            loop, ssl_context=self._context, max_head=self._max_head, max_body=self._max_body
        )
        return pool

    def _context(self) -> Any:
        if self._given_context is None:
            from midakit.core.wire.tls import shared_context

            self._given_context = shared_context()
        return self._given_context
