"""`midakit result`."""

from typing import Any

from midakit.cli.input.arguments import TestId
from midakit.cli.input.report_options import BreakdownOptions, DecisionFlags
from midakit.cli.input.segments import segments
from midakit.cli.output.figures import (
    RESULT,
    breakdown_rows,
    filled,
    heading,
    part_name,
    result_rows,
)
from midakit.cli.output.tables import Table, lines
from midakit.cli.support.segment_reports import SegmentReports, reports_of_verdict
from midakit.report.terminal import verdict_lines
from midakit.stats import Analysis


def result(
    test_id: TestId,
    /,
    *,
    what: BreakdownOptions | None = None,
    decide: DecisionFlags | None = None,
) -> int:
    """Show visitors, conversions and statistics per variant.

    The parts of --breakdown-by are judged together, by their totals.
    With --segment it prints one table per segment; one that fails does not stop the rest (exit 3).

    $ midakit result 1001
    $ midakit result 1001 -s mobile='device == mobile' -s us='country == US'
    $ midakit result 1001 --breakdown-by country --csv -o countries.csv
    $ midakit result 1001 --event-where 'event.revenue > 100'
    $ midakit result 1001 --metric rpv --horizon 200000

    Args:
        test_id: Id of the experiment, from `midakit experiments list`.
    """
    what = what or BreakdownOptions()
    decision = (decide or DecisionFlags()).arguments()
    found = SegmentReports(
        test_id,
        segments(what.segment or ["*"]),
        reports_of_verdict(what.arguments(), decision),
        config=True,
        decision=decision,
    )
    answers, tables, rows = {}, [], []
    for name, answer in found.answers("result"):
        analysis = found.analysis(name)
        more = {"segment": name} if what.segment else {}
        part = result_rows(answer.variants, analysis, **more)
        parts = found.of_parts(answer)
        rows += part + breakdown_rows(answer.breakdowns, parts, **more)
        title = f"Segment {name}: {heading(answer)}" if what.segment else heading(answer)
        tables += _tables(title, answer, part, analysis, parts)
        answers[name] = {**answer.to_dict(), "analysis": analysis.to_dict() if analysis else None}
        if parts:
            answers[name]["breakdown_analyses"] = {
                str(part_name(one)): each.to_dict()
                for one, each in zip(answer.breakdowns, parts, strict=True)
            }
    return found.show(answers, tables, filled(rows, RESULT), named=bool(what.segment))


def _tables(
    title: str,
    answer: Any,
    rows: list[dict[str, Any]],
    analysis: Analysis | None,
    parts: list[Analysis],
) -> list[Table]:
    """Return the tables of one answer: variants, parts of a breakdown, the verdict."""
    tables = [filled([{**row, "segment": None} for row in rows], RESULT, title)]
    if answer.breakdowns:
        by = f"By {answer.breakdown_by or 'breakdown'}"
        tables.append(filled(breakdown_rows(answer.breakdowns, parts), RESULT, by))
    return [*tables, lines(*verdict_lines(analysis))]
