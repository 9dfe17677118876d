"""`midakit export`."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from cyclopts import App, Parameter

from midakit import AsyncMida
from midakit.cli.segments import segments
from midakit.cli.session import settings

Folder = Annotated[str, Parameter(help="The export's folder, s3://, gs:// or az://.")]

export = App(name="export", help="Bulk exports: Parquet, CSV, JSON lines, DuckDB.")


@export.command(name="run")
def run_export(
    place: str,
    /,
    *,
    kind: list[str] | None = None,
    segment: list[str] | None = None,
    start_date: str | None = None,
    end_date: str | None = None,
    format: str = "parquet",
    resume: bool = False,
    retry_failed: bool = False,
    since_last: bool = False,
    rps: float | None = None,
    dry_run: bool = False,
) -> int:
    """Export experiments and their reports into a folder, s3://, gs:// or az://.

    $ midakit export run out --kind results --segment mobile='device == mobile'
    $ midakit export run out --resume
    $ midakit export run out --dry-run

    Parameters
    ----------
    place
        Where the files go.
    kind
        experiments, results, metrics, timeseries, goals, events.
    segment
        NAME=EXPRESSION, for example --segment "mobile=device == mobile".
    start_date
        First day.
    end_date
        Last day; today when left out.
    format
        parquet, arrow, csv, jsonl or duckdb.
    resume
        Work the frozen plan off.
    retry_failed
        Only what failed before.
    since_last
        Only what can have changed.
    rps
        Requests a second, where the limit is known.
    dry_run
        Say what it would take, and write nothing.
    """
    wanted = {"kinds": kind, "start_date": start_date, "end_date": end_date}
    return export_to(
        place,
        {name: value for name, value in wanted.items() if value},
        segment or [],
        dry_run=dry_run,
        format=format,
        resume=resume,
        retry_failed=retry_failed,
        since_last=since_last,
        rps=rps,
    )


@export.command(name="verify")
def verify_export(place: Folder, /) -> int:
    """Check an export against its plan.

    $ midakit export verify out
    """
    return verify_at(place)


@export.command(name="compact")
def compact_export(place: Folder, /) -> int:
    """Merge small files, and rows that were read again.

    $ midakit export compact out
    """
    return compact_at(place)


def export_to(
    place: str, wanted: Mapping[str, Any], texts: Sequence[str], *, dry_run: bool, **options: Any
) -> int:
    """Run it with a live bar on a terminal, plain lines elsewhere; the exit code is the report's."""
    from midakit.export.exporting import dry_run as estimate
    from midakit.export.exporting import export
    from midakit.export.progress import Bar, Lines

    asked: dict[str, Any] = dict(wanted)
    if texts:
        asked["segments"] = segments(texts)

    async def main() -> int:
        async with AsyncMida(**settings()) as mida:
            if dry_run:
                sys.stdout.write(f"{await estimate(mida, rps=options['rps'], **asked)}\n")
                return 0
            if sys.stderr.isatty():
                with Bar() as bar:
                    report = await export(mida, place, on_progress=bar, **options, **asked)
            else:
                report = await export(mida, place, on_progress=Lines(), **options, **asked)
        sys.stdout.write(f"{report}\n")
        return report.exit_code

    try:
        return asyncio.run(main())
    except KeyboardInterrupt:
        sys.stderr.write(
            f"interrupted: what is committed in {place} is safe; --resume goes on from there\n"
        )
        return 130


def verify_at(place: str) -> int:
    """Print what was found; 0 when it is whole."""
    from midakit.export.checking import verify

    verdict = verify(place)
    sys.stdout.write(f"{verdict}\n")
    return 0 if verdict.ok else 1


def compact_at(place: str) -> int:
    """Print files before and after."""
    from midakit.export.compacting import compact

    for folder, (before, after) in compact(place).items():
        sys.stdout.write(f"{folder}: {before} -> {after} files\n")
    return 0
