"""The upper tail of chi-square with whole degrees of freedom: a finite sum of positive terms."""

from math import erfc, exp, inf, lgamma, log, sqrt


def above(x: float, df: int) -> float:
    """P(X > x) with `df` degrees of freedom."""
    if x <= 0.0:
        return 1.0
    if x == inf:
        return 0.0
    half = 0.5 * x
    power, total = (0.5, erfc(sqrt(half))) if df % 2 else (1.0, exp(-half))
    while power < 0.5 * df:
        total += exp(power * log(half) - half - lgamma(power + 1.0))  # factors alone may overflow
        power += 1.0
    return min(1.0, total)
