"""`export`: plan, freeze, run, close; the one function behind the client's verb and the command line."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import anyio.to_thread
import attrs

from midakit.errors import ConfigurationError
from midakit.export.files.buffer import Limits
from midakit.export.files.manifest import failed_ids, reopen, succeeded
from midakit.export.files.stores import Store, open_store
from midakit.export.files.targets import check, open_target
from midakit.export.files.verify import verify
from midakit.export.plan import frozen as freezing
from midakit.export.plan import increment as incremental
from midakit.export.plan.estimate import Estimate, estimate
from midakit.export.plan.frozen import Output
from midakit.export.plan.planner import Request, plan
from midakit.export.plan.spec import Plan, Spec
from midakit.export.run.outage import OUTAGE
from midakit.export.run.report import ExportReport
from midakit.export.run.runner import Listener, Run

if TYPE_CHECKING:
    from midakit.mida._async.client import AsyncMida

DEADLINE = 120.0
ATTEMPTS = 6


async def export(
    client: "AsyncMida",
    place: Any,
    *,
    format: str | None = None,
    projects: "Mapping[str, AsyncMida] | Sequence[str] | None" = None,
    resume: bool = False,
    retry_failed: bool = False,
    since_last: bool = False,
    lookback: int = incremental.LOOKBACK,
    partition_by: str | None = None,
    keep_raw: bool | None = None,
    concurrency: int | None = None,
    rps: float | None = None,
    limits: Limits | None = None,
    outage: float = OUTAGE,
    on_progress: Listener | Sequence[Listener] = (),
    **wanted: Any,
) -> ExportReport:
    """Export into a folder, `s3://`, `gs://` or `az://`.

    `wanted` says what: kinds, segments, goals, breakdowns, start_date, end_date, filter_by,
    report_phase, tz, test_ids. With `resume` and `retry_failed` the frozen plan of the place is
    worked off and `wanted` must be empty; `since_last` takes what is not said from the last plan.
    """
    clients = _clients(client, projects)
    if (resume or retry_failed) and (wanted or since_last):
        raise ConfigurationError(
            "resume works the frozen plan off; what to export is settled there"
        )
    asked = Output(format, partition_by, keep_raw)
    store = await anyio.to_thread.run_sync(open_store, place)
    freezing.agree(freezing.output(store), asked, store)
    check(store, asked.form, asked.partition_by)
    await anyio.to_thread.run_sync(store.lock)
    try:
        if resume or retry_failed:
            work = freezing.frozen(store)
        else:
            work = await _new(store, clients, wanted, asked, lookback if since_last else None)
        only = failed_ids(store) if retry_failed else None
        output = freezing.told(work.settings)
        merging = bool(work.settings.get("round"))
        target = open_target(store, output.form, output.partition_by, merge=merging)
        try:
            reopen(store)
            run = Run(
                clients,
                work,
                target,
                concurrency=concurrency or client.limits.window.ceiling,
                rps=rps,
                keep_raw=bool(output.keep_raw),
                limits=limits,
                listeners=(on_progress,) if callable(on_progress) else tuple(on_progress),
                only=only,
                outage=outage,
            )
            report = await run.run()
            await anyio.to_thread.run_sync(_learn, store, work, run)
            return report
        finally:
            target.close()
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(store.unlock)


async def _new(
    store: Store,
    clients: "Mapping[str, AsyncMida]",
    wanted: Mapping[str, Any],
    asked: Output,
    lookback: int | None,
) -> Plan:
    """A new plan, frozen; the same plan as the one that is there is that one."""
    if lookback is None:
        made, _ = await plan(clients, Request(**wanted))
        return freezing.freeze(made, asked, store)
    before = freezing.before(store)
    request = Request(**{**(before.settings.get("wanted", {}) if before else {}), **wanted})
    state = incremental.load(store, lookback)
    number = freezing.rounds(store) + (before is not None)
    left: tuple[Spec, ...] = ()
    if before is not None and not succeeded(store, before):
        left = (await anyio.to_thread.run_sync(_rest, store)).specs
    made, _ = await plan(clients, request, state, round=number, before=left)
    output = freezing.output(store) or asked
    reopen(store)
    freezing.put_aside(store)
    return freezing.freeze(made, output, store)


def _learn(store: Store, work: Plan, run: Run) -> None:
    state = incremental.load(store)
    state.learn(work, run.missing, run.absent)
    with suppress(OSError):  # a full disk; then the next increment reads a little more
        store.put(incremental.FILE, state.dump().encode(), replace=True)


def _clients(
    client: "AsyncMida", projects: "Mapping[str, AsyncMida] | Sequence[str] | None"
) -> "dict[str, AsyncMida]":
    """Project -> client, each patient enough for a long run."""
    if isinstance(projects, Mapping):
        found = {key: one.project(key) for key, one in projects.items()}
    elif projects is not None:
        found = {key: client.project(key) for key in projects}
    elif client.project_key is not None:
        found = {client.project_key: client}
    else:
        raise ConfigurationError("project_key: not set; name the projects to export")
    patient = {"retry": ATTEMPTS, "deadline": DEADLINE}
    return {key: one.with_options(**patient) for key, one in found.items()}


async def dry_run(
    client: "AsyncMida",
    place: Any = None,
    *,
    projects: "Mapping[str, AsyncMida] | Sequence[str] | None" = None,
    concurrency: int | None = None,
    rps: float | None = None,
    **wanted: Any,
) -> Estimate:
    """Plan, send a short probe, and say what the whole would take; of a place that is there, the rest."""
    clients = _clients(client, projects)
    if place is None:
        made, listings = await plan(clients, Request(**wanted))
    else:
        made, listings = await anyio.to_thread.run_sync(_rest, open_store(place)), {}
    return await estimate(clients, made, listings, concurrency or client.limits.window.ceiling, rps)


def _rest(store: Store) -> Plan:
    """The part of a frozen plan that is not done."""
    whole, missing = freezing.frozen(store), frozenset(verify(store).missing)
    return attrs.evolve(whole, specs=tuple(spec for spec in whole.specs if spec.id in missing))
