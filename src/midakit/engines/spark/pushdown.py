"""Which calls of a plan can have rows that a filter lets through (pure).

A call is kept or left out as a whole, by what the plan says about all of its rows; Spark checks every
row again. Where the plan does not know (a column that the server fills), the call is kept. SQL's third
truth value counts: `segment <> 'mobile'` is not true for rows without a segment.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from operator import contains, eq, ge, gt, le, lt
from typing import Any, NamedTuple

from midakit.export.plan.spec import REPORTS, Spec

SIGNS = {
    "EqualTo": "=",
    "EqualNullSafe": "<=>",
    "In": "in",
    "GreaterThan": ">",
    "GreaterThanOrEqual": ">=",
    "LessThan": "<",
    "LessThanOrEqual": "<=",
    "IsNull": "null",
    "StringStartsWith": "starts",
    "StringEndsWith": "ends",
    "StringContains": "contains",
}
TESTS: dict[str, Any] = {
    "=": eq,
    ">": gt,
    ">=": ge,
    "<": lt,
    "<=": le,
    "starts": lambda value, start: value.startswith(start),
    "ends": lambda value, end: value.endswith(end),
    "contains": contains,
}


class Rule(NamedTuple):
    """One filter on one column."""

    column: str
    sign: str
    value: Any = None
    negated: bool = False


def rules(filters: Iterable[Any]) -> list[Rule]:
    """Return the filters that say something about whole calls.

    Args:
        filters: Spark's filters.
    """
    found = (_rule(one) for one in filters)
    return [rule for rule in found if rule is not None]


def _rule(given: Any) -> Rule | None:
    name = type(given).__name__
    if name == "Not":
        rule = _rule(given.child)
        return None if rule is None else rule._replace(negated=not rule.negated)
    if len(given.attribute) != 1:
        return None
    if name == "IsNotNull":
        return Rule(given.attribute[0], "null", negated=True)
    if name not in SIGNS:
        return None
    return Rule(given.attribute[0], SIGNS[name], getattr(given, "value", None))


def kept(specs: Iterable[Spec], given: Sequence[Rule]) -> list[Spec]:
    """Return the calls that can have a row for which every rule is true.

    Args:
        specs: Calls of the plan.
        given: Conditions on columns, as Spark pushed them down.
    """
    return [spec for spec in specs if all(_may_match(spec, rule) for rule in given)]


def _may_match(spec: Spec, rule: Rule) -> bool:
    known = _constants(spec)
    try:
        if rule.column in known:
            return holds(rule, known[rule.column]) is True
        span = _spans(spec).get(rule.column)
        return span is None or _overlaps(rule, *span)
    except TypeError:  # a value of a type that our column is not: let Spark judge
        return True


def holds(rule: Rule, value: Any) -> bool | None:
    """Return whether a rule is true for a value; None is SQL's unknown.

    Args:
        rule: A condition on one column, as Spark pushed it down.
        value: The value of its column.
    """
    if rule.sign == "null":
        found = value is None
    elif rule.sign == "<=>":
        found = value == rule.value
    elif value is None:
        return None
    elif rule.sign == "in":
        found = value in rule.value
        if not found and None in rule.value:
            return None
    elif rule.value is None:
        return None
    else:
        found = TESTS[rule.sign](value, rule.value)
    return found is not rule.negated


def _constants(spec: Spec) -> dict[str, Any]:
    """Return the columns that are the same in all rows of a call and known before it is sent."""
    known: dict[str, Any] = {"project": spec.project, "spec_id": spec.id}
    if spec.kind not in REPORTS:
        return known
    label = spec.label()
    known |= {name: label[name] for name in ("goal_key", "filter_by", "tz") if name in label}
    known |= {name: int(label[name]) for name in ("test_id", "goal_profile_id") if name in label}
    known["segment"] = label.get("segment")
    return known | {name: _day(label, name) for name in ("window_start", "window_end")}


def _spans(spec: Spec) -> dict[str, tuple[date, date]]:
    """Return the span of days of columns within the call's window, a day more on either side for zones."""
    columns = {"timeseries": ("date", "created_at"), "events": ("created_at",)}.get(spec.kind, ())
    label = spec.label()
    start, end = _day(label, "window_start"), _day(label, "window_end")
    if start is None or end is None:
        return {}
    return dict.fromkeys(columns, (start - timedelta(days=1), end + timedelta(days=1)))


def _day(label: Mapping[str, str], name: str) -> date | None:
    return date.fromisoformat(label[name]) if name in label else None


def _overlaps(rule: Rule, first: date, last: date) -> bool:
    if rule.negated or rule.sign not in ("=", "in", ">", ">=", "<", "<="):
        return True
    asked = rule.value if rule.sign == "in" else (rule.value,)
    days = [one.date() if isinstance(one, datetime) else one for one in asked if one is not None]
    if rule.sign in ("=", "in"):
        return any(first <= day <= last for day in days)
    return any(last >= day if rule.sign in (">", ">=") else first <= day for day in days)
