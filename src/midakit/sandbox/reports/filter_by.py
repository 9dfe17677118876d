"""`filter_by`: preset tokens, AND over dimensions, OR inside one [choice 10]."""

import re
from collections import defaultdict

from midakit.sandbox.errors import HttpError
from midakit.sandbox.reports.regions import REGIONS
from midakit.sandbox.reports.text_conditions import Among, NonPaid, compare
from midakit.sandbox.reports.units import Criterion
from midakit.sandbox.reports.vocabulary import DEVICES, SOURCES, USER_TYPES
from midakit.sandbox.state.columns import Rule


def source_is(wanted: str) -> Rule:
    """Return the rule for visitors from a source.

    Args:
        wanted: The source; `nonpaid` is any known one but paid [choice 13].

    Returns:
        The rule.
    """
    return NonPaid() if wanted.lower() == "nonpaid" else compare("==", wanted)


def filter_by_groups(tokens: list[str]) -> list[list[Criterion]]:
    """Return preset filters as groups of criteria.

    Args:
        tokens: The words of the parameter.

    Returns:
        One group per dimension that the tokens name; one criterion of each group must hold.

    Raises:
        HttpError: 400, a token is unknown.
    """
    dimensions: dict[str, list[Criterion]] = defaultdict(list)
    for token in tokens:
        criterion = _criterion(token)
        dimensions[criterion.column].append(criterion)
    return list(dimensions.values())


def _criterion(token: str) -> Criterion:
    """Return what a token asks of a unit."""
    if token in DEVICES:
        return Criterion("device", compare("==", token))
    if token in USER_TYPES:
        return Criterion("visitor_type", compare("==", token))
    if token in SOURCES:
        return Criterion("source", source_is(token))
    if token in REGIONS:
        return Criterion("country", Among(frozenset(map(str.lower, REGIONS[token]))))
    if re.fullmatch(r"country-[A-Z]{2}", token, re.ASCII):
        return Criterion("country", compare("==", token.removeprefix("country-")))
    raise HttpError(400, f"filter_by: unknown token {token[:60]!r}")
