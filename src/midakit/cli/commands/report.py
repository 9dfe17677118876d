"""`midakit report`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Group, Parameter

from midakit.cli.input.report_options import Count, Dimension
from midakit.cli.input.segments import segments
from midakit.cli.options import current
from midakit.cli.output.draw_table import working
from midakit.cli.output.figures import MACHINE, result_rows
from midakit.cli.output.print_answer import note, show, write
from midakit.cli.output.tables import Column, Table
from midakit.cli.run import DONE, PARTIAL
from midakit.cli.support.session import client
from midakit.errors import InvalidRequest

if TYPE_CHECKING:
    from midakit.report.report import Report

PAGE = Group("What becomes of it", sort_key=2)
COLUMNS = (Column("test_id", "Test", "id"), *MACHINE)


def report(
    *ids: Annotated[int, Parameter(help="Experiments; without any, every live one.")],
    where: Annotated[
        str | None, Parameter(help="Only such visitors: 'device == desktop & country == US'.")
    ] = None,
    breakdown_by: Dimension = None,
    what: Count | None = None,
    terminal: Annotated[
        bool, Parameter(group=PAGE, help="Print verdicts and figures; write no page.")
    ] = False,
    comments: Annotated[bool, Parameter(group=PAGE, help="Add the discussion.")] = False,
    charts: Annotated[
        Path | None, Parameter(group=PAGE, help="Also write every chart as SVG into this folder.")
    ] = None,
    title: Annotated[str | None, Parameter(group=PAGE, help="What the page is called.")] = None,
    open: Annotated[bool, Parameter(group=PAGE, help="Show it in the browser.")] = False,
) -> int:
    """Write one page about experiments: verdicts, charts, and how each figure was made.

    `midakit report 1001 1002 --segment mobile='device == mobile' --output weekly.html`

    It goes to report.html unless --output names a file; --json and --csv give the figures instead.
    """
    from midakit.mida.filters import parse_segment

    page = current().format == "text" and not terminal
    if open and not page:
        raise InvalidRequest("open", "there is no page to show with --terminal, --json or --csv")
    place = (current().output or Path("report.html")) if page else None
    what = what or Count()
    asked = what.arguments() | ({"where": parse_segment(where)} if where else {})
    asked["breakdown_by"] = breakdown_by
    with client() as mida, working("asking for the figures"):
        made = mida.report(
            ids or None, path=place, segments=segments(what.segment or []),
            comments=comments, title=title, **asked,
        )  # fmt: skip
    if charts is not None:
        note(f"wrote {len(made.save_charts(charts))} charts into {charts}")
    _tell(made, place)
    for one in made:
        if one.result is None:
            note(f"experiment {one.test_id} is not in it: {'; '.join(one.missing)}")
    if open and place is not None:
        made.open(place)
    return DONE if made.complete else PARTIAL


def _tell(made: "Report", place: Path | None) -> None:
    """Figures for programs; for people verdicts, beside the page or instead of it."""
    if current().format != "text":
        show(made, _table(made))
    elif place is None:
        write(f"{made}\n")
    else:
        if not current().quiet:
            sys.stdout.write(f"{made}\n")  # not `write`: --output is the page
        note(f"wrote {place}")


def _table(made: "Report") -> Table:
    rows: list[Any] = []
    for one in made:
        if one.result is not None:
            found = result_rows(one.result.variants or [], one.analysis)
            rows += [{"test_id": one.test_id, **row} for row in found]
    return Table(rows, COLUMNS)
