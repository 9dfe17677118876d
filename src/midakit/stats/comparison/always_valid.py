"""Figures that stay valid however often someone looks: the normal-mixture sequential test.

A fixed-horizon p-value promises its error rate for one look. This one (Robbins; Johari et al.;
Waudby-Smith et al., "asymptotic confidence sequences") promises it for all looks together: the
likelihood ratio against a normal mixture of effects is a martingale without an effect, so it passes
1/alpha ever with at most probability alpha. With N visitors in both arms, v the variance of the
difference and

    rho^2 = (-2 ln a + ln(-2 ln a + 1)) / tuning,   k = N rho^2 + 1

    ln e       = rho^2 N d^2 / (2 k v) - ln(k)/2,        p = min(1, 1/e), in log space
    half-width = sqrt(v N) sqrt(2 k ln(sqrt(k) / a)) / (N rho)

`tuning` is the number of visitors at which the interval is tightest. The guarantee is asymptotic:
nothing is called before `burn_in` conversions per arm (see `analyze`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, log, sqrt

from midakit.stats import validate
from midakit.stats.comparison import means
from midakit.stats.comparison.means import Moments
from midakit.stats.types import Count, Interval


@dataclass(frozen=True, slots=True)
class Sequential:
    """One look at the confidence sequence of the difference, treatment less Control."""

    difference: float | None = None
    p_value: float | None = None
    interval: Interval | None = None
    reason: str | None = None


def sequential(
    *,
    control: tuple[float, ...],
    treatment: tuple[float, ...],
    alpha: float = 0.05,
    tuning: float = 5000.0,
) -> Sequential:
    """Always-valid p and interval.

    An arm is (conversions, visitors) for a rate or (visitors, sum, sum of squares) for a mean.
    """
    arms = _moments(control, "control"), _moments(treatment, "treatment")
    return look(*arms, alpha=alpha, tuning=tuning)


def look(
    control: Moments | None,
    treatment: Moments | None,
    *,
    alpha: float = 0.05,
    tuning: float = 5000.0,
) -> Sequential:
    """The same from estimates and their variances."""
    validate.level(alpha, "alpha")
    validate.amount(validate.at_least(tuning, 1.0, "tuning"), "tuning")
    if control is None or treatment is None:
        return Sequential(reason="an arm has too few visitors")
    gap = treatment.estimate - control.estimate
    variance = control.variance + treatment.variance
    if variance <= 0.0:
        return Sequential(gap, reason="the values have no variance")
    rho2, k = _mixture(control.visitors + treatment.visitors, alpha, tuning)
    visitors = control.visitors + treatment.visitors
    z = gap / sqrt(variance)
    evidence = rho2 * visitors / (2.0 * k) * z * z - 0.5 * log(k)
    half = half_width(variance, visitors, alpha=alpha, tuning=tuning)
    p = 1.0 if evidence <= 0.0 else exp(-evidence)
    return Sequential(gap, p, (gap - half, gap + half))


def half_width(variance: float, visitors: float, *, alpha: float, tuning: float) -> float:
    """Half the width of the confidence sequence at `visitors` in both arms."""
    rho2, k = _mixture(visitors, alpha, tuning)
    return sqrt(variance) * sqrt(2.0 * k * (0.5 * log(k) - log(alpha)) / (visitors * rho2))


def running(looks: Iterable[Sequential]) -> list[Sequential]:
    """Looks over time: the running minimum of p and the intersection of the intervals so far."""
    p: float | None = None
    low, high = float("-inf"), float("inf")
    so_far: list[Sequential] = []
    for one in looks:
        if one.p_value is None or one.interval is None:
            so_far.append(one)
            continue
        p = one.p_value if p is None else min(p, one.p_value)
        low, high = max(low, one.interval[0]), min(high, one.interval[1])
        empty = low > high
        so_far.append(
            Sequential(
                one.difference,
                p,
                None if empty else (low, high),
                "the days contradict each other: the effect drifts" if empty else None,
            )
        )
    return so_far


def rate_moments(arm: Count) -> Moments | None:
    """A rate and the variance of it (unpooled); None without visitors."""
    x, n = arm
    return Moments(x / n, x * (n - x) / n**3, n) if n else None


def _moments(arm: tuple[float, ...], name: str) -> Moments | None:
    if len(arm) == 2:
        return rate_moments(validate.count((arm[0], arm[1]), name))
    if len(arm) == 3:
        return means.mean_moments(*arm, name=name)
    raise ValueError(f"{name} is (conversions, visitors) or (visitors, sum, sum of squares)")


def _mixture(visitors: float, alpha: float, tuning: float) -> tuple[float, float]:
    rho2 = (-2.0 * log(alpha) + log(-2.0 * log(alpha) + 1.0)) / tuning
    return rho2, visitors * rho2 + 1.0
