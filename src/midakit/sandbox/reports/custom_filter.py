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
from midakit.sandbox.reports.sql_values import SqlValues, as_text
from midakit.sandbox.reports.text_conditions import ORDER, compare
from midakit.sandbox.reports.vocabulary import (
    BROWSERS,
    DEVICES,
    OPERATING_SYSTEMS,
    SOURCES,
    USER_TYPE,
    USER_TYPES,
    UTM,
)
from midakit.sandbox.state.text_rules import as_number

_PLAIN = ("landing_page", "ref_page", "user_agent")
BASE: tuple[str, ...] = ("==", "!=", "**", "!*", "ex", "nx")
MATCH: tuple[str, ...] = ("==", "!=", "**", "!*")
WORDS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
DAYS = {f"days_{word}": sign for word, sign in WORDS.items()}
TRUTHS = {"bt": "('true', '1')", "bf": "('false', '0')"}

COLUMNS = {
    "visitor_type": f"({USER_TYPE})",
    "v.visitor_id": "cast(v.visitor_id AS VARCHAR)",
    "v.uuid": "v.uuid",
} | {name: f"v.{name}" for name in (*_PLAIN, "device", "browser", "os", "source", "country")}
LISTED = {
    "device": DEVICES,
    "browser": BROWSERS,
    "os": OPERATING_SYSTEMS,
    "source": SOURCES,
    "visitor_type": USER_TYPES,
}
IDENTIFIERS = ("v.visitor_id", "v.uuid")
CLOCK = {"dayofweek": ("isodow({}) - 1", 6), "hourofday": ("hour({})", 23)}
KEYED = ("queryparam", "utm", "attribute")
OPERATORS: Mapping[str, tuple[str, ...]] = (
    dict.fromkeys((*_PLAIN, "queryparam", "utm", *LISTED), BASE)
    | dict.fromkeys(("country", *IDENTIFIERS), MATCH)
    | dict.fromkeys(CLOCK, (*BASE, *ORDER))
    | {"attribute": (*BASE, *WORDS, *TRUTHS, *DAYS)}
)
VALUELESS = ("ex", "nx", *TRUTHS)


def custom_filter_conditions(query: ReportQuery, now: datetime, values: SqlValues) -> list[str]:
    """Return the filter as SQL over a unit `c` and its visitor `v`.

    Args:
        query: Parameters of the report; of them `custom_filter` counts.
        now: The time that `days_` operators count from, naive UTC.
        values: Takes the values of the conditions.

    Returns:
        One condition per group.

    Raises:
        HttpError: 400, a rule is not allowed.
    """
    return [
        f"({' OR '.join(_rule_condition(rule, query, now, values) for rule in group)})"
        for group in query.custom_filter
    ]


def _rule_condition(
    rule: dict[str, Any], query: ReportQuery, now: datetime, values: SqlValues
) -> str:
    """Return one rule as SQL."""
    criterion, operator = rule.get("criteria"), rule.get("operator")
    if not isinstance(criterion, str) or criterion not in OPERATORS:
        raise _refusal(f"unknown criteria {criterion!r}")
    if not isinstance(operator, str) or operator not in OPERATORS[criterion]:
        raise _refusal(f"{criterion} does not take the operator {operator!r}")
    value = _value_for(rule, operator)
    if criterion in CLOCK:
        return _time_condition(criterion, operator, value, query, values)
    if criterion in KEYED:
        stored = _keyed_value(criterion, rule.get("key"), values)
        if criterion == "attribute" and operator not in BASE:
            return _attribute_condition(stored, operator, value, now, values)
        return compare(stored, operator, value, values)
    _check_value(criterion, operator, value)
    if criterion == "source" and operator in ("==", "!="):
        same = source_is(as_text(value), values)
        return same if operator == "==" else f"NOT {same}"
    exact = criterion in IDENTIFIERS
    return compare(COLUMNS[criterion], operator, value, values, exact=exact)


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


def _keyed_value(criterion: str, key: object, values: SqlValues) -> str:
    """Return SQL for what is stored under a key."""
    if not isinstance(key, str) or not key:
        raise _refusal(f"{criterion} needs a key")
    if criterion == "utm":
        column = key if key.startswith("utm_") else f"utm_{key}"
        return f"v.{column}" if column in UTM else "cast(NULL AS VARCHAR)"
    place = values.bind("/" + key.replace("~", "~0").replace("/", "~1"))
    column = "query" if criterion == "queryparam" else "attributes"
    return f"json_extract_string(v.{column}, {place})"


def _time_condition(
    criterion: str, operator: str, value: object, query: ReportQuery, values: SqlValues
) -> str:
    """Compare the local day of the week or hour of the entry [15]."""
    expression, last = CLOCK[criterion]
    if operator not in VALUELESS:
        number = as_number(value)
        if number is None or number != int(number) or not 0 <= number <= last:
            raise _refusal(f"{criterion} must be a whole number from 0 to {last}")
        value = int(number)
    local = f"c.entered_at + {values.bind(query.tz)}"
    stored = f"cast({expression.format(local)} AS VARCHAR)"
    return compare(stored, operator, value, values)


def _attribute_condition(
    stored: str, operator: str, value: object, now: datetime, values: SqlValues
) -> str:
    """Compare an attribute as a number, a truth value or a date [16]."""
    if operator in TRUTHS:
        return f"coalesce(lower({stored}) IN {TRUTHS[operator]}, false)"
    if as_number(value) is None:
        raise _refusal(f"operator {operator} needs a number")
    if operator in WORDS:
        return compare(stored, WORDS[operator], value, values)
    at = f"epoch_us(try_cast({stored} AS TIMESTAMP))"
    days = f"floor((epoch_us({values.bind(now)}::TIMESTAMP) - {at}) / 86400000000)"
    return f"coalesce({days} {DAYS[operator]} {values.bind(as_number(value))}, false)"


def _refusal(reason: str) -> HttpError:
    """Return the error of a rule that is not allowed."""
    return HttpError(400, f"custom_filter: {reason}"[:300])
