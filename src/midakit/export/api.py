"""`export`: plan, freeze, run, close; the one function behind both clients and the command line."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Unpack

import anyio.to_thread
import attrs

from midakit.core.options import check_names, expand_options, option_table
from midakit.errors import ConfigurationError
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
from midakit.export.run.report import ExportReport
from midakit.export.run.runner import Run
from midakit.mida.options import LOOKBACK, OUTAGE, ExportOptions, Wanted

if TYPE_CHECKING:
    from os import PathLike

    from midakit.mida._async.client import AsyncMida

DEADLINE = 120.0
ATTEMPTS = 6


@expand_options
async def export(
    client: "AsyncMida", place: "str | PathLike[str]", **options: Unpack[ExportOptions]
) -> ExportReport:
    """Export into a folder, `s3://`, `gs://` or `az://`.

    With `resume` and `retry_failed` the plan of the place is worked off, and nothing may be said about
    what to export; `since_last` takes what is not said from the last plan.

    Args:
        client: The client that every call goes through; it shares its limits with other work.
        place: A folder, or the address of a bucket and a prefix.
        kinds: The tables to export.
        segments: Asks for every report once more for each of these segments, by name.
        goals: Goals to report on, by key or id; when left out, each experiment's primary goal.
        breakdowns: Asks for every result once more for each of these dimensions.
        start_date: The first day of every report, inclusive; when left out, each experiment's start.
        end_date: The last day of every report, inclusive; when left out, today (UTC).
        filter_by: Preset filters for every report: text with commas, or a list.
        report_phase: Counts before a winner was served, after it, or all the time.
        tz: Hours from UTC at which days begin.
        test_ids: Only these experiments; when left out, all of the project.
        format: The format of the files; `parquet` for a new export, else that of the place.
        projects: Project keys, or project key -> client; when left out, the client's own project.
        resume: Completes the export of the place, as it was planned.
        retry_failed: Asks again for what failed in the export of the place.
        since_last: Asks only for what may have changed since the last export into the place.
        lookback: With `since_last`, how many days that were read before are read again.
        partition_by: Puts rows into folders `column=value` by this column.
        keep_raw: Keeps each row as the server sent it, in a column `raw`.
        concurrency: How many calls run at once; when left out, the client's `max_concurrency`.
        rps: The most calls to send per second.
        limits: When a file is full: rows, bytes, calls, seconds.
        outage: For how many seconds every call may fail before the export stops.
        on_progress: Called with each event of the progress; one function, or several.

    Returns:
        What was written and what failed.

    Raises:
        ConfigurationError: Options that contradict each other or the place.
        InvalidRequest: An option that does not exist or breaks a rule.
    """
    check_names("export", options, option_table(ExportOptions))
    named = option_table(Wanted)
    wanted = {name: value for name, value in options.items() if name in named}
    resume, retry_failed = options.get("resume", False), options.get("retry_failed", False)
    since_last = options.get("since_last", False)
    on_progress = options.get("on_progress", ())
    clients = _clients(client, options.get("projects"))
    if (resume or retry_failed) and (wanted or since_last):
        raise ConfigurationError(
            "resume works the frozen plan off; what to export is settled there"
        )
    asked = Output(options.get("format"), options.get("partition_by"), options.get("keep_raw"))
    store = await anyio.to_thread.run_sync(open_store, place)
    freezing.agree(freezing.output(store), asked, store)
    check(store, asked.form, asked.partition_by)
    await anyio.to_thread.run_sync(store.lock)
    try:
        if resume or retry_failed:
            work = freezing.frozen(store)
        else:
            lookback = options.get("lookback", LOOKBACK) if since_last else None
            work = await _new(store, clients, wanted, asked, lookback)
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
                concurrency=options.get("concurrency") or client.limits.window.ceiling,
                rps=options.get("rps"),
                keep_raw=bool(output.keep_raw),
                limits=options.get("limits"),
                listeners=(on_progress,) if callable(on_progress) else tuple(on_progress),
                only=only,
                outage=options.get("outage", OUTAGE),
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


@expand_options
async def dry_run(
    client: "AsyncMida",
    place: "str | PathLike[str] | None" = None,
    *,
    projects: "Mapping[str, AsyncMida] | Sequence[str] | None" = None,
    concurrency: int | None = None,
    rps: float | None = None,
    **wanted: Unpack[Wanted],
) -> Estimate:
    """Plan, send a short probe, and return what the whole would take.

    Args:
        client: The client that the calls go through.
        place: The place of an export: what is left of it is estimated, and `wanted` is not used.
        projects: Project keys, or project key -> client; when left out, the client's own project.
        concurrency: How many calls would run at once.
        rps: The most calls to send per second.
        kinds: The tables to export.
        segments: Asks for every report once more for each of these segments, by name.
        goals: Goals to report on, by key or id; when left out, each experiment's primary goal.
        breakdowns: Asks for every result once more for each of these dimensions.
        start_date: The first day of every report, inclusive; when left out, each experiment's start.
        end_date: The last day of every report, inclusive; when left out, today (UTC).
        filter_by: Preset filters for every report: text with commas, or a list.
        report_phase: Counts before a winner was served, after it, or all the time.
        tz: Hours from UTC at which days begin.
        test_ids: Only these experiments; when left out, all of the project.

    Returns:
        Requests, seconds, rows and bytes, as far as the probe tells.
    """
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
