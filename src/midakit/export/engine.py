"""Working a plan off: fetch under the client's limiter, turn bytes into columns, commit files.

    specs -> workers -> (spec, pages) -> builder -> record batches -> commits

Workers pull from one iterator, so nothing waits in a queue that grows with the plan. What is bounded
is bytes: a worker does not fetch while more than `BYTES_IN_FLIGHT` wait to be written.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any

import anyio
import attrs

from midakit.core.call import Call
from midakit.core.port import Response
from midakit.errors import (
    APIError,
    ConfigurationError,
    MidakitError,
    NotFound,
    TransportError,
    Unauthorized,
)
from midakit.export.buffering import Buffer, Limits
from midakit.export.events import Progress
from midakit.export.fetching import body, fetch
from midakit.export.pacing import Pace
from midakit.export.plan import FILE, REPORTS, Plan, Spec
from midakit.export.report import ExportReport, Failure
from midakit.export.tables import piece, raw
from midakit.export.targets import Target

if TYPE_CHECKING:
    from midakit.core._async.client import AsyncClient

BYTES_IN_FLIGHT = 64_000_000
DEAD_AFTER = 50
"""So many transport errors in a row, and no answer between them, are a dead network."""

Listener = Callable[[Progress], object]


class Stopped(MidakitError):
    """The run ended before its plan did; what is committed stays, and a resume goes on from there."""


@attrs.define
class Tally:
    """What has happened so far."""

    total: int
    done: int = 0
    absent: int = 0
    retries: int = 0
    throttled: int = 0
    in_flight: int = 0
    bytes: int = 0
    in_a_row: int = 0
    failures: list[Failure] = attrs.field(factory=list)
    began: float = attrs.field(factory=monotonic)

    @property
    def seconds(self) -> float:
        """Since the run began."""
        return monotonic() - self.began


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
    ) -> None:
        missing = {spec.project for spec in plan.specs} - set(clients)
        if missing:
            raise ConfigurationError(f"no client for the project(s) {', '.join(sorted(missing))}")
        self._clients = clients
        self._plan = plan
        self._target = target
        self._concurrency = concurrency
        self._pace = Pace(rps)
        self._keep_raw = keep_raw
        self._listeners = listeners
        self._only = only
        self._tally = Tally(total=len(plan.specs))
        self._buffer = Buffer(target, limits or Limits())
        self._waiting_bytes = 0
        self._drained = anyio.Event()

    async def run(self) -> ExportReport:
        """Fetch what is not there yet; never raises for what a resume can mend."""
        covered = self._target.covered()
        pending = list(self._pending(covered))
        skipped = len(self._plan.specs) - len(pending)
        self._tally.total = len(pending)
        self._tell("planned", f"{skipped} of {len(self._plan.specs)} already there")
        why, state = "", "whole"
        try:
            await self._work(iter(pending))
        except Stopped as stop:
            why, state = str(stop), "stopped"
        except OSError as error:
            why, state = (
                f"{error.strerror or error} ({error.filename or self._target.store})",
                "stopped",
            )
        except (KeyboardInterrupt, anyio.get_cancelled_exc_class()):
            with anyio.CancelScope(shield=True):
                await self._close("interrupted", "", skipped)
            raise
        if state == "whole" and self._tally.done < len(pending):
            state = "partial"
        return await self._close(state, why, skipped)

    def _pending(self, covered: Mapping[str, set[str]]) -> Iterator[Spec]:
        raw_ids = covered.get("raw", set())
        for spec in self._plan.specs:
            done = spec.id in covered.get(spec.kind, ()) and (
                not self._keep_raw or spec.id in raw_ids
            )
            if not done and (self._only is None or spec.id in self._only):
                yield spec

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
        await self._flush(self._buffer.all())

    async def _one(self, spec: Spec) -> None:
        await self._room()
        self._tally.in_flight += 1
        try:
            pages = await fetch(spec, lambda call: self._page(spec.project, call))
        except MidakitError as error:
            self._failed(spec, error)
            return
        finally:
            self._tally.in_flight -= 1
        size = sum(map(len, pages))
        self._tally.bytes += size
        self._waiting_bytes += size
        try:
            self._build(spec, pages)
        except MidakitError as error:
            self._failed(spec, error)
        self._waiting_bytes -= size
        await self._flush(self._buffer.due())

    async def _room(self) -> None:
        while self._waiting_bytes + self._buffer.bytes > BYTES_IN_FLIGHT:
            await self._flush(self._buffer.all())

    async def _page(self, project: str, call: Call[Any]) -> bytes:
        await self._pace.wait()
        response: Response = await self._clients[project].send_raw(call)
        self._note_attempts(response)
        return body(response)

    def _note_attempts(self, response: Response) -> None:
        self._tally.in_a_row = 0
        refused = sum(1 for attempt in response.attempts if attempt.status == 429)
        self._tally.throttled += refused
        if len(response.attempts) > 1:
            self._tally.retries += len(response.attempts) - 1
            self._tell("throttled" if refused else "retry")

    def _build(self, spec: Spec, pages: list[bytes]) -> None:
        fetched_at = datetime.now(UTC)
        pieces = [piece(spec, pages, fetched_at)]
        if self._keep_raw:
            pieces.insert(0, raw(spec, pages, fetched_at))
        for one in pieces:
            self._buffer.add(spec, one)
        self._tally.done += 1
        self._tell("done")

    def _failed(self, spec: Spec, error: MidakitError) -> None:
        if isinstance(error, Unauthorized):
            raise Stopped(f"the key of project {spec.project} is not accepted any more: {error}")
        if isinstance(error, NotFound) and spec.kind in REPORTS:
            self._buffer.add_absent(spec)
            self._tally.done += 1
            self._tally.absent += 1
            self._tell("absent", f"{spec.label().get('test_id')} is not in project {spec.project}")
            return
        self._tally.failures.append(_failure(spec, error))
        self._tell("failed", f"{spec.kind} {dict(spec.context).get('test_id', '')}: {error}")
        if isinstance(error, TransportError):
            self._tally.in_a_row += 1
            if self._tally.in_a_row >= DEAD_AFTER:
                raise Stopped(f"{DEAD_AFTER} calls in a row got no answer; the last: {error}")

    async def _flush(self, commits: Sequence[Any]) -> None:
        for commit in commits:
            file = await self._buffer.write(commit)
            self._tell("committed", file.name)

    async def _close(self, state: str, why: str, skipped: int) -> ExportReport:
        try:
            await self._flush(self._buffer.all())
        except OSError as error:
            state, why = "stopped", why or f"{error.strerror or error}"
        from midakit.export.closing import close

        report = ExportReport(
            state=state,
            place=str(self._target.store),
            plan_id=self._plan.id,
            total=len(self._plan.specs),
            fetched=self._tally.done,
            skipped=skipped,
            absent=self._tally.absent,
            failures=tuple(self._tally.failures),
            files=tuple(self._buffer.files),
            rows=self._buffer.rows,
            drift=self._buffer.drift,
            seconds=self._tally.seconds,
            retries=self._tally.retries,
            throttled=self._tally.throttled,
            why=why,
        )
        close(self._target, report)
        self._tell("finished" if report.ok else "stopped", str(report))
        return report

    def _tell(self, kind: str, detail: str = "") -> None:
        if not self._listeners:
            return
        tally = self._tally
        event = Progress(
            kind=kind,
            total=tally.total,
            done=tally.done,
            failed=len(tally.failures),
            rows=sum(self._buffer.rows.values()),
            bytes=tally.bytes,
            in_flight=tally.in_flight,
            retries=tally.retries,
            throttled=tally.throttled,
            seconds=tally.seconds,
            detail=detail,
        )
        for listener in self._listeners:
            listener(event)


def _failure(spec: Spec, error: MidakitError) -> Failure:
    label = dict(spec.context)
    return Failure(
        spec_id=spec.id,
        kind=spec.kind,
        label=" ".join(filter(None, (label.get("test_id"), label.get("segment")))),
        error=type(error).__name__,
        message=str(error),
        status=error.status if isinstance(error, APIError) else None,
        attempts=len(error.attempts),
    )


def freeze(plan: Plan, target: Target) -> None:
    """Write the plan where the export goes; a second, different one is refused."""
    from midakit.export.plan import parse

    try:
        there = parse(target.store.get(FILE).decode().splitlines(), FILE)
    except FileNotFoundError:
        target.note(FILE, "".join(f"{line}\n" for line in plan.lines()).encode())
        return
    if there.id != plan.id:
        raise ConfigurationError(
            f"{target.store} holds another export (plan {there.id}, made {there.created_at}); "
            "resume it, or choose another place"
        )
