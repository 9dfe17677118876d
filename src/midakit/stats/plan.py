"""Planning: how many visitors, what effect can be seen, with what power, in how many days.

For rates, with r treatment visitors per Control visitor and p the pooled rate under the alternative
(Fleiss, Levin & Paik 2003, without continuity correction),

    n_c = [(z_a sqrt(p q (1 + 1/r)) + z_b sqrt(p_c q_c + p_t q_t / r)) / (p_t - p_c)]^2

and for means (z_a + z_b)^2 s^2 (1 + 1/r) / delta^2. Several treatments share alpha (Bonferroni).
"""

from dataclasses import dataclass
from math import ceil, exp, inf, log, sqrt

from midakit.stats import validate
from midakit.stats.comparison.always_valid import half_width
from midakit.stats.comparison.group_sequential import Spending, size_factor
from midakit.stats.distributions import normal
from midakit.stats.distributions.roots import find_root
from midakit.stats.types import Alternative

_LEAST = 1e-12  # a smaller rate, mean or spread is a mistake
_MOST_VISITORS = 1e30
_MOST_LOOKS = 100


@dataclass(frozen=True, slots=True)
class SampleSize:
    """Visitors needed, rounded up.

    Example:
        size = stats.plan.sample_size(baseline=0.05, lift=0.1, treatments=2)
        print(size.control, size.per_treatment, size.total)
    """

    exact: float
    """Visitors in Control before rounding."""
    control: int
    per_treatment: int
    total: int


@dataclass(frozen=True, slots=True)
class _Design:
    """A rate (no sd) or a mean, the split, and alpha as a normal quantile."""

    baseline: float
    sd: float | None
    ratio: float
    z_alpha: float

    def deviations(self, lift: float) -> tuple[float, float]:
        """Return the standard deviation of the difference without and with the effect.

        Both are of one Control visitor: divide by the square root of Control's visitors.
        """
        r = self.ratio
        if self.sd is not None:
            both = self.sd * sqrt(1.0 + 1.0 / r)
            return both, both
        p_c, p_t = self.baseline, self.baseline * (1.0 + lift)
        pooled = (p_c + r * p_t) / (1.0 + r)
        return (
            sqrt(pooled * (1.0 - pooled) * (1.0 + 1.0 / r)),
            sqrt(p_c * (1.0 - p_c) + p_t * (1.0 - p_t) / r),
        )

    def size(self, lift: float, z_beta: float) -> float:
        """Return Control's visitors, not rounded."""
        null, alternative = self.deviations(lift)
        change = self.baseline * lift
        if not change:
            return inf
        ratio = (self.z_alpha * null + z_beta * alternative) / change
        return ratio * ratio


def sample_size(
    *,
    baseline: float,
    lift: float,
    sd: float | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
    alternative: Alternative = "two-sided",
    ratio: float = 1.0,
    treatments: int = 1,
) -> SampleSize:
    """Return the visitors needed to see a lift in one look at a planned end.

    Args:
        baseline: Control's rate, or its mean when `sd` is given.
        lift: The relative change to see, 0.1 for +10 %.
        sd: The standard deviation of one visitor's value; leave it out for a rate.
        alpha: The chance of a false call, shared by the treatments.
        power: The chance to call a lift that is really there.
        alternative: The tails of the test: "two-sided", "greater" or "less".
        ratio: Visitors of a treatment per visitor of Control.
        treatments: How many treatments there are.

    Returns:
        Visitors per arm and in all.

    Raises:
        ValueError: An argument is out of its range, or no countable number of visitors is enough.

    Example:
        assert stats.plan.sample_size(baseline=0.05, lift=0.1).control == 31_234
    """
    design = _design(baseline, sd, alpha, alternative, ratio, treatments)
    _check_lift(baseline, lift, sd)
    validate.level(power, "power")
    return _sized(design.size(lift, normal.upper_quantile(1.0 - power)), ratio, treatments)


def sequential_size(
    *,
    baseline: float,
    lift: float,
    sd: float | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
    ratio: float = 1.0,
    treatments: int = 1,
    tuning: float | None = None,
) -> SampleSize:
    """Return the visitors after which the always-valid rule has called a lift with this power.

    It counts the last look only, which asks for 8-20 % more visitors than needed. With a planned end
    `planned_size` needs about half.

    Args:
        baseline: Control's rate, or its mean when `sd` is given.
        lift: The relative change to see, 0.1 for +10 %.
        sd: The standard deviation of one visitor's value; leave it out for a rate.
        alpha: The chance of a false call over all looks, shared by the treatments.
        power: The chance to call a lift that is really there, at least 0.5.
        ratio: Visitors of a treatment per visitor of Control.
        treatments: How many treatments there are.
        tuning: Visitors in both arms at which the always-valid interval is tightest; by default where
            the size is, as for an experiment that is tuned to its plan.

    Returns:
        Visitors per arm and in all.

    Raises:
        ValueError: An argument is out of its range, or no countable number of visitors is enough.

    Example:
        anytime = stats.plan.sequential_size(baseline=0.05, lift=0.1)
        assert anytime.control > stats.plan.sample_size(baseline=0.05, lift=0.1).control
    """
    design = _design(baseline, sd, alpha, "two-sided", ratio, treatments)
    _check_lift(baseline, lift, sd)
    if validate.level(power, "power") < 0.5:
        raise ValueError(f"power must be at least 0.5: {power!r}")
    if tuning is not None:
        validate.amount(validate.at_least(tuning, 1.0, "tuning"), "tuning")
    z_beta = normal.upper_quantile(1.0 - power)
    delta, deviation = abs(baseline * lift), design.deviations(lift)[1]

    def shortfall(log_n: float) -> float:
        """Return by how much the effect is too small to be called with exp(log_n) in Control."""
        n = exp(log_n)
        variance = deviation * deviation / n
        both = n * (1.0 + ratio)
        half = half_width(variance, both, alpha=alpha / treatments, tuning=tuning or both)
        return half + z_beta * sqrt(variance) - delta

    start = log(_countable(design.size(lift, z_beta)))
    high = start
    while shortfall(high) > 0.0:
        high += 1.0
    low = start
    while shortfall(low) < 0.0:
        low -= 1.0
    return _sized(exp(find_root(shortfall, low, high)), ratio, treatments)


def planned_size(
    *,
    baseline: float,
    lift: float,
    sd: float | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
    ratio: float = 1.0,
    treatments: int = 1,
    looks: int = 28,
    spending: Spending = "obrien-fleming",
) -> SampleSize:
    """Return the visitors of a planned end with looks before it (`horizon=` of `analyze`).

    Args:
        baseline: Control's rate, or its mean when `sd` is given.
        lift: The relative change to see, 0.1 for +10 %.
        sd: The standard deviation of one visitor's value; leave it out for a rate.
        alpha: The chance of a false call over all looks, shared by the treatments.
        power: The chance to call a lift that is really there.
        ratio: Visitors of a treatment per visitor of Control.
        treatments: How many treatments there are.
        looks: How many looks there are, the planned end included.
        spending: How the error rate is spent, "obrien-fleming" or "pocock".

    Returns:
        Visitors per arm and in all, if it runs to its end.

    Raises:
        ValueError: An argument is out of its range, or no countable number of visitors is enough.

    Example:
        planned = stats.plan.planned_size(baseline=0.05, lift=0.1)
        assert planned.control < 1.1 * stats.plan.sample_size(baseline=0.05, lift=0.1).control
    """
    if not 1 <= validate.whole(looks, "looks") <= _MOST_LOOKS:
        raise ValueError(f"looks is a number from 1 to {_MOST_LOOKS}: {looks!r}")
    if validate.level(power, "power") < 0.5:
        raise ValueError(f"power must be at least 0.5: {power!r}")
    fixed = sample_size(
        baseline=baseline, lift=lift, sd=sd, alpha=alpha, power=power, ratio=ratio,
        treatments=treatments,
    )  # fmt: skip
    factor = size_factor(int(looks), alpha / treatments, power, spending)[0]
    return _sized(fixed.exact * factor, ratio, treatments)


def mde(
    *,
    baseline: float,
    visitors_per_arm: float,
    sd: float | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
    alternative: Alternative = "two-sided",
    ratio: float = 1.0,
    treatments: int = 1,
) -> float | None:
    """Return the minimum detectable effect: the smallest positive lift that can be seen.

    Args:
        baseline: Control's rate, or its mean when `sd` is given.
        visitors_per_arm: Control's visitors.
        sd: The standard deviation of one visitor's value; leave it out for a rate.
        alpha: The chance of a false call, shared by the treatments.
        power: The chance to call a lift that is really there.
        alternative: The tails of the test: "two-sided", "greater" or "less".
        ratio: Visitors of a treatment per visitor of Control.
        treatments: How many treatments there are.

    Returns:
        The relative lift; None where even a rate of 1 would not be seen.

    Raises:
        ValueError: An argument is out of its range.

    Example:
        lift = stats.plan.mde(baseline=0.05, visitors_per_arm=31_234)
        assert round(lift, 3) == 0.1
    """
    design = _design(baseline, sd, alpha, alternative, ratio, treatments)
    visitors = _visitors(visitors_per_arm)
    z_beta = normal.upper_quantile(1.0 - validate.level(power, "power"))
    if design.z_alpha + z_beta <= 0.0:
        raise ValueError("power must be above the chance of a false call")
    if sd is not None:
        return (design.z_alpha + z_beta) * design.deviations(0.0)[0] / (baseline * sqrt(visitors))
    most = 1.0 / baseline - 1.0
    if design.size(most, z_beta) > visitors:
        return None
    low, high = log(most) - 60.0, log(most)
    return exp(find_root(lambda y: design.size(exp(y), z_beta) - visitors, low, high))


def power(
    *,
    baseline: float,
    lift: float,
    visitors_per_arm: float,
    sd: float | None = None,
    alpha: float = 0.05,
    alternative: Alternative = "two-sided",
    ratio: float = 1.0,
    treatments: int = 1,
) -> float:
    """Return the chance to call a true lift in its own direction.

    Args:
        baseline: Control's rate, or its mean when `sd` is given.
        lift: The true relative change, 0.1 for +10 %.
        visitors_per_arm: Control's visitors.
        sd: The standard deviation of one visitor's value; leave it out for a rate.
        alpha: The chance of a false call, shared by the treatments.
        alternative: The tails of the test: "two-sided", "greater" or "less".
        ratio: Visitors of a treatment per visitor of Control.
        treatments: How many treatments there are.

    Returns:
        The power.

    Raises:
        ValueError: An argument is out of its range.

    Example:
        assert round(stats.plan.power(baseline=0.05, lift=0.1, visitors_per_arm=31_234), 3) == 0.8
    """
    design = _design(baseline, sd, alpha, alternative, ratio, treatments)
    _check_lift(baseline, lift, sd)
    visitors = _visitors(visitors_per_arm)
    null, deviation = design.deviations(lift)
    if not deviation:
        return 1.0
    signed = baseline * lift * (-1.0 if alternative == "less" else 1.0)
    delta = abs(signed) if alternative == "two-sided" else signed
    return normal.cdf((delta * sqrt(visitors) - design.z_alpha * null) / deviation)


def days(
    total_visitors: float,
    *,
    daily_visitors: float,
    traffic_allocation: float = 100.0,
    seen: float = 0.0,
) -> int:
    """Return the days until an experiment has its visitors, in whole weeks.

    Args:
        total_visitors: Visitors of all arms that it needs.
        daily_visitors: Visitors of the site per day.
        traffic_allocation: The percentage of them let into the experiment.
        seen: Visitors that are in already.

    Returns:
        A multiple of 7; 0 when nothing is left to wait for.

    Raises:
        ValueError: An argument is out of its range.

    Example:
        needed = stats.plan.sample_size(baseline=0.05, lift=0.1)
        assert stats.plan.days(needed.total, daily_visitors=2_500) == 28  # whole weeks
    """
    validate.at_least(daily_visitors, _LEAST, "daily_visitors")
    if not _LEAST <= validate.real(traffic_allocation, "traffic_allocation") <= 100.0:
        raise ValueError("traffic_allocation is a percentage above 0, at most 100")
    validate.at_least(total_visitors, 0.0, "total_visitors")
    validate.at_least(seen, 0.0, "seen")
    missing = total_visitors - seen
    if missing <= 0.0:
        return 0
    _countable(missing / daily_visitors / traffic_allocation)
    # Rounded first: 700 visitors at 100 a day are 7 days, whatever the last bit says.
    needed = ceil(round(missing / (daily_visitors * traffic_allocation / 100.0), 9))
    return 7 * ceil(needed / 7)


def _design(
    baseline: float,
    sd: float | None,
    alpha: float,
    alternative: Alternative,
    ratio: float,
    treatments: int,
) -> _Design:
    """Check what all plans share."""
    validate.at_least(validate.level(alpha, "alpha"), _LEAST, "alpha")
    validate.alternative(alternative)
    if not 1e-6 <= validate.real(ratio, "ratio") <= 1e6:
        raise ValueError(f"ratio is treatment visitors per Control visitor: {ratio!r}")
    if validate.whole(treatments, "treatments") < 1:
        raise ValueError("an experiment has at least one treatment")
    validate.at_least(baseline, _LEAST, "baseline")
    if sd is None:
        validate.level(baseline, "baseline")
    else:
        validate.amount(baseline, "baseline")
        validate.amount(validate.at_least(sd, _LEAST, "sd"), "sd")
    each = alpha / treatments
    tail = 0.5 * each if alternative == "two-sided" else each
    return _Design(baseline, sd, ratio, normal.upper_quantile(tail))


def _check_lift(baseline: float, lift: float, sd: float | None) -> None:
    """Refuse no lift, and one that takes a rate out of its range."""
    if validate.amount(lift, "lift") == 0.0:
        raise ValueError("lift is a relative change other than 0 (0.1 for +10 %)")
    if sd is None and not 0.0 <= baseline * (1.0 + lift) <= 1.0:
        raise ValueError(f"a lift of {lift:+.1%} takes a rate of {baseline:g} out of [0, 1]")


def _visitors(visitors_per_arm: float) -> float:
    """Refuse a number of visitors that cannot be."""
    least = validate.at_least(visitors_per_arm, 1.0, "visitors_per_arm")
    return validate.amount(least, "visitors_per_arm")


def _countable(visitors: float) -> float:
    """Refuse a number that nobody could wait for."""
    if not visitors < _MOST_VISITORS:
        raise ValueError("no number of visitors that anybody could count would show this")
    return visitors


def _sized(exact: float, ratio: float, treatments: int) -> SampleSize:
    """Round visitors up, per arm."""
    _countable(exact * max(1.0, ratio))
    control, each = ceil(exact), ceil(exact * ratio)
    return SampleSize(exact, control, each, control + treatments * each)
