"""`filter_by`: preset tokens, AND over dimensions, OR inside one."""

import re
from collections import defaultdict

from midakit.sandbox.errors import HttpError
from midakit.sandbox.reports.regions import REGIONS
from midakit.sandbox.reports.sql_values import SqlValues
from midakit.sandbox.reports.text_conditions import equal, exists
from midakit.sandbox.reports.vocabulary import DEVICES, SOURCES, USER_TYPE, USER_TYPES


def source_is(wanted: str, values: SqlValues) -> str:
    """SQL: the visitor came from this source; `nonpaid` is any known one but paid [13]."""
    if wanted.lower() == "nonpaid":
        return f"({exists('v.source')} AND lower(v.source) <> 'paid')"
    return equal("v.source", wanted, values)


def filter_by_conditions(tokens: list[str], values: SqlValues) -> list[str]:
    """SQL conditions, one per dimension named by the tokens; HttpError 400 for an unknown one."""
    dimensions: dict[str, list[str]] = defaultdict(list)
    for token in tokens:
        dimension, condition = _token(token, values)
        dimensions[dimension].append(condition)
    return [f"({' OR '.join(alternatives)})" for alternatives in dimensions.values()]


def _token(token: str, values: SqlValues) -> tuple[str, str]:
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
