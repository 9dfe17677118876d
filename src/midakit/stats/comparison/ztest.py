"""The z test of two rates, with intervals that cannot contradict it."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, sqrt
from typing import Literal

from midakit.stats import validate
from midakit.stats.comparison import score_intervals
from midakit.stats.comparison.conversion import NO_VISITORS, lift
from midakit.stats.distributions import normal
from midakit.stats.types import Alternative, Count, Interval


@dataclass(frozen=True, slots=True)
class ZTest:
    """A treatment's rate against Control's; a figure is None where `reason` says why.

    Example:
        found = stats.z_test(control=(120, 1500), treatment=(148, 1480), alternative="greater")
        print(found.statistic, found.p_value, found.lift_ci)
    """

    statistic: float | None = None
    p_value: float | None = None
    difference: float | None = None
    lift: float | None = None
    """The observed relative lift; None where Control has no conversions."""
    diff_ci: Interval | None = None
    """Intervals are one-sided when the alternative is."""
    lift_ci: Interval | None = None
    reason: str | None = None


def z_test(
    *,
    control: Count,
    treatment: Count,
    alternative: Alternative = "two-sided",
    variance: Literal["pooled", "unpooled"] = "pooled",
    level: float = 0.95,
    ci: Literal["score", "wald"] = "score",
) -> ZTest:
    """Test whether two conversion rates are equal.

    Args:
        control: Control's (conversions, visitors).
        treatment: The treatment's (conversions, visitors).
        alternative: What is tested: "two-sided", or that the treatment is "greater" or "less".
        variance: "pooled" over both arms, as the usual test has it, or "unpooled".
        level: Level of the intervals.
        ci: How the interval of the difference is made: "score" agrees with the pooled test, "wald" is
            the textbook's estimate plus and minus its error.

    Returns:
        The test and its intervals.

    Raises:
        ValueError: Counts cannot be true, or an option is out of its range.

    Example:
        found = stats.z_test(control=(120, 1500), treatment=(148, 1480))
        assert round(found.p_value, 3) == 0.056
    """
    validate.level(level)
    validate.alternative(alternative)
    if variance not in ("pooled", "unpooled") or ci not in ("score", "wald"):
        raise ValueError("variance is 'pooled' or 'unpooled', ci is 'score' or 'wald'")
    c, t = validate.count(control, "control"), validate.count(treatment, "treatment")
    if not c[1] or not t[1]:
        return ZTest(reason=NO_VISITORS)
    gap = (t[0] * c[1] - c[0] * t[1]) / (c[1] * t[1])
    spread = _variance(c, t, pooled=variance == "pooled")
    statistic = gap / sqrt(spread) if spread > 0.0 else None
    lower, upper = bounds(alternative, normal.upper_quantile, level)
    if ci == "score":
        diff_ci = score_intervals.difference_interval(c, t, lower, upper)
    else:
        error = sqrt(_variance(c, t, pooled=False))
        diff_ci = (max(-1.0, gap - lower * error), min(1.0, gap + upper * error))
    return ZTest(
        statistic=statistic if statistic is not None or gap else 0.0,
        p_value=_p_or_certain(statistic, gap, alternative),
        difference=gap,
        lift=lift(c, t),
        diff_ci=diff_ci,
        lift_ci=score_intervals.lift_interval(c, t, lower, upper),
        reason=None if statistic is not None or not gap else "the rates leave no variance",
    )


def p_value(statistic: float, alternative: Alternative) -> float:
    """Return the p-value of a normal statistic, by tails only.

    Args:
        statistic: The statistic, in standard errors.
        alternative: "two-sided", "greater" or "less".

    Returns:
        The p-value.
    """
    if alternative == "two-sided":
        return 2.0 * normal.survival(abs(statistic))
    return normal.survival(statistic if alternative == "greater" else -statistic)


def bounds(
    alternative: Alternative, upper_quantile: Callable[[float], float], level: float
) -> tuple[float, float]:
    """Return half-widths of an interval, below and above the estimate.

    Args:
        alternative: "two-sided", "greater" or "less".
        upper_quantile: The inverse of the upper tail of the statistic's distribution.
        level: Level of the interval; above 0.5 when it is one-sided.

    Returns:
        Half-widths in standard errors; infinite on an open side.

    Raises:
        ValueError: The level is too low for a one-tailed interval.
    """
    if alternative == "two-sided":
        both = upper_quantile(0.5 * (1.0 - level))
        return both, both
    if level <= 0.5:
        raise ValueError(f"level must be above 0.5 for a one-tailed interval: {level!r}")
    one = upper_quantile(1.0 - level)
    return (one, inf) if alternative == "greater" else (inf, one)


def _p_or_certain(statistic: float | None, gap: float, alternative: Alternative) -> float | None:
    """Return the p-value; without variance it is 1 for equal rates and None for others."""
    if statistic is not None:
        return p_value(statistic, alternative)
    return None if gap else 1.0


def _variance(control: Count, treatment: Count, *, pooled: bool) -> float:
    """Return the variance of the difference, successes and failures counted separately."""
    (x_c, n_c), (x_t, n_t) = control, treatment
    if pooled:
        total = n_c + n_t
        return (x_c + x_t) / total * ((n_c - x_c + n_t - x_t) / total) * (1.0 / n_c + 1.0 / n_t)
    return x_c * (n_c - x_c) / n_c**3 + x_t * (n_t - x_t) / n_t**3
