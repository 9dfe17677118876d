"""The chi-square distribution with whole degrees of freedom.

Its upper tail is a finite sum of positive terms (Abramowitz & Stegun 26.4.4 and 26.4.5).
"""

from math import erfc, exp, inf, lgamma, log, sqrt


def survival(x: float, df: int) -> float:
    """Return the upper tail, P(X > x).

    Args:
        x: The value of the statistic.
        df: Degrees of freedom, 1 or more.

    Returns:
        The probability.
    """
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
