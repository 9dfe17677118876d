"""The standard normal distribution: tails without cancellation, and their inverse.

Every tail is an `erfc`, never `1 - cdf`, so a p-value of 1e-200 stays 1e-200. The inverse needs no
table: ln(tail) is concave, so Newton's method on it, from a crude start, reaches the last digit in a
few steps.
"""

from functools import lru_cache
from math import erfc, exp, inf, log, pi, sqrt

_SQRT2 = sqrt(2.0)
_SQRT2PI = sqrt(2.0 * pi)


def density(z: float) -> float:
    """Return the density at a point.

    Args:
        z: Where, in standard deviations.

    Returns:
        The density at z.
    """
    return exp(-0.5 * z * z) / _SQRT2PI


def cdf(z: float) -> float:
    """Return the distribution function, P(Z <= z).

    Args:
        z: Where, in standard deviations.

    Returns:
        The probability.
    """
    return 0.5 * erfc(-z / _SQRT2)


def survival(z: float) -> float:
    """Return the upper tail, P(Z > z).

    Args:
        z: Where, in standard deviations.

    Returns:
        The probability.
    """
    return 0.5 * erfc(z / _SQRT2)


@lru_cache(maxsize=1024)
def upper_quantile(p: float) -> float:
    """Return the inverse of the upper tail.

    Args:
        p: The probability of the upper tail.

    Returns:
        The z with P(Z > z) = p; infinite at 0 and 1.
    """
    if p <= 0.0:
        return inf
    if p >= 1.0:
        return -inf
    if p > 0.5:
        return -upper_quantile(1.0 - p)
    target = log(p)
    t = sqrt(-2.0 * target)
    # Abramowitz & Stegun 26.2.23, good to 4.5e-4: a start, not the answer.
    z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (
        1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308))
    )
    for _ in range(4):
        tail = survival(z)
        if tail <= 0.0:  # under the smallest double: the start is all there is
            return z
        step = (log(tail) - target) * tail / density(z)
        z += step
        if abs(step) < 1e-9:
            break
    return z


def two_sided(level: float) -> float:
    """Return the half-width of a two-sided interval.

    Args:
        level: The level of the interval, such as 0.95.

    Returns:
        The half-width in standard errors.
    """
    return upper_quantile(0.5 * (1.0 - level))
