"""A worker's part of the shared rate: leases from the broker, or a fixed share when it is away."""

import logging
from time import monotonic
from typing import Any

import anyio
from anyio.streams.buffered import BufferedByteReceiveStream

from midakit.engines.spark.broker import LONGEST_LINE, Address, answer_to
from midakit.engines.spark.leases import Book, Grant, Lease

PATIENCE = 3.0
"""Seconds that the broker has to answer."""
AWAY = 30.0
"""Seconds before a broker that did not answer is asked again."""

GONE = (
    OSError,
    ValueError,
    anyio.BrokenResourceError,
    anyio.ClosedResourceError,
    anyio.DelimiterNotFound,
    anyio.EndOfStream,
    anyio.IncompleteRead,
)
"""All that a broker does that is not there, or not a broker."""

log = logging.getLogger("midakit.engines")


class Line:
    """A conversation with the broker."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._read = BufferedByteReceiveStream(stream)

    @classmethod
    async def open(cls, address: Address) -> "Line":
        """Connect, and answer the challenge."""
        line = cls(await anyio.connect_tcp(address.host, address.port))
        try:
            nonce = await line.hear()
            if await line.ask(answer_to(nonce, address.token)) != b"ok":
                raise OSError("the broker does not know this worker")
        except BaseException:
            await line.close()
            raise
        return line

    async def hear(self) -> bytes:
        """The broker's next line."""
        return await self._read.receive_until(b"\n", LONGEST_LINE)

    async def ask(self, line: bytes) -> bytes:
        """Say one line, hear one."""
        await self._stream.send(line + b"\n")
        return await self.hear()

    async def close(self) -> None:
        """Hang up at once."""
        await anyio.aclose_forcefully(self._stream)


class Share:
    """Where a task's calls wait for their turn; without a rate nobody waits here."""

    def __init__(
        self, rps: float | None, *, broker: Address | None = None, sharers: int = 1
    ) -> None:
        self._own = None if rps is None else Book(rps / sharers)
        self._broker = broker
        self._line: Line | None = None
        self._away_until = float("-inf")
        self._lease: Lease | None = None
        self._waiting = 0
        self._lock = anyio.Lock()

    async def wait(self) -> None:
        """Until the next request may go."""
        if self._own is None:
            return
        self._waiting += 1
        try:
            async with self._lock:
                await anyio.sleep(await self._turn(self._own))
        finally:
            self._waiting -= 1

    async def _turn(self, own: Book) -> float:
        while True:
            delay = self._lease.take(monotonic()) if self._lease is not None else None
            if delay is not None:
                return delay
            asked = monotonic()
            grant = await self._ask(self._waiting)
            if grant is None:
                grant = own.grant(1, asked)
            self._lease = Lease(grant, monotonic())

    async def _ask(self, wanted: int) -> Grant | None:
        if self._broker is None or monotonic() < self._away_until:
            return None
        try:
            with anyio.fail_after(PATIENCE):
                if self._line is None:
                    self._line = await Line.open(self._broker)
                tokens, delay, interval = (await self._line.ask(b"%d" % wanted)).split()
                return Grant(int(tokens), float(delay), float(interval))
        except GONE as error:
            log.warning(
                "the rate broker at %s:%s is away (%s); this task keeps to its share of the rate",
                self._broker.host, self._broker.port, error or type(error).__name__,
            )  # fmt: skip
            self._away_until = monotonic() + AWAY
            await self.close()
            return None

    async def close(self) -> None:
        """Hang up."""
        line, self._line = self._line, None
        if line is not None:
            await line.close()
