"""What an event is worth: the money in its properties, in ten-thousandths [choice 18]."""

import math
from collections.abc import Iterable, Mapping

import numpy as np

from midakit.sandbox.state.columns import MISSING, Array, Words
from midakit.sandbox.state.text_rules import as_number, member_text

UNIT = 10_000
_BOUND = 1e12  # keeps every sum inside 64 bits and every product inside exact numbers


def units(number: float | None) -> int | None:
    """Return an amount in ten-thousandths, halves away from zero.

    Args:
        number: The amount.

    Returns:
        A whole number; None for no amount, or one of 1e12 and more.
    """
    if number is None or not abs(number) < _BOUND:
        return None
    return int(math.copysign(math.floor(abs(number) * UNIT + 0.5), number))


def worth(
    properties: str | None, project: str, rates: Mapping[tuple[str, str], float]
) -> tuple[int | None, int | None, int | None]:
    """Return the revenue, the quantity and the cost of goods in an event's properties.

    Args:
        properties: JSON text.
        project: The key of the event's project.
        rates: The exchange rates; an unknown currency counts as 1.

    Returns:
        The three in ten-thousandths; None where there is none [choice 39].
    """
    if properties is None or '"revenue"' not in properties:
        return None, None, None
    rate = rates.get((project, member_text(properties, "currency") or ""), 1.0)
    revenue, cogs = (
        None if amount is None else units(amount * rate)
        for amount in (as_number(member_text(properties, name)) for name in ("revenue", "cogs"))
    )
    return revenue, units(as_number(member_text(properties, "quantity"))), cogs


def worth_of_rows(
    properties: Array,
    words: Words,
    projects: Array,
    project_keys: list[str],
    rates: Mapping[tuple[str, str], float],
) -> tuple[Array, Array, Array]:
    """Return what many events are worth; it is worked out once for each distinct text.

    Args:
        properties: The number of the properties of each event.
        words: The properties by number.
        projects: The number of the project of each event.
        project_keys: The keys by number.
        rates: The exchange rates.

    Returns:
        The revenue, the quantity and the cost of goods, each a column.
    """
    pairs = properties.astype("int64") * len(project_keys) + projects
    distinct, places = np.unique(pairs, return_inverse=True)
    found = [
        worth(words.texts[pair // len(project_keys)], project_keys[pair % len(project_keys)], rates)
        for pair in distinct.tolist()
    ]
    revenue, quantity, cogs = zip(*found, strict=True) if found else ((), (), ())
    return _column(revenue)[places], _column(quantity)[places], _column(cogs)[places]


def _column(amounts: Iterable[int | None]) -> Array:
    """Return amounts as a column."""
    return np.array([MISSING if one is None else one for one in amounts], "int64")
