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
    """Treatment against Control; intervals are one-sided when the alternative is."""

    statistic: float | None = None
    p_value: float | None = None
    difference: float | None = None
    lift: float | None = None
    diff_ci: Interval | None = None
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
    """Test equal rates; an arm is (conversions, visitors)."""
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
    lower, upper = bounds(alternative, normal.quantile_above, level)
    if ci == "score":
        diff_ci = score_intervals.difference_interval(c, t, lower, upper)
    else:
        error = sqrt(_variance(c, t, pooled=False))
        diff_ci = (max(-1.0, gap - lower * error), min(1.0, gap + upper * error))
    return ZTest(
        statistic=statistic if statistic is not None or gap else 0.0,
        p_value=_p_value(statistic, gap, alternative),
        difference=gap,
        lift=lift(c, t),
        diff_ci=diff_ci,
        lift_ci=score_intervals.lift_interval(c, t, lower, upper),
        reason=None if statistic is not None or not gap else "the rates leave no variance",
    )


def p_of(statistic: float, alternative: Alternative) -> float:
    """The p-value of a normal statistic, by tails only."""
    if alternative == "two-sided":
        return 2.0 * normal.above(abs(statistic))
    return normal.above(statistic if alternative == "greater" else -statistic)


def bounds(
    alternative: Alternative, quantile_above: Callable[[float], float], level: float
) -> tuple[float, float]:
    """Half-widths in standard errors, below and above the estimate; infinite on an open side."""
    if alternative == "two-sided":
        both = quantile_above(0.5 * (1.0 - level))
        return both, both
    if level <= 0.5:
        raise ValueError(f"level must be above 0.5 for a one-tailed interval: {level!r}")
    one = quantile_above(1.0 - level)
    return (one, inf) if alternative == "greater" else (inf, one)


def _p_value(statistic: float | None, gap: float, alternative: Alternative) -> float | None:
    if statistic is not None:
        return p_of(statistic, alternative)
    return None if gap else 1.0


def _variance(control: Count, treatment: Count, *, pooled: bool) -> float:
    """The variance of the difference, successes and failures counted separately."""
    (x_c, n_c), (x_t, n_t) = control, treatment
    if pooled:
        total = n_c + n_t
        return (x_c + x_t) / total * ((n_c - x_c + n_t - x_t) / total) * (1.0 / n_c + 1.0 / n_t)
    return x_c * (n_c - x_c) / n_c**3 + x_t * (n_t - x_t) / n_t**3
