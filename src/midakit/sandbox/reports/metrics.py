"""`get_experiment_metrics`: secondary metrics per variant."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from midakit.sandbox.errors import HttpError
from midakit.sandbox.reports.event_conditions import PAGE_VIEWS, Engaged, EventCondition, named
from midakit.sandbox.reports.figures import ratio
from midakit.sandbox.reports.goal_report import first_of_each
from midakit.sandbox.reports.goals import Goal, condition_of, find_active_goal, goal_fields
from midakit.sandbox.reports.population import Population, population
from midakit.sandbox.reports.report_context import ReportContext
from midakit.sandbox.reports.report_query import read_report_query
from midakit.sandbox.reports.units import Hits, Units
from midakit.sandbox.reports.vocabulary import BUILT_IN
from midakit.sandbox.state.columns import Array
from midakit.sandbox.state.visits import Visits


@dataclass(frozen=True, slots=True)
class CountedMetric:
    """One definition: a goal, an event name or a built-in."""

    text: str
    name: str
    goal: Goal | None = None

    @property
    def key(self) -> str:
        """The goal's key, else the text itself."""
        return str(self.goal["goal_key"]) if self.goal else self.text

    def definition(self) -> dict[str, Any]:
        """Return the metric as the answer lists it."""
        text = f"goal_{self.key}" if self.goal else self.text  # [choice 43]
        body = {"metric_key": self.key, "metric_text": text, "name": self.name, "type": 2}
        return body | ({"goal": goal_fields(self.goal, "goal_key")} if self.goal else {})


def metrics(visits: Visits, context: ReportContext, params: Mapping[str, str]) -> dict[str, Any]:
    """Compute the report on secondary metrics.

    Args:
        visits: The store.
        context: The experiment, its project, its goals and the time.
        params: The query as it was sent.

    Returns:
        The body of the answer.

    Raises:
        HttpError: 400, a parameter is wrong.
    """
    if "breakdown_by" in params:
        raise HttpError(400, "metrics cannot be broken down; breakdown_by belongs to the result")
    query = read_report_query(context, params)
    defined = defined_metrics(context, params, query.warnings)
    places = _batch_places(params, len(defined), query.warnings)
    chosen = [(place, defined[place]) for place in places]
    conditions = [metric_condition(metric, query.warnings) for _, metric in chosen]
    totals, counted = count_metrics(visits, population(context, query), conditions)
    rows = [
        _row(str(variant["variant_id"]), totals[arm], chosen, [counts[arm] for counts in counted])
        for arm, variant in enumerate(context.experiment["variants"])
    ]
    body = {
        "success": True,
        "test_id": context.experiment["test_id"],
        "test_name": context.experiment["test_name"],
        **query.repeated(),
        "report_phase": query.phase,
        "count": len(rows),
        "metric_count": len(defined),
        "metric_definitions": [metric.definition() for metric in defined],
        "metrics": rows,
    }
    return body | ({"warnings": query.warnings} if query.warnings else {})


def defined_metrics(
    context: ReportContext, params: Mapping[str, str], warnings: list[str]
) -> list[CountedMetric]:
    """Return the metrics that a report is about.

    Args:
        context: The experiment, its project and its goals.
        params: The query as it was sent.
        warnings: Gets a sentence about each key that is unknown.

    Returns:
        The metrics in order.

    Raises:
        HttpError: 400, a list of keys cannot be read.
    """
    keys = [*_list_param(params, "metric_keys"), *_list_param(params, "goal_keys")]
    attached = [
        (str(item["text"]), item.get("name"))
        for item in context.experiment.get("secondary_metrics") or []
    ]
    if keys:
        found = [(k, _by_key(context, k, dict(attached))) for k in dict.fromkeys(map(str, keys))]
    else:
        found = [(text, _attached(context, text, name)) for text, name in attached]
    warnings.extend(f"metric {k!r} is not defined and was skipped" for k, one in found if not one)
    return [metric for _, metric in found if metric]


def _attached(context: ReportContext, text: str, name: str | None) -> CountedMetric | None:
    """Return a metric that is attached to the experiment."""
    if text in BUILT_IN:
        return CountedMetric(text, name or BUILT_IN[text])
    if text.startswith("goal_"):
        goal = find_active_goal(context, goal_profile_id=text.removeprefix("goal_"))
        return CountedMetric(text, name or goal["goal_name"], goal) if goal else None
    return CountedMetric(text, name or text)


def _by_key(
    context: ReportContext, key: str, attached: Mapping[str, str | None]
) -> CountedMetric | None:
    """Return the metric of a key: a goal, an attached metric or a built-in one."""
    goal = find_active_goal(context, goal_key=key)
    if goal is not None:
        text = f"goal_{goal['goal_profile_id']}"
        return CountedMetric(text, attached.get(text) or goal["goal_name"], goal)
    if key in attached or key in BUILT_IN:
        return _attached(context, key, attached.get(key))
    return None


def _list_param(params: Mapping[str, str], name: str) -> list[Any]:
    """Return a list that was sent as JSON text or with commas."""
    text = params.get(name, "").strip()
    if text.startswith("["):
        try:
            given = json.loads(text)
        except (ValueError, RecursionError):
            raise HttpError(400, f"{name} must be a JSON array or comma-separated") from None
        if not all(isinstance(item, str | int) for item in given):
            raise HttpError(400, f"{name} must hold texts or numbers")
        return list(given)
    return [part.strip() for part in text.split(",") if part.strip()]


def _batch_places(params: Mapping[str, str], count: int, warnings: list[str]) -> list[int]:
    """Return which of the metrics to compute, by their place."""
    given = _list_param(params, "metric_batch")
    if not given:
        return list(range(count))
    if not all(
        str(item).isascii() and str(item).isdigit() and len(str(item)) < 10 for item in given
    ):
        raise HttpError(400, "metric_batch must hold indexes from 0")
    places = sorted({int(item) for item in given})
    warnings.extend(f"metric_batch {place} is out of range" for place in places if place >= count)
    return [place for place in places if place < count]


@dataclass(frozen=True, slots=True)
class MetricCounts:
    """What was counted for one metric in one variant: units with any event, events, units with one."""

    units: int = 0
    events: int = 0
    once: int = 0


def count_metrics(
    visits: Visits, about: Population, conditions: list[EventCondition]
) -> tuple[list[int], list[list[MetricCounts]]]:
    """Count every metric.

    Args:
        visits: The store.
        about: Whom to count.
        conditions: The events of each metric.

    Returns:
        The units of each variant, and for each metric the counts of each variant.
    """
    arms = len(about.variants)
    with visits.lock:
        units = about.units(visits)
        mask = cache(lambda: about.mask(units))

        def total() -> list[int]:
            arm = units.arm if mask() is None else units.arm[mask()]
            return [int(count) for count in np.bincount(arm, minlength=arms)]

        def counted(condition: EventCondition) -> list[MetricCounts]:
            hits, version = about.hits(visits, units, condition)
            found: list[MetricCounts] = visits.counts.get_or_build(
                ("metric", about, condition),
                version,
                lambda: _count(visits, about, units, hits, mask()),
            )
            return found

        totals: list[int] = visits.counts.get_or_build(("total", about), units.version, total)
        return totals, [counted(condition) for condition in conditions]


def _count(
    visits: Visits, about: Population, units: Units, hits: Hits, mask: Array | None
) -> list[MetricCounts]:
    """Count one metric in each variant."""
    kept = about.selected(visits, units, hits, mask)
    unit = hits.unit if kept is None else hits.unit[kept]
    first, arms = first_of_each(unit), len(about.variants)
    counts, arm = np.diff(first, append=len(unit)), units.arm[unit[first]]
    figures = (
        np.bincount(arm, minlength=arms),
        np.bincount(arm, counts, arms),
        np.bincount(arm[counts == 1], minlength=arms),
    )
    return [MetricCounts(*map(int, three)) for three in zip(*figures, strict=True)]


def metric_condition(metric: CountedMetric, warnings: list[str]) -> EventCondition:
    """Return which events a metric counts.

    Args:
        metric: The metric.
        warnings: Gets a sentence about a goal whose pattern cannot be read.

    Returns:
        The condition.
    """
    if metric.text in ("_pageview", "BounceRate"):
        return PAGE_VIEWS
    if metric.text == "_engagement":
        return Engaged()
    return named(metric.text) if metric.goal is None else condition_of(metric.goal, warnings)


def _row(
    variant_id: str, total: int, chosen: list[tuple[int, CountedMetric]], counts: list[MetricCounts]
) -> dict[str, Any]:
    """Return the figures of one variant, each under the number of its definition [choice 22]."""
    body: dict[str, Any] = {"variant_id": variant_id, "total": total}
    for (place, metric), count in zip(chosen, counts, strict=True):
        special = {"_pageview": count.events, "BounceRate": ratio(count.once, count.units, 100)}
        body[f"result_{place + 1}"] = special.get(metric.text, count.units)
    return body
