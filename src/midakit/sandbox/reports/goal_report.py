"""A report on one goal, made ready: the question, the goal, and the SQL both reports share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from midakit.sandbox.reports.event_attribute import event_attribute_condition
from midakit.sandbox.reports.goals import Goal, chosen, goal_condition, is_event_backed, shown
from midakit.sandbox.reports.report_context import ReportContext
from midakit.sandbox.reports.report_query import ReportQuery, read
from midakit.sandbox.reports.report_units import ReportUnits
from midakit.sandbox.reports.sql_values import SqlValues
from midakit.sandbox.state.arrow import import_extra
from midakit.sandbox.state.text_rules import clean
from midakit.sandbox.state.visits import Visits

_THRESHOLDS = ("min_count", "timeframe_days", "event_attribute")


@dataclass(frozen=True, slots=True)
class GoalReport:
    """Everything a report on a goal needs to write its statement."""

    question: ReportQuery
    units: ReportUnits
    goal: Goal | None
    by_default: bool
    test: str

    @property
    def variants(self) -> list[str]:
        """The variant ids, control first."""
        return [str(variant["variant_id"]) for variant in self.units.context.experiment["variants"]]

    @property
    def least(self) -> int:
        """How many matching events make a conversion."""
        return self.question.min_count if is_event_backed(self.goal) else 1

    def hits(self, *columns: str) -> str:
        """SQL of the events that count; money only where the goal is about custom events."""
        backed = is_event_backed(self.goal)
        if not backed:
            columns = tuple(f"cast(NULL AS DECIMAL(18,4)) AS {name.rpartition('.')[2]}"
                            if name in ("e.revenue", "e.quantity") else name
                            for name in columns)  # fmt: skip
        return self.units.hits(self.test, columns=", ".join(columns), window=backed)

    def heading(self) -> dict[str, Any]:
        """The goal of the report, the echoes of the query and the warnings."""
        selected = shown(self.goal, "goal_profile_id", "goal_key")
        if selected and self.by_default:
            selected["goal_source"] = "global_default"
        body = {"selected_goal": selected, **self.question.echoes()}
        return body | ({"warnings": self.question.warnings} if self.question.warnings else {})


def ask(visits: Visits, context: ReportContext, params: Mapping[str, str]) -> GoalReport:
    """Read and check the request of a report on one goal."""
    question, values = read(context, params), SqlValues()
    goal, by_default = chosen(context, params)
    test = "false"
    if goal is not None and usable(visits, goal, question.warnings):
        test = goal_condition(goal, values)
    if is_event_backed(goal):
        test = f"{test} AND {event_attribute_condition(question.event_attribute, values)}"
    else:
        event_attribute_condition(
            question.event_attribute, SqlValues()
        )  # checked, though it is ignored
        question.warnings.extend(
            f"{name} applies to event, revenue and script goals only and was ignored"
            for name in _THRESHOLDS
            if params.get(name)
        )
    return GoalReport(question, ReportUnits(context, question, values), goal, by_default, test)


def usable(visits: Visits, goal: Goal, warnings: list[str]) -> bool:
    """False, with a warning, for a pattern the engine cannot read: it matches nothing."""
    if goal["goal_type"] != "pageviewRegex":
        return True
    pattern = clean(str(goal["goal_value"]))
    try:
        visits.query("SELECT regexp_matches('', $pattern)", {"pattern": pattern})
    except import_extra("duckdb").Error:
        warnings.append(f"goal {goal['goal_key']}: its value is no valid pattern, nothing matches")
        return False
    return True
