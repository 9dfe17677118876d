"""Means of revenue per visitor: Welch's test, Fieller's interval, and a normal posterior.

An arm is its visitors, the sum and the sum of squares over *visitors*. The relative lift has no
normal distribution of its own; Fieller (1954) asks instead which ratios r the t test of m_t - r m_c
would not reject, a quadratic in r:

    r^2 (m_c^2 - q^2 v_c) - 2 r m_c m_t + (m_t^2 - q^2 v_t) <= 0

so it excludes a lift of 0 exactly when the test rejects. Where Control's mean is not separated from
0 the answer is unbounded, and none is given.

Money has no natural unit, so nothing may depend on it: a comparison is made in units of a power of
two near its largest number, in which no square can overflow or vanish, and is taken back exactly.
"""

from dataclasses import dataclass, replace
from math import copysign, frexp, inf, isfinite, ldexp, sqrt
from typing import Literal

from midakit.stats import validate
from midakit.stats.comparison.ztest import bounds
from midakit.stats.distributions import normal, student
from midakit.stats.types import Alternative, Interval, StatsDataError

_SMALLEST_SQUARE = 1e-290  # squares below this have lost their digits
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Moments:
    """One arm's estimate and the variance of that estimate; what every test of means needs."""

    estimate: float
    variance: float
    visitors: float

    def scaled(self, exponent: int) -> "Moments":
        """Return the same in units of a power of two.

        Args:
            exponent: The power; the new unit is 2^exponent.

        Returns:
            The scaled figures.
        """
        variance = ldexp(self.variance, -2 * exponent)
        return Moments(ldexp(self.estimate, -exponent), variance, self.visitors)


@dataclass(frozen=True, slots=True)
class MeanTest:
    """A treatment's mean against Control's; a figure is None where `reason` says why.

    Example:
        found = stats.welch(control=(1500, 5800.0, 80_000.0), treatment=(1480, 6650.0, 90_000.0))
        print(found.control, found.treatment, found.difference, found.diff_ci)
    """

    control: float | None = None
    """Control's mean."""
    treatment: float | None = None
    """The treatment's mean."""
    difference: float | None = None
    lift: float | None = None
    """The relative lift; None where Control's mean is not above 0."""
    statistic: float | None = None
    """Welch's t."""
    df: float | None = None
    """Welch's degrees of freedom."""
    p_value: float | None = None
    diff_ci: Interval | None = None
    lift_ci: Interval | None = None
    """None where Control's mean is not separated from 0."""
    chance_to_beat_control: float | None = None
    """From a normal posterior of the difference."""
    expected_loss: float | None = None
    """In units of the mean: what shipping the treatment costs on average."""
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
    """Compare two means by Welch's test.

    Args:
        control: Control's (visitors, sum, sum of squares).
        treatment: The treatment's (visitors, sum, sum of squares).
        alternative: What is tested: "two-sided", or that the treatment is "greater" or "less".
        level: Level of the intervals; they are one-sided when the alternative is.
        method: How the interval of the lift is made; only Fieller's agrees with the test.

    Returns:
        The test, its intervals, and the chance and losses.

    Raises:
        ValueError: Sums cannot be true (`StatsDataError`), or an option is out of its range.

    Example:
        found = stats.welch(control=(1500, 5800.0, 80_000.0), treatment=(1480, 6650.0, 90_000.0))
        assert round(found.p_value, 3) == 0.007
    """
    arms = mean_moments(*control, name="control"), mean_moments(*treatment, name="treatment")
    return compare(*arms, alternative=alternative, level=level, method=method)


def mean_moments(
    visitors: float, total: float, squares: float, *, name: str = "arm"
) -> Moments | None:
    """Return the mean and the variance of the mean.

    Args:
        visitors: How many values were added up.
        total: Their sum.
        squares: The sum of their squares.
        name: What an error calls the arm.

    Returns:
        The estimate; None under two visitors.

    Raises:
        ValueError: The sums cannot be true.
    """
    visitors = validate.whole(visitors, f"{name}: visitors")
    total = validate.amount(total, f"{name}: sum")
    squares = validate.amount(squares, f"{name}: sum of squares", signed=False)
    if visitors < 2.0:
        return None
    variance = sample_variance(visitors, total, squares)
    return Moments(total / visitors, variance / visitors, visitors)


def sample_variance(visitors: float, total: float, squares: float) -> float:
    """Return the sample variance from sums.

    Args:
        visitors: How many values were added up, 2 or more.
        total: Their sum.
        squares: The sum of their squares.

    Returns:
        The variance, with divisor visitors - 1.

    Raises:
        StatsDataError: The sum of squares is smaller than the sum allows.
    """
    inner = squares - total * (total / visitors)
    if inner < 0.0:
        if inner < -1e-9 * (squares + _SMALLEST_SQUARE):
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
    """Compare two estimates with known variances of their own.

    Args:
        control: Control's estimate; None where it has too few visitors.
        treatment: The treatment's estimate.
        alternative: What is tested: "two-sided", or that the treatment is "greater" or "less".
        level: Level of the intervals.
        method: How the interval of the lift is made.

    Returns:
        The test, its intervals, and the chance and losses.

    Raises:
        ValueError: An option is out of its range.
    """
    validate.level(level)
    validate.alternative(alternative)
    if method not in ("fieller", "delta"):
        raise ValueError(f"method is 'fieller' or 'delta': {method!r}")
    if control is None or treatment is None:
        return MeanTest(reason="an arm has fewer than two visitors")
    unit = _common_exponent(control, treatment)
    c, t = control.scaled(unit), treatment.scaled(unit)
    gap, variance = t.estimate - c.estimate, c.variance + t.variance
    seen = control.estimate, treatment.estimate, treatment.estimate - control.estimate
    relative = lift(c.estimate, t.estimate)
    if variance <= 0.0:
        return MeanTest(*seen, relative, reason="the values have no variance")
    error = sqrt(variance)
    df = 1.0 / sum((m.variance / variance) ** 2 / (m.visitors - 1.0) for m in (c, t))
    lower, upper = bounds(alternative, lambda p: student.upper_quantile(p, df), level)
    z = gap / error
    interval = fieller_interval if method == "fieller" else _delta
    return MeanTest(
        *seen,
        relative,
        statistic=z,
        df=df,
        p_value=p_value(z, df, alternative),
        diff_ci=(_rescaled(gap - lower * error, unit), _rescaled(gap + upper * error, unit)),
        lift_ci=interval(c, t, lower, upper),
        chance_to_beat_control=normal.cdf(z),
        expected_loss=_rescaled(_normal_loss(error, gap), unit),
        expected_loss_keep_control=_rescaled(_normal_loss(error, -gap), unit),
    )


def guarded(control: Moments, treatment: Moments) -> tuple[Moments, Moments]:
    """Return two estimates with at least the variance that both arms together have.

    With unequal arms and a long tail, the mean and the variance of the small arm rise and fall
    together: without its few large orders it looks both low and certain, and Welch's test calls it
    worse far too often (Cressie & Whitford 1986). The pooled variance rests on the large arm, which
    has seen the tail, and errs on the other side, where Welch's is right. So the larger of both
    counts. Equal arms have the same of either, and nothing changes.

    Args:
        control: Control's estimate.
        treatment: The treatment's estimate.

    Returns:
        The same estimates; both variances are multiplied by the same factor, 1 or more.
    """
    total = control.visitors + treatment.visitors
    if total <= 2.0:
        return control, treatment
    unpooled = control.variance + treatment.variance
    inner = sum(m.variance * m.visitors * (m.visitors - 1.0) for m in (control, treatment))
    pooled = inner / (total - 2.0) * (total / (control.visitors * treatment.visitors))
    if not pooled > unpooled * (1.0 + _ROUNDING) or not isfinite(pooled) or not unpooled:
        return control, treatment
    factor = pooled / unpooled
    return (
        replace(control, variance=control.variance * factor),
        replace(treatment, variance=treatment.variance * factor),
    )


def lift(control: float, treatment: float) -> float | None:
    """Return the relative lift of a mean.

    Args:
        control: Control's mean.
        treatment: The treatment's mean.

    Returns:
        The lift; None where Control's mean is not above 0, or next to nothing.
    """
    found = (treatment - control) / control if control > 0.0 else inf
    return found if isfinite(found) else None


def p_value(statistic: float, df: float, alternative: Alternative) -> float:
    """Return the p-value of a t statistic, by tails only.

    Args:
        statistic: The t statistic.
        df: Its degrees of freedom.
        alternative: "two-sided", "greater" or "less".

    Returns:
        The p-value.
    """
    if alternative == "two-sided":
        return 2.0 * student.survival(abs(statistic), df)
    return student.survival(statistic if alternative == "greater" else -statistic, df)


def fieller_interval(
    control: Moments, treatment: Moments, lower: float, upper: float
) -> Interval | None:
    """Return Fieller's interval of the lift.

    Args:
        control: Control's estimate.
        treatment: The treatment's estimate.
        lower: How many standard errors it reaches down, infinite for no lower end.
        upper: How many it reaches up.

    Returns:
        The interval; None when Control's mean may be 0 or less.
    """
    low = _fieller_root(control, treatment, lower, -1.0) if lower < inf else -inf
    high = _fieller_root(control, treatment, upper, 1.0) if upper < inf else inf
    return None if low is None or high is None else (low, high)


def _fieller_root(control: Moments, treatment: Moments, q: float, side: float) -> float | None:
    """Return the smaller (side -1) or larger (side 1) root of Fieller's quadratic."""
    m_c, m_t = control.estimate, treatment.estimate
    a = m_c * m_c - q * q * control.variance
    if m_c <= 0.0 or a <= 0.0:
        return None
    # Posed for the lift r - 1, so that a small one keeps its digits.
    gap = m_t - m_c
    b = m_c * gap + q * q * control.variance
    c = gap * gap - q * q * (control.variance + treatment.variance)
    root = sqrt(max(0.0, b * b - a * c))
    if (b > 0.0) == (side > 0.0):
        return (b + side * root) / a
    return c / (b - side * root) if b != side * root else 0.0


def _delta(control: Moments, treatment: Moments, lower: float, upper: float) -> Interval | None:
    """Return the delta method's interval of the lift; None when Control's mean is 0 or less."""
    m_c, m_t = control.estimate, treatment.estimate
    if m_c <= 0.0:
        return None
    ratio = m_t / m_c
    error = sqrt(treatment.variance + control.variance * ratio * ratio) / m_c
    low, high = ratio - 1.0 - lower * error, ratio - 1.0 + upper * error
    return (low, high) if isfinite(error) else None


def _common_exponent(control: Moments, treatment: Moments) -> int:
    """Return the power of two just above every estimate and every standard error."""
    means = max(abs(control.estimate), abs(treatment.estimate))
    return frexp(max(means, sqrt(max(control.variance, treatment.variance))))[1]


def _rescaled(figure: float, exponent: int) -> float:
    """Return a figure in the money's own unit again; infinite where that is beyond a float."""
    try:
        return ldexp(figure, exponent)
    except OverflowError:
        return copysign(inf, figure)


def _normal_loss(error: float, gap: float) -> float:
    """Return E[max(-X, 0)] for X normal with mean `gap` and standard deviation `error`."""
    z = gap / error
    return max(0.0, error * normal.density(z) - gap * normal.survival(z))
