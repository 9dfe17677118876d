"""The commands and their arguments."""

from typing import Any

from midakit._version import __version__
from midakit.core.extras import need

cyclopts: Any = need("cyclopts", extra="cli")

app: Any = cyclopts.App(name="midakit", version=__version__, help="Mida from the command line.")


@app.command(name="sandbox", help="Serve a local Mida API, or check it: `midakit sandbox --help`.")
def sandbox() -> None:
    """Listed here for the help; `main` hands it on."""


ld: Any = cyclopts.App(name="ld", help="LaunchDarkly metrics.")
app.command(ld)


@ld.command(name="import")
def import_metrics(
    project: str,
    *metrics: str,
    dry_run: bool = False,
    cap: int | None = None,
    instance: str | None = None,
) -> int:
    """Turn a LaunchDarkly project's metrics into Mida goals.

    Parameters
    ----------
    project
        The LaunchDarkly project's key.
    metrics
        Keys of metrics; all when none are named.
    dry_run
        Print what maps, what is lost and how many goals it takes, and create nothing.
    cap
        How many goals the account's plan allows in a project.
    instance
        commercial (the default), eu or federal.
    """
    from midakit.cli.importing import import_goals

    return import_goals(project, metrics, dry_run=dry_run, cap=cap, instance=instance)


export: Any = cyclopts.App(name="export", help="Bulk exports.")
app.command(export)


@export.command(name="run")
def run_export(
    place: str,
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
    from midakit.cli.exporting import export_to

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


@export.command
def verify(place: str) -> int:
    """Check an export against its plan."""
    from midakit.cli.exporting import verify_at

    return verify_at(place)


@export.command
def compact(place: str) -> int:
    """Merge small files, and rows that were read again."""
    from midakit.cli.exporting import compact_at

    return compact_at(place)
