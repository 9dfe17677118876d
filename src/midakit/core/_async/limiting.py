"""Waits for a place, starts the attempt's clock, and tells the limiter how it went."""

from midakit.core.concurrency import aio as concurrency
from midakit.core.limits import Signal
from midakit.core.wire.messages import Request, Response
from midakit.errors import Timeout

Next = concurrency.Next


class Limiting:
    """No request waits inside a connection pool: it waits here, where a deadline counts."""

    __slots__ = ("_limiter", "_next")

    def __init__(self, limiter: concurrency.Limiter, following: Next) -> None:
        self._limiter = limiter
        self._next = following

    async def __call__(self, request: Request) -> Response:
        """Send it when there is room."""
        since = concurrency.now()
        if not self._limiter.enter(since):
            await self._limiter.acquire(request.deadline)
            since = concurrency.now()
        expires = since + request.timeout
        if request.deadline is not None and request.deadline < expires:
            expires = request.deadline
        request.expires = expires
        signal = Signal.NEUTRAL
        try:
            response = await self._next(request)
            if response.status == 429 or response.status == 503:
                signal = Signal.CONGESTED
            elif response.status < 500:
                signal = Signal.GOOD
        except Timeout:
            signal = Signal.CONGESTED
            raise
        finally:
            self._limiter.release(signal, since)
        return response
