"""`custom_filter`: an AND of ORs of rules, each a criterion, an operator, a value, maybe a key.

| criterion                          | operators                       | value                    |
|------------------------------------|---------------------------------|--------------------------|
| landing_page, ref_page, user_agent | base                            | text                     |
| queryparam, utm (key)              | base                            | text                     |
| device, browser, os, source,       | base                            | of a list for == and !=  |
|   visitor_type                     |                                 |                          |
| country                            | == != ** !*                     | two capitals             |
| v.visitor_id, v.uuid               | == != ** !*                     | an identifier, exact     |
| dayofweek, hourofday               | base > >= < <=                  | 0..6, 0..23              |
| attribute (key)                    | base gt gte lt lte bt bf days_* | numeric for order, days_ |
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from midakit.sandbox.errors import HttpError
from midakit.sandbox.reports.filter_by import source_is
from midakit.sandbox.reports.report_query import ReportQuery
from midakit.sandbox.reports.text_conditions import ORDER, Among, DaysSince, Negation, compare
from midakit.sandbox.reports.units import Criterion
from midakit.sandbox.reports.vocabulary import (
    BROWSERS,
    DEVICES,
    OPERATING_SYSTEMS,
    SOURCES,
    USER_TYPES,
    UTM,
)
from midakit.sandbox.state.columns import Rule
from midakit.sandbox.state.text_rules import as_number, as_text
from midakit.sandbox.state.timestamps import microseconds

_PLAIN = ("landing_page", "ref_page", "user_agent")
BASE: tuple[str, ...] = ("==", "!=", "**", "!*", "ex", "nx")
MATCH: tuple[str, ...] = ("==", "!=", "**", "!*")
WORDS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
DAYS = {f"days_{word}": sign for word, sign in WORDS.items()}
TRUTHS = {"bt": frozenset({"true", "1"}), "bf": frozenset({"false", "0"})}

LISTED = {
    "device": DEVICES,
    "browser": BROWSERS,
    "os": OPERATING_SYSTEMS,
    "source": SOURCES,
    "visitor_type": USER_TYPES,
}
IDENTIFIERS = ("v.visitor_id", "v.uuid")
CLOCK = {"dayofweek": 6, "hourofday": 23}
KEYED = {"queryparam": "query", "utm": "", "attribute": "attributes"}
OPERATORS: Mapping[str, tuple[str, ...]] = (
    dict.fromkeys((*_PLAIN, "queryparam", "utm", *LISTED), BASE)
    | dict.fromkeys(("country", *IDENTIFIERS), MATCH)
    | dict.fromkeys(CLOCK, (*BASE, *ORDER))
    | {"attribute": (*BASE, *WORDS, *TRUTHS, *DAYS)}
)
VALUELESS = ("ex", "nx", *TRUTHS)


def custom_filter_groups(query: ReportQuery, now: datetime) -> list[list[Criterion]]:
    """Return the filter as groups of criteria.

    Args:
        query: The query of the report.
        now: The time that `days_` operators count from, in UTC.

    Returns:
        The groups; one criterion of each must hold.

    Raises:
        HttpError: 400, a rule is not allowed.
    """
    return [[_criterion(rule, query, now) for rule in group] for group in query.custom_filter]


def _criterion(rule: dict[str, Any], query: ReportQuery, now: datetime) -> Criterion:
    """Return what one rule asks of a unit."""
    criterion, operator = rule.get("criteria"), rule.get("operator")
    if not isinstance(criterion, str) or criterion not in OPERATORS:
        raise _refusal(f"unknown criteria {criterion!r}")
    if not isinstance(operator, str) or operator not in OPERATORS[criterion]:
        raise _refusal(f"{criterion} does not take the operator {operator!r}")
    value = _value_for(rule, operator)
    if criterion in CLOCK:
        local = _clock_rule(criterion, operator, value)
        return Criterion(criterion, local, tz=query.shift)
    if criterion in KEYED:
        return _keyed(criterion, rule.get("key"), _keyed_rule(criterion, operator, value, now))
    _check_value(criterion, operator, value)
    if criterion == "source" and operator in ("==", "!="):
        same = source_is(as_text(value))
        return Criterion("source", same if operator == "==" else Negation(same))
    exact = criterion in IDENTIFIERS
    return Criterion(criterion.removeprefix("v."), compare(operator, value, exact=exact))


def _value_for(rule: dict[str, Any], operator: str) -> str | float | bool | None:
    """Return the value of a rule, if its operator takes one."""
    value = rule.get("value")
    if operator in VALUELESS:
        return None
    if not isinstance(value, str | int | float):
        raise _refusal(f"operator {operator} needs a value: text, number or boolean")
    return value


def _check_value(criterion: str, operator: str, value: object) -> None:
    """Check a value by its criterion."""
    text = as_text(value)
    if criterion == "country":
        pattern = "[A-Z]{2}" if operator in ("==", "!=") else "[A-Z]{1,2}"
        if not re.fullmatch(pattern, text, re.ASCII):
            raise _refusal("country must be two capitals")
    elif criterion in IDENTIFIERS:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,80}", text, re.ASCII):
            raise _refusal(f"{criterion} must be 1 to 80 of A-Z a-z 0-9 _ -")
    elif criterion in LISTED and operator in ("==", "!=") and text.lower() not in LISTED[criterion]:
        raise _refusal(f"{criterion} must be one of {', '.join(LISTED[criterion])}")


def _keyed(criterion: str, key: object, rule: Rule) -> Criterion:
    """Return a rule about what is stored under a key."""
    if not isinstance(key, str) or not key:
        raise _refusal(f"{criterion} needs a key")
    if criterion == "utm":
        column = key if key.startswith("utm_") else f"utm_{key}"
        return Criterion(column if column in UTM else "nothing", rule)
    instead = key if criterion == "queryparam" and key in UTM else None  # [choice 41]
    return Criterion(KEYED[criterion], rule, key, instead=instead)


def _keyed_rule(criterion: str, operator: str, value: object, now: datetime) -> Rule:
    """Return the rule about a value under a key; an attribute may be a truth value or a date."""
    if criterion != "attribute" or operator in BASE:
        return compare(operator, value)
    if operator in TRUTHS:
        return Among(TRUTHS[operator])
    number = as_number(value)
    if number is None:
        raise _refusal(f"operator {operator} needs a number")
    if operator in WORDS:
        return compare(WORDS[operator], value)
    return DaysSince(DAYS[operator], number, microseconds(now))


def _clock_rule(criterion: str, operator: str, value: object) -> Rule:
    """Return the rule about the local day of the week or hour of the entry [choice 15]."""
    if operator not in VALUELESS:
        number, last = as_number(value), CLOCK[criterion]
        if number is None or number != int(number) or not 0 <= number <= last:
            raise _refusal(f"{criterion} must be a whole number from 0 to {last}")
        value = int(number)
    return compare(operator, value)


def _refusal(reason: str) -> HttpError:
    """Return the error of a rule that is not allowed."""
    return HttpError(400, f"custom_filter: {reason}"[:300])
