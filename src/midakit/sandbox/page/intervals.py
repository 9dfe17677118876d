"""How sure a lift is: the interval of the relative difference of two conversion rates. Pure.

The logarithm of the ratio of two rates is nearly normal; its variance is the sum of (1 - rate) over
the conversions (Katz). The page shows it so that a lift is not taken for a fact; `midakit.stats` says
what the data allow to decide.
"""

from collections.abc import Sequence
from math import exp, log, sqrt
from statistics import NormalDist

from midakit.sandbox.values import Body

_LEAST = 5
"""Conversions and others on each side, below which there is no interval."""


def lift_interval(
    own: tuple[int, int], control: tuple[int, int], percent: float
) -> tuple[float, float] | None:
    """Return the interval of a lift.

    Args:
        own: Visitors and conversions of the variant.
        control: Visitors and conversions of the control.
        percent: The confidence, such as 95.

    Returns:
        The lowest and the highest lift in percent, or None when there are too few visitors.
    """
    for visitors, conversions in (own, control):
        if not _LEAST <= conversions <= visitors - _LEAST:
            return None
    (visitors, wins), (others, other_wins) = own, control
    middle = log(wins / visitors) - log(other_wins / others)
    spread = sqrt((1 - wins / visitors) / wins + (1 - other_wins / others) / other_wins)
    reach = NormalDist().inv_cdf(0.5 + percent / 200) * spread
    return 100 * (exp(middle - reach) - 1), 100 * (exp(middle + reach) - 1)


def with_intervals(variants: Sequence[Body], percent: float) -> list[Body]:
    """Return variants of a result with the intervals of their lifts.

    Args:
        variants: The variants; the first one is the control.
        percent: The confidence.

    Returns:
        The variants, each with `interval`: two numbers, or None.
    """
    counts = [(variant["visitors"], variant["conversions"]) for variant in variants]
    level = min(max(percent, 50.0), 99.9)
    return [
        {**variant, "interval": lift_interval(own, counts[0], level) if place else None}
        for place, (variant, own) in enumerate(zip(variants, counts, strict=True))
    ]
