"""Always-valid figures of every treatment, on one metric: of all days, else of the totals alone."""

from collections.abc import Sequence

from midakit.stats.comparison import always_valid
from midakit.stats.comparison.always_valid import Sequential
from midakit.stats.comparison.means import Moments
from midakit.stats.data.arms import Arm
from midakit.stats.data.days import DayTotals
from midakit.stats.data.estimates import MOMENTS
from midakit.stats.decision.method import Method
from midakit.stats.decision.outcomes import look
from midakit.stats.types import Metric, StatsDataError


def latest(
    arms: tuple[Arm, Arm],
    moments: tuple[Moments | None, Moments | None],
    days: Sequence[DayTotals],
    metric: Metric,
    method: Method,
    *,
    bandit: bool,
) -> Sequential:
    """Return the running figures of the last day, else those of the totals.

    Args:
        arms: Control and a treatment.
        moments: The estimates of the two.
        days: Running totals; empty without a timeseries.
        metric: What is compared.
        method: The threshold, the tuning and the fewest conversions.
        bandit: Whether traffic moves while the experiment runs; then there are none.

    Returns:
        The figures, or the reason why there are none.
    """
    if bandit or not days or any(arm.variant_id not in days[0].totals for arm in arms):
        return look(arms, moments, method, bandit=bandit)
    return always_valid.running(_look(arms, day, metric, method) for day in days)[-1]


def _look(arms: tuple[Arm, Arm], day: DayTotals, metric: Metric, method: Method) -> Sequential:
    """Return the figures of the totals up to one day."""
    totals = [day.totals[arm.variant_id] for arm in arms]
    if min(total.conversions for total in totals) < method.min_conversions:
        return Sequential(
            reason=f"always-valid figures start at {method.min_conversions:g} conversions per arm"
        )
    try:
        control, treatment = (MOMENTS[metric](total) for total in totals)
    except StatsDataError as wrong:
        return Sequential(reason=str(wrong))
    return always_valid.guarded(control, treatment, alpha=method.alpha, tuning=method.tuning)
