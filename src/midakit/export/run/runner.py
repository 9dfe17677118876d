"""Working off a plan: fetch what the place lacks, commit it, and tell how it went.

The fetching is in `call_runner`; with several processes it happens in them (`processes`), and only the
commits here.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from midakit.errors import ConfigurationError
from midakit.export.files.buffer import Buffer, FetchedRows, Limits
from midakit.export.files.contents import EncodedFile
from midakit.export.files.manifest import finish_run
from midakit.export.files.targets import FileTarget, Target
from midakit.export.plan.frozen_plan import output_of
from midakit.export.plan.spec import Plan, Spec
from midakit.export.run.absences import leaders_first
from midakit.export.run.call_runner import CallRunner
from midakit.export.run.counts import RunCounts
from midakit.export.run.event import EventKind, ProgressEvent
from midakit.export.run.outage import OUTAGE
from midakit.export.run.process_settings import (
    how_many,
    settings_of,
    shares,
    usable_cpus,
    why_not,
)
from midakit.export.run.report import ExportReport, State
from midakit.export.run.worker import RunStopped, run_workers
from midakit.export.schemas import TABLES
from midakit.export.text import counted, describe
from midakit.mida.options import Processes

if TYPE_CHECKING:
    from midakit.mida._async.client import AsyncMida

Listener = Callable[[ProgressEvent], object]


class Run(CallRunner):
    """One run of a plan into a target.

    Args:
        clients: The client of each project.
        plan: The plan to work off.
        target: Where rows are committed.
        concurrency: How many calls may be under way at once.
        processes: How many processes fetch, or `auto`; with 1, this one does.
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
        clients: Mapping[str, "AsyncMida"],
        plan: Plan,
        target: Target,
        *,
        concurrency: int = 32,
        processes: Processes = 1,
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
        super().__init__(
            clients,
            Buffer(target, limits or Limits()),
            rps=rps,
            keep_raw=keep_raw,
            outage=outage,
        )
        self._clients = clients
        self._plan = plan
        self._target = target
        self._concurrency = concurrency
        self._processes: Processes = processes
        self._rps = rps
        self._format = output_of(plan.settings).format_or_default
        self._limits = limits or Limits()
        self._outage = outage
        self._listeners = listeners
        self._only = only
        self.missing: frozenset[str] = frozenset()
        """Ids of the plan's calls that the place still lacks after the run."""
        self.absent: frozenset[str] = frozenset()
        """Ids of the calls that answered that their experiment is not in the project, in this run or an
        earlier one of the plan."""
        self._warnings: list[str] = [*plan.settings.get("warnings", ())]

    async def run(self) -> ExportReport:
        """Fetch what is not there yet and return the report; what a resume can mend is not raised."""
        self._coverage.add(self._target.covered())
        lacking = self._coverage.lacking(self._plan.specs)
        pending = [spec for spec in lacking if self._only is None or spec.id in self._only]
        self._skipped = len(self._plan.specs) - len(lacking)
        self._counts = RunCounts(total=len(pending))
        self._tell("planned", f"{self._skipped} of {len(self._plan.specs)} already there")
        why = ""
        state: State = "whole"
        try:
            await self._fetch(leaders_first(pending))
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
        from midakit.export.run.processes import Processes

        options = {
            "keep_raw": self._keep_raw,
            "outage": self._outage,
            "partition_by": self._target.partition_by,
            "format": self._format if isinstance(self._target, FileTarget) else None,
            "limits": self._limits,
        }
        settings = [
            settings_of(self._clients, share, processes, **options)
            for share in shares(self._concurrency, self._rps, processes)
        ]
        await Processes(settings, specs, self).run()

    # What the worker processes of a run hand over

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
        """Count a call whose rows are all there.

        Args:
            spec: The call of the plan.
            absent: Whether its experiment is not in the project.
        """
        self._counts.done += 1
        if absent and self._absences.add(spec):
            self._tell("absent", f"{spec.label().get('test_id')} is not in project {spec.project}")
        else:
            self._tell("done")

    failed = CallRunner._note_failed
    attempted = CallRunner._attempted

    def told(self, size: int, under_way: int) -> None:
        """Take the counts of a process.

        Args:
            size: Bytes that have come since it told last.
            under_way: How many calls all processes have now.
        """
        self._counts.bytes += size
        self._counts.in_flight = under_way

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
        done, rows = frozenset().union(*self._buffer.covered.values()), self._buffer.rows
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
            rows={name: rows[name] for name in TABLES if name in rows},
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
