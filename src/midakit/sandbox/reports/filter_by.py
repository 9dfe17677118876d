"""`filter_by`: preset tokens, AND over dimensions, OR inside one."""

import re
from collections import defaultdict

from midakit.sandbox.errors import HttpError
from midakit.sandbox.reports.regions import REGIONS
from midakit.sandbox.reports.sql_values import SqlValues
from midakit.sandbox.reports.text_conditions import equal, exists
from midakit.sandbox.reports.vocabulary import DEVICES, SOURCES, USER_TYPE, USER_TYPES


def source_is(wanted: str, values: SqlValues) -> str:
    """Return SQL for visitors from a source.

    Args:
        wanted: The source; `nonpaid` is any known one but paid [13].
        values: Takes the values of the condition.

    Returns:
        The condition on a visitor `v`.
    """
    if wanted.lower() == "nonpaid":
        return f"({exists('v.source')} AND lower(v.source) <> 'paid')"
    return equal("v.source", wanted, values)


def filter_by_conditions(tokens: list[str], values: SqlValues) -> list[str]:
    """Return preset filters as SQL.

    Args:
        tokens: The words of the parameter.
        values: Takes the values of the conditions.

    Returns:
        One condition per dimension that the tokens name.

    Raises:
        HttpError: 400, a token is unknown.
    """
    dimensions: dict[str, list[str]] = defaultdict(list)
    for token in tokens:
        dimension, condition = _token_condition(token, values)
        dimensions[dimension].append(condition)
    return [f"({' OR '.join(alternatives)})" for alternatives in dimensions.values()]


def _token_condition(token: str, values: SqlValues) -> tuple[str, str]:
    """Return the dimension of a token and its condition."""
    if token in DEVICES:
        return "device", equal("v.device", token, values)
    if token in USER_TYPES:
        return "user_type", f"({USER_TYPE} = {values.bind(token)})"
    if token in SOURCES:
        return "source", source_is(token, values)
    if token in REGIONS:
        countries = values.among("upper(v.country)", sorted(REGIONS[token]))
        return "place", f"coalesce({countries}, false)"
    if re.fullmatch(r"country-[A-Z]{2}", token, re.ASCII):
        return "place", equal("v.country", token.removeprefix("country-"), values)
    raise HttpError(400, f"filter_by: unknown token {token[:60]!r}")
