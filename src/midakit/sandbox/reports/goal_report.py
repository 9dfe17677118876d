"""A report on one goal, made ready: the query, the goal, whom it counts and which events."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from midakit.sandbox.reports.event_attribute import Groups, property_groups
from midakit.sandbox.reports.event_conditions import EventCondition
from midakit.sandbox.reports.goals import (
    Goal,
    choose_goal,
    condition_of,
    goal_fields,
    is_event_backed,
)
from midakit.sandbox.reports.population import Population, population
from midakit.sandbox.reports.report_context import ReportContext
from midakit.sandbox.reports.report_query import ReportQuery, read_report_query
from midakit.sandbox.reports.units import Hits, Units
from midakit.sandbox.state.columns import MISSING, Array
from midakit.sandbox.state.visits import Visits

_THRESHOLDS = ("min_count", "timeframe_days", "event_attribute")


@dataclass(frozen=True, slots=True)
class GoalReport:
    """Everything that a report on a goal needs to count."""

    context: ReportContext
    query: ReportQuery
    goal: Goal | None
    by_default: bool
    condition: EventCondition
    properties: Groups
    population: Population

    @property
    def variants(self) -> list[str]:
        """The variant ids, control first."""
        return [str(variant["variant_id"]) for variant in self.context.experiment["variants"]]

    @property
    def least(self) -> int:
        """How many matching events make a conversion."""
        return self.query.min_count if is_event_backed(self.goal) else 1

    @property
    def key(self) -> tuple[Any, ...]:
        """What is counted; two reports with equal keys have equal counts."""
        backed = is_event_backed(self.goal)
        return (self.population, self.condition, self.properties, self.least,
                self.query.window if backed else None, backed)  # fmt: skip

    def conversions(
        self, visits: Visits, units: Units, hits: Hits, mask: Array | None
    ) -> "ConvertedHits":
        """Return the hits of the units that converted.

        Args:
            visits: The store, locked.
            units: The units.
            hits: All hits of the goal.
            mask: Which units count; None is all of them.

        Returns:
            The hits that count, by unit and time.
        """
        backed = is_event_backed(self.goal)
        kept = self.population.selected(
            visits,
            units,
            hits,
            mask,
            window=self.query.window if backed else None,
            properties=self.properties,
        )
        found = np.arange(len(hits.unit)) if kept is None else np.flatnonzero(kept)
        first = first_of_each(hits.unit[found])
        counts = np.diff(first, append=len(found))
        enough = counts >= self.least
        completing = found[first[enough] + (self.least - 1)]
        found = found[np.repeat(enough, counts)]
        return ConvertedHits(hits, found, completing, with_money=backed)

    def heading(self) -> dict[str, Any]:
        """Return the goal of the report, what it repeats of the query, and the warnings."""
        selected = goal_fields(self.goal, "goal_profile_id", "goal_key")
        if selected and self.by_default:
            selected["goal_source"] = "global_default"
        body = {"selected_goal": selected, **self.query.repeated()}
        return body | ({"warnings": self.query.warnings} if self.query.warnings else {})


class ConvertedHits:
    """The hits of the units that converted, and the orders among them.

    Args:
        hits: All hits of the goal.
        found: The places of those that count.
        completing: The places of those that complete a conversion.
        with_money: Whether the goal is about custom events, the only ones with money.
    """

    def __init__(self, hits: Hits, found: Array, completing: Array, *, with_money: bool) -> None:
        self.units: Array = hits.unit[completing]
        """The unit of each conversion."""
        self.moments: Array = hits.created[completing]
        """When each conversion was completed."""
        paid = (
            hits.column("revenue")[found] != MISSING if with_money else np.zeros(len(found), bool)
        )
        orders = found[paid]
        self.order_units: Array = hits.unit[orders]
        self.order_moments: Array = hits.created[orders]
        self.revenue: Array = hits.column("revenue")[orders]
        quantity = hits.column("quantity")[orders]
        self.cogs: Array = hits.column("cogs")[orders]
        self.events, self.event_units = hits.event[found], hits.unit[found]
        """Every hit of the units that converted, and its unit."""
        self.event_moments: Array = hits.created[found]
        self.quantity: Array = np.where(quantity == MISSING, 10_000, quantity)


def prepare_goal_report(context: ReportContext, params: Mapping[str, str]) -> GoalReport:
    """Read and check the request of a report on one goal.

    Args:
        context: The experiment, its project and its goals.
        params: The query as it was sent.

    Returns:
        The report, ready to be computed.

    Raises:
        HttpError: 400, a parameter is wrong; 404, there is no such goal.
    """
    query = read_report_query(context, params)
    goal, by_default = choose_goal(context, params)
    condition = condition_of(goal, query.warnings)
    properties = property_groups(
        query.event_attribute
    )  # checked, even where it is ignored [choice 6]
    if not is_event_backed(goal):
        properties = ()
        query.warnings.extend(
            f"{name} applies to event, revenue and script goals only and was ignored"
            for name in _THRESHOLDS
            if params.get(name)
        )
    return GoalReport(
        context, query, goal, by_default, condition, properties, population(context, query)
    )


def first_of_each(units: Array) -> Array:
    """Return where each unit begins.

    Args:
        units: Units, ascending.

    Returns:
        The places of the first of each.
    """
    begins = np.ones(len(units), bool)
    begins[1:] = units[1:] != units[:-1]
    return np.flatnonzero(begins)


def sums(groups: Array, values: Array, size: int) -> list[int]:
    """Add up whole numbers by group, exactly.

    Two halves of 26 bits each: a sum of 2^26 of them is exact as a double, which is what
    `numpy.bincount` adds.

    Args:
        groups: The group of each number, from 0.
        values: The numbers, below 2^52 in size.
        size: How many groups there are.

    Returns:
        One sum per group.
    """
    low = np.bincount(groups, values & 0x3FFFFFF, size).tolist()
    high = np.bincount(groups, values >> 26, size).tolist()
    return [(int(above) << 26) + int(below) for above, below in zip(high, low, strict=True)]
