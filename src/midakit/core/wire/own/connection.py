"""One connection, as a protocol of asyncio.

Rules kept here:
- `waiter` is the one exchange under way. None means idle, and then any byte ends the connection.
- A connection goes back to its pool only after a whole response that allows it, in the same step in
  which the response is handed over. Everything else (an error, a cancellation, a timeout) aborts it,
  so no request can get the response to an earlier one.
- A body that is framed by closing ends only when the server closes in order. Over TLS that takes a
  close_notify, so nobody can cut a response short unnoticed.
"""

from asyncio import BufferedProtocol, Future
from time import monotonic
from typing import TYPE_CHECKING, Any

from midakit.core.wire.messages import Origin, Request, Response
from midakit.core.wire.own import errors
from midakit.core.wire.own.errors import Malformed, Unanswered
from midakit.core.wire.own.framing import request_bytes
from midakit.core.wire.own.readable import is_readable
from midakit.core.wire.own.response_reader import ResponseReader
from midakit.errors import TransportError

if TYPE_CHECKING:
    from midakit.core.wire.own.pool import Pool


NOTICED = 0.05
"""Seconds for which an idle connection is trusted without a look at its socket, which costs 3 us."""


class Connection(BufferedProtocol):
    """One connection of a pool.

    Args:
        pool: The pool it belongs to.
        origin: Where it goes.
    """

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
        self.reader = ResponseReader(pool.max_head)
        self.waiter: Future[Response] | None = None
        self.expires = 0.0
        self.idle_since = 0.0
        self.lost = False
        self._transport: Any = None

    def start(self, request: Request) -> "Future[Response]":
        """Write a request and start waiting for its response.

        Args:
            request: A request that `framing.check_request` has accepted.

        Returns:
            The future of the response; a TransportError is its exception.
        """
        pool = self.pool
        waiter = self.waiter = pool.loop.create_future()
        self.expires = expires = request.expires
        self.reader.begin(request.method, request.max_body)
        if self.lost:
            self._fail(Unanswered(f"{self.origin} closed the connection", sent=False))
            return waiter
        if expires < pool.wakes:
            pool.wake_at(expires)
        self._transport.write(request_bytes(request))  # in no variable: it holds the key
        return waiter

    def is_usable(self) -> bool:
        """Say whether an idle connection may be used: open, and nothing has come on it unnoticed so far.

        The event loop notices an end and unasked bytes by itself, unless something else kept it busy.
        """
        if self.lost or self._transport.is_closing():
            return False
        if monotonic() - self.idle_since < NOTICED:
            return True
        sock = self._transport.get_extra_info("socket")
        return sock is None or not is_readable(sock)

    def abort(self) -> None:
        """Close the connection at once and forget the exchange under way."""
        self.waiter = None
        self.reader.forget()
        self.pool.drop(self)
        if self._transport is not None:
            self._transport.abort()

    def give_up(self) -> None:
        """Forget a connection that was still being made; the event loop may never report its end."""
        self.lost = True
        self.abort()
        self.pool.forget(self)

    def close(self) -> None:
        """Close the connection for the client; an exchange under way fails."""
        self._fail(TransportError(f"the connection to {self.origin} was closed by the client"))

    def expire(self) -> None:
        """End the exchange under way, which ran out of time."""
        self._fail(errors.out_of_time(self.origin, self.reader.received))

    # What the event loop calls

    def connection_made(self, transport: Any) -> None:
        """Take the transport of a connection that has been made.

        Args:
            transport: asyncio's transport.
        """
        self._transport = transport
        self.idle_since = monotonic()
        if self.lost or self.pool.closed:
            self.lost = True
            transport.abort()
        else:
            self.pool.connections.add(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return where the next bytes go: the pool's buffer, which is read before anyone else fills it.

        Args:
            sizehint: Ignored.
        """
        return self.pool.buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Read the bytes that are in the buffer now.

        Args:
            nbytes: How many they are.
        """
        if self.waiter is None:
            self.abort()
            return
        try:
            if self.reader.feed(bytes(self.pool.buffer[:nbytes])):
                self._finish(self.reader.reusable)
        except Malformed as error:
            self._fail(errors.malformed(self.origin, error))

    def eof_received(self) -> None:
        """Take note that the server has closed its side."""
        if self.waiter is None:
            self.pool.drop(self)
        elif self.reader.end():
            self._finish(reusable=False)
        else:
            self._fail(errors.cut_short(self.origin, self.reader.received))

    def connection_lost(self, exc: Exception | None) -> None:
        """Take note that the connection has ended.

        Args:
            exc: What ended it; None when it was closed in order.
        """
        self.lost = True
        self.pool.forget(self)
        if self.waiter is not None:
            self._fail(errors.cut_short(self.origin, self.reader.received, exc))

    def _finish(self, reusable: bool) -> None:
        waiter, self.waiter = self.waiter, None
        assert waiter is not None
        outcome: Response | TransportError
        try:
            outcome = self.reader.response()
        except TransportError as error:
            outcome = error
        transport = self._transport
        if reusable and not self.pool.closed and not transport.get_write_buffer_size():
            self.idle_since = monotonic()
            self.pool.keep(self)
        else:
            self.abort()
        if waiter.done():
            return  # cancelled in this very step; the connection is good all the same
        if isinstance(outcome, Response):
            waiter.set_result(outcome)
        else:
            waiter.set_exception(outcome)

    def _fail(self, error: TransportError) -> None:
        waiter = self.waiter
        self.abort()
        if waiter is not None and not waiter.done():
            waiter.set_exception(error)
