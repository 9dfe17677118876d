"""Figures that stay valid however often someone looks: the normal-mixture sequential test.

A fixed-horizon p-value promises its error rate for one look. This one (Robbins; Johari et al.;
Waudby-Smith et al., "asymptotic confidence sequences") promises it for all looks together: the
likelihood ratio against a normal mixture of effects is a martingale without an effect, so it ever
exceeds 1/alpha with at most probability alpha. With N visitors in both arms, v the variance of the
difference d and

    rho^2 = (-2 ln a + ln(-2 ln a + 1)) / tuning,   k = N rho^2 + 1

    ln e       = rho^2 N d^2 / (2 k v) - ln(k)/2,        p = min(1, 1/e), in log space
    half-width = sqrt(v N) sqrt(2 k ln(sqrt(k) / a)) / (N rho)

`tuning` is the number of visitors at which the interval is tightest. The guarantee is asymptotic:
nothing is called before `burn_in` conversions per arm (see `sequence`).

The mixture has two halves, effects above 0 and effects below (Howard et al. 2021, proposition 6, the
one-sided normal mixture). Each is a martingale of its own,

    e_greater = 2 e Phi(z rho sqrt(N/k)),     e_less = 2 e Phi(-z rho sqrt(N/k)),     z = d / sqrt(v)

and their mean is e again. `p_greater` and `p_less` are 1 over these: evidence for a gain never counts
for a loss, on no day. Over several days the two-sided p is twice the smaller one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, log, sqrt

from midakit.stats import validate
from midakit.stats.comparison import means
from midakit.stats.comparison.means import Moments
from midakit.stats.distributions import normal
from midakit.stats.types import Count, Interval

CONTRADICTION = "the days contradict each other: the effect drifts"


@dataclass(frozen=True, slots=True)
class Sequential:
    """One look at the confidence sequence of the difference, treatment minus Control.

    Example:
        look = stats.sequential(control=(120, 1500), treatment=(190, 1480))
        print(look.difference, look.interval, look.p_greater)
    """

    difference: float | None = None
    p_value: float | None = None
    """Valid at every look; None where `reason` says why."""
    interval: Interval | None = None
    """Holds the true difference at all looks together with probability 1 - alpha."""
    reason: str | None = None
    """Why a figure is None."""
    p_greater: float | None = None
    """One-sided: how little the looks so far fit a treatment that is not better."""
    p_less: float | None = None
    """One-sided: how little the looks so far fit a treatment that is not worse."""


def sequential(
    *,
    control: tuple[float, ...],
    treatment: tuple[float, ...],
    alpha: float = 0.05,
    tuning: float = 5000.0,
) -> Sequential:
    """Compute the always-valid p-value and interval of a difference.

    Args:
        control: (conversions, visitors) for a rate or (visitors, sum, sum of squares) for a mean.
        treatment: The same of the other arm.
        alpha: The error rate over all looks.
        tuning: Visitors in both arms at which the interval is tightest.

    Returns:
        The figures of this look.

    Raises:
        ValueError: An argument is out of its range, or counts cannot be true.

    Example:
        look = stats.sequential(control=(120, 1500), treatment=(148, 1480))
        assert look.p_value > 0.05  # not yet
    """
    arms = _moments(control, "control"), _moments(treatment, "treatment")
    return from_moments(*arms, alpha=alpha, tuning=tuning)


def from_moments(
    control: Moments | None,
    treatment: Moments | None,
    *,
    alpha: float = 0.05,
    tuning: float = 5000.0,
) -> Sequential:
    """Compute the same from estimates and their variances.

    Args:
        control: Control's estimate; None where it has too few visitors.
        treatment: The treatment's estimate.
        alpha: The error rate over all looks.
        tuning: Visitors in both arms at which the interval is tightest.

    Returns:
        The figures of this look.

    Raises:
        ValueError: `alpha` or `tuning` is out of its range.
    """
    validate.level(alpha, "alpha")
    validate.amount(validate.at_least(tuning, 1.0, "tuning"), "tuning")
    if control is None or treatment is None:
        return Sequential(reason="an arm has too few visitors")
    return of_difference(
        treatment.estimate - control.estimate,
        control.variance + treatment.variance,
        control.visitors + treatment.visitors,
        alpha=alpha,
        tuning=tuning,
    )


def of_difference(
    gap: float, variance: float, visitors: float, *, alpha: float, tuning: float
) -> Sequential:
    """Compute the same from a difference and its variance.

    Args:
        gap: The difference, treatment minus Control.
        variance: The variance of the difference.
        visitors: Visitors in both arms.
        alpha: The error rate over all looks.
        tuning: Visitors in both arms at which the interval is tightest.

    Returns:
        The figures of this look.
    """
    if variance <= 0.0:
        return Sequential(gap, reason="the values have no variance")
    rho2, k = _mixture(visitors, alpha, tuning)
    z = gap / sqrt(variance)
    evidence = rho2 * visitors / (2.0 * k) * z * z - 0.5 * log(k)
    half = half_width(variance, visitors, alpha=alpha, tuning=tuning)
    # On the other side e_less <= 1/sqrt(k), because exp(x^2/2) Phi(-x) <= 1/2: no evidence at all.
    one_sided = _p(evidence + log(2.0 * normal.cdf(abs(z) * sqrt(rho2 * visitors / k))))
    return Sequential(
        gap,
        _p(evidence),
        (gap - half, gap + half),
        p_greater=one_sided if gap > 0.0 else 1.0,
        p_less=one_sided if gap < 0.0 else 1.0,
    )


def guarded(
    control: Moments | None, treatment: Moments | None, *, alpha: float, tuning: float
) -> Sequential:
    """Compute the same with the larger of the pooled and the unpooled variance.

    Under unequal splits and long tails only this keeps the promise (see `means.guarded`).

    Args:
        control: Control's estimate; None where it has too few visitors.
        treatment: The treatment's estimate.
        alpha: The error rate over all looks.
        tuning: Visitors in both arms at which the interval is tightest.

    Returns:
        The figures of this look.

    Raises:
        ValueError: `alpha` or `tuning` is out of its range.
    """
    if control is not None and treatment is not None:
        control, treatment = means.guarded(control, treatment)
    return from_moments(control, treatment, alpha=alpha, tuning=tuning)


def half_width(variance: float, visitors: float, *, alpha: float, tuning: float) -> float:
    """Return half the width of the confidence sequence.

    Args:
        variance: The variance of the difference.
        visitors: Visitors in both arms.
        alpha: The error rate over all looks.
        tuning: Visitors in both arms at which the interval is tightest.

    Returns:
        Half the width, in the unit of the difference.
    """
    rho2, k = _mixture(visitors, alpha, tuning)
    return sqrt(variance) * sqrt(2.0 * k * (0.5 * log(k) - log(alpha)) / (visitors * rho2))


def running(looks: Iterable[Sequential]) -> list[Sequential]:
    """Combine looks over time: the smallest p of each side and the intersection of the intervals.

    Args:
        looks: One look per day, in order; days without figures are passed on.

    Returns:
        One running look per day.
    """
    greater = less = 1.0
    low, high = float("-inf"), float("inf")
    so_far: list[Sequential] = []
    for one in looks:
        if one.p_greater is None or one.p_less is None or one.interval is None:
            so_far.append(one)
            continue
        greater, less = min(greater, one.p_greater), min(less, one.p_less)
        low, high = max(low, one.interval[0]), min(high, one.interval[1])
        empty = low > high
        so_far.append(
            Sequential(
                one.difference,
                min(1.0, 2.0 * min(greater, less)),
                None if empty else (low, high),
                CONTRADICTION if empty else None,
                p_greater=greater,
                p_less=less,
            )
        )
    return so_far


def rate_moments(arm: Count) -> Moments | None:
    """Return a rate and its variance, not pooled with the other arm's.

    Args:
        arm: (conversions, visitors).

    Returns:
        The estimate; None without visitors.
    """
    x, n = arm
    return Moments(x / n, x * (n - x) / n**3, n) if n else None


def _moments(arm: tuple[float, ...], name: str) -> Moments | None:
    """Return the estimate of a rate or of a mean, by the number of its figures."""
    if len(arm) == 2:
        return rate_moments(validate.count((arm[0], arm[1]), name))
    if len(arm) == 3:
        return means.mean_moments(*arm, name=name)
    raise ValueError(f"{name} is (conversions, visitors) or (visitors, sum, sum of squares)")


def _p(evidence: float) -> float:
    """Return the p-value of the logarithm of an e-value."""
    return 1.0 if evidence <= 0.0 else exp(-evidence)


def _mixture(visitors: float, alpha: float, tuning: float) -> tuple[float, float]:
    """Return rho^2, the variance of the mixture, and k."""
    rho2 = (-2.0 * log(alpha) + log(-2.0 * log(alpha) + 1.0)) / tuning
    return rho2, visitors * rho2 + 1.0
