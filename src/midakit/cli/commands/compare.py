"""`midakit compare`."""

from midakit.cli.input.arguments import TestId
from midakit.cli.input.report_options import DecisionFlags, GoalOptions
from midakit.cli.input.segments import segments
from midakit.cli.output.draw_table import fits
from midakit.cli.output.figures import RESULT, filled, heading, result_rows
from midakit.cli.output.side_by_side import side_by_side
from midakit.cli.support.segment_reports import SegmentReports, reports_of_verdict


def compare(
    test_id: TestId,
    /,
    *,
    what: GoalOptions | None = None,
    decide: DecisionFlags | None = None,
) -> int:
    """Show segments side by side, everyone first.

    Each shows its rate (or the money of --metric), its lift, and ▲ (better), ▼ (worse) or = where that is
    decided; the last row has the verdicts. Those of segments are corrected over all of them.

    $ midakit compare 1001 -s mobile='device == mobile' -s us='country == US'
    $ midakit compare 1001 -s mobile='device == mobile' --metric rpv

    Args:
        test_id: Id of the experiment, from `midakit experiments list`.
    """
    what = what or GoalOptions()
    asked = {"everyone": None, **segments(what.segment)}
    decision = (decide or DecisionFlags()).arguments()
    reports = reports_of_verdict(what.arguments(), decision)
    found = SegmentReports(test_id, asked, reports, config=True, decision=decision)
    results = dict(found.answers("result"))
    analyses = {name: found.analysis(name) for name in results}
    rows = [
        row
        for name, answer in results.items()
        for row in result_rows(answer.variants, analyses[name], segment=name)
    ]
    table, long = side_by_side(results, analyses), filled(rows, RESULT)
    if results and fits(table):
        table = table._replace(title=heading(next(iter(results.values()))), whole=long.whole)
    else:
        table = long
    answers = {
        name: {**answer.to_dict(), "analysis": one.to_dict() if (one := analyses[name]) else None}
        for name, answer in results.items()
    }
    return found.show(answers, [table], long, named=True)
