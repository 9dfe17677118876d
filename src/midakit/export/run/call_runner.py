"""Working off calls: fetch under the client's limiter, turn bytes into columns, hand files over.

    calls -> workers -> (call, pages) -> chunks -> record batches -> files

What is bounded is bytes: no call sets off while what is fetched, what waits and what is written would
exceed a number of bytes. A run works like this, and so does each worker process of a run.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import anyio

from midakit.errors import MidakitError, NotFound, Unauthorized
from midakit.export.files.buffer import Buffer
from midakit.export.plan.spec import REPORTS, Spec
from midakit.export.rows import tables
from midakit.export.rows.chunks import Chunk
from midakit.export.run.absences import Absences
from midakit.export.run.budget import ByteBudget
from midakit.export.run.counts import RunCounts
from midakit.export.run.coverage import Coverage
from midakit.export.run.event import EventKind
from midakit.export.run.outage import OUTAGE
from midakit.export.run.rate import RateSchedule
from midakit.export.run.report import FailedCall
from midakit.export.run.worker import Fetcher, RunStopped

if TYPE_CHECKING:
    from midakit.core._async.client import AsyncClient

BYTES_IN_FLIGHT = 64_000_000


class CallRunner:
    """Fetches calls and commits their rows.

    Args:
        clients: The client of each project.
        buffer: Where rows wait, and what writes them.
        rps: Requests a second; None to learn from 429 alone.
        keep_raw: Whether the answers themselves are kept too.
        outage: Seconds without any answer after which it stops.
        most_bytes: Bytes that may be fetched, waiting and being written together.
    """

    def __init__(
        self,
        clients: Mapping[str, "AsyncClient"],
        buffer: Buffer,
        *,
        rps: float | None = None,
        keep_raw: bool = False,
        outage: float = OUTAGE,
        most_bytes: int | None = None,
    ) -> None:
        self._keep_raw = keep_raw
        self._absences = Absences()
        self._buffer = buffer
        self._budget = ByteBudget(most_bytes or BYTES_IN_FLIGHT)
        self._freed = anyio.Event()
        self._waiting = 0
        self._coverage = Coverage({}, keep_raw=keep_raw)
        self._counts = RunCounts(total=0)
        self._rate = RateSchedule(rps)
        self._fetcher = Fetcher(
            clients,
            self._rate,
            left=lambda: self._counts.left,
            warn=self._warn,
            attempted=self._attempted,
            outage=outage,
        )

    # What whoever runs the calls hears of

    def _tell(self, kind: EventKind, detail: str = "") -> None:
        """Tell what happened."""

    def _warn(self, text: str) -> None:
        """Tell what is odd about the data."""

    def _attempted(
        self, statuses: Sequence[int | None], answered: bool, detail: str | None
    ) -> None:
        """Count the attempts of a call; tell when it is tried again."""
        refused = self._counts.attempted(statuses, answered=answered)
        if detail is not None:
            self._tell("throttled" if refused else "retry", detail)

    # One call

    async def _work(self, spec: Spec) -> None:
        """Fetch the rows of a call into the buffer, or note why there are none."""
        if spec in self._absences:
            self._note_absent(spec)
            await self._flush_due()
            return
        if not self._budget.fits(spec.kind, self._buffer.bytes):
            await self._wait_for_bytes(spec)
        expected = self._budget.expected(spec.kind)
        self._budget.reserved += expected
        self._counts.in_flight += 1
        tried: dict[type[MidakitError], int] = {}
        try:
            chunks, size = await self._fetcher.fetch(spec, partial(self._convert, spec), tried)
        except MidakitError as error:
            self._note_failed(spec, error, sum(tried.values()))
            return
        finally:
            self._counts.in_flight -= 1
            self._budget.reserved -= expected
            self._wake()
        self._counts.bytes += size
        self._budget.learn(spec.kind, size)
        self._keep(spec, chunks, size)
        await self._flush_due()

    async def _wait_for_bytes(self, spec: Spec) -> None:
        """Wait until the call's answer fits into the bytes that may be under way."""
        while not self._budget.fits(spec.kind, self._buffer.bytes):
            if self._buffer.all() and self._budget.fits(spec.kind, 0):
                await self._flush_all()
            else:
                self._waiting += 1
                await self._freed.wait()

    def _wake(self) -> None:
        """Let the calls that wait for bytes look again."""
        if self._waiting:
            self._waiting = 0
            self._freed.set()
            self._freed = anyio.Event()

    def _convert(self, spec: Spec, pages: list[bytes]) -> tuple[list[Chunk], int]:
        """Return the rows of the pages, table by table, and how many bytes they came in."""
        fetched_at = datetime.now(UTC)
        chunks = [tables.chunk(spec, pages, fetched_at)]
        if self._keep_raw:
            chunks.insert(0, tables.raw(spec, pages, fetched_at))
        return chunks, sum(map(len, pages))

    def _keep(self, spec: Spec, chunks: list[Chunk], size: int) -> None:
        """Put the rows of a call into the buffer."""
        for chunk in chunks:
            # a kill between two tables' files leaves one of them there: it is not written twice
            if not self._coverage.holds(spec, chunk.table):
                self._buffer.add(spec, chunk, size)
        self._counts.done += 1
        self._tell("done")

    def _note_failed(self, spec: Spec, error: MidakitError, attempts: int) -> None:
        """Note that a call was given up, or that its experiment is absent."""
        if isinstance(error, Unauthorized):
            raise RunStopped(f"the key of project {spec.project} is no longer accepted: {error}")
        if isinstance(error, NotFound) and spec.kind in REPORTS:
            self._note_absent(spec)
            return
        self._counts.failures.append(FailedCall.of(spec, error, attempts))
        self._tell("failed", f"{spec.kind} {spec.label().get('test_id', '')}: {error}")

    def _note_absent(self, spec: Spec) -> None:
        """Note that a call is done and has no rows; listeners hear of an experiment once."""
        new = self._absences.add(spec)
        for table in self._coverage.tables(spec):
            if not self._coverage.holds(spec, table):
                self._buffer.add_absent(spec, table)
        self._counts.done += 1
        if new:
            self._tell("absent", f"{spec.label().get('test_id')} is not in project {spec.project}")
        else:
            self._tell("done")

    # Files

    async def _flush_due(self) -> None:
        """Write the files that are large or old enough."""
        for key in self._buffer.due():
            await self._flush(key, anyway=False)

    async def _flush_all(self) -> None:
        """Write everything that waits."""
        for key in self._buffer.all():
            await self._flush(key, anyway=True)

    async def _flush(self, key: tuple[str, str], *, anyway: bool) -> None:
        """Write one file, unless another worker was quicker."""
        file = await self._buffer.write(key, anyway=anyway)
        self._wake()
        if file is not None:
            self._tell("committed", file.name)
