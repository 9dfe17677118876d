"""The upper tail of chi-square with whole degrees of freedom: a finite sum of positive terms."""

from math import erfc, exp, gamma, sqrt


def above(x: float, df: int) -> float:
    """P(X > x) with `df` degrees of freedom."""
    if x <= 0.0:
        return 1.0
    half = 0.5 * x
    if df % 2:
        power, total = 0.5, erfc(sqrt(half))
    else:
        power, total = 1.0, exp(-half)
    while power < 0.5 * df:
        total += exp(-half) * half**power / gamma(power + 1.0)
        power += 1.0
    return total
