"""`midakit result`."""

from typing import Any

from midakit.cli.input.arguments import TestId, given
from midakit.cli.input.report_options import Count, Dimension
from midakit.cli.input.segments import segments
from midakit.cli.output.figures import (
    RESULT,
    breakdown_rows,
    filled,
    heading,
    result_rows,
)
from midakit.cli.output.tables import Table, lines
from midakit.cli.support.segment_reports import SegmentReports
from midakit.report.terminal import verdict_lines


def result(test_id: TestId, /, *, breakdown_by: Dimension = None, what: Count | None = None) -> int:
    """Visitors, conversions and statistics per variant.

    With --segment there is a table a segment; one that fails does not stop the rest (exit 3).

    $ midakit result 1001
    $ midakit result 1001 -s mobile='device == mobile' -s us='country == US'
    $ midakit result 1001 --breakdown-by country --csv -o countries.csv
    $ midakit result 1001 --event-where 'event.revenue > 100'
    """
    what = what or Count()
    asked = segments(what.segment or ["*"])
    options = what.arguments()
    found = SegmentReports(
        test_id,
        asked,
        {"result": options | given(breakdown_by=breakdown_by)}
        | ({} if breakdown_by else {"timeseries": options}),
        config=True,
    )
    answers, tables, rows = {}, [], []
    for name, answer in found.good("result"):
        analysis = found.analysis(name)
        more = {"segment": name} if what.segment else {}
        part = result_rows(answer.variants or [], analysis, **more)
        rows += part + breakdown_rows(answer.breakdowns or [], **more)
        tables += _pages(name if what.segment else None, answer, part, analysis)
        answers[name] = {**answer.to_dict(), "analysis": analysis.to_dict() if analysis else None}
    return found.show(answers, tables, filled(rows, RESULT), named=bool(what.segment))


def _pages(name: str | None, answer: Any, part: list[Any], analysis: Any) -> list[Table]:
    title = f"Segment {name}: {heading(answer)}" if name else heading(answer)
    shown = [{**row, "segment": None} for row in part]
    tables = [filled(shown, RESULT, title)]
    if answer.breakdowns:
        by = f"By {answer.breakdown_by or 'breakdown'}"
        tables.append(filled(breakdown_rows(answer.breakdowns), RESULT, by))
    return [*tables, lines(*verdict_lines(analysis))]
