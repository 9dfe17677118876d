"""A report on one goal, made ready: the query, the goal, and the SQL that two reports share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from midakit.sandbox.reports.event_attribute import event_attribute_condition
from midakit.sandbox.reports.goals import (
    Goal,
    choose_goal,
    goal_condition,
    goal_fields,
    is_event_backed,
)
from midakit.sandbox.reports.report_context import ReportContext
from midakit.sandbox.reports.report_query import ReportQuery, read_report_query
from midakit.sandbox.reports.report_units import ReportUnits
from midakit.sandbox.reports.sql_values import SqlValues
from midakit.sandbox.state.arrow import import_extra
from midakit.sandbox.state.text_rules import clean
from midakit.sandbox.state.visits import Visits

_THRESHOLDS = ("min_count", "timeframe_days", "event_attribute")
_MONEY = ("e.revenue", "e.quantity")


@dataclass(frozen=True, slots=True)
class GoalReport:
    """Everything that a report on a goal needs to write its statement."""

    query: ReportQuery
    units: ReportUnits
    goal: Goal | None
    by_default: bool
    condition: str

    @property
    def variants(self) -> list[str]:
        """The variant ids, control first."""
        return [str(variant["variant_id"]) for variant in self.units.context.experiment["variants"]]

    @property
    def least(self) -> int:
        """How many matching events make a conversion."""
        return self.query.min_count if is_event_backed(self.goal) else 1

    def hits(self, *columns: str) -> str:
        """Return SQL for the events that count.

        Args:
            *columns: Columns of the event; money is null unless the goal is about custom events.

        Returns:
            A SELECT.
        """
        backed = is_event_backed(self.goal)
        shown = [
            f"cast(NULL AS DECIMAL(18,4)) AS {name.removeprefix('e.')}"
            if name in _MONEY and not backed
            else name
            for name in columns
        ]
        return self.units.hits(self.condition, columns=", ".join(shown), window=backed)

    def heading(self) -> dict[str, Any]:
        """Return the goal of the report, what it repeats of the query, and the warnings."""
        selected = goal_fields(self.goal, "goal_profile_id", "goal_key")
        if selected and self.by_default:
            selected["goal_source"] = "global_default"
        body = {"selected_goal": selected, **self.query.repeated()}
        return body | ({"warnings": self.query.warnings} if self.query.warnings else {})


def prepare_goal_report(
    visits: Visits, context: ReportContext, params: Mapping[str, str]
) -> GoalReport:
    """Read and check the request of a report on one goal.

    Args:
        visits: Tells whether a pattern can be used.
        context: The experiment, its project and its goals.
        params: The query as it was sent.

    Returns:
        The report, ready to be computed.

    Raises:
        HttpError: 400, a parameter is wrong; 404, there is no such goal.
    """
    query, values = read_report_query(context, params), SqlValues()
    goal, by_default = choose_goal(context, params)
    condition = "false"
    if goal is not None and has_usable_pattern(visits, goal, query.warnings):
        condition = goal_condition(goal, values)
    if is_event_backed(goal):
        condition = f"{condition} AND {event_attribute_condition(query.event_attribute, values)}"
    else:
        # checked, though it is ignored
        event_attribute_condition(query.event_attribute, SqlValues())
        query.warnings.extend(
            f"{name} applies to event, revenue and script goals only and was ignored"
            for name in _THRESHOLDS
            if params.get(name)
        )
    return GoalReport(query, ReportUnits(context, query, values), goal, by_default, condition)


def has_usable_pattern(visits: Visits, goal: Goal, warnings: list[str]) -> bool:
    """Return whether DuckDB can read a goal's pattern; one that it cannot read matches nothing.

    Args:
        visits: The store that would use it.
        goal: The goal, of any type.
        warnings: Gets a sentence when the answer is False.

    Returns:
        True also for goals that have no pattern.
    """
    if goal["goal_type"] != "pageviewRegex":
        return True
    pattern = clean(str(goal["goal_value"]))
    try:
        visits.query("SELECT regexp_matches('', $pattern)", {"pattern": pattern})
    except import_extra("duckdb").Error:
        warnings.append(f"goal {goal['goal_key']}: its value is no valid pattern, nothing matches")
        return False
    return True
