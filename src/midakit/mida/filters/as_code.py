"""A condition as the code that builds it (pure)."""

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from midakit.mida.filters.expression import Condition

SIGNS = {
    "==": "==", "=": "==", "!=": "!=", ">": ">", ">=": ">=", "<": "<", "<=": "<=",
    "gt": ">", "gte": ">=", "lt": "<", "lte": "<=",
}  # fmt: skip
METHODS = {
    "**": "contains", "!*": "not_contains", "ex": "exists", "nx": "missing", "bt": "is_true",
    "bf": "is_false", "days_gt": "days_gt", "days_gte": "days_gte", "days_lt": "days_lt",
    "days_lte": "days_lte",
}  # fmt: skip
NAMES = {"v.visitor_id": "visitor_id", "v.uuid": "uuid"}


def code(condition: "Condition") -> str:
    """Return the code that builds a condition, such as `F.device == 'mobile'`.

    Args:
        condition: A condition on visitors or on an event.
    """
    if condition.criteria == "raw":
        return f"F.raw({json.loads(str(condition.value))!r})"
    field = _field(condition)
    if condition.operator in SIGNS:
        return f"{field} {SIGNS[condition.operator]} {condition.value!r}"
    value = "" if condition.value is None else repr(condition.value)
    return f"{field}.{METHODS[condition.operator]}({value})"


def _field(condition: "Condition") -> str:
    if condition.criteria == "event":
        return f"E.attr({condition.key!r})"
    name = NAMES.get(condition.criteria, condition.criteria)
    return f"F.{name}" if condition.key is None else f"F.{name}({condition.key!r})"
