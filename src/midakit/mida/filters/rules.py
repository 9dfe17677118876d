"""What each criterion takes: operators, values and a key (the table of the API, as data)."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from math import isfinite
from typing import Any, NamedTuple, TypeGuard

from midakit.errors import InvalidRequest

BASE = ("==", "!=", "**", "!*", "ex", "nx")
MATCH = ("==", "!=", "**", "!*")
ORDER = (">", ">=", "<", "<=")
ATTRIBUTE = ("gt", "gte", "lt", "lte", "bt", "bf", "days_gt", "days_gte", "days_lt", "days_lte")
EVENT = ("=", "!=", ">", "<", ">=", "<=", "**", "!*", "ex", "nx")

VALUELESS = frozenset({"ex", "nx", "bt", "bf"})

OPPOSITE = {
    "==": "!=", "=": "!=", "!=": "==", "**": "!*", "!*": "**", "ex": "nx", "nx": "ex",
    ">": "<=", "<=": ">", "<": ">=", ">=": "<",
}  # fmt: skip
"""Operators that are each other's negation. `gt`, `lte` and the like are not: of an attribute that is
missing neither holds. The same is true of `bt` and `bf` and of the day counts."""

WORDS = {
    "source": ("direct", "referral", "social", "search", "nonpaid", "paid", "email"),
    "device": ("mobile", "desktop", "tablet"),
    "browser": (
        "chrome", "firefox", "safari", "edge_chromium", "edge_legacy", "opera", "ie", "brave",
        "vivaldi", "yandex", "chromium", "samsung", "uc", "duckduckgo", "silk", "facebook",
        "instagram", "other",
    ),
    "os": ("windows", "macos", "ios", "linux"),
    "visitor_type": ("new", "returning"),
}  # fmt: skip

COUNTRY = re.compile(r"[A-Z]{2}")
VISITOR = re.compile(r"[A-Za-z0-9_-]{1,80}")
EVENT_KEY = re.compile(r"[A-Za-z0-9_.-]{1,80}")

Value = str | int | float | bool
RawRules = Sequence[Sequence[Any]] | str
"""The nested lists that the API takes, or their JSON text."""


class CriterionRule(NamedTuple):
    """What a criterion takes: operators, a key, and the range of a whole number."""

    operators: tuple[str, ...]
    key: bool = False
    low: int = 0
    high: int | None = None


RULES: Mapping[str, CriterionRule] = {
    "landing_page": CriterionRule(BASE),
    "ref_page": CriterionRule(BASE),
    "user_agent": CriterionRule(BASE),
    "queryparam": CriterionRule(BASE, key=True),
    "utm": CriterionRule(BASE, key=True),
    "source": CriterionRule(BASE),
    "device": CriterionRule(BASE),
    "browser": CriterionRule(BASE),
    "os": CriterionRule(BASE),
    "dayofweek": CriterionRule(BASE + ORDER, high=6),
    "hourofday": CriterionRule(BASE + ORDER, high=23),
    "visitor_type": CriterionRule(BASE),
    "country": CriterionRule(MATCH),
    "v.visitor_id": CriterionRule(MATCH),
    "v.uuid": CriterionRule(MATCH),
    "attribute": CriterionRule(BASE + ATTRIBUTE, key=True),
}


PARTS = ("criteria", "operator", "value", "key")
"""The keys of a rule on visitors."""


def unknown(rule: Mapping[str, Any]) -> str | None:
    """Return what a rule holds that this package does not know, in words; None where it knows all.

    Args:
        rule: One rule of the API's nested lists.
    """
    for name in rule:
        if name not in PARTS:
            return f"a rule has the unknown key {name!r}; known are {', '.join(PARTS)}"
    criteria = rule.get("criteria")
    if not isinstance(criteria, str) or criteria in RULES:
        return None
    near = get_close_matches(criteria, RULES, 1)
    meant = f"; did you mean {near[0]!r}?" if near else ""
    return f"a rule has the unknown criterion {criteria!r}{meant}"


def check(criteria: str, operator: str, value: object, key: str | None) -> Value | None:
    """Check one condition on visitors.

    Args:
        criteria: The criterion, such as `device`.
        operator: The operator, as the API spells it.
        value: The value to compare with; None for operators without one.
        key: The name of the parameter or attribute, for criteria that have one.

    Returns:
        The value as it is sent.

    Raises:
        InvalidRequest: It names the criterion and the rule that is broken.
    """
    rule = RULES.get(criteria)
    if rule is None:
        raise InvalidRequest(
            "criteria",
            f"{criteria!r} is not one of: {', '.join(RULES)}; F.raw(rule) sends a rule as it is",
        )
    if operator not in rule.operators:
        raise InvalidRequest(
            criteria, f"{operator!r} is not one of its operators: {' '.join(rule.operators)}"
        )
    if rule.key != bool(key):
        raise InvalidRequest(criteria, "needs a key" if rule.key else "takes no key")
    if operator in VALUELESS:
        if value is not None:
            raise InvalidRequest(criteria, f"{operator!r} takes no value")
        return None
    return _value(criteria, rule, operator, value)


def _value(criteria: str, rule: CriterionRule, operator: str, value: object) -> Value:
    if criteria in WORDS:
        word = next((word for word in WORDS[criteria] if word == value), None)
        if word is None:
            near = get_close_matches(str(value).lower(), WORDS[criteria], 1)
            meant = f" (did you mean {near[0]}?)" if near else ""
            known = ", ".join(WORDS[criteria])
            raise InvalidRequest(criteria, f"{value!r} is not one of: {known}{meant}")
        return word
    if rule.high is not None:
        if (
            isinstance(value, bool)
            or not isinstance(value, int)
            or not rule.low <= value <= rule.high
        ):
            raise InvalidRequest(
                criteria, f"{value!r} is not a whole number from {rule.low} to {rule.high}"
            )
        return value
    if criteria == "country" and not (isinstance(value, str) and COUNTRY.fullmatch(value)):
        upper = value.upper() if isinstance(value, str) else ""
        meant = f" (did you mean {upper}?)" if COUNTRY.fullmatch(upper) else ""
        raise InvalidRequest(criteria, f"{value!r} is not two capital letters{meant}")
    if criteria.startswith("v.") and not (isinstance(value, str) and VISITOR.fullmatch(value)):
        raise InvalidRequest(criteria, f"{value!r} is not 1 to 80 of A-Z a-z 0-9 _ -")
    if criteria == "attribute":
        return _attribute(operator, value)
    if not isinstance(value, str):
        raise InvalidRequest(criteria, f"{value!r} is not text")
    return value


def _attribute(operator: str, value: object) -> Value:
    if not _is_sendable(value):
        raise InvalidRequest("attribute", f"{value!r} is not text, a number, or true or false")
    if operator in ATTRIBUTE and not _is_number(value):
        raise InvalidRequest("attribute", f"{operator!r} needs a number, not {value!r}")
    return value


def _is_sendable(value: object) -> TypeGuard[Value]:
    """Tell whether JSON can hold a value: it has no `nan` and no infinity."""
    if isinstance(value, float):
        return isfinite(value)
    return isinstance(value, (str, int, bool))


def _is_number(value: Any) -> bool:
    try:
        return not isinstance(value, bool) and float(value) == float(value)
    except (TypeError, ValueError):
        return False


def check_event(operator: str, value: object, key: object) -> Value | None:
    """Check one condition on an event's metadata.

    Args:
        operator: The operator, as the API spells it.
        value: The value to compare with; None for operators without one.
        key: The key of the metadata.

    Returns:
        The value as it is sent.

    Raises:
        InvalidRequest: It says which rule is broken.
    """
    if not (isinstance(key, str) and EVENT_KEY.fullmatch(key)):
        raise InvalidRequest(
            "event_attribute", f"key {key!r} is not 1 to 80 of letters, digits, _ . -"
        )
    if operator not in EVENT:
        raise InvalidRequest("event_attribute", f"{operator!r} is not one of: {' '.join(EVENT)}")
    if operator in VALUELESS:
        if value is not None:
            raise InvalidRequest("event_attribute", f"{operator!r} takes no value")
        return None
    if not _is_sendable(value):
        raise InvalidRequest(
            "event_attribute", f"{value!r} is not text, a number, or true or false"
        )
    if isinstance(value, str) and len(value) > 500:
        raise InvalidRequest(
            "event_attribute", f"a value of {len(value)} characters is longer than 500"
        )
    return value
