"""`get_experiment_metrics`: secondary metrics per variant, all in one scan."""

# ruff: noqa: S608 - statements are put together from fixed text; every value is bound

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from midakit.sandbox.errors import HttpError
from midakit.sandbox.reports.figures import ratio
from midakit.sandbox.reports.goal_report import has_usable_pattern
from midakit.sandbox.reports.goals import (
    Goal,
    event_condition,
    find_active_goal,
    goal_condition,
    goal_fields,
)
from midakit.sandbox.reports.report_context import ReportContext
from midakit.sandbox.reports.report_query import ReportQuery, read_report_query
from midakit.sandbox.reports.report_units import ReportUnits
from midakit.sandbox.reports.sql_values import SqlValues
from midakit.sandbox.reports.vocabulary import BUILT_IN
from midakit.sandbox.state.visits import Visits

_PAGEVIEW = "e.event_text = '!pageview'"
_ENGAGED = "(e.event_text IN ('!click', '!submit') OR e.event_type = 2)"


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
        body = {"metric_key": self.key, "metric_text": self.text, "name": self.name, "type": 2}
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
    defined = _defined_metrics(context, params, query.warnings)
    places = _batch_places(params, len(defined), query.warnings)
    rows = _rows(visits, context, query, [(place, defined[place]) for place in places])
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


def _defined_metrics(
    context: ReportContext, params: Mapping[str, str], warnings: list[str]
) -> list[CountedMetric]:
    """Return the metrics that the report is about, and warn of unknown ones."""
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


def _rows(
    visits: Visits,
    context: ReportContext,
    query: ReportQuery,
    chosen: list[tuple[int, CountedMetric]],
) -> list[dict[str, Any]]:
    """Count every metric in one statement."""
    values = SqlValues()
    units = ReportUnits(context, query, values)
    head = units.sql()
    tests = [_condition(visits, metric, values, query.warnings) for _, metric in chosen]
    flags = [f"({test}) AS m{place}" for place, test in enumerate(tests)]
    hits = units.hits(" OR ".join(tests) or "false", columns=", ".join(flags) or "1", window=False)
    per_unit = [f"count(*) FILTER (WHERE m{place}) AS m{place}" for place in range(len(tests))]
    sums = [
        f"count(*) FILTER (WHERE m{p} > 0), coalesce(sum(m{p}), 0)::BIGINT, "
        f"count(*) FILTER (WHERE m{p} = 1)"
        for p in range(len(tests))
    ]
    rows = visits.query(
        f"""
        WITH {head}, hits AS ({hits}),
        per_unit AS (
          SELECT {", ".join(["variant", "visitor_id", *per_unit])}
          FROM hits GROUP BY variant, visitor_id)
        SELECT {", ".join(["u.variant", "count(*)", *sums])}
        FROM units u LEFT JOIN per_unit h ON h.variant = u.variant AND h.visitor_id = u.visitor_id
        GROUP BY u.variant
        """,
        values.bound,
    )
    found = {str(row[0]): row[1:] for row in rows}
    return [
        _row(str(variant["variant_id"]), found.get(str(variant["variant_id"])), chosen)
        for variant in context.experiment["variants"]
    ]


def _condition(
    visits: Visits, metric: CountedMetric, values: SqlValues, warnings: list[str]
) -> str:
    """Return SQL for the events of a metric."""
    if metric.text in ("_pageview", "BounceRate"):
        return _PAGEVIEW
    if metric.text == "_engagement":
        return _ENGAGED
    if metric.goal is None:
        return event_condition(metric.text, values)
    return (
        goal_condition(metric.goal, values)
        if has_usable_pattern(visits, metric.goal, warnings)
        else "false"
    )


def _row(
    variant_id: str, counted: tuple[Any, ...] | None, chosen: list[tuple[int, CountedMetric]]
) -> dict[str, Any]:
    """Return the figures of one variant."""
    total, *figures = counted or (0, *([0] * 3 * len(chosen)))
    body: dict[str, Any] = {"variant_id": variant_id, "total": total}
    for slot, (place, metric) in enumerate(chosen):
        units, events, once = figures[3 * slot : 3 * slot + 3]
        value = {"_pageview": events, "BounceRate": ratio(once, units, 100)}.get(metric.text, units)
        body[f"result_{place + 1}"] = value
    return body
