"""Working off calls here, or in several processes, of which only this one commits."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from midakit.export.files.buffer import Buffer, FetchedRows, Limits
from midakit.export.files.contents import EncodedFile
from midakit.export.plan.spec import Spec
from midakit.export.run.call_runner import CallRunner
from midakit.export.run.outage import OUTAGE
from midakit.export.run.process_settings import (
    how_many,
    settings_of,
    shares,
    usable_cpus,
    why_not,
)
from midakit.export.run.worker import run_workers
from midakit.mida.options import Processes

if TYPE_CHECKING:
    from midakit.mida._async.client import AsyncMida


class ProcessRunner(CallRunner):
    """Fetches calls here or in worker processes, and commits their rows.

    Args:
        clients: The client of each project.
        buffer: Where rows wait, and what writes them.
        concurrency: How many calls may be under way at once.
        processes: How many processes fetch, or `auto`; with 1, this one does.
        rps: Requests a second; None to learn from 429 alone.
        keep_raw: Whether the answers themselves are kept too.
        outage: Seconds without any answer after which it stops.
        limits: When a file is written.
        partition_by: The column that folders are made by.
        format: The format of the files that processes make; None where they hand over rows.
    """

    def __init__(
        self,
        clients: "Mapping[str, AsyncMida]",
        buffer: Buffer,
        *,
        concurrency: int,
        processes: Processes,
        rps: float | None = None,
        keep_raw: bool = False,
        outage: float = OUTAGE,
        limits: Limits | None = None,
        partition_by: str | None = None,
        format: str | None = None,
    ) -> None:
        super().__init__(clients, buffer, rps=rps, keep_raw=keep_raw, outage=outage)
        self._clients = clients
        self._concurrency = concurrency
        self._processes: Processes = processes
        self._rps = rps
        self._outage = outage
        self._limits = limits or Limits()
        self._partition_by = partition_by
        self._format = format

    async def _fetch(self, specs: Sequence[Spec]) -> None:
        """Fetch calls, here or in processes of their own."""
        processes = how_many(
            self._processes,
            calls=len(specs),
            concurrency=self._concurrency,
            cpus=usable_cpus(),
            reason=why_not(self._clients.values()),
        )
        if processes == 1:
            await run_workers(self._work, iter(specs), self._concurrency)
            return
        from midakit.export.run.processes import WorkerProcesses

        options = {
            "keep_raw": self._keep_raw,
            "outage": self._outage,
            "partition_by": self._partition_by,
            "format": self._format,
            "limits": self._limits,
        }
        settings = [
            settings_of(self._clients, share, processes, **options)
            for share in shares(self._concurrency, self._rps, processes)
        ]
        await WorkerProcesses(settings, specs, self).run()

    # What worker processes hand over

    def tables_of(self, spec: Spec) -> set[str]:
        """Return the tables that lack the rows of a call.

        Args:
            spec: The call of the plan.
        """
        tables = self._coverage.tables(spec)
        return {table for table in tables if not self._coverage.holds(spec, table)}

    def skips(self, spec: Spec) -> bool:
        """Return whether a call need not be sent because its experiment is absent; it is done then.

        Args:
            spec: The call of the plan.
        """
        if spec not in self._absences:
            return False
        self._note_absent(spec)
        return True

    async def took(self, rows: FetchedRows) -> None:
        """Take rows that a process has fetched.

        Args:
            rows: Rows of one table, with the calls that they cover.
        """
        if isinstance(rows.rows, EncodedFile):
            file = await self._buffer.write_file(rows)
            self._tell("committed", file.name)
        else:
            self._buffer.add_rows(rows)
            await self._flush_due()

    def ended(self, spec: Spec, *, absent: bool) -> None:
        """Take note of a call whose rows are all there.

        Args:
            spec: The call of the plan.
            absent: Whether its experiment is not in the project.
        """
        if absent and self._absences.add(spec):
            self._tell("absent", f"{spec.label().get('test_id')} is not in project {spec.project}")

    failed = CallRunner._note_failed
    attempted = CallRunner._attempted

    def told(self, size: int, fetched: int, under_way: int) -> None:
        """Take the counts of a process.

        Args:
            size: Bytes that have come since it told last.
            fetched: Calls that it has fetched since; less than 0 for those that are lost with it.
            under_way: How many calls all processes have now.
        """
        self._counts.bytes += size
        self._counts.done += fetched
        self._counts.in_flight = under_way
        self._tell("done")

    def warn(self, text: str) -> None:
        """Remember a warning about the data, once.

        Args:
            text: A sentence.
        """
        self._warn(text)

    @property
    def left(self) -> int:
        """Calls of the run that have not ended yet."""
        return self._counts.left
