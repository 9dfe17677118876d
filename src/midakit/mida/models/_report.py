"""What results, timeseries and metrics have in common."""

from typing import TYPE_CHECKING, Any, Literal

from attrs import define

from midakit.core.models.model import PROMISED, known
from midakit.mida.models._types import Reply
from midakit.mida.models.goal_ref import GoalRef

if TYPE_CHECKING:
    from midakit.report.charts.chart import Chart


@define(kw_only=True, repr=False)
class ReportReply(Reply):
    """What the three reports have in common, echoes of the query included."""

    test_id: int = PROMISED
    """Id of the experiment."""
    test_name: str = PROMISED
    """Display name of the experiment."""
    primary_goal: GoalRef | None = None
    """The experiment's primary goal."""
    goal: GoalRef | None = None
    """The goal that was asked for."""
    selected_goal: GoalRef | None = None
    """The goal that the server reported on."""
    report_phase: str | None = known("ReportPhase")
    """`pre_deploy` before a winner was served, `post_deploy` after it, or `all_time`."""
    query_start_date: str | None = None
    """First day that was asked for."""
    query_end_date: str | None = None
    """Last day that was asked for."""
    effective_start_date: str | None = None
    """First day that was counted."""
    effective_end_date: str | None = None
    """Last day that was counted."""
    filter_by: Any = None
    """Preset filters of the query, as the server repeats them."""
    custom_filter: Any = None
    """Segment of the query, as the server repeats it."""

    def plot(self, chart: Literal["lift", "traffic", "revenue", "rate"] | None = None) -> "Chart":
        """Return a chart, which shows itself in a notebook; `.save("lift.svg")` writes a file.

        Args:
            chart: `lift`, `traffic` or `revenue` of a result, `rate` of a timeseries; when left out,
                the first that there is.

        Raises:
            InvalidRequest: This answer has no such chart.

        Example:
            mida.experiments.result(1001).plot("lift").save("lift.svg")
        """
        from midakit.report.notebook import plot

        return plot(self, chart)

    def _repr_html_(self) -> str | None:
        from midakit.report.notebook import to_html

        return to_html(self)

    @property
    def report_goal(self) -> GoalRef | None:
        """The goal reported on: `selected_goal`, else `goal`, else `primary_goal`."""
        return self.selected_goal or self.goal or self.primary_goal
