"""`export`: make a plan or read it back, run it, and remember what was read."""

# `with_defaults` fills in every option:
# pyright: reportTypedDictNotRequiredAccess=false

from collections.abc import Mapping, Sequence
from contextlib import suppress
from math import inf
from os import PathLike
from typing import TYPE_CHECKING, Any, Unpack

import anyio.to_thread
import attrs

from midakit.core.cell_progress import in_notebook
from midakit.core.checks import a_kind, between, several
from midakit.core.options import expand_options, option_table, with_defaults
from midakit.core.settings import positive
from midakit.errors import ConfigurationError, InvalidRequest
from midakit.export.files import open_store
from midakit.export.files.buffer import Limits
from midakit.export.files.commit_log import CommitLog
from midakit.export.files.formats import TABLE_FORMATS
from midakit.export.files.manifest import failed_ids, remove_success, succeeded
from midakit.export.files.publish import publish
from midakit.export.files.stores import Store
from midakit.export.files.targets import FileTarget, check_output, check_partitions, open_target
from midakit.export.files.verify import verify_plan
from midakit.export.plan import increment
from midakit.export.plan.estimate import Estimate, estimate
from midakit.export.plan.frozen_plan import (
    Output,
    begin_run,
    check_same_output,
    current_head,
    freeze,
    output_of,
    plan_to_resume,
    write_plan,
)
from midakit.export.plan.increment import IncrementState
from midakit.export.plan.packed_specs import PackedSpecs
from midakit.export.plan.plan import Plan, PlanHead
from midakit.export.plan.planner import make_plan
from midakit.export.plan.request import ExportRequest
from midakit.export.run.process_settings import calls_at_once, check_processes
from midakit.export.run.progress import Cell
from midakit.export.run.report import ExportReport
from midakit.export.run.runner import Listener, Run
from midakit.mida.options import ExportOptions, ExportScope

if TYPE_CHECKING:
    from midakit.mida._async.client import AsyncMida

DEADLINE = 120.0
ATTEMPTS = 6


@expand_options
async def export(
    client: "AsyncMida",
    place: "str | PathLike[str] | Store",
    **options: Unpack[ExportOptions],
) -> ExportReport:
    """Export many reports into a folder or an object store.

    With `resume` and `retry_failed` the plan of the place is worked off, and what to export must not be
    said again; `since_last` takes what is not said from the last plan of the place.

    Args:
        client: The client to ask with; it is given more attempts and a longer deadline.
        place: A folder, or a URL that begins with `s3://`, `gs://` or `az://`.
        kinds: Which tables to export; when left out, experiments, results and timeseries.
        segments: Asks for every report once more for each of these segments, by name.
        goals: Goals to report on, by key or id; when left out, each experiment's primary goal.
        breakdowns: Asks for every result once more for each of these dimensions.
        start_date: The first day of every report, inclusive; when left out, each experiment's start.
        end_date: The last day of every report, inclusive; when left out, today (UTC).
        filter_by: Preset filters for every report: text with commas, or a list.
        report_phase: Counts the time before a winner was served (`pre_deploy`), after it (`post_deploy`), or
            `all_time`.
        tz: Time zone in which days begin: hours from UTC such as 2 or -5.5, or a zone such as
            `Europe/Berlin`; when left out, UTC.
        test_ids: Only these experiments; when left out, all of the project.
        format: The format of the files; `parquet` for a new export, else that of the place. In `csv`, text
            that a spreadsheet would run as a formula gets an apostrophe; `csv-verbatim` leaves it as it is.
            `duckdb` is one database file, `delta` and `iceberg` are tables that engines read and write
            (extras of these names).
        projects: Project keys, or project key -> client; when left out, the client's own project.
        resume: Continues an interrupted export in this place, with the options it was started with.
        retry_failed: Repeats the requests that failed in the earlier export into this place.
        since_last: Requests only what may have changed since the last export into this place.
        lookback: With `since_last`: how many of the days already exported are read again, since late events
            change them; when left out, 7.
        partition_by: Writes rows into one folder `column=value` for each value of this column.
        keep_raw: Also keeps the answers exactly as the server sent them, in a table `raw`.
        concurrency: How many calls run at once; when left out, the client's `max_concurrency`.
        rps: The most calls to send per second.
        processes: How many processes fetch and decode, which exports of many thousand calls gain from; `auto`
            chooses by calls and processors. The command line's default is `auto`.
        limits: How large a file may get before the next one starts: rows, bytes, calls, seconds.
        outage: For how many seconds every call may fail before the export stops.
        on_progress: A function, or several, called with each progress event.

    Returns:
        What was fetched and what was not. Calls that failed are in the report and are not raised.

    Raises:
        ConfigurationError: The options contradict each other or the place, or another export is
            writing there.
        InvalidRequest: What is wanted breaks a rule of the API.
        MidakitError: The experiments could not be listed.

    Example:
        from midakit.export.api import export as export_with

        report = await export_with(mida, "out2", kinds=["results", "metrics"], test_ids=[1001])
        print(report.state, report.rows)
    """
    chosen = with_defaults("export", ExportOptions, options)
    wanted: dict[str, Any] = {
        name: value for name, value in options.items() if name in option_table(ExportScope)
    }
    again = chosen["resume"] or chosen["retry_failed"]
    if again and (wanted or chosen["since_last"]):
        raise ConfigurationError(
            "resume and retry_failed continue the plan of the place: "
            "leave out the options about what to export"
        )
    clients = export_clients(client, chosen["projects"])
    concurrency = calls_at_once(client, chosen["concurrency"])
    _check_options(chosen, clients)
    if not again:
        ExportRequest(**wanted)  # refused before there is a folder
    asked = Output(chosen["format"], chosen["partition_by"], chosen["keep_raw"])
    store = await anyio.to_thread.run_sync(open_store, place)
    check_output(store, asked.format_or_default, asked.partition_by)
    log = await anyio.to_thread.run_sync(CommitLog, store)
    read = plan_to_resume if again else current_head  # refused before the lock makes a folder
    there, named = await anyio.to_thread.run_sync(read, log), log.snapshot.plan
    _check_output(there, asked, store)
    await anyio.to_thread.run_sync(store.lock)
    try:
        await anyio.to_thread.run_sync(begin_run, log)
        if log.snapshot.plan != named:  # another run was here before the place was locked
            there = await anyio.to_thread.run_sync(read, log)
            _check_output(there, asked, store)
        if isinstance(there, Plan):
            plan = there
        else:
            lookback = chosen["lookback"] if chosen["since_last"] else None
            plan = await _new_plan(log, there, clients, wanted, asked, lookback)
        output = output_of(plan.settings)
        if output.format_or_default not in TABLE_FORMATS:
            labels = (spec.label() for spec in plan.specs)
            check_partitions(store, output.partition_by, labels)
        return await _run(log, clients, plan, concurrency, chosen)
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(store.unlock)


def _check_options(chosen: Mapping[str, Any], clients: "Mapping[str, AsyncMida]") -> None:
    """Refuse numbers that cannot be, before anything is sent or written."""
    check_processes(chosen["processes"], clients.values())
    between("lookback", chosen["lookback"], 0, inf, whole=True)
    if chosen["rps"] is not None:
        positive("rps", chosen["rps"])
    limits = chosen["limits"]
    if not isinstance(limits, Limits | None):
        rule = f"must be Limits(rows=..., bytes=...) of {Limits.__module__}, not {a_kind(limits)}"
        raise InvalidRequest("limits", rule)
    _listeners(chosen["on_progress"])


def _listeners(given: Any) -> tuple[Listener, ...]:
    """Return the functions that are told of progress."""
    rule = "must be a function, or a list of functions"
    found = [given] if callable(given) else several("on_progress", given or (), rule)
    if not all(callable(one) for one in found):
        raise InvalidRequest("on_progress", rule)
    return tuple(found)


def _check_output(there: Plan | PlanHead | None, asked: Output, store: Store) -> None:
    check_same_output(None if there is None else output_of(there.settings), asked, store)


async def _run(
    log: CommitLog,
    clients: "Mapping[str, AsyncMida]",
    plan: Plan,
    concurrency: int,
    chosen: Mapping[str, Any],
) -> ExportReport:
    """Work a plan off in a place that is locked."""
    store, output = log.store, output_of(plan.settings)
    only = failed_ids(store) if chosen["retry_failed"] else None
    increment = plan if plan.settings.get("round") else None
    target = open_target(
        store, output.format_or_default, output.partition_by, log=log, increment=increment
    )
    try:
        remove_success(store)
        await anyio.to_thread.run_sync(target.tidy)
        listeners = _listeners(chosen["on_progress"]) or ((Cell(),) if in_notebook() else ())
        run = Run(
            clients,
            plan,
            target,
            concurrency=concurrency,
            processes=chosen["processes"],
            rps=chosen["rps"],
            keep_raw=bool(output.keep_raw),
            limits=chosen["limits"],
            listeners=listeners,
            only=only,
            outage=chosen["outage"],
        )
        report = await run.run()
        await anyio.to_thread.run_sync(_learn, store, plan, run)
        return report
    finally:
        target.close()


async def _new_plan(
    log: CommitLog,
    before: PlanHead | None,
    clients: "Mapping[str, AsyncMida]",
    wanted: Mapping[str, Any],
    asked: Output,
    lookback: int | None,
) -> Plan:
    """Make a plan and write it into the place; a plan with the same calls stays as it is."""
    store = log.store
    if lookback is None:
        made, _ = await make_plan(clients, ExportRequest(**wanted))
        return freeze(made, asked, log, before)
    number, earlier = 0, {}
    open_calls = PackedSpecs()
    if before is not None:
        await anyio.to_thread.run_sync(_publish_rest, log)
        number, earlier = (
            int(before.settings.get("round", 0)) + 1,
            before.settings.get("wanted", {}),
        )
        if not succeeded(log, before.id):
            open_calls = (await anyio.to_thread.run_sync(_rest, log)).specs
    request = ExportRequest(**{**earlier, **wanted})
    state = IncrementState.load(store, lookback)
    made, _ = await make_plan(clients, request, state, round=number, before=open_calls)
    output = asked if before is None else output_of(before.settings)
    remove_success(store)
    return write_plan(made, output, log)


def _publish_rest(log: CommitLog) -> None:
    """Publish what an increment had read before it was killed: the next plan does not ask for it again."""
    if log.snapshot.staged():
        plan = plan_to_resume(log)
        output = output_of(plan.settings)
        target = open_target(log.store, output.format_or_default, output.partition_by, log=log)
        assert isinstance(target, FileTarget)
        target.covered()  # sets damaged files aside
        publish(target, plan)


def _learn(store: Store, plan: Plan, run: Run) -> None:
    """Remember in the place what was read, for the next increment."""
    state = IncrementState.load(store)
    state.learn(plan, run.missing, run.absent)
    with suppress(OSError):  # a full disk; then the next increment reads a little more
        store.put(increment.FILE, state.dump(), replace=True)


def export_clients(
    client: "AsyncMida", projects: "Mapping[str, AsyncMida] | Sequence[str] | None"
) -> "dict[str, AsyncMida]":
    """Return the client of each project, with attempts and a deadline for a long run.

    Args:
        client: The client whose project it is when none is named.
        projects: Project keys, or project key -> client.

    Raises:
        ConfigurationError: No project is known.
    """
    if projects is not None and (isinstance(projects, str) or not projects):
        raise ConfigurationError(
            f"projects: {projects!r} is neither a list of project keys nor project key -> client"
        )
    if isinstance(projects, Mapping):
        found = {key: one.project(key) for key, one in projects.items()}
    elif projects is not None:
        found = {key: client.project(key) for key in projects}
    elif client.project_key is not None:
        found = {client.project_key: client}
    else:
        raise ConfigurationError(
            "project_key: not set; pass projects= to say what to export", setting="project_key"
        )
    return {key: one.with_options(retry=ATTEMPTS, deadline=DEADLINE) for key, one in found.items()}


@expand_options
async def dry_run(
    client: "AsyncMida",
    place: "str | PathLike[str] | Store | None" = None,
    *,
    projects: "Mapping[str, AsyncMida] | Sequence[str] | None" = None,
    concurrency: int | None = None,
    rps: float | None = None,
    **wanted: Unpack[ExportScope],
) -> Estimate:
    """Make a plan, send a few of its calls, and return what the whole export would take.

    Args:
        client: A client of the project; it sends the listings and the sample of calls.
        place: A place that holds an export: what is estimated is the rest of its plan.
        projects: Project keys, or project key -> client; when left out, the client's own project.
        concurrency: How many calls would run at once; when left out, the client's `max_concurrency`.
        rps: The most calls that would be sent per second.
        kinds: Which tables to export; when left out, experiments, results and timeseries.
        segments: Asks for every report once more for each of these segments, by name.
        goals: Goals to report on, by key or id; when left out, each experiment's primary goal.
        breakdowns: Asks for every result once more for each of these dimensions.
        start_date: The first day of every report, inclusive; when left out, each experiment's start.
        end_date: The last day of every report, inclusive; when left out, today (UTC).
        filter_by: Preset filters for every report: text with commas, or a list.
        report_phase: Counts the time before a winner was served (`pre_deploy`), after it (`post_deploy`), or
            `all_time`.
        tz: Time zone in which days begin: hours from UTC such as 2 or -5.5, or a zone such as
            `Europe/Berlin`; when left out, UTC.
        test_ids: Only these experiments; when left out, all of the project.

    Raises:
        ConfigurationError: No project is known, or the place holds no export.
        InvalidRequest: What is wanted breaks a rule of the API.
        MidakitError: The experiments could not be listed.
    """
    clients = export_clients(client, projects)
    most = calls_at_once(client, concurrency)
    if place is None:
        made, listings = await make_plan(clients, ExportRequest(**wanted))
    else:
        made, listings = await anyio.to_thread.run_sync(_rest, CommitLog(open_store(place))), {}
    return await estimate(clients, made, listings, most, rps)


def _rest(log: CommitLog) -> Plan:
    """Return the part of the place's plan that is not done."""
    whole = plan_to_resume(log)
    return attrs.evolve(whole, specs=whole.specs.of(frozenset(verify_plan(log, whole).missing)))
