"""`export`: plan, freeze, run, close; the one function behind the client's verb and the command line."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from midakit.errors import ConfigurationError
from midakit.export import incremental
from midakit.export.buffering import Limits
from midakit.export.closing import failed_ids
from midakit.export.engine import Listener, Run, freeze
from midakit.export.estimate import Estimate, estimate
from midakit.export.plan import FILE, Plan, parse
from midakit.export.planning import Request, plan
from midakit.export.report import ExportReport
from midakit.export.targets import Target, open_target

if TYPE_CHECKING:
    from midakit.mida._async.client import AsyncMida

DEADLINE = 120.0
ATTEMPTS = 6


async def export(
    client: "AsyncMida",
    place: Any,
    *,
    format: str = "parquet",
    projects: "Mapping[str, AsyncMida] | Sequence[str] | None" = None,
    resume: bool = False,
    retry_failed: bool = False,
    since_last: bool = False,
    lookback: int = incremental.LOOKBACK,
    partition_by: str | None = None,
    keep_raw: bool = False,
    concurrency: int | None = None,
    rps: float | None = None,
    limits: Limits | None = None,
    on_progress: Listener | Sequence[Listener] = (),
    **wanted: Any,
) -> ExportReport:
    """Export into a folder, `s3://`, `gs://` or `az://`.

    `wanted` says what: kinds, segments, goals, breakdowns, start_date, end_date, filter_by,
    report_phase, tz, test_ids. With `resume` the frozen plan of the place is worked off and `wanted`
    must be empty.
    """
    clients = _clients(client, projects)
    listeners = (on_progress,) if callable(on_progress) else tuple(on_progress)
    if (resume or retry_failed) and wanted:
        raise ConfigurationError(
            "resume works the frozen plan off; what to export is settled there"
        )
    target = open_target(place, format, partition_by)
    target.store.lock()
    try:
        work, only, state = await _work(
            target, clients, wanted, resume, retry_failed, since_last, lookback
        )
        run = Run(
            clients,
            work,
            target,
            concurrency=concurrency or client.limits.window.ceiling,
            rps=rps,
            keep_raw=keep_raw,
            limits=limits,
            listeners=listeners,
            only=only,
        )
        report = await run.run()
        if report.state in ("whole", "partial"):
            state.learn(work.specs, frozenset(failure.spec_id for failure in report.failures))
            target.note(incremental.FILE, state.dump().encode())
        return report
    finally:
        target.close()
        target.store.unlock()


async def _work(
    target: Target,
    clients: "Mapping[str, AsyncMida]",
    wanted: Mapping[str, Any],
    resume: bool,
    retry_failed: bool,
    since_last: bool,
    lookback: int,
) -> tuple[Plan, frozenset[str] | None, incremental.State]:
    state = _state(target, lookback)
    if resume or retry_failed:
        return _frozen(target), failed_ids(target) if retry_failed else None, state
    made, _ = await plan(clients, Request(**wanted), state if since_last else None)
    if since_last:
        _put_aside(target)
    freeze(made, target)
    return made, None, state


def _state(target: Target, lookback: int) -> incremental.State:
    try:
        return incremental.State.parse(target.store.get(incremental.FILE).decode(), lookback)
    except FileNotFoundError:
        return incremental.State(lookback=lookback)


def _frozen(target: Target) -> Plan:
    try:
        text = target.store.get(FILE).decode()
    except FileNotFoundError:
        raise ConfigurationError(f"{target.store} holds no export to resume: no {FILE}") from None
    return parse(text.splitlines(), f"{target.store}/{FILE}")


def _put_aside(target: Target) -> None:
    """The plan before this one is kept, for `verify`."""
    try:
        text = target.store.get(FILE)
    except FileNotFoundError:
        return
    before = parse(text.decode().splitlines())
    target.note(f"_plans/{before.id}.jsonl", text)
    target.store.remove(FILE)


def _clients(
    client: "AsyncMida", projects: "Mapping[str, AsyncMida] | Sequence[str] | None"
) -> "dict[str, AsyncMida]":
    """Project -> client, each patient enough for a long run."""
    if isinstance(projects, Mapping):
        found = dict(projects)
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
    *,
    projects: "Mapping[str, AsyncMida] | Sequence[str] | None" = None,
    concurrency: int | None = None,
    rps: float | None = None,
    **wanted: Any,
) -> Estimate:
    """Plan, send a short probe, and say what the whole would take."""
    clients = _clients(client, projects)
    made, listings = await plan(clients, Request(**wanted))
    return await estimate(clients, made, listings, concurrency or client.limits.window.ceiling, rps)
