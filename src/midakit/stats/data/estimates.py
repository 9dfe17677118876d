"""What totals say of each metric: an estimate and its variance, and the difference of each day."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from midakit.stats.comparison.always_valid import rate_moments
from midakit.stats.comparison.means import Moments, guarded, mean_moments
from midakit.stats.comparison.ratios import order_moments
from midakit.stats.comparison.stability import DayEffect
from midakit.stats.data.arms import Arm
from midakit.stats.data.days import DayTotals, increments
from midakit.stats.data.strata import Pair
from midakit.stats.data.totals import VariantTotals, sums_of_orders
from midakit.stats.types import Metric, StatsDataError

MomentsOf: TypeAlias = Callable[[VariantTotals], Moments | None]
_BLOCK = 10.0  # conversions per arm that a day needs to stand alone; fewer are joined


def rate(total: VariantTotals) -> Moments | None:
    """Return the conversion rate of totals.

    Args:
        total: One arm's totals.

    Returns:
        The estimate; None where the totals make no rate.
    """
    if not 0.0 <= total.conversions <= total.visitors:
        return None
    return rate_moments((total.conversions, total.visitors))


def spending(total: VariantTotals | None) -> Moments | None:
    """Return the revenue per visitor of totals.

    Args:
        total: One arm's totals; None without a timeseries.

    Returns:
        The estimate; None without its sum of squares.
    """
    if total is None or total.revenue is None or total.sum_sq_revenue is None:
        return None
    try:
        return mean_moments(total.visitors, total.revenue, total.sum_sq_revenue)
    except ValueError:  # rows by day of purchase: squares of a few visitors can fall short
        return None


def ordering(total: VariantTotals | None) -> Moments | None:
    """Return the revenue per order of totals.

    Args:
        total: One arm's totals; None without a timeseries.

    Returns:
        The estimate; None without every sum.
    """
    sums = sums_of_orders(total) if total else None
    return order_moments(**sums) if sums else None


MOMENTS: dict[Metric, MomentsOf] = {"conversion": rate, "rpv": spending, "aov": ordering}
"""How totals are read, by metric."""


def estimates(pair: Pair, metric: Metric) -> tuple[Moments | None, Moments | None]:
    """Return both estimates of a pair on one metric.

    Args:
        pair: Control and a treatment over the days that compare.
        metric: What is compared.

    Returns:
        The estimates; None where the sums for one are missing.
    """

    def one(arm: Arm) -> Moments | None:
        """Return the estimate of one arm."""
        if metric == "conversion":
            return rate_moments((arm.conversions, arm.visitors))
        total = pair.sums(arm)
        return spending(total) if metric == "rpv" else ordering(total)

    return one(pair.control), one(pair.treatment)


def day_effects(
    arms: tuple[Arm, Arm], days: Sequence[DayTotals], metric: Metric
) -> list[DayEffect]:
    """Return the difference of two arms on each day, days with little traffic joined.

    Args:
        arms: Control and a treatment.
        days: Running totals.
        metric: What is compared.

    Returns:
        The effects in order; a day that allows none is left out.
    """
    ids = [arm.variant_id for arm in arms]
    if not days or any(v not in days[0].totals for v in ids):
        return []
    ends = _ends(days, ids)
    effects: list[DayEffect] = []
    for at, gained in enumerate(increments([days[end] for end in ends])):
        first = days[ends[at - 1] + 1] if at else days[0]
        effect = _effect((first.day, days[ends[at]].day), [gained[v] for v in ids], metric)
        if effect:
            effects.append(effect)
    return effects


def _ends(days: Sequence[DayTotals], ids: Sequence[str]) -> list[int]:
    """Return the last day of each block in which both arms gained enough conversions."""
    ends: list[int] = []
    so_far = dict.fromkeys(ids, 0.0)
    for at, day in enumerate(days):
        if all(day.totals[v].conversions - so_far[v] >= _BLOCK for v in ids):
            ends.append(at)
            so_far = {v: day.totals[v].conversions for v in ids}
    return ends


def _effect(
    names: tuple[str, str], totals: Sequence[VariantTotals], metric: Metric
) -> DayEffect | None:
    """Return the difference of two arms on a day; None where it cannot be told."""
    try:
        control, treatment = (MOMENTS[metric](total) for total in totals)
    except StatsDataError:
        return None
    if control is None or treatment is None:
        return None
    control, treatment = guarded(control, treatment)
    variance = control.variance + treatment.variance
    n_c, n_t = control.visitors, treatment.visitors
    if not variance > 0.0:
        return None
    weight = n_c * n_t / (n_c + n_t)
    return DayEffect(names, treatment.estimate - control.estimate, variance, weight, n_c + n_t)
