"""`midakit export`."""

import asyncio
import sys
from collections import deque
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

from attrs import asdict
from cyclopts import App, Group, Parameter
from cyclopts.validators import Number

from midakit import AsyncMida
from midakit.cli.input.arguments import given
from midakit.cli.input.option_fields import with_options
from midakit.cli.input.segments import Segment, segments
from midakit.cli.options import current
from midakit.cli.output.print_answer import show, write
from midakit.cli.output.progress import listeners
from midakit.cli.output.tables import Table
from midakit.cli.run import DONE, FAILED, INTERRUPTED, MISUSED
from midakit.cli.support.session import settings
from midakit.core.extras import need
from midakit.errors import ConfigurationError, MissingExtra
from midakit.export.text import counted
from midakit.mida.options import (
    Dimension,
    ExportScope,
    FileFormat,
    PartitionColumn,
    Phase,
    Processes,
)
from midakit.mida.options import Table as TableName

if TYPE_CHECKING:
    from midakit.export.run.event import ProgressEvent

Place = Annotated[str, Parameter(name="PLACE")]
FILES = Group("Files", sort_key=2)
EXISTING = Group("Existing exports", sort_key=3)
PACE = Group("Speed", sort_key=4)
LONGEST = 36_525
"""Days of a century: so long a replaced file may be kept at most."""

export = App(name="export")


@Parameter(name="*")
@dataclass(frozen=True)
@with_options(ExportScope, leave_out=("segments",))
class ScopeOptions:
    """What to export; a resumed export takes it from its plan.

    Args:
        segment: A segment to report on, as NAME='device == desktop & country in (US, CA)'; NAME='*' is
            everyone. Repeat the option for more.
        kinds: Which tables to export; when left out, experiments, results and timeseries.
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
    """

    kinds: Annotated[list[TableName] | None, Parameter(name="--kind")] = None
    segment: Segment = None
    goals: Annotated[list[str] | None, Parameter(name=("--goal", "--goal-key"))] = None
    breakdowns: Annotated[list[Dimension] | None, Parameter(name="--breakdown-by")] = None
    test_ids: Annotated[list[int] | None, Parameter(name="--test")] = None
    report_phase: Annotated[Phase | None, Parameter(alias="--phase")] = None

    def arguments(self) -> dict[str, Any]:
        """Return what was given, as `mida.export` takes it."""
        found = given(**{**vars(self), "segment": None})
        if self.segment:
            found["segments"] = segments(self.segment)
        if self.goals:
            found["goals"] = [int(goal) if goal.isdecimal() else goal for goal in self.goals]
        if "filter_by" in found:
            found["filter_by"] = ",".join(found["filter_by"])
        return found


@Parameter(name="*", group=FILES)
@dataclass(frozen=True)
class FileOptions:  # options of ExportOptions
    """How files are written; an existing export keeps its format.

    Args:
        format: The format of the files; `parquet` for a new export, else that of the place. In `csv`, text
            that a spreadsheet would run as a formula gets an apostrophe; `csv-verbatim` leaves it as it is.
            `duckdb` is one database file, `delta` and `iceberg` are tables that engines read and write
            (extras of these names).
        partition_by: Writes rows into one folder `column=value` for each value of this column.
        keep_raw: Also keeps the answers exactly as the server sent them, in a table `raw`.
    """

    format: FileFormat | None = None
    partition_by: PartitionColumn | None = None
    keep_raw: bool | None = None


@Parameter(name="*", group=EXISTING)
@dataclass(frozen=True)
class ExistingOptions:  # options of ExportOptions
    """What to do with an export that exists already.

    Args:
        resume: Continues an interrupted export in this place, with the options it was started with.
        retry_failed: Repeats the requests that failed in the earlier export into this place.
        since_last: Requests only what may have changed since the last export into this place.
        lookback: With `since_last`: how many of the days already exported are read again, since late events
            change them; when left out, 7.
    """

    resume: bool = False
    retry_failed: bool = False
    since_last: bool = False
    lookback: Annotated[int | None, Parameter(validator=Number(gte=0))] = None


@Parameter(name="*", group=PACE)
@dataclass(frozen=True)
class PaceOptions:  # options of ExportOptions
    """How fast calls are sent.

    Args:
        rps: The most calls to send per second.
        concurrency: How many calls run at once; when left out, the client's `max_concurrency`.
        processes: How many processes fetch and decode, which exports of many thousand calls gain from; `auto`
            chooses by calls and processors. The command line's default is `auto`.
    """

    rps: Annotated[float | None, Parameter(validator=Number(gt=0))] = None
    concurrency: Annotated[int | None, Parameter(validator=Number(gte=1))] = None
    processes: Processes | None = None


@export.default
@export.command(name="run")
def run_export(
    place: Place,
    /,
    *,
    scope: ScopeOptions | None = None,
    files: FileOptions | None = None,
    existing: ExistingOptions | None = None,
    pace: PaceOptions | None = None,
    also: list[str] | None = None,
    dry_run: bool = False,
) -> int:
    """Export experiments and their reports. Exit codes: 0 whole, 3 partial, 4 stopped, 130 interrupted.

    `midakit export run PLACE` is the same, and also takes a folder that has the name of a command.

    $ midakit export out --dry-run
    $ midakit export out --kind results --segment mobile='device == mobile'
    $ midakit export out --resume

    Args:
        place: Folder of the export, or an s3://, gs:// or az:// URL.
        also: Name of a profile whose project is exported too, with its own key and region.
        dry_run: Print how many requests the export needs and how long it takes; write nothing.
    """
    need("pyarrow", extra="export")
    existing = existing or ExistingOptions()
    options = (scope or ScopeOptions()).arguments() | given(**vars(pace or PaceOptions()))
    processes = options.pop("processes", "auto")
    if dry_run:
        if existing.resume or existing.retry_failed:
            options["place"] = place
        return asyncio.run(_estimate(also or [], options))
    options |= given(**vars(files or FileOptions()), **vars(existing))
    return _run(place, also or [], {**options, "processes": processes})


@export.command(name="verify")
def verify_export(place: Place, /, *, full: bool = False) -> int:
    """Check an export against its plan, and read the files that are new or changed.

    $ midakit export verify out
    $ midakit export verify out --full

    Args:
        place: Folder of the export, or an s3://, gs:// or az:// URL.
        full: Read every file, also those that an earlier check has read and that have not changed since.
    """
    from midakit.export.files.verify import verify

    verdict = verify(place, full=full)
    _tell({"whole": verdict.ok, **asdict(verdict)}, f"{verdict}")
    return DONE if verdict.ok else FAILED


@export.command(name="compact")
def compact_export(place: Place, /) -> int:
    """Merge small files, and rows that were read again.

    $ midakit export compact out

    Args:
        place: Folder of the export, or an s3://, gs:// or az:// URL.
    """
    from midakit.export.files.compact import compact

    files = compact(place).items()
    _tell(
        {folder: {"before": before, "after": after} for folder, (before, after) in files},
        "\n".join(f"{folder}: {before} -> {after} files" for folder, (before, after) in files),
    )
    return DONE


@export.command(name="vacuum")
def vacuum_export(
    place: Place, /, *, days: Annotated[float, Parameter(validator=Number(gte=0, lte=LONGEST))] = 7
) -> int:
    """Delete files that were replaced some time ago.

    $ midakit export vacuum out --days 30

    Args:
        place: Folder of the export, or an s3://, gs:// or az:// URL.
        days: How many days ago a file must have been replaced.
    """
    from midakit.export.files.vacuum import vacuum

    count = vacuum(place, keep=timedelta(days=days))
    _tell({"deleted": count}, f"{counted(count, 'file')} deleted")
    return DONE


def _tell(data: Any, text: str) -> None:
    """Print the outcome: an object for programs, a sentence for people."""
    if current().format == "json":
        show(data, Table([], []))
    elif text:
        write(f"{text}\n")


async def _clients(stack: AsyncExitStack, also: list[str]) -> dict[str, AsyncMida]:
    """Open this command's client and one for each profile; return them by project."""
    found: dict[str, AsyncMida] = {}
    asked = settings()
    for options in (asked, *({"deadline": asked["deadline"], "profile": name} for name in also)):
        client = await stack.enter_async_context(AsyncMida(**options))
        key, named = client.project_key, options.get("profile")
        if key is None:
            raise ConfigurationError(
                f"profile {named!r} has no project key" if named else "project_key: not set; pass "
                "project_key=, set MIDA_PROJECT_KEY, or use project(key)", setting="project_key",
            )  # fmt: skip
        if key in found:
            raise ConfigurationError(f"--also: project {key} is given twice")
        found[key] = client
    return found


async def _estimate(also: list[str], options: dict[str, Any]) -> int:
    """Print how many requests an export takes, and how long it may run."""
    from midakit.export.api import dry_run

    async with AsyncExitStack() as stack:
        clients = await _clients(stack, also)
        found = await dry_run(next(iter(clients.values())), projects=clients, **options)
    _tell(
        {
            "requests": sum(found.requests.values()),
            "endpoints": found.endpoints,
            "seconds": found.seconds,
            "bytes": found.bytes,
            "settled": found.settled,
        },
        f"{found}",
    )
    return DONE


def _run(place: str, also: list[str], options: dict[str, Any]) -> int:
    """Export, and print how it ended; return the exit code."""
    from midakit.export.api import export as run

    last: deque[ProgressEvent] = deque(maxlen=1)

    async def main() -> int:
        async with AsyncExitStack() as stack:
            clients = await _clients(stack, also)
            client = next(iter(clients.values()))
            told = [last.append, *listeners(stack)]
            report = await run(client, place, projects=clients, on_progress=told, **options)
        _tell(report, f"{report}")
        for warning in report.warnings:
            sys.stderr.write(f"midakit: {warning}\n")
        return report.exit_code

    try:
        return asyncio.run(main())
    except ConfigurationError as error:
        if error.setting is not None or isinstance(error, MissingExtra):
            raise
        sys.stderr.write(f"midakit: {error}\n")
        return MISUSED
    except KeyboardInterrupt:
        told = "nothing was written yet"
        if last:
            told = (
                f"{last[0].rows:,} rows written to {place}; earlier rows kept; "
                f"`midakit export {place} --resume` continues"
            )
        sys.stderr.write(f"midakit: interrupted: {told}\n")
        return INTERRUPTED
