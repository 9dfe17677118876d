"""Working off a plan: fetch what the place lacks, commit it, and tell how it went.

The fetching is in `call_runner` and `process_runner`.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from midakit.errors import ConfigurationError
from midakit.export.files.buffer import Buffer, Limits
from midakit.export.files.manifest import finish_run
from midakit.export.files.targets import FileTarget, Target
from midakit.export.plan.frozen_plan import output_of
from midakit.export.plan.plan import Plan
from midakit.export.run.absences import leaders_first
from midakit.export.run.counts import RunCounts
from midakit.export.run.event import EventKind, ProgressEvent
from midakit.export.run.outage import OUTAGE
from midakit.export.run.process_runner import ProcessRunner
from midakit.export.run.report import ExportReport, State
from midakit.export.run.worker import RunStopped
from midakit.export.schemas import TABLES
from midakit.export.text import counted, describe
from midakit.mida.options import Processes

if TYPE_CHECKING:
    from midakit.mida._async.client import AsyncMida

Listener = Callable[[ProgressEvent], object]


class Run(ProcessRunner):
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
        missing = plan.specs.projects() - set(clients)
        if missing:
            raise ConfigurationError(f"no client for the project(s) {', '.join(sorted(missing))}")
        made = output_of(plan.settings).format_or_default
        super().__init__(
            clients,
            Buffer(target, limits or Limits()),
            rps=rps,
            keep_raw=keep_raw,
            outage=outage,
            concurrency=concurrency,
            processes=processes,
            limits=limits,
            partition_by=target.partition_by,
            format=made if isinstance(target, FileTarget) else None,
        )
        self._plan = plan
        self._target = target
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
        self._coverage.add({table: [ids] for table, ids in self._target.covered().items()})
        if self._target.damaged and self._plan.settings.get("round"):
            files = counted(len(self._target.damaged), "data file")
            self._warn(
                f"{files} damaged or gone: this run asks again for its own calls, and not for days that "
                "earlier ones have read"
            )
        lacking = self._coverage.lacking(self._plan.specs)
        pending = lacking if self._only is None else lacking.of(self._only)
        self._skipped = len(self._plan.specs) - len(lacking)
        self._counts = RunCounts(total=len(pending))
        self._tell("planned", f"{self._skipped} of {len(self._plan.specs)} already there")
        why = ""
        state: State = "whole"
        try:
            await self._fetch(pending.at(leaders_first(pending)))
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

    async def _close(self, state: State, why: str) -> ExportReport:
        """Write what waits and the files about the export; return the report."""
        try:
            await self._flush_all()
        except OSError as error:
            state, why = "stopped", why or describe(error)
        self._coverage.add(self._buffer.covered)
        self.missing = frozenset(self._coverage.lacking(self._plan.specs).ids())
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
        done = frozenset().union(*chain.from_iterable(self._buffer.covered.values()))
        rows = self._buffer.rows
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
