"""Working off a plan: fetch under the client's limiter, turn bytes into columns, commit files.

    calls of the plan -> workers -> (call, pages) -> chunks -> record batches -> commits

What is bounded is bytes: no call sets off while what is fetched, what waits and what is written would
exceed `BYTES_IN_FLIGHT`.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from midakit.errors import ConfigurationError, MidakitError, NotFound, Unauthorized
from midakit.export.files.buffer import Buffer, Limits
from midakit.export.files.manifest import finish_run
from midakit.export.files.targets import Target
from midakit.export.plan.spec import REPORTS, Plan, Spec
from midakit.export.rows import tables
from midakit.export.rows.chunks import Chunk
from midakit.export.run.absences import Absences, leaders_first
from midakit.export.run.budget import ByteBudget
from midakit.export.run.counts import RunCounts
from midakit.export.run.coverage import Coverage
from midakit.export.run.event import EventKind, ProgressEvent
from midakit.export.run.outage import OUTAGE
from midakit.export.run.rate import RateSchedule
from midakit.export.run.report import ExportReport, FailedCall, State
from midakit.export.run.worker import Fetcher, RunStopped, run_workers
from midakit.export.text import counted, describe

if TYPE_CHECKING:
    from midakit.core._async.client import AsyncClient

BYTES_IN_FLIGHT = 64_000_000

Listener = Callable[[ProgressEvent], object]


class Run:
    """One run of a plan into a target.

    Args:
        clients: The client of each project.
        plan: The plan to work off.
        target: Where rows are committed.
        concurrency: How many calls may be under way at once.
        rps: Requests a second; None to learn from 429 alone.
        keep_raw: Whether the answers themselves are kept too.
        limits: When a file is written.
        listeners: Called with every event of the run.
        only: Ids of the calls to make; None for all that the place lacks.
        outage: Seconds without any answer after which the run stops.

    Raises:
        ConfigurationError: There is no client for a project of the plan.
    """

    def __init__(
        self,
        clients: Mapping[str, "AsyncClient"],
        plan: Plan,
        target: Target,
        *,
        concurrency: int = 32,
        rps: float | None = None,
        keep_raw: bool = False,
        limits: Limits | None = None,
        listeners: Sequence[Listener] = (),
        only: frozenset[str] | None = None,
        outage: float = OUTAGE,
    ) -> None:
        missing = {spec.project for spec in plan.specs} - set(clients)
        if missing:
            raise ConfigurationError(f"no client for the project(s) {', '.join(sorted(missing))}")
        self._clients = clients
        self._plan = plan
        self._target = target
        self._concurrency = concurrency
        self._rate = RateSchedule(rps)
        self._keep_raw = keep_raw
        self._listeners = listeners
        self._only = only
        self._outage = outage
        self.missing: frozenset[str] = frozenset()
        """Ids of the plan's calls that the place still lacks after the run."""
        self.absent: frozenset[str] = frozenset()
        """Ids of the calls that answered that their experiment is not in the project, in this run or an
        earlier one of the plan."""
        self._absences = Absences()
        self._buffer = Buffer(target, limits or Limits())
        self._budget = ByteBudget(BYTES_IN_FLIGHT)
        self._freed = anyio.Event()
        self._waiting = 0
        self._warnings: list[str] = [*plan.settings.get("warnings", ())]

    async def run(self) -> ExportReport:
        """Fetch what is not there yet and return the report; what a resume can mend is not raised."""
        self._coverage = Coverage(self._target.covered(), keep_raw=self._keep_raw)
        lacking = self._coverage.lacking(self._plan.specs)
        pending = [spec for spec in lacking if self._only is None or spec.id in self._only]
        self._skipped = len(self._plan.specs) - len(lacking)
        self._counts = RunCounts(total=len(pending))
        self._fetcher = Fetcher(
            self._clients,
            self._rate,
            left=lambda: self._counts.left,
            warn=self._warn,
            attempted=self._attempted,
            outage=self._outage,
        )
        self._tell("planned", f"{self._skipped} of {len(self._plan.specs)} already there")
        why = ""
        state: State = "whole"
        try:
            await run_workers(self._work, iter(leaders_first(pending)), self._concurrency)
            await self._flush_all()
        except RunStopped as stop:
            why, state = str(stop), "stopped"
        except OSError as error:
            why, state = describe(error), "stopped"
        except (KeyboardInterrupt, anyio.get_cancelled_exc_class()):
            with anyio.CancelScope(shield=True):
                await self._close("interrupted", "")
            raise
        return await self._close(state, why)

    async def _work(self, spec: Spec) -> None:
        """Fetch the rows of a call into the buffer, or note why there are none."""
        if spec in self._absences:
            self._note_absent(spec)
            await self._flush_due()
            return
        await self._wait_for_bytes(spec)
        expected = self._budget.expected(spec.kind)
        self._budget.reserved += expected
        self._counts.in_flight += 1
        tried: Counter[type[MidakitError]] = Counter()
        try:
            chunks, size = await self._fetcher.fetch(spec, partial(self._convert, spec), tried)
        except MidakitError as error:
            self._note_failed(spec, error, tried.total())
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

    def _attempted(
        self, statuses: Sequence[int | None], answered: bool, detail: str | None
    ) -> None:
        """Count the attempts of a call; tell the listeners when it is tried again."""
        refused = self._counts.attempted(statuses, answered=answered)
        if detail is not None:
            self._tell("throttled" if refused else "retry", detail)

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

    async def _close(self, state: State, why: str) -> ExportReport:
        """Write what waits and the files about the export; return the report."""
        try:
            await self._flush_all()
        except OSError as error:
            state, why = "stopped", why or describe(error)
        self._coverage.add(self._buffer.covered)
        self.missing = frozenset(spec.id for spec in self._coverage.lacking(self._plan.specs))
        self.absent = self._target.absent | self._buffer.absent
        if state == "whole" and self.missing:
            state = "partial"
            untried = len(self.missing - {failure.spec_id for failure in self._counts.failures})
            if untried:
                calls, verb = counted(untried, "call"), "is" if untried == 1 else "are"
                why = f"{calls} of the plan {verb} still to be fetched: resume"
        report = await anyio.to_thread.run_sync(
            finish_run, self._target, self._report(state, why), self.missing, self._plan
        )
        self._tell("finished" if report.ok else "stopped", str(report))
        return report

    def _report(self, state: State, why: str) -> ExportReport:
        """Return the report of this run."""
        done = frozenset().union(*self._buffer.covered.values())
        if self._buffer.drift:
            names = ", ".join(sorted(self._buffer.drift))
            self._warn(f"the server sent fields that have no column (kept in _extra): {names}")
        return ExportReport(
            state=state,
            place=str(self._target.store),
            plan_id=self._plan.id,
            total=len(self._plan.specs),
            fetched=len(done),
            skipped=self._skipped,
            absent=len(self._absences),
            failures=tuple(self._counts.failures),
            files=tuple(self._buffer.files),
            rows=self._buffer.rows,
            drift=self._buffer.drift,
            seconds=self._counts.seconds,
            retries=self._counts.retries,
            throttled=self._counts.throttled,
            why=why,
            warnings=tuple(self._warnings),
        )

    def _warn(self, text: str) -> None:
        """Remember a warning about the data, once."""
        if text not in self._warnings:
            self._warnings.append(text)

    def _tell(self, kind: EventKind, detail: str = "") -> None:
        """Tell the listeners what happened."""
        if not self._listeners:
            return
        event = self._counts.event(kind, sum(self._buffer.rows.values()), detail)
        for listener in self._listeners:
            listener(event)
