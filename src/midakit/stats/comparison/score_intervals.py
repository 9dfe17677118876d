"""Score intervals for two rates: the intervals that belong to the pooled z test.

A value of the difference (Mee 1984) or of the ratio (Koopman 1984) is in the interval exactly when the z test
of *that value*, with the variance at the likelihood's maximum under it, does not reject. At no
difference this is the pooled test itself, so test and interval cannot disagree, and nothing
degenerates at 0 conversions.

    S(d) = (p_t - p_c - d) / sqrt(r_t (1 - r_t) / n_t + r_c (1 - r_c) / n_c),   r_t = r_c + d
    S(q) = (p_t - q p_c)   / sqrt(r_t (1 - r_t) / n_t + q^2 r_c (1 - r_c) / n_c), r_t = q r_c

The constrained maximum solves a cubic for the difference and a quadratic for the ratio. The closed
form of the cubic loses every digit at 3 conversions of 1e9, so it only starts a safeguarded Newton
on the likelihood itself, posed for the smaller of the two rates of the rarer outcome.
"""

from collections.abc import Callable
from math import acos, copysign, cos, exp, expm1, inf, log, pi, sqrt

from midakit.stats.distributions.roots import find_root
from midakit.stats.types import Count, Interval

_MAX_LOG_RATIO = 250.0  # beyond exp(250) squares overflow, and no data says so much


def difference_interval(control: Count, treatment: Count, lower: float, upper: float) -> Interval:
    """Return Mee's interval of the difference: where S(d) lies between -upper and lower.

    Args:
        control: Control's (conversions, visitors).
        treatment: The treatment's (conversions, visitors).
        lower: The normal quantile of the lower end; infinite leaves that side open.
        upper: The normal quantile of the upper end.

    Returns:
        The interval, within -1 to 1.
    """
    (x_c, n_c), (x_t, n_t) = control, treatment
    estimate = (x_t * n_c - x_c * n_t) / (n_c * n_t)

    def statistic(d: float) -> float:
        r_c, r_t = _constrained_rates(control, treatment, d)
        variance = r_t * (1.0 - r_t) / n_t + r_c * (1.0 - r_c) / n_c
        if variance <= 0.0:
            return copysign(inf, estimate - d) if estimate != d else 0.0
        return (estimate - d) / sqrt(variance)

    step = 2.0 * sqrt((x_c + 1.0) / n_c**2 + (x_t + 1.0) / n_t**2)
    low = _crossing(lambda d: statistic(d) - lower, estimate, -step) if lower < inf else -1.0
    high = _crossing(lambda d: statistic(d) + upper, estimate, step) if upper < inf else 1.0
    return low, high


def lift_interval(control: Count, treatment: Count, lower: float, upper: float) -> Interval:
    """Return Koopman's interval of the lift: where S(q) lies between -upper and lower, as q - 1.

    Args:
        control: Control's (conversions, visitors).
        treatment: The treatment's (conversions, visitors).
        lower: The normal quantile of the lower end; infinite leaves that side open.
        upper: The normal quantile of the upper end.

    Returns:
        The interval, within -1 to infinity.
    """
    (x_c, n_c), (x_t, n_t) = control, treatment
    score = _by_failures if x_c + x_t > 0.5 * (n_c + n_t) else _by_successes

    def statistic(log_ratio: float) -> float:
        gap, variance = score(control, treatment, log_ratio)
        if variance <= 0.0:
            return copysign(inf, gap) if gap else 0.0
        return gap / sqrt(variance)

    top = log(x_t / n_t) - log(x_c / n_c) if x_c and x_t else 0.0
    low, high = -1.0, inf
    if lower < inf and x_t:
        low = _log_ratio_crossing(lambda y: statistic(y) - lower, top, -1.0)
    if upper < inf and x_c:
        high = _log_ratio_crossing(lambda y: statistic(y) + upper, top, 1.0)
    return low, high


def _by_successes(control: Count, treatment: Count, log_ratio: float) -> tuple[float, float]:
    """Return numerator and variance of S(q), from the root of a quadratic in r_c."""
    (x_c, n_c), (x_t, n_t) = control, treatment
    q = exp(log_ratio)
    total, linear = x_c + x_t, q * (n_t + x_c) + n_c + x_t
    spread = max(0.0, linear * linear - 4.0 * q * (n_c + n_t) * total)
    r_c = min(2.0 * total / (linear + sqrt(spread)), 1.0, 1.0 / q)
    r_t = q * r_c
    return x_t / n_t - q * (x_c / n_c), r_t * (1.0 - r_t) / n_t + q * q * r_c * (1.0 - r_c) / n_c


def _by_failures(control: Count, treatment: Count, log_ratio: float) -> tuple[float, float]:
    """Return the same by the rates of failure, which keep their digits where nearly all convert."""
    (x_c, n_c), (x_t, n_t) = control, treatment
    missed_c, missed_t = n_c - x_c, n_t - x_t
    q, e = exp(log_ratio), -expm1(log_ratio)
    total = n_c + n_t
    linear, constant = e * total - q * missed_c - missed_t, -e * missed_c
    root_of = sqrt(max(0.0, linear * linear - 4.0 * q * total * constant))
    if linear < 0.0:
        f_c = (root_of - linear) / (2.0 * q * total)
    else:
        f_c = -2.0 * constant / (linear + root_of) if linear + root_of else 0.0
    f_c = min(1.0, max(0.0, f_c))
    f_t = min(1.0, max(0.0, e + q * f_c))
    gap = e - (missed_t / n_t - q * (missed_c / n_c))
    return gap, (1.0 - f_t) * f_t / n_t + q * q * (1.0 - f_c) * f_c / n_c


def _crossing(crosses: Callable[[float], float], estimate: float, step: float) -> float:
    """Return where the statistic crosses the bound, going outward; 1 or -1 if it never does."""
    limit = copysign(1.0, step)
    inner, outer = estimate, estimate
    while abs(outer) < 1.0 or outer * limit < 0.0:
        outer = estimate + step
        if outer * limit >= 1.0:
            outer = limit
        if (crosses(outer) > 0.0) == (limit < 0.0):
            return find_root(_clamped(crosses), min(inner, outer), max(inner, outer))
        if outer == limit:
            break
        inner, step = outer, 2.0 * step
    return limit


def _log_ratio_crossing(crosses: Callable[[float], float], start: float, side: float) -> float:
    """Return the same on the scale of the log ratio, which has no ends, by doubling the distance.

    `start` is the estimate, or 0 where an arm without conversions has none; then the end may lie
    on either side of it.
    """
    outside = side < 0.0  # the sign of the statistic beyond the end
    inward = (crosses(start - side * 1e-9) > 0.0) == outside
    inner, step = start - side * 1e-9, 0.1
    while step < _MAX_LOG_RATIO:
        outer = start + (-side if inward else side) * step
        if ((crosses(outer) > 0.0) == outside) != inward:
            return expm1(find_root(_clamped(crosses), min(inner, outer), max(inner, outer)))
        inner, step = outer, 2.0 * step
    return -1.0 if outside else inf


def _clamped(function: Callable[[float], float]) -> Callable[[float], float]:
    """Keep a function finite, since infinite values would spoil interpolation."""
    return lambda x: max(-1e9, min(1e9, function(x)))


def _constrained_rates(control: Count, treatment: Count, d: float) -> tuple[float, float]:
    """Return the most likely rates (r_c, r_t) with r_t - r_c = d."""
    (x_c, n_c), (x_t, n_t) = control, treatment
    if x_c + x_t > 0.5 * (n_c + n_t):  # ask about the rarer outcome, whose rates keep their digits
        f_c, f_t = _constrained_rates((n_c - x_c, n_c), (n_t - x_t, n_t), -d)
        return 1.0 - f_c, 1.0 - f_t
    if d < 0.0:
        r_t, r_c = _constrained_rates(treatment, control, -d)
        return r_c, r_t
    r = _smaller_rate(control, treatment, d)
    return r, r + d


def _smaller_rate(small: Count, large: Count, d: float) -> float:
    """Return the r of the largest likelihood of rates r and r + d, d >= 0."""
    (x, n), (y, m) = small, large
    if d == 0.0:
        return (x + y) / (n + m)
    if d >= 1.0:
        return 0.0

    def scaled(r: float) -> tuple[float, float]:
        """Return r times the derivative of the log likelihood, and the slope of that."""
        s, t, w = r + d, 1.0 - r, 1.0 - r - d
        # Where everybody converted the maximum may be the edge itself, at w = 0.
        loss, bend = ((m - y) * r / w, (m - y) * (1.0 - d) / (w * w)) if w > 0.0 else (0.0, 0.0)
        value = x - (n - x) * r / t + y * r / s - loss
        slope = -(n - x) / (t * t) + y * d / (s * s) - bend
        return value, slope

    low, high = 0.0, 1.0 - d
    if x == 0.0 and y / d - n - (m - y) / (1.0 - d) <= 0.0:
        return 0.0
    r = _closed_form(small, large, d)
    if not low < r < high:
        r = 0.5 * high
    for _ in range(100):
        value, slope = scaled(r)
        if value > 0.0:
            low = r
        else:
            high = r
        new = r - value / slope if slope < 0.0 else -1.0
        if not low < new < high:
            new = 0.5 * (low + high)
        if abs(new - r) <= 1e-15 * r:
            return new
        r = new
    return r


def _closed_form(small: Count, large: Count, d: float) -> float:
    """Return Farrington and Manning's closed form of the maximum; good as a start only."""
    (x, n), (y, m) = small, large
    share = n / m
    p_small, p_large = x / n, y / m
    a = 1.0 + share
    b = -(1.0 + share + p_large + share * p_small + d * (share + 2.0))
    c = d * d + d * (2.0 * p_large + share + 1.0) + p_large + share * p_small
    e = -p_large * d * (1.0 + d)
    third = b / (3.0 * a)
    v = third**3 - b * c / (6.0 * a * a) + e / (2.0 * a)
    u = copysign(sqrt(max(0.0, third * third - c / (3.0 * a))), v)
    if u == 0.0:
        return -third - d
    angle = (pi + acos(max(-1.0, min(1.0, v / u**3)))) / 3.0
    return 2.0 * u * cos(angle) - third - d
