"""`event_attribute`: an OR of ANDs of conditions on the properties of an event."""

import re
from typing import Any

from midakit.sandbox.errors import HttpError
from midakit.sandbox.reports.sql_values import SqlValues, as_text
from midakit.sandbox.reports.text_conditions import compare

OPERANDS = ("=", "!=", ">", "<", ">=", "<=", "**", "!*", "ex", "nx")


def event_attribute_condition(groups: list[list[dict[str, Any]]], values: SqlValues) -> str:
    """Return the conditions as SQL over an event `e`.

    Args:
        groups: The parsed parameter.
        values: Takes the values of the conditions.

    Returns:
        One condition.

    Raises:
        HttpError: 400, a condition is not allowed.
    """
    if not groups:
        return "true"
    ands = [
        f"({' AND '.join(_condition(condition, values) for condition in group)})"
        for group in groups
    ]
    return f"({' OR '.join(ands)})"


def _condition(condition: dict[str, Any], values: SqlValues) -> str:
    """Return one condition as SQL."""
    key = condition.get("key")
    if not isinstance(key, str) or not re.fullmatch(r"[A-Za-z0-9_.-]{1,80}", key, re.ASCII):
        raise _refusal("a key is 1 to 80 letters, digits, _ . or -")
    operand = condition.get("operand", condition.get("operator"))
    if not isinstance(operand, str) or operand not in OPERANDS:
        raise _refusal(f"unknown operand {operand!r}; equality is one =")
    value = condition.get("value")
    if operand not in ("ex", "nx"):
        if not isinstance(value, str | int | float):
            raise _refusal(f"operand {operand} needs a value: text, number or boolean")
        if len(as_text(value)) > 500:
            raise _refusal("a value has at most 500 characters")
    return compare(_stored_value(key, values), operand, value, values)


def _stored_value(key: str, values: SqlValues) -> str:
    """Return SQL for a property: the literal key first, else the dotted path through objects [17]."""
    found = f"json_extract_string(e.event_property, {values.bind(_path([key]))})"
    if "." not in key:
        return found
    parts = key.split(".")
    nested = f"json_extract_string(e.event_property, {values.bind(_path(parts))})"
    return f"coalesce({found}, {nested})" if all(parts) else found


def _path(parts: list[str]) -> str:
    """Return the JSON path of keys."""
    return "$" + "".join(f'."{part}"' for part in parts)


def _refusal(reason: str) -> HttpError:
    """Return the error of a condition that is not allowed."""
    return HttpError(400, f"event_attribute: {reason}"[:300])
