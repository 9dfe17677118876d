"""Working a plan off: fetch under the client's limiter, turn bytes into columns, commit files.

    specs -> workers -> (spec, pages) -> chunks -> record batches -> commits

Workers pull from one iterator, so nothing waits in a queue that grows with the plan. What is bounded
is bytes: no call sets off while what is fetched, what waits and what is written would exceed
`BYTES_IN_FLIGHT`.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import count
from random import uniform
from time import monotonic
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread

from midakit.core.call import Call
from midakit.errors import ConfigurationError, MidakitError, NotFound, Unauthorized
from midakit.export.files.buffer import Buffer, Limits
from midakit.export.files.manifest import close
from midakit.export.files.stores import said
from midakit.export.files.targets import Target
from midakit.export.plan.spec import REPORTS, Plan, Spec
from midakit.export.rows import tables
from midakit.export.rows.chunks import Chunk
from midakit.export.run import patience
from midakit.export.run.absences import Absences, leaders_first
from midakit.export.run.budget import Budget
from midakit.export.run.event import Progress
from midakit.export.run.fetch import body, fetch
from midakit.export.run.rate import RateSchedule
from midakit.export.run.report import ExportReport, Failure
from midakit.export.run.tally import Tally, statuses

if TYPE_CHECKING:
    from midakit.core._async.client import AsyncClient

BYTES_IN_FLIGHT = 64_000_000
OUTAGE = 60.0

Listener = Callable[[Progress], object]


class Stopped(Exception):  # no error of a call: the run's own
    """The run ended before its plan did; what is committed stays, and a resume goes on from there."""


class Run:
    """One run of a plan into a target."""

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
        """What the place still lacks of the plan, after the run."""
        self.absent: frozenset[str] = frozenset()
        """What answered that it is not in the project, in this run or an earlier one of the plan."""
        self._absences = Absences()
        self._covered: dict[str, set[str]] = {}
        self._buffer = Buffer(target, limits or Limits())
        self._budget = Budget(BYTES_IN_FLIGHT)
        self._freed = anyio.Event()
        self._waiting = 0
        self._warnings: list[str] = [*plan.settings.get("warnings", ())]

    async def run(self) -> ExportReport:
        """Fetch what is not there yet; never raises for what a resume can mend."""
        self._covered = self._target.covered()
        left = [spec for spec in self._plan.specs if self._lacks(spec)]
        pending = [spec for spec in left if self._only is None or spec.id in self._only]
        self._skipped = len(self._plan.specs) - len(left)
        self._tally = Tally(total=len(pending))
        self._patience = patience.Patience(outage=self._outage, now=monotonic())
        self._tell("planned", f"{self._skipped} of {len(self._plan.specs)} already there")
        why, state = "", "whole"
        try:
            await self._work(iter(leaders_first(pending)))
        except Stopped as stop:
            why, state = str(stop), "stopped"
        except OSError as error:
            why, state = said(error), "stopped"
        except (KeyboardInterrupt, anyio.get_cancelled_exc_class()):
            with anyio.CancelScope(shield=True):
                await self._close("interrupted", "")
            raise
        return await self._close(state, why)

    def _lacks(self, spec: Spec) -> bool:
        return any(spec.id not in self._covered.get(table, ()) for table in self._tables(spec))

    def _tables(self, spec: Spec) -> tuple[str, ...]:
        return (spec.kind, "raw") if self._keep_raw else (spec.kind,)

    async def _work(self, specs: Iterator[Spec]) -> None:
        failures: list[Exception] = []

        async def worker() -> None:
            try:
                for spec in specs:
                    await self._one(spec)
            except Exception as failure:
                failures.append(failure)
                group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            for _ in range(self._concurrency):
                group.start_soon(worker)
        if failures:
            raise failures[0]
        await self._flush_all()

    async def _one(self, spec: Spec) -> None:
        if spec in self._absences:
            self._is_absent(spec)
            await self._flush_due()
            return
        await self._room(spec)
        expected = self._budget.expected(spec.kind)
        self._budget.reserved += expected
        self._tally.in_flight += 1
        tried: Counter[type] = Counter()
        try:
            chunks, size = await self._patiently(spec, tried)
        except MidakitError as error:
            self._failed(spec, error, tried.total())
            return
        finally:
            self._tally.in_flight -= 1
            self._budget.reserved -= expected
            self._wake()
        self._tally.bytes += size
        self._budget.learn(spec.kind, size)
        self._keep(spec, chunks, size)
        await self._flush_due()

    async def _room(self, spec: Spec) -> None:
        while not self._budget.fits(spec.kind, self._buffer.bytes):
            if self._buffer.all() and self._budget.fits(spec.kind, 0):
                await self._flush_all()
            else:
                self._waiting += 1
                await self._freed.wait()

    def _wake(self) -> None:
        if self._waiting:
            self._waiting = 0
            self._freed.set()
            self._freed = anyio.Event()

    async def _patiently(self, spec: Spec, tried: "Counter[type]") -> tuple[list[Chunk], int]:
        """The rows, and how many bytes they came in; raises what is to be written down as a failure.

        Attempts are counted by how they ended: a 500 says nothing about how often to bear a 429.
        """
        began = monotonic()
        for turn in count():
            try:
                pages = await fetch(spec, partial(self._page, spec.project), self._warn)
                chunks = self._chunks(spec, pages)
            except MidakitError as error:
                tried[type(error)] += max(1, len(error.attempts))
                last_word = isinstance(error, (NotFound, Unauthorized))
                refused = self._tally.attempted(
                    [one.status for one in error.attempts], answered=last_word
                )
                if last_word:
                    raise
                verdict = self._patience.failed(
                    spec.id, error, attempts=tried[type(error)], turn=turn,
                    left=self._tally.left, began=began, now=monotonic(),
                )  # fmt: skip
                if isinstance(verdict, patience.End):
                    raise Stopped(verdict.why) from error
                if isinstance(verdict, patience.GiveUp):
                    raise
                self._tell("throttled" if refused else "retry", str(error))
                await anyio.sleep(uniform(0.5, 1.0) * verdict.seconds)  # noqa: S311  # no secret
            else:
                self._patience.good(monotonic())
                return chunks, sum(map(len, pages))
        raise AssertionError("unreachable: count() has no end")

    async def _page(self, project: str, call: Call[Any]) -> bytes:
        await self._rate.wait()
        response = await self._clients[project].send_raw(call)
        data = body(response)
        if len(response.attempts) > 1:
            refused = self._tally.attempted(statuses(response), answered=True)
            self._tell("throttled" if refused else "retry")
        return data

    def _chunks(self, spec: Spec, pages: list[bytes]) -> list[Chunk]:
        fetched_at = datetime.now(UTC)
        chunks = [tables.chunk(spec, pages, fetched_at)]
        if self._keep_raw:
            chunks.insert(0, tables.raw(spec, pages, fetched_at))
        return chunks

    def _keep(self, spec: Spec, chunks: list[Chunk], size: int) -> None:
        for chunk in chunks:
            # a kill between two tables' files leaves one of them there: it is not written twice
            if spec.id not in self._covered.get(chunk.table, ()):
                self._buffer.add(spec, chunk, size)
        self._tally.done += 1
        self._tell("done")

    def _failed(self, spec: Spec, error: MidakitError, attempts: int) -> None:
        if isinstance(error, Unauthorized):
            raise Stopped(f"the key of project {spec.project} is not accepted any more: {error}")
        if isinstance(error, NotFound) and spec.kind in REPORTS:
            self._patience.good(monotonic())
            self._is_absent(spec)
            return
        self._tally.failures.append(Failure.of(spec, error, attempts))
        self._tell("failed", f"{spec.kind} {spec.label().get('test_id', '')}: {error}")

    def _is_absent(self, spec: Spec) -> None:
        """Done, with no rows; the first of an experiment is told."""
        new = self._absences.add(spec)
        for table in self._tables(spec):
            if spec.id not in self._covered.get(table, ()):
                self._buffer.add_absent(spec, table)
        self._tally.done += 1
        named = f"{spec.label().get('test_id')} is not in project {spec.project}"
        self._tell(*(("absent", named) if new else ("done",)))

    async def _flush_due(self) -> None:
        for key in self._buffer.due():
            await self._flush(key, anyway=False)

    async def _flush_all(self) -> None:
        for key in self._buffer.all():
            await self._flush(key, anyway=True)

    async def _flush(self, key: tuple[str, str], *, anyway: bool) -> None:
        file = await self._buffer.write(key, anyway=anyway)
        self._wake()
        if file is not None:
            self._tell("committed", file.name)

    async def _close(self, state: str, why: str) -> ExportReport:
        try:
            await self._flush_all()
        except OSError as error:
            state, why = "stopped", why or said(error)
        self.missing = self._missing()
        self.absent = self._target.absent | self._buffer.absent
        if state == "whole" and self.missing:
            state = "partial"
            untried = len(self.missing - {failure.spec_id for failure in self._tally.failures})
            if untried:
                why = f"{untried} calls of the plan are still to be fetched: resume"
        finish = partial(close, merging=bool(self._plan.settings.get("round")))
        report = await anyio.to_thread.run_sync(
            finish, self._target, self._report(state, why), self.missing
        )
        self._tell("finished" if report.ok else "stopped", str(report))
        return report

    def _missing(self) -> frozenset[str]:
        for table, ids in self._buffer.covered.items():
            self._covered.setdefault(table, set()).update(ids)
        return frozenset(spec.id for spec in self._plan.specs if self._lacks(spec))

    def _report(self, state: str, why: str) -> ExportReport:
        done = frozenset().union(*self._buffer.covered.values())
        if self._buffer.drift:
            names = ", ".join(sorted(self._buffer.drift))
            self._warn(f"the server sent fields that no column is for (kept in _extra): {names}")
        return ExportReport(
            state=state,
            place=str(self._target.store),
            plan_id=self._plan.id,
            total=len(self._plan.specs),
            fetched=len(done),
            skipped=self._skipped,
            absent=len(self._absences),
            failures=tuple(self._tally.failures),
            files=tuple(self._buffer.files),
            rows=self._buffer.rows,
            drift=self._buffer.drift,
            seconds=self._tally.seconds,
            retries=self._tally.retries,
            throttled=self._tally.throttled,
            why=why,
            warnings=tuple(self._warnings),
        )

    def _warn(self, text: str) -> None:
        if text not in self._warnings:
            self._warnings.append(text)

    def _tell(self, kind: str, detail: str = "") -> None:
        if not self._listeners:
            return
        event = self._tally.event(kind, sum(self._buffer.rows.values()), detail)
        for listener in self._listeners:
            listener(event)
