"""A LaunchDarkly metric -> a Mida goal, with a warning for everything that is lost (pure).

The goal is the arguments of `goals.create`. `report` holds arguments for the goal's reports: filters
and windows belong to the metric in LaunchDarkly and to each report in Mida. A warning is a word that
never changes, followed by `:detail` where there is one.
"""

import math
import re
from typing import Any, NamedTuple

from midakit.launchdarkly.mapping import filters, kinds
from midakit.launchdarkly.models import Metric

DAY = 86_400_000
COUNTED_BY_EVENTS = frozenset({"event", "revenue"})


class Mapping(NamedTuple):
    """What becomes of a metric; `goal` is None when the metric cannot become a goal.

    Example:
        [metric] = await ld.metrics.list("small", max_items=1).collect()
        found = to_goal(metric)
        print(found.goal or found.report, found.warnings)
    """

    metric: Metric
    goal: dict[str, Any] | None
    warnings: tuple[str, ...]
    report: dict[str, Any]


def to_goal(metric: Metric) -> Mapping:
    """Map a metric to a Mida goal.

    Args:
        metric: The metric, as LaunchDarkly describes it.

    Returns:
        The goal or None, warnings about what is lost, and arguments for the goal's reports.

    Example:
        [metric] = await ld.metrics.list("small", max_items=1).collect()
        found = to_goal(metric)
        print(found.goal, found.warnings)
    """
    archived = ["archived"] if metric.archived else []
    name, key = metric.name or metric.key, goal_key(metric.key or metric.name or "")
    trigger, warnings = kinds.trigger(metric)
    if trigger is None or not name or not key:
        return Mapping(metric, None, (*archived, *(warnings or ["no_key"])), {})
    warnings = archived + warnings + _losses(metric)
    moved = filters.to_report(metric.filters, by_events=trigger["goal_type"] in COUNTED_BY_EVENTS)
    report = dict(moved.report)
    warnings += moved.warnings
    if metric.window_end_offset is not None and metric.window_end_offset > 0:
        if trigger["goal_type"] in COUNTED_BY_EVENTS:
            report["timeframe_days"] = math.ceil(metric.window_end_offset / DAY)
            warnings.append("window_moves_to_report_query")
        else:
            warnings.append("window_dropped")
    return Mapping(metric, {"goal_name": name, "goal_key": key, **trigger}, tuple(warnings), report)


def goal_key(key: str) -> str:
    """Return a metric's key as a Mida goal key: lower case, with `_` for what Mida does not allow.

    Args:
        key: The key of the metric.
    """
    return re.sub(r"[^a-z0-9_-]", "_", key.lower())


def _losses(metric: Metric) -> list[str]:
    """Return warnings about what a goal cannot express, in the order in which people read a metric."""
    default, source = metric.event_default, metric.data_source
    units = metric.analysis_units or metric.randomization_units
    hosted = source is None or source.key in (None, "launchdarkly-hosted")
    lost = {
        "count_becomes_binary": metric.unit_aggregation_type == "sum" and not metric.is_numeric,
        "count_distinct_unsupported": metric.unit_aggregation_type == "count_distinct",
        "lower_is_better_not_expressible": metric.success_criteria == "LowerThanBaseline",
        "percentile_unsupported": metric.analysis_type == "percentile",
        "units_without_events_included": default is not None and default.disabled,
        "ratio_unsupported": metric.denominator is not None,
        "winsorization_dropped": _winsorized(metric),
        f"unit_not_visitor:{','.join(units)}": units and "user" not in units,
        f"external_data_source:{source and source.key}": not hosted,
    }
    return [warning for warning, applies in lost.items() if applies]


def _winsorized(metric: Metric) -> bool:
    ends = (metric.winsor_lower_percentile, metric.winsor_upper_percentile)
    return any(end is not None for end in ends)
