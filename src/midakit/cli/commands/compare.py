"""`midakit compare`."""

from midakit.cli.input.arguments import TestId
from midakit.cli.input.report_options import GoalOptions
from midakit.cli.input.segments import segments
from midakit.cli.output.draw_table import fits
from midakit.cli.output.figures import RESULT, filled, heading, result_rows
from midakit.cli.output.side_by_side import side_by_side
from midakit.cli.support.segment_reports import SegmentReports


def compare(test_id: TestId, /, *, what: GoalOptions | None = None) -> int:
    """Show segments side by side, everyone first.

    Each shows its rate, its lift, and ▲ (better), ▼ (worse) or = where that is decided.

    $ midakit compare 1001 -s mobile='device == mobile' -s us='country == US'

    Args:
        test_id: Id of the experiment, from `midakit experiments list`.
    """
    what = what or GoalOptions()
    asked = {"everyone": None, **segments(what.segment)}
    found = SegmentReports(test_id, asked, {"result": what.arguments()}, config=True)
    results = dict(found.answers("result"))
    analyses = {name: found.analysis(name) for name in results}
    rows = [
        row
        for name, answer in results.items()
        for row in result_rows(answer.variants or [], analyses[name], segment=name)
    ]
    table, long = side_by_side(results, analyses), filled(rows, RESULT)
    if results and fits(table):
        table = table._replace(title=heading(next(iter(results.values()))), whole=long.whole)
    else:
        table = long
    return found.show(results, [table], long, named=True)
