"""Means of revenue per visitor: Welch's test, Fieller's interval, and a normal posterior.

An arm is its visitors, the sum and the sum of squares over *visitors*. The relative lift has no
normal law of its own; Fieller asks instead which ratios r the t test of m_t - r m_c would not reject,
a quadratic in r:

    r^2 (m_c^2 - q^2 v_c) - 2 r m_c m_t + (m_t^2 - q^2 v_t) <= 0

so it excludes a lift of 0 exactly when the test rejects. Where Control's mean is not separated from
0 the answer is unbounded, and none is given.

Money has no natural unit, so nothing may depend on it: a comparison is made in units of a power of
two near its largest number, in which no square can overflow or vanish, and is taken back exactly.
"""

from dataclasses import dataclass
from math import copysign, frexp, inf, isfinite, ldexp, sqrt
from typing import Literal

from midakit.stats import validate
from midakit.stats.comparison.ztest import bounds
from midakit.stats.distributions import normal, student
from midakit.stats.types import Alternative, Interval, StatsDataError

_NOTHING = 1e-290  # squares below this have lost their digits


@dataclass(frozen=True, slots=True)
class Moments:
    """One arm's estimate and the variance of that estimate; what every test of means needs."""

    estimate: float
    variance: float
    visitors: float

    def scaled(self, exponent: int) -> "Moments":
        """The same in units of 2^exponent."""
        variance = ldexp(self.variance, -2 * exponent)
        return Moments(ldexp(self.estimate, -exponent), variance, self.visitors)


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
    arms = mean_moments(*control, name="control"), mean_moments(*treatment, name="treatment")
    return compare(*arms, alternative=alternative, level=level, method=method)


def mean_moments(
    visitors: float, total: float, squares: float, *, name: str = "arm"
) -> Moments | None:
    """The mean and the variance of the mean; None under two visitors."""
    visitors = validate.whole(visitors, f"{name}: visitors")
    total = validate.amount(total, f"{name}: sum")
    squares = validate.amount(squares, f"{name}: sum of squares", signed=False)
    if visitors < 2.0:
        return None
    mean = total / visitors
    variance = spread(visitors, total, squares)
    return Moments(mean, variance / visitors, visitors)


def spread(visitors: float, total: float, squares: float) -> float:
    """The sample variance from a sum and a sum of squares."""
    inner = squares - total * (total / visitors)
    if inner < 0.0:
        if inner < -1e-9 * (squares + _NOTHING):
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
    validate.level(level)
    validate.alternative(alternative)
    if method not in ("fieller", "delta"):
        raise ValueError(f"method is 'fieller' or 'delta': {method!r}")
    if control is None or treatment is None:
        return MeanTest(reason="an arm has fewer than two visitors")
    unit = _unit(control, treatment)
    c, t = control.scaled(unit), treatment.scaled(unit)
    gap, variance = t.estimate - c.estimate, c.variance + t.variance
    seen = control.estimate, treatment.estimate, treatment.estimate - control.estimate
    relative = lift(c.estimate, t.estimate)
    if variance <= 0.0:
        return MeanTest(*seen, relative, reason="the values have no variance")
    error = sqrt(variance)
    df = 1.0 / sum((m.variance / variance) ** 2 / (m.visitors - 1.0) for m in (c, t))
    lower, upper = bounds(alternative, lambda p: student.quantile_above(p, df), level)
    z = gap / error
    interval = fieller if method == "fieller" else delta
    return MeanTest(
        *seen,
        relative,
        statistic=z,
        df=df,
        p_value=p_of(z, df, alternative),
        diff_ci=(_back(gap - lower * error, unit), _back(gap + upper * error, unit)),
        lift_ci=interval(c, t, lower, upper),
        chance_to_beat_control=normal.below(z),
        expected_loss=_back(_loss(error, gap), unit),
        expected_loss_keep_control=_back(_loss(error, -gap), unit),
    )


def lift(control: float, treatment: float) -> float | None:
    """The relative lift of a mean; None where Control's is not above 0, or next to nothing."""
    found = (treatment - control) / control if control > 0.0 else inf
    return found if isfinite(found) else None


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
    ratio = m_t / m_c
    error = sqrt(treatment.variance + control.variance * ratio * ratio) / m_c
    low, high = ratio - 1.0 - lower * error, ratio - 1.0 + upper * error
    return (low, high) if isfinite(error) else None


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


def _unit(control: Moments, treatment: Moments) -> int:
    """The power of two just above every estimate and every standard error."""
    means = max(abs(control.estimate), abs(treatment.estimate))
    return frexp(max(means, sqrt(max(control.variance, treatment.variance))))[1]


def _back(figure: float, unit: int) -> float:
    """A figure in the money's own unit again; infinite where that is beyond a float."""
    try:
        return ldexp(figure, unit)
    except OverflowError:
        return copysign(inf, figure)


def _loss(error: float, gap: float) -> float:
    """E[max(-X, 0)] for X normal with mean `gap`."""
    z = gap / error
    return max(0.0, error * normal.density(z) - gap * normal.above(z))
