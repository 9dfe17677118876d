"""The connections of one event loop.

Taking a connection and giving it back are O(1): each origin has a free list, and the connection that
was used last is taken first, so that few stay open. One timer serves all connections: it sleeps until
the first exchange expires or the first idle connection is too old, so a call that ends in time costs
no timer.

Connections end with their event loop: an asynchronous generator waits to close them, and
`asyncio.run` finishes such generators before it closes the loop.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from time import monotonic
from typing import Any

from midakit.core.concurrency import fork
from midakit.core.wire.messages import Origin
from midakit.core.wire.own.connection import Connection
from midakit.core.wire.own.errors import no_connection, no_connection_in_time
from midakit.core.wire.own.framing import IDLE_SECONDS

RESOLUTION = 0.005
CLOSING_SECONDS = 1.0
BUFFER = 256 * 1024
HAPPY_EYEBALLS = {"happy_eyeballs_delay": 0.25}
FOREVER = float("inf")


class Pool:
    """The connections of one process and one event loop.

    Args:
        loop: The event loop that all connections belong to.
        ssl_context: Returns the TLS settings, when the first connection needs them.
        max_head: The longest head of a response, in bytes.
    """

    __slots__ = (
        "_closing",
        "_emptied",
        "_free",
        "_racing",
        "_ssl_context",
        "_timer",
        "buffer",
        "closed",
        "connections",
        "loop",
        "max_head",
        "process",
        "wakes",
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        ssl_context: Callable[[], Any],
        max_head: int,
    ) -> None:
        self.loop = loop
        self.process = fork.process_token
        self.max_head = max_head
        # One for all: asyncio's own reading would allocate as much anew for every response. A view,
        # because over TLS asyncio fills it piece by piece and a slice of bytes would be a copy.
        self.buffer = memoryview(bytearray(BUFFER))
        self.connections: set[Connection] = set()
        self.wakes = FOREVER
        self.closed = False
        self._free: dict[Origin, dict[Connection, None]] = {}
        self._ssl_context = ssl_context
        self._timer: asyncio.TimerHandle | None = None
        self._emptied: asyncio.Future[None] | None = None
        self._closing: AsyncGenerator[None, None] | None = None
        # uvloop tries addresses one after another and takes no such option
        self._racing = HAPPY_EYEBALLS if isinstance(loop, asyncio.BaseEventLoop) else {}

    def take(self, origin: Origin) -> Connection | None:
        """Take the idle connection that was used last, or None.

        Args:
            origin: Where it must go.
        """
        free = self._free.get(origin)
        while free:
            connection, _ = free.popitem()
            if connection.is_usable():
                return connection
        return None

    def keep(self, connection: Connection) -> None:
        """Put an idle connection on its free list.

        Args:
            connection: A connection whose last exchange ended well.
        """
        free = self._free.get(connection.origin)
        if free is None:
            free = self._free[connection.origin] = {}
        free[connection] = None
        ends = connection.idle_since + IDLE_SECONDS
        if ends < self.wakes:  # after an exchange with a long timeout
            self.wake_at(ends)

    def drop(self, connection: Connection) -> None:
        """Take a connection off its free list, if it is there.

        Args:
            connection: One that must not be used any more.
        """
        free = self._free.get(connection.origin)
        if free is not None:
            free.pop(connection, None)

    def forget(self, connection: Connection) -> None:
        """Forget a connection that has ended.

        Args:
            connection: A connection that was closed by either side.
        """
        self.drop(connection)
        self.connections.discard(connection)
        if not self.connections and self._emptied is not None and not self._emptied.done():
            self._emptied.set_result(None)

    async def connect(self, origin: Origin, expires: float) -> Connection:
        """Make a new connection to an origin.

        Args:
            origin: Where it goes.
            expires: When it must be made, on the clock of `time.monotonic`.

        Raises:
            ConnectionFailed: It cannot be made.
            Timeout: It was not made in time.
        """
        if self._closing is None:
            self._closing = self._close_at_the_end()
            await anext(self._closing)
        connection = Connection(self, origin)
        left = None if expires == FOREVER else expires - monotonic()
        # Cancelled at the wrong moment, asyncio's race loses a socket: none where nothing can race.
        options: dict[str, Any] = {} if is_address(origin.host) else dict(self._racing)
        if origin.scheme == "https":
            options |= {"ssl": self._ssl_context(), "server_hostname": origin.host}
        time_limit = asyncio.timeout(left)
        try:
            async with time_limit:
                await self.loop.create_connection(
                    lambda: connection, origin.host, origin.port, **options
                )
        except (OSError, ValueError) as error:  # ValueError: a host that is no name
            connection.give_up()
            if time_limit.expired():
                raise no_connection_in_time(origin) from error
            raise no_connection(origin, error) from error
        except BaseException:
            connection.give_up()
            raise
        return connection

    # The timer

    def wake_at(self, moment: float) -> None:
        """Look at the connections again, no later than at a given moment.

        Args:
            moment: The moment, on the clock of `time.monotonic`.
        """
        if self._timer is not None:
            self._timer.cancel()
        self.wakes = moment
        self._timer = self.loop.call_later(max(moment - monotonic(), RESOLUTION), self._tick)

    def _tick(self) -> None:
        self._timer, self.wakes = None, FOREVER
        now = monotonic()
        soonest = FOREVER
        for connection in tuple(self.connections):
            idle = connection.waiter is None
            ends = connection.idle_since + IDLE_SECONDS if idle else connection.expires
            if ends > now:
                soonest = min(soonest, ends)
            elif idle:
                connection.abort()
            else:
                connection.expire()
        if soonest < FOREVER:
            self.wake_at(soonest)

    # Closing

    def abort(self) -> None:
        """Close every connection at once, also those being made; exchanges under way fail."""
        self.closed = True
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self.wakes = None, FOREVER
        for connection in tuple(self.connections):
            connection.close()

    async def aclose(self) -> None:
        """Close every connection and wait, for a second at most, until the event loop has dropped them."""
        if self._closing is not None:
            await self._closing.aclose()

    async def _close_at_the_end(self) -> AsyncGenerator[None, None]:
        """Wait to be finished, by `aclose` or by the end of the event loop, and close everything."""
        try:
            yield
        finally:
            self.abort()
            if self.connections:
                self._emptied = self.loop.create_future()
                await asyncio.wait([self._emptied], timeout=CLOSING_SECONDS)


def is_address(host: str) -> bool:
    """Say whether a host is an IP address and not a name.

    Args:
        host: The host of an origin.
    """
    return ":" in host or host.replace(".", "").isdigit()
