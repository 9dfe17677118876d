"""`midakit timeseries`."""

from midakit.cli.input.arguments import TestId
from midakit.cli.input.report_options import GoalOptions
from midakit.cli.output.figures import TIMESERIES, timeseries_rows
from midakit.cli.support.segment_reports import show_rows


def timeseries(test_id: TestId, /, *, what: GoalOptions | None = None) -> int:
    """Show days and variants, with running figures that hold however often one looks.

    $ midakit timeseries 1001
    $ midakit timeseries 1001 --segment us='country in (US, CA)' --csv

    Args:
        test_id: Id of the experiment, from `midakit experiments list`.
    """
    what = what or GoalOptions()
    asked = {"timeseries": what.arguments(), "result": what.arguments()}
    return show_rows(
        test_id, what.segment, asked, TIMESERIES,
        lambda found, name, answer: timeseries_rows(
            answer, found.analysis(name), found.variants(name)
        ),
    )  # fmt: skip
