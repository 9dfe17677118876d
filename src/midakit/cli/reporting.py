"""`midakit report`."""

import sys
from pathlib import Path

from midakit.cli.options import current
from midakit.cli.segments import Segment, segments
from midakit.cli.session import client
from midakit.cli.showing import note

PARTIAL = 3


def report(
    *ids: int,
    segment: Segment = None,
    breakdown_by: str | None = None,
    start_date: str | None = None,
    end_date: str | None = None,
    goal_key: str | None = None,
    filter_by: str | None = None,
    where: str | None = None,
    report_phase: str | None = None,
    comments: bool = False,
    charts: Path | None = None,
    title: str | None = None,
    open: bool = False,
) -> int:
    """Write one page about experiments, with verdicts, charts and how each figure was made.

    It goes to report.html unless --output names a file; --json prints the figures instead.

    Parameters
    ----------
    ids
        Experiments; every live one of the project when none is named.
    breakdown_by
        A dimension to show side by side: device, country, utm_source, ...
    start_date
        First day.
    end_date
        Last day.
    goal_key
        Report on this goal.
    filter_by
        Presets, for example mobile,country-US.
    where
        Only visitors such as 'device == desktop & country in (US, CA)'.
    report_phase
        pre_deploy, post_deploy or all_time.
    comments
        Add the discussion.
    charts
        Also write every chart as SVG into this folder.
    title
        What the page is called.
    open
        Show it in the browser.
    """
    from midakit.mida.filters import parse_segment

    options = {
        "start_date": start_date,
        "end_date": end_date,
        "goal_key": goal_key,
        "filter_by": filter_by,
        "where": None if where is None else parse_segment(where),
        "report_phase": report_phase,
    }
    with client() as mida:
        made = mida.report(
            ids or None,
            segments=segments(segment or []),
            breakdown_by=breakdown_by,
            comments=comments,
            title=title,
            **options,
        )
    if charts is not None:
        written = made.save_charts(charts)
        note(f"wrote {len(written)} charts into {charts}")
    if current().format == "json":
        from midakit.cli.showing import show

        show(made)
    else:
        place = current().output or Path("report.html")
        (made.open if open else made.save)(place)
        if not current().quiet:
            sys.stdout.write(f"{made}\n\n")
        note(f"wrote {place}")
    return 0 if made.complete else PARTIAL
