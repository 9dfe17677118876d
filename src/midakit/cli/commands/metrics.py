"""`midakit metrics`."""

from typing import Annotated, Any

from cyclopts import Parameter

from midakit.cli.input.arguments import TestId, given
from midakit.cli.input.report_options import Span
from midakit.cli.input.segments import segments
from midakit.cli.output.figures import METRICS, filled, metric_rows
from midakit.cli.output.print_answer import note
from midakit.cli.support.segment_reports import SegmentReports


def metrics(
    test_id: TestId,
    /,
    *,
    metric: Annotated[
        list[str] | None, Parameter(help="Only these, by key, as often as you like.")
    ] = None,
    what: Span | None = None,
) -> int:
    """Secondary metrics per variant.

    $ midakit metrics 1001
    $ midakit metrics 1001 --metric BounceRate --metric cta_click
    $ midakit metrics 1001 --filter-by mobile --json
    """
    what = what or Span()
    options = what.arguments() | given(metric_keys=metric)
    found = SegmentReports(test_id, segments(what.segment or ["*"]), {"metrics": options})
    rows: list[Any] = []
    answers = {}
    for name, answer in found.good("metrics"):
        for warning in answer.warnings or []:
            note(f"warning: {warning}")
        rows += metric_rows(answer, **({"segment": name} if what.segment else {}))
        answers[name] = answer
    table = filled(rows, METRICS)
    return found.show(answers, [table], table, named=bool(what.segment))
