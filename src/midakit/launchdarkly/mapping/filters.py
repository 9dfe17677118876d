"""A metric's filters -> the report parameters of its goal (pure).

A group is an AND of conditions. `custom_filter` is an AND of ORs, so a condition becomes clauses;
`event_attribute` is an OR of ANDs, so conditions are multiplied out. What cannot be expressed is left
out of the report, with a warning.
"""

import re
from itertools import product
from typing import Any, NamedTuple

from midakit.launchdarkly.parts import MetricFilter

Rule = dict[str, Any]
"""One rule of `custom_filter` or of `event_attribute`."""

EVENT = {
    "in": ("=", "!="),
    "contains": ("**", "!*"),
    "greaterThan": (">", "<="),
    "greaterThanOrEqual": (">=", "<"),
    "lessThan": ("<", ">="),
    "lessThanOrEqual": ("<=", ">"),
}
"""An operator -> that of `event_attribute`, and its opposite for a negated condition."""
CONTEXT = {
    "in": ("==", "!="),
    "contains": ("**", "!*"),
    "greaterThan": ("gt", "lte"),
    "greaterThanOrEqual": ("gte", "lt"),
    "lessThan": ("lt", "gte"),
    "lessThanOrEqual": ("lte", "gt"),
}
"""The same for `custom_filter`."""
EQUALITY = ("in", "contains")
MOST_ALTERNATIVES = 64
"""More ANDs than this do not fit into a URL."""


class ReportFilters(NamedTuple):
    """Report parameters and warnings."""

    report: dict[str, Any]
    warnings: list[str]


def to_report(filters: MetricFilter | None, *, by_events: bool) -> ReportFilters:
    """Turn a metric's filters into the report parameters `custom_filter` and `event_attribute`.

    Args:
        filters: Conditions that LaunchDarkly puts on the metric's events or contexts; None for none.
        by_events: True when the goal counts events; `event_attribute` exists for such goals only.
    """
    if filters is None:
        return ReportFilters({}, [])
    conditions = _conditions(filters)
    if conditions is None:
        return ReportFilters({}, ["filters_not_translatable"])
    warnings: list[str] = []
    clauses: list[list[Rule]] = []
    factors: list[list[list[Rule]]] = []
    for one in conditions:
        problem = _problem(one, by_events=by_events)
        if problem:
            warnings.append(problem)
        elif one.type == "eventProperty":
            factors.append(_alternatives(one))
        else:
            clauses += _clauses(one)
    return _assembled(clauses, factors, warnings)


def _assembled(
    clauses: list[list[Rule]],
    factors: list[list[list[Rule]]],
    warnings: list[str],
) -> ReportFilters:
    report: dict[str, Any] = {}
    count = 1
    for factor in factors:
        count *= len(factor)
    if count > MOST_ALTERNATIVES:
        warnings.append("filters_not_translatable")
    elif factors:
        report["event_attribute"] = [
            [row for part in parts for row in part] for parts in product(*factors)
        ]
    if clauses:
        report["custom_filter"] = clauses
    if report:
        warnings.insert(0, "filters_move_to_report_query")
    return ReportFilters(report, list(dict.fromkeys(warnings)))


def _conditions(one: MetricFilter) -> list[MetricFilter] | None:
    """Return the conditions of an AND and of the ANDs in it; None for an OR or a negated group."""
    if one.type != "group":
        return [one]
    if one.op != "and" or one.negate:
        return None
    found: list[MetricFilter] = []
    for value in one.values:
        inner = _conditions(value) if isinstance(value, MetricFilter) else None
        if inner is None:
            return None
        found += inner
    return found


def _problem(one: MetricFilter, *, by_events: bool) -> str | None:
    if one.type not in ("eventProperty", "contextAttribute") or not one.attribute:
        return "filters_not_translatable"
    if one.type == "eventProperty" and not by_events:
        return "filters_not_translatable"
    if one.op not in CONTEXT:
        return f"filter_op_unsupported:{one.op}"
    if one.type == "contextAttribute" and one.context_kind not in (None, "user"):
        return f"filter_context_kind:{one.context_kind}"
    plain = all(isinstance(value, str | int | float) for value in one.values)
    if not one.values or not plain or (one.op not in EQUALITY and len(one.values) > 1):
        return "filters_not_translatable"
    return None


def _operator(one: MetricFilter, words: dict[str, tuple[str, str]]) -> str:
    assert one.op is not None
    return words[one.op][bool(one.negate)]


def _alternatives(one: MetricFilter) -> list[list[Rule]]:
    """Return a condition as an OR of ANDs: any of the values, or none of them when negated."""
    operand = _operator(one, EVENT)
    rows = [{"key": one.attribute, "operand": operand, "value": value} for value in one.values]
    return [rows] if one.negate else [[row] for row in rows]


def _clauses(one: MetricFilter) -> list[list[Rule]]:
    """Return a condition as an AND of ORs."""
    operator = _operator(one, CONTEXT)
    named = (
        {"criteria": "country"}
        if _is_country(one)
        else {"criteria": "attribute", "key": one.attribute}
    )
    rows = [{**named, "operator": operator, "value": value} for value in one.values]
    return [[row] for row in rows] if one.negate else [rows]


def _is_country(one: MetricFilter) -> bool:
    """Tell whether Mida's own criterion `country` fits, which takes two capitals; else it is an attribute."""
    codes = all(isinstance(value, str) and re.fullmatch("[A-Z]{2}", value) for value in one.values)
    return one.attribute == "country" and one.op in EQUALITY and codes
