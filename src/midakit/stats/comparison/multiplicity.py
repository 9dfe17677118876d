"""p-values of several tests read together. An undefined p stays None and does not count."""

from collections.abc import Sequence
from math import isfinite
from typing import Literal, TypeAlias

Correction: TypeAlias = Literal["holm", "bh", "bonferroni", "none"]


def adjust(p_values: Sequence[float | None], *, method: Correction = "holm") -> list[float | None]:
    """Correct p-values for the number of tests.

    Args:
        p_values: The p-values; None where a test has none.
        method: "holm" and "bonferroni" bound the chance of any false call, "bh"
            (Benjamini-Hochberg) the expected share of false calls among all calls; "none" corrects
            nothing.

    Returns:
        Adjusted p-values in the order given.

    Raises:
        ValueError: A p-value lies outside 0 to 1, or the method is unknown.

    Example:
        assert stats.adjust([0.01, None, 0.04]) == [0.02, None, 0.04]
    """
    known = [(p, i) for i, p in enumerate(p_values) if p is not None]
    if any(not (isfinite(p) and 0.0 <= p <= 1.0) for p, _ in known):
        raise ValueError("a p-value lies between 0 and 1")
    known.sort()
    ps = [p for p, _ in known]
    if method == "holm":
        scaled = _holm(ps)
    elif method == "bh":
        scaled = _benjamini_hochberg(ps)
    elif method == "bonferroni":
        scaled = [min(1.0, p * len(ps)) for p in ps]
    elif method == "none":
        scaled = ps
    else:
        raise ValueError(f"method is 'holm', 'bh', 'bonferroni' or 'none': {method!r}")
    adjusted: list[float | None] = [None] * len(p_values)
    for (_, i), p in zip(known, scaled, strict=True):
        adjusted[i] = p
    return adjusted


def _holm(ascending: list[float]) -> list[float]:
    """Return the running maximum of p_i (m - i), i from 0."""
    highest, scaled = 0.0, []
    for i, p in enumerate(ascending):
        highest = max(highest, min(1.0, p * (len(ascending) - i)))
        scaled.append(highest)
    return scaled


def _benjamini_hochberg(ascending: list[float]) -> list[float]:
    """Return the running minimum, from the largest p down, of p_k m / k."""
    lowest, scaled = 1.0, []
    for rank in range(len(ascending), 0, -1):
        lowest = min(lowest, ascending[rank - 1] * (len(ascending) / rank))
        scaled.append(lowest)
    return scaled[::-1]
