"""Waits for a place, starts the attempt's clock, and tells the limiter how it went."""

from collections.abc import Callable

from midakit.core.concurrency import aio as concurrency
from midakit.core.limits import Signal, signal_of
from midakit.core.service import Service
from midakit.core.wire.messages import Request, Response
from midakit.errors import Timeout, TransportError


class Limiting:
    """Sends when there is a place: no request waits inside a connection pool, where no deadline counts.

    Args:
        limiter: Where to wait, and what to tell.
        service: Reads from an answer how long the server wants the client to pause.
        longest_pause: A server that asks for more pauses nobody: only the refused call hears of it.
        next_stop: Sends the request.
        is_closed: Says whether the client was closed, so that who waited is not sent; never, when left out.
    """

    __slots__ = ("_is_closed", "_limiter", "_longest_pause", "_next_stop", "_service")

    def __init__(
        self,
        limiter: concurrency.Limiter,
        service: Service,
        longest_pause: float,
        next_stop: concurrency.Send,
        is_closed: Callable[[], bool] = bool,
    ) -> None:
        self._limiter = limiter
        self._service = service
        self._longest_pause = longest_pause
        self._next_stop = next_stop
        self._is_closed = is_closed

    async def __call__(self, request: Request) -> Response:
        """Send one attempt.

        Args:
            request: It expires after its timeout, or with its deadline if that is sooner.

        Returns:
            The response, whatever its status.

        Raises:
            DeadlineExceeded: No place came free in time.
            TransportError: No answer came.
        """
        since = concurrency.now()
        if not self._limiter.enter(since):
            await self._limiter.acquire(request.deadline)
            if self._is_closed():
                self._limiter.release()
                raise TransportError("the client was closed while calls waited", sent=False)
            since = concurrency.now()
        expires = since + request.timeout
        if request.deadline is not None and request.deadline < expires:
            expires = request.deadline
        request.expires = expires
        signal, pause = Signal.UNKNOWN, None
        try:
            response = await self._next_stop(request)
            if response.status < 400:
                signal, pause = Signal.GOOD, self._service.pause_after(response)
            else:
                signal = signal_of(response.status)
                pause = self._asked_for(response) if signal is Signal.REFUSED else None
        except Timeout:
            signal = Signal.TIMED_OUT
            raise
        finally:
            self._limiter.release(signal, since, pause)
        return response

    def _asked_for(self, response: Response) -> float | None:
        asked = self._service.retry_after(response)
        return asked if asked is not None and asked <= self._longest_pause else None
