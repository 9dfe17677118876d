"""Where did the traffic split change? Binary segmentation of daily visitors.

Each day's visitors are multinomial with the day's split. The likelihood-ratio statistic of the best place
to cut (the days before against the days after) is held against chi-square with one degree of freedom less
than arms, Bonferroni over the places; both parts are searched again (Scott & Knott 1974; Vostrikova 1981).
"""

from collections.abc import Sequence
from itertools import accumulate
from math import log

from midakit.stats.distributions import chi2

ALPHA = 1e-4
"""The chance to see a change, in one search, where there is none."""


def split_changes(days: Sequence[Sequence[float]]) -> list[int]:
    """Return where the split changed.

    Args:
        days: Visitors per arm, for each day.

    Returns:
        The first days of the second and of every later period, as indexes.
    """
    counts = [[max(0.0, n) for n in day] for day in days]
    return sorted(_changes(counts, 0))


def _changes(days: list[list[float]], offset: int) -> list[int]:
    """Cut at the best place, if it is no chance, and search both parts."""
    if len(days) < 2:
        return []
    until = list(accumulate(days, lambda a, b: [x + y for x, y in zip(a, b, strict=True)]))
    total = until[-1]
    statistic, cut = max(
        (_likelihood_ratio(before, [t - b for t, b in zip(total, before, strict=True)]), at)
        for at, before in enumerate(until[:-1], 1)
    )
    arms = sum(n > 0.0 for n in total)
    if arms < 2 or (len(days) - 1) * chi2.survival(statistic, arms - 1) >= ALPHA:
        return []
    return [
        offset + cut,
        *_changes(days[:cut], offset),
        *_changes(days[cut:], offset + cut),
    ]


def _likelihood_ratio(one: Sequence[float], other: Sequence[float]) -> float:
    """Return G, twice the log-likelihood ratio of two splits against a common one."""
    n, m = sum(one), sum(other)
    if not n or not m:
        return 0.0
    found = 0.0
    for a, b in zip(one, other, strict=True):
        share = (a + b) / (n + m)
        found += a * log(a / (n * share)) if a else 0.0
        found += b * log(b / (m * share)) if b else 0.0
    return 2.0 * found
