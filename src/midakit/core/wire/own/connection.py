"""One connection as asyncio sees it.

Rules kept here:
- `waiter` is the one exchange under way; None means idle, and then any byte or goodbye ends the
  connection.
- A connection goes back to its pool only after a whole answer that allows it, in the same step
  that hands the answer over. Everything else (an error, a cancellation, a timeout) aborts it, so
  no later request can meet an earlier one's answer.
- Only the peer's orderly goodbye ends a body that is framed by closing; over TLS that takes a
  close_notify, so nobody can cut an answer short unnoticed.
"""

from asyncio import BufferedProtocol, Future
from time import monotonic
from typing import TYPE_CHECKING, Any

from midakit.core.wire.messages import Origin, Response
from midakit.core.wire.own import errors
from midakit.core.wire.own.answer_reader import AnswerReader
from midakit.core.wire.own.errors import Malformed, Unanswered
from midakit.errors import TransportError

if TYPE_CHECKING:
    from midakit.core.wire.own.pool import Pool


class Connection(BufferedProtocol):
    """One connection of a pool."""

    __slots__ = (
        "_transport",
        "expires",
        "idle_since",
        "lost",
        "origin",
        "pool",
        "reader",
        "waiter",
    )

    def __init__(self, pool: "Pool", origin: Origin) -> None:
        self.pool = pool
        self.origin = origin
        self.reader = AnswerReader(pool.max_head, pool.max_body)
        self.waiter: Future[Response] | None = None
        self.expires = 0.0
        self.idle_since = 0.0
        self.lost = False
        self._transport: Any = None

    def start(self, payload: bytes, method: str, expires: float) -> "Future[Response]":
        """Write a request; the future is its answer."""
        pool = self.pool
        waiter = self.waiter = pool.loop.create_future()
        self.expires = expires
        self.reader.begin(method)
        if self.lost:
            self._fail(Unanswered(f"{self.origin} closed the connection", sent=False))
            return waiter
        if expires < pool.wakes:
            pool.wake_at(expires)
        self._transport.write(payload)
        return waiter

    def is_closing(self) -> bool:
        """Whether nothing more can be sent on it."""
        return self.lost or self._transport.is_closing()

    def abort(self) -> None:
        """Close at once and forget the exchange under way."""
        self.waiter = None
        self.reader.forget()
        self.pool.drop(self)
        if self._transport is not None:
            self._transport.abort()

    def give_up(self) -> None:
        """Forget a connection that was still being made; the loop need not tell us its end."""
        self.lost = True
        self.abort()
        self.pool.forget(self)

    def close(self) -> None:
        """The client closes; an exchange under way fails."""
        self._fail(TransportError(f"the connection to {self.origin} was closed by the client"))

    def expire(self) -> None:
        """The exchange under way ran out of time."""
        self._fail(errors.out_of_time(self.origin, self.reader.received))

    # What the loop calls

    def connection_made(self, transport: Any) -> None:
        """Connected."""
        self._transport = transport
        self.idle_since = monotonic()
        if self.lost or self.pool.closed:
            self.lost = True
            transport.abort()
        else:
            self.pool.connections.add(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next bytes go: they are consumed before any other connection reads."""
        return self.pool.buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes came into the buffer."""
        if self.waiter is None:
            self.abort()
            return
        try:
            if self.reader.feed(bytes(self.pool.buffer[:nbytes])):
                self._finish(self.reader.reusable)
        except Malformed as error:
            self._fail(errors.malformed(self.origin, error))

    def eof_received(self) -> None:
        """The peer said goodbye."""
        if self.waiter is None:
            self.pool.drop(self)
        elif self.reader.end():
            self._finish(reusable=False)
        else:
            self._fail(errors.cut_short(self.origin, self.reader.received))

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self.lost = True
        self.pool.forget(self)
        if self.waiter is not None:
            self._fail(errors.cut_short(self.origin, self.reader.received, exc))

    def _finish(self, reusable: bool) -> None:
        waiter, self.waiter = self.waiter, None
        assert waiter is not None
        answer: Response | TransportError
        try:
            answer = self.reader.response()
        except TransportError as error:
            answer = error
        transport = self._transport
        if (
            reusable
            and not self.pool.closed
            and not transport.get_write_buffer_size()
            and not transport.is_closing()
        ):
            self.idle_since = monotonic()
            self.pool.keep(self)
        else:
            self.abort()
        if waiter.done():
            return  # cancelled in this very step; the connection is clean all the same
        if isinstance(answer, Response):
            waiter.set_result(answer)
        else:
            waiter.set_exception(answer)

    def _fail(self, error: TransportError) -> None:
        waiter = self.waiter
        self.abort()
        if waiter is not None and not waiter.done():
            waiter.set_exception(error)
