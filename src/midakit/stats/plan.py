"""Planning: how many visitors, what effect can be seen, with what power, in how many days.

For rates, with r treatment visitors per Control visitor and p the pooled rate under the alternative,

    n_c = [(z_a sqrt(p q (1 + 1/r)) + z_b sqrt(p_c q_c + p_t q_t / r)) / (p_t - p_c)]^2

and for means (z_a + z_b)^2 s^2 (1 + 1/r) / delta^2. Several treatments share alpha (Bonferroni).
"""

from dataclasses import dataclass
from math import ceil, exp, inf, log, sqrt

from midakit.stats import validate
from midakit.stats.comparison.always_valid import half_width
from midakit.stats.distributions import normal
from midakit.stats.distributions.roots import root
from midakit.stats.types import Alternative

_LEAST = 1e-12  # a smaller rate, mean or spread is a mistake
_ENDLESS = 1e30


@dataclass(frozen=True, slots=True)
class SampleSize:
    """Visitors needed: `exact` in Control before rounding, the others rounded up."""

    exact: float
    control: int
    per_treatment: int
    total: int


@dataclass(frozen=True, slots=True)
class _Design:
    """A rate (no sd) or a mean, the split, and the two error rates as normal quantiles."""

    baseline: float
    sd: float | None
    ratio: float
    z_alpha: float

    def spreads(self, lift: float) -> tuple[float, float]:
        """Standard deviations of the difference without and with the effect, per root visitor."""
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
        null, alternative = self.spreads(lift)
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
    """Visitors needed to see a relative lift at a fixed horizon; give `sd` for a mean."""
    design = _design(baseline, sd, alpha, alternative, ratio, treatments)
    _effect(baseline, lift, sd)
    validate.level(power, "power")
    return _sized(design.size(lift, normal.quantile_above(1.0 - power)), ratio, treatments)


def sequential_size(
    *,
    baseline: float,
    lift: float,
    sd: float | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
    ratio: float = 1.0,
    treatments: int = 1,
    tuning: float = 5000.0,
) -> SampleSize:
    """Visitors after which the always-valid rule has called the lift with this power.

    By the last-point rule (only the final look counts), which asks for 8-20 % more than needed.
    """
    design = _design(baseline, sd, alpha, "two-sided", ratio, treatments)
    _effect(baseline, lift, sd)
    if validate.level(power, "power") < 0.5:
        raise ValueError(f"power must be at least 0.5: {power!r}")
    validate.amount(validate.at_least(tuning, 1.0, "tuning"), "tuning")
    z_beta = normal.quantile_above(1.0 - power)
    delta, spread = abs(baseline * lift), design.spreads(lift)[1]

    def short(log_n: float) -> float:
        n = exp(log_n)
        variance = spread * spread / n
        half = half_width(variance, n * (1.0 + ratio), alpha=alpha / treatments, tuning=tuning)
        return half + z_beta * sqrt(variance) - delta

    start = log(_countable(design.size(lift, z_beta)))
    high = start
    while short(high) > 0.0:
        high += 1.0
    low = start
    while short(low) < 0.0:
        low -= 1.0
    return _sized(exp(root(short, low, high)), ratio, treatments)


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
    """The smallest positive relative lift that Control's visitors can show.

    None where even a rate of 1 would not be seen.
    """
    design = _design(baseline, sd, alpha, alternative, ratio, treatments)
    visitors = validate.amount(
        validate.at_least(visitors_per_arm, 1.0, "visitors_per_arm"), "visitors_per_arm"
    )
    z_beta = normal.quantile_above(1.0 - validate.level(power, "power"))
    if design.z_alpha + z_beta <= 0.0:
        raise ValueError("power must be above the chance of a false call")
    if sd is not None:
        return (design.z_alpha + z_beta) * design.spreads(0.0)[0] / (baseline * sqrt(visitors))
    most = 1.0 / baseline - 1.0
    if design.size(most, z_beta) > visitors:
        return None
    return exp(root(lambda y: design.size(exp(y), z_beta) - visitors, log(most) - 60.0, log(most)))


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
    """The chance to call a true relative lift in its own direction at this many visitors."""
    design = _design(baseline, sd, alpha, alternative, ratio, treatments)
    _effect(baseline, lift, sd)
    visitors = validate.amount(
        validate.at_least(visitors_per_arm, 1.0, "visitors_per_arm"), "visitors_per_arm"
    )
    null, spread = design.spreads(lift)
    if not spread:
        return 1.0
    signed = baseline * lift * (-1.0 if alternative == "less" else 1.0)
    delta = abs(signed) if alternative == "two-sided" else signed
    return normal.below((delta * sqrt(visitors) - design.z_alpha * null) / spread)


def days(
    total_visitors: float,
    *,
    daily_visitors: float,
    traffic_allocation: float = 100.0,
    seen: float = 0.0,
) -> int:
    """Days until the experiment has `total_visitors`: whole weeks, at least one.

    `traffic_allocation` is the percentage of daily visitors let in; `seen` are in already, and
    nothing left to wait for is 0 days.
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
    return 7 * max(1, ceil(needed / 7))


def _design(
    baseline: float,
    sd: float | None,
    alpha: float,
    alternative: Alternative,
    ratio: float,
    treatments: int,
) -> _Design:
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
    return _Design(baseline, sd, ratio, normal.quantile_above(tail))


def _effect(baseline: float, lift: float, sd: float | None) -> None:
    if validate.amount(lift, "lift") == 0.0:
        raise ValueError("lift is a relative change other than 0 (0.1 for +10 %)")
    if sd is None and not 0.0 <= baseline * (1.0 + lift) <= 1.0:
        raise ValueError(f"a lift of {lift:+.1%} takes a rate of {baseline:g} out of [0, 1]")


def _countable(visitors: float) -> float:
    """A number that somebody could wait for, else `ValueError`."""
    if not visitors < _ENDLESS:
        raise ValueError("no number of visitors that anybody could count would show this")
    return visitors


def _sized(exact: float, ratio: float, treatments: int) -> SampleSize:
    _countable(exact * max(1.0, ratio))
    control, each = ceil(exact), ceil(exact * ratio)
    return SampleSize(exact, control, each, control + treatments * each)
