"""`midakit report`."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts import Group, Parameter

from midakit.cli.input.report_options import BreakdownOptions, DecisionFlags
from midakit.cli.input.segments import segments
from midakit.cli.options import current
from midakit.cli.output.draw_table import working
from midakit.cli.output.figures import MACHINE, result_rows
from midakit.cli.output.print_answer import note, show, write
from midakit.cli.output.tables import Column, Table
from midakit.cli.run import DONE, PARTIAL
from midakit.cli.support.session import client
from midakit.errors import InvalidRequest
from midakit.export.text import counted

if TYPE_CHECKING:
    from midakit.report.report import Report

COLUMNS = (Column("test_id", "Test", "id"), *MACHINE)


@Parameter(name="*", group=Group("Page", sort_key=2))
@dataclass(frozen=True)
class PageParts:  # options of PageOptions
    """What the page holds, and where it goes.

    Args:
        terminal: Print verdicts and figures; write no page.
        charts: Also write every chart as SVG into this folder.
        open: Show the page in the browser.
        comments: Adds the discussion of each experiment.
        title: The title of the page; when left out, it names the experiments.
    """

    terminal: bool = False
    comments: bool = False
    title: str | None = None
    charts: Path | None = None
    open: bool = False


def report(
    *ids: int,
    where: str | None = None,
    what: BreakdownOptions | None = None,
    decide: DecisionFlags | None = None,
    parts: PageParts | None = None,
) -> int:
    """Write one page about experiments: verdicts, charts, and how each figure was made.

    It goes to report.html unless --output names a file; --json and --csv give the figures instead.

    $ midakit report 1001 1002 -s mobile='device == mobile' -o weekly.html
    $ midakit report 1001 --metric rpv --horizon 200000 --guardrail conversion=0.02

    Args:
        ids: Ids of the experiments; when left out, every live experiment.
        where: Count only visitors of this segment, such as 'device == desktop & country == US'.
    """
    from midakit.mida.filters import parse_segment

    what, parts = what or BreakdownOptions(), parts or PageParts()
    page = current().format == "text" and not parts.terminal
    printed = page and current().output is not None and current().place is None  # `-o -`
    if parts.open and (printed or not page):
        told = "there is no file to show with -o -, --terminal, --json or --csv"
        raise InvalidRequest("open", told)
    place = (current().place or Path("report.html")) if page and not printed else None
    asked: dict[str, Any] = (
        what.arguments()
        | (decide or DecisionFlags()).arguments()
        | ({"where": parse_segment(where)} if where else {})
    )
    with client() as mida, working("reading reports"):
        made = mida.report(
            ids or None, path=place, segments=segments(what.segment), comments=parts.comments,
            title=parts.title, **asked,
        )  # fmt: skip
    if parts.charts is not None:
        written = made.save_charts(parts.charts)
        note(f"wrote {counted(len(written), 'chart')} into {parts.charts}")
    if printed:
        write(made.html)
    else:
        _tell(made, place)
    for one in made:
        if one.result is None:
            note(f"experiment {one.test_id} is missing: {'; '.join(one.missing)}")
    if parts.open and place is not None:
        made.open(place)
    return DONE if made.complete else PARTIAL


def _tell(made: "Report", place: Path | None) -> None:
    """Print figures for programs; for people verdicts, beside the page or instead of it."""
    if current().format != "text":
        rows = [
            {"test_id": one.test_id, **row}
            for one in made
            if one.result is not None
            for row in result_rows(one.result.variants, one.analysis)
        ]
        show(made, Table(rows, COLUMNS))
    elif place is None:
        write(f"{made}\n")
    else:
        if not current().quiet:
            sys.stdout.write(f"{made}\n")  # not `write`: --output is the page
        note(f"wrote {place}")
