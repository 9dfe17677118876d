"""`event_attribute`: an OR of ANDs of conditions on the properties of an event."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from midakit.sandbox.errors import HttpError
from midakit.sandbox.reports.text_conditions import compare
from midakit.sandbox.state.columns import Array, Rule, Words
from midakit.sandbox.state.text_rules import as_text

OPERANDS = ("=", "!=", ">", "<", ">=", "<=", "**", "!*", "ex", "nx")


@dataclass(frozen=True, slots=True)
class PropertyCondition:
    """A rule about one property: the literal key first, else the dotted path through objects [choice 17]."""

    key: str
    rule: Rule


Groups = tuple[tuple[PropertyCondition, ...], ...]
"""An OR of ANDs."""


def property_groups(groups: list[list[dict[str, Any]]]) -> Groups:
    """Return the conditions of the parameter.

    Args:
        groups: The parsed parameter.

    Returns:
        An OR of ANDs; none of them is no condition at all.

    Raises:
        HttpError: 400, a condition is not allowed.
    """
    return tuple(tuple(_condition(condition) for condition in group) for group in groups)


def fitting(groups: Groups, properties: Words) -> Array:
    """Return for each distinct text of properties whether it fits.

    Args:
        groups: The conditions; at least one.
        properties: The texts.

    Returns:
        Booleans by the number of the text.
    """
    found = np.zeros(len(properties), bool)
    for group in groups:
        all_of_them = np.ones(len(properties), bool)
        for condition in group:
            all_of_them &= properties.member(condition.key, nested=True).where(condition.rule)
        found |= all_of_them
    return found


def _condition(condition: dict[str, Any]) -> PropertyCondition:
    """Return one condition."""
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
    return PropertyCondition(key, compare(operand, value))


def _refusal(reason: str) -> HttpError:
    """Return the error of a condition that is not allowed."""
    return HttpError(400, f"event_attribute: {reason}"[:300])
