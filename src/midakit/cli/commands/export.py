"""`midakit export`."""

import asyncio
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from attrs import asdict
from cyclopts import App, Group, Parameter
from cyclopts.validators import Number

from midakit import AsyncMida
from midakit.cli.input.arguments import FirstDay, LastDay, given
from midakit.cli.input.segments import Segment, segments
from midakit.cli.options import current
from midakit.cli.output.print_answer import show, write
from midakit.cli.output.progress import listeners
from midakit.cli.output.tables import Table
from midakit.cli.run import DONE, FAILED, INTERRUPTED, MISUSED
from midakit.cli.support.session import settings
from midakit.errors import ConfigurationError

if TYPE_CHECKING:
    from midakit.export.run.event import ProgressEvent
    from midakit.export.run.runner import Listener

Place = Annotated[
    str, Parameter(name="PLACE", help="The export's folder, or an s3://, gs:// or az:// URL.")
]
FILES = Group("How it is written", sort_key=2)
AGAIN = Group("An export that is there", sort_key=3)
PACE = Group("How fast", sort_key=4)
Kind = Literal["experiments", "results", "metrics", "timeseries", "goals", "events"]

export = App(name="export")


@Parameter(name="*")
@dataclass(frozen=True)
class What:
    """What is read; a resume takes it from the plan."""

    kind: Annotated[
        list[Kind] | None,
        Parameter(help="A table, as often as you like; experiments, results and timeseries."),
    ] = None
    segment: Segment = None
    goal: Annotated[
        list[str] | None, Parameter(help="A goal's key or number, as often as you like.")
    ] = None
    breakdown_by: Annotated[
        list[str] | None, Parameter(help="Results by this too, as often as you like.")
    ] = None
    start_date: FirstDay = None
    end_date: LastDay = None
    test: Annotated[list[int] | None, Parameter(help="Only this experiment; all of them.")] = None
    filter_by: Annotated[str | None, Parameter(help="As on `midakit result`.")] = None
    report_phase: Annotated[str | None, Parameter(help="As on `midakit result`.")] = None
    tz: Annotated[str | None, Parameter(help="The hours from UTC that days begin by.")] = None

    def wanted(self) -> dict[str, Any]:
        """For `export`."""
        goals = [int(goal) if goal.isdecimal() else goal for goal in self.goal or ()]
        return given(
            kinds=self.kind,
            segments=segments(self.segment) if self.segment else None,
            goals=goals or None,
            breakdowns=self.breakdown_by,
            start_date=self.start_date,
            end_date=self.end_date,
            test_ids=self.test,
            filter_by=self.filter_by,
            report_phase=self.report_phase,
            tz=self.tz,
        )


@Parameter(name="*", group=FILES)
@dataclass(frozen=True)
class Files:
    """How it is written; an export that is there keeps its own."""

    format: Annotated[
        Literal["parquet", "arrow", "csv", "jsonl", "duckdb"] | None, Parameter(help="Parquet.")
    ] = None
    partition_by: Annotated[
        Literal["project", "segment", "test_id"] | None, Parameter(help="A folder for each.")
    ] = None
    keep_raw: Annotated[
        bool | None, Parameter(help="Keep the answers as they came, as a table `raw`.")
    ] = None


@Parameter(name="*", group=AGAIN)
@dataclass(frozen=True)
class Again:
    """What to do with an export that is there."""

    resume: Annotated[bool, Parameter(help="Go on with its plan; nothing is listed anew.")] = False
    retry_failed: Annotated[bool, Parameter(help="Only what failures.jsonl names.")] = False
    since_last: Annotated[
        bool, Parameter(help="Read what can have changed since, and merge it.")
    ] = False
    lookback: Annotated[
        int, Parameter(help="Days that late events still move (7).", validator=Number(gte=0))
    ] = 7


@Parameter(name="*", group=PACE)
@dataclass(frozen=True)
class Pace:
    """How fast."""

    rps: Annotated[
        float | None,
        Parameter(help="Requests a second; learnt from 429s otherwise.", validator=Number(gt=0)),
    ] = None
    concurrency: Annotated[
        int | None, Parameter(help="Requests in flight at most.", validator=Number(gte=1))
    ] = None


@export.default
@export.command(name="run")
def run_export(
    place: Place,
    /,
    *,
    what: What | None = None,
    files: Files | None = None,
    again: Again | None = None,
    pace: Pace | None = None,
    also: Annotated[
        list[str] | None,
        Parameter(help="A profile whose project is exported too, with its own key and region."),
    ] = None,
    dry_run: Annotated[bool, Parameter(help="Say what it would take, and write nothing.")] = False,
) -> int:
    """Export experiments and their reports. Exit codes: 0 whole, 3 partial, 4 stopped, 130 interrupted.

    `midakit export run PLACE` is the same, also for a folder that is called like a command.

    $ midakit export out --dry-run
    $ midakit export out --kind results --segment mobile='device == mobile'
    $ midakit export out --resume
    """
    again, pace = again or Again(), pace or Pace()
    wanted, speed = (what or What()).wanted(), given(rps=pace.rps, concurrency=pace.concurrency)
    if dry_run:
        there = {"place": place} if again.resume or again.retry_failed else {}
        return asyncio.run(_estimate(also or [], {**there, **wanted, **speed}))
    options = {**vars(files or Files()), **vars(again), **speed, **wanted}
    return _run(place, also or [], options)


@export.command(name="verify")
def verify_export(place: Place, /) -> int:
    """Check an export against its plan.

    $ midakit export verify out
    """
    from midakit.export.files.verify import verify

    verdict = verify(place)
    _tell({"whole": verdict.ok, **asdict(verdict)}, f"{verdict}")
    return DONE if verdict.ok else FAILED


@export.command(name="compact")
def compact_export(place: Place, /) -> int:
    """Merge small files, and rows that were read again.

    $ midakit export compact out
    """
    from midakit.export.files.compact import compact

    files = compact(place)
    _tell(
        {folder: {"before": before, "after": after} for folder, (before, after) in files.items()},
        "\n".join(
            f"{folder}: {before} -> {after} files" for folder, (before, after) in files.items()
        ),
    )
    return DONE


def _tell(data: Any, text: str) -> None:
    """The outcome: an object for programs, a sentence for people."""
    if current().format == "json":
        show(data, Table([], []))
    elif text:
        write(f"{text}\n")


async def _clients(stack: AsyncExitStack, also: list[str]) -> dict[str, AsyncMida]:
    """Project -> client: this command's, and one for each profile."""
    found: dict[str, AsyncMida] = {}
    asked = settings()
    kept = {"deadline": asked["deadline"]}
    for options in (asked, *({**kept, "profile": name} for name in also)):
        client = await stack.enter_async_context(AsyncMida(**options))
        if client.project_key is None:
            named = options.get("profile")
            raise ConfigurationError(
                f"profile {named!r} names no project" if named else "project_key: not set; pass "
                "project_key=, set MIDA_PROJECT_KEY, or use project(key)"
            )  # fmt: skip
        if client.project_key in found:
            raise ConfigurationError(f"--also: {client.project_key} is there twice")
        found[client.project_key] = client
    return found


async def _estimate(also: list[str], options: dict[str, Any]) -> int:
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
    from midakit.export.api import export as run

    safe = Safe()

    async def main() -> int:
        async with AsyncExitStack() as stack:
            clients = await _clients(stack, also)
            client = next(iter(clients.values()))
            told: list[Listener] = [safe, *listeners(stack)]
            report = await run(client, place, projects=clients, on_progress=told, **options)
        _tell(report, f"{report}")
        for warning in report.warnings:
            sys.stderr.write(f"midakit: {warning}\n")
        return report.exit_code

    try:
        return asyncio.run(main())
    except ConfigurationError as error:
        if str(error).startswith(("api_key", "project_key", "profile")):
            raise
        sys.stderr.write(f"midakit: {error}\n")
        return MISUSED
    except KeyboardInterrupt:
        sys.stderr.write(f"midakit: interrupted; {safe.words(place)}\n")
        return INTERRUPTED


class Safe:
    """Remembers how far it came, for whoever interrupts it."""

    def __init__(self) -> None:
        self._last: ProgressEvent | None = None

    def __call__(self, event: "ProgressEvent") -> None:
        """The latest."""
        self._last = event

    def words(self, place: str) -> str:
        """What is safe now."""
        if self._last is None:
            return "nothing was written yet"
        return (
            f"{self._last.rows:,} rows of this run are safe in {place}, and whatever was there: "
            f"`midakit export {place} --resume` goes on from there"
        )
