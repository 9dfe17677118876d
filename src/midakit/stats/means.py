"""Means of revenue per visitor: Welch's test, Fieller's interval, and a normal posterior.

An arm is its visitors, the sum and the sum of squares over *visitors*. The relative lift has no
normal law of its own; Fieller asks instead which ratios r the t test of m_t - r m_c would not reject,
a quadratic in r:

    r^2 (m_c^2 - q^2 v_c) - 2 r m_c m_t + (m_t^2 - q^2 v_t) <= 0

so it excludes a lift of 0 exactly when the test rejects. Where Control's mean is not separated from
0 the answer is unbounded, and none is given.
"""

from dataclasses import dataclass, replace
from math import inf, isfinite, sqrt
from typing import Literal

from midakit.stats import checks, normal, student
from midakit.stats.checks import Alternative, Interval, StatsDataError
from midakit.stats.ztest import bounds


@dataclass(frozen=True, slots=True)
class Moments:
    """One arm's estimate and the variance of that estimate; what every test of means needs."""

    estimate: float
    variance: float
    visitors: float


@dataclass(frozen=True, slots=True)
class MeanTest:
    """Treatment against Control."""

    control: float | None = None
    treatment: float | None = None
    difference: float | None = None
    lift: float | None = None
    statistic: float | None = None
    df: float | None = None
    p_value: float | None = None
    diff_ci: Interval | None = None
    lift_ci: Interval | None = None
    chance_to_beat_control: float | None = None
    expected_loss: float | None = None
    expected_loss_keep_control: float | None = None
    reason: str | None = None


def welch(
    *,
    control: tuple[float, float, float],
    treatment: tuple[float, float, float],
    alternative: Alternative = "two-sided",
    level: float = 0.95,
    method: Literal["fieller", "delta"] = "fieller",
) -> MeanTest:
    """Compare two means; an arm is (visitors, sum, sum of squares)."""
    arms = [mean_moments(*arm) for arm in (control, treatment)]
    return compare(arms[0], arms[1], alternative=alternative, level=level, method=method)


def mean_moments(visitors: float, total: float, squares: float) -> Moments | None:
    """The mean and the variance of the mean; None under two visitors."""
    if not all(map(isfinite, (visitors, total, squares))) or visitors < 0.0 or squares < 0.0:
        raise ValueError("visitors and the sum of squares are finite and not negative")
    if visitors < 2.0:
        return None
    mean = total / visitors
    variance = spread(visitors, total, squares)
    return Moments(mean, variance / visitors, visitors)


def spread(visitors: float, total: float, squares: float) -> float:
    """The sample variance from a sum and a sum of squares."""
    inner = squares - total * (total / visitors)
    if inner < 0.0:
        if inner < -1e-9 * squares:
            raise StatsDataError("the sum of squares is smaller than the sum allows")
        inner = 0.0
    return inner / (visitors - 1.0)


def compare(
    control: Moments | None,
    treatment: Moments | None,
    *,
    alternative: Alternative = "two-sided",
    level: float = 0.95,
    method: Literal["fieller", "delta"] = "fieller",
) -> MeanTest:
    """Compare two estimates with known variances of their own."""
    checks.level(level)
    checks.alternative(alternative)
    if method not in ("fieller", "delta"):
        raise ValueError(f"method is 'fieller' or 'delta': {method!r}")
    if control is None or treatment is None:
        return MeanTest(reason="an arm has fewer than two visitors")
    gap = treatment.estimate - control.estimate
    variance = control.variance + treatment.variance
    lift = gap / control.estimate if control.estimate > 0.0 else None
    seen = MeanTest(control.estimate, treatment.estimate, gap, lift)
    if variance <= 0.0:
        return replace(seen, reason="the values have no variance")
    error = sqrt(variance)
    df = variance**2 / sum(m.variance**2 / (m.visitors - 1.0) for m in (control, treatment))
    lower, upper = bounds(alternative, lambda p: student.quantile_above(p, df), level)
    z = gap / error
    interval = fieller if method == "fieller" else delta
    return replace(
        seen,
        statistic=z,
        df=df,
        p_value=p_of(z, df, alternative),
        diff_ci=(gap - lower * error, gap + upper * error),
        lift_ci=interval(control, treatment, lower, upper),
        chance_to_beat_control=normal.below(z),
        expected_loss=_loss(error, gap),
        expected_loss_keep_control=_loss(error, -gap),
    )


def fieller(control: Moments, treatment: Moments, lower: float, upper: float) -> Interval | None:
    """Fieller's interval of the relative lift; None when Control's mean may be 0 or less."""
    low = _fieller_root(control, treatment, lower, -1.0) if lower < inf else -inf
    high = _fieller_root(control, treatment, upper, 1.0) if upper < inf else inf
    return None if low is None or high is None else (low, high)


def delta(control: Moments, treatment: Moments, lower: float, upper: float) -> Interval | None:
    """The delta-method interval of the relative lift; None when Control's mean is 0 or less."""
    m_c, m_t = control.estimate, treatment.estimate
    if m_c <= 0.0:
        return None
    lift = (m_t - m_c) / m_c
    error = sqrt(treatment.variance / m_c**2 + control.variance * m_t**2 / m_c**4)
    return lift - lower * error, lift + upper * error


def p_of(statistic: float, df: float, alternative: Alternative) -> float:
    """The p-value of a t statistic, by tails only."""
    if alternative == "two-sided":
        return 2.0 * student.above(abs(statistic), df)
    return student.above(statistic if alternative == "greater" else -statistic, df)


def _fieller_root(control: Moments, treatment: Moments, q: float, side: float) -> float | None:
    m_c, m_t = control.estimate, treatment.estimate
    a = m_c * m_c - q * q * control.variance
    if m_c <= 0.0 or a <= 0.0:
        return None
    # Posed for the lift r - 1, so that a small one keeps its digits.
    gap = m_t - m_c
    b = m_c * gap + q * q * control.variance
    c = gap * gap - q * q * (control.variance + treatment.variance)
    reach = sqrt(max(0.0, b * b - a * c))
    if (b > 0.0) == (side > 0.0):
        return (b + side * reach) / a
    return c / (b - side * reach) if b != side * reach else 0.0


def _loss(error: float, gap: float) -> float:
    """E[max(-X, 0)] for X normal with mean `gap`."""
    z = gap / error
    return max(0.0, error * normal.density(z) - gap * normal.above(z))
