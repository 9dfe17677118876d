"""`midakit timeseries`."""

from typing import Any

from midakit.cli.input.arguments import TestId
from midakit.cli.input.report_options import Count
from midakit.cli.input.segments import segments
from midakit.cli.output.figures import TIMESERIES, filled, timeseries_rows
from midakit.cli.support.segment_reports import SegmentReports


def timeseries(test_id: TestId, /, *, what: Count | None = None) -> int:
    """Days and variants, with running figures that hold however often one looks.

    $ midakit timeseries 1001
    $ midakit timeseries 1001 --segment us='country in (US, CA)' --csv
    """
    what = what or Count()
    asked, options = segments(what.segment or ["*"]), what.arguments()
    found = SegmentReports(test_id, asked, {"timeseries": options, "result": options}, config=True)
    rows: list[Any] = []
    answers = {}
    for name, answer in found.good("timeseries"):
        more = {"segment": name} if what.segment else {}
        rows += timeseries_rows(answer, found.analysis(name), found.variants(name), **more)
        answers[name] = answer
    table = filled(rows, TIMESERIES)
    return found.show(answers, [table], table, named=bool(what.segment))
