"""Student's t distribution: its upper tail and the inverse of that.

The tail is half a regularised incomplete beta function, I_x(v/2, 1/2) at x = v/(v + t^2), by its
continued fraction. Above 2,000 degrees of freedom the fraction needs hundreds of terms while Hill's
normal equivalent (CACM algorithm 395, 1970) is already exact to 1e-11, so the latter takes over there.
The inverse is Newton's method on ln(tail) in ln(t), where the curve is nearly straight even for v = 1.
"""

from functools import lru_cache
from math import exp, inf, lgamma, log, log1p, pi, sqrt

from midakit.stats.distributions import normal

_HILL_FROM = 2000.0


def survival(t: float, df: float) -> float:
    """Return the upper tail, P(T > t).

    Args:
        t: The value of the statistic.
        df: Degrees of freedom, which need not be whole.

    Returns:
        The probability.
    """
    if t < 0.0:
        return 1.0 - survival(-t, df)
    if df > _HILL_FROM:
        return normal.survival(_normal_equivalent(t, df))
    square = t * t
    return 0.5 * _incomplete_beta(0.5 * df, 0.5, df / (df + square), square / (df + square))


def log_density(t: float, df: float) -> float:
    """Return the natural logarithm of the density.

    Args:
        t: The value of the statistic.
        df: Degrees of freedom, which need not be whole.

    Returns:
        The logarithm of the density at t.
    """
    half = 0.5 * df
    return lgamma(half + 0.5) - lgamma(half) - 0.5 * log(df * pi) - (half + 0.5) * log1p(t * t / df)


@lru_cache(maxsize=1024)
def upper_quantile(p: float, df: float) -> float:
    """Return the inverse of the upper tail.

    Args:
        p: The probability of the upper tail.
        df: Degrees of freedom, which need not be whole.

    Returns:
        The t with P(T > t) = p; infinite at 0 and 1.
    """
    if p <= 0.0:
        return inf
    if p >= 1.0:
        return -inf
    if p > 0.5:
        return -upper_quantile(1.0 - p, df)
    if p == 0.5:
        return 0.0
    z = normal.upper_quantile(p)
    t = z * (1.0 + (z * z + 1.0) / (4.0 * df))  # the first Cornish-Fisher term
    target = log(p)
    for _ in range(60):
        tail = survival(t, df)
        step = (log(tail) - target) * tail / (t * exp(log_density(t, df)))
        t *= exp(max(-1.0, min(1.0, step)))
        if abs(step) < 1e-12:
            break
    return t


def _normal_equivalent(t: float, df: float) -> float:
    """Return the z of equal upper tail, by Hill's series."""
    a = df - 0.5
    b = 48.0 * a * a
    y = a * log1p(t * t / df)
    series = ((-0.4 * y - 3.3) * y - 24.0) * y - 85.5
    return sqrt(y) * ((series / (0.8 * y * y + 100.0 + b) + y + 3.0) / b + 1.0)


def _incomplete_beta(a: float, b: float, x: float, y: float) -> float:
    """Return the regularised I_x(a, b), given y = 1 - x without its rounding."""
    if x <= 0.0:
        return 0.0
    if y <= 0.0:
        return 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(y))
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - front * _continued_fraction(b, a, y) / b
    return front * _continued_fraction(a, b, x) / a


def _continued_fraction(a: float, b: float, x: float) -> float:
    """Evaluate the continued fraction of the incomplete beta function by Lentz's method."""
    c, d = 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0))
    value = d
    for m in range(1, 1000):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        d = 1.0 / (1.0 + even * d)
        c = 1.0 + even / c
        value *= c * d
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        d = 1.0 / (1.0 + odd * d)
        c = 1.0 + odd / c
        value *= c * d
        if abs(c * d - 1.0) < 1e-16:
            break
    return value
