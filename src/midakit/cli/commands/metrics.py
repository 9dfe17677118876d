"""`midakit metrics`."""

from typing import Annotated, Any

from cyclopts import Parameter

from midakit.cli.input.arguments import TestId
from midakit.cli.input.report_options import VisitorOptions
from midakit.cli.output.figures import METRICS, metric_rows
from midakit.cli.output.print_answer import note
from midakit.cli.support.segment_reports import SegmentReports, show_rows


def metrics(
    test_id: TestId,
    /,
    *,
    metric_keys: Annotated[list[str] | None, Parameter(name="--metric-key")] = None,
    what: VisitorOptions | None = None,
) -> int:
    """Show secondary metrics per variant.

    $ midakit metrics 1001
    $ midakit metrics 1001 --metric-key BounceRate --metric-key cta_click
    $ midakit metrics 1001 --filter-by mobile --json

    Args:
        test_id: Id of the experiment, from `midakit experiments list`.
        metric_keys: Show only the metric with this key; repeat the option for more.
    """
    what = what or VisitorOptions()
    asked = what.arguments() | ({"metric_keys": metric_keys} if metric_keys else {})
    return show_rows(test_id, what.segment, {"metrics": asked}, METRICS, _rows)


def _rows(_: SegmentReports, __: str, answer: Any) -> list[dict[str, Any]]:
    """Return the rows of an answer, and note its warnings."""
    for warning in answer.warnings:
        note(f"warning: {warning}")
    return metric_rows(answer)
