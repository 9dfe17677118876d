"""Always-valid figures of every treatment, on one metric: of all days, else of the totals alone."""

from collections.abc import Sequence
from dataclasses import replace

from midakit.stats.comparison import always_valid
from midakit.stats.comparison.always_valid import CONTRADICTION, Sequential
from midakit.stats.data.days import DayTotals
from midakit.stats.data.estimates import MOMENTS, estimates
from midakit.stats.data.strata import Pair
from midakit.stats.decision.figures.outcomes import look
from midakit.stats.decision.options.method import Method
from midakit.stats.types import Metric, StatsDataError


def latest(pair: Pair, metric: Metric, method: Method, *, bandit: bool) -> Sequential:
    """Return the running figures of the last day, else those of the totals.

    Args:
        pair: Control and a treatment over the days that compare.
        metric: What is compared.
        method: The threshold, the tuning and the fewest conversions.
        bandit: Whether traffic moves while the experiment runs; then there are none.

    Returns:
        The figures, or the reason why there are none.
    """
    if bandit or not pair.days:
        arms = pair.control, pair.treatment
        return look(arms, estimates(pair, metric), method, bandit=bandit)
    running = always_valid.running(_look(pair.ids, day, metric, method) for day in pair.days)
    if running[-1].reason != CONTRADICTION:
        return running[-1]
    since = next(
        day.day for day, one in zip(pair.days, running, strict=True) if one.reason == CONTRADICTION
    )
    return replace(running[-1], reason=f"since {since} {CONTRADICTION}")


def _look(ids: Sequence[str], day: DayTotals, metric: Metric, method: Method) -> Sequential:
    """Return the figures of the totals up to one day."""
    totals = [day.totals[v] for v in ids]
    if min(total.conversions for total in totals) < method.min_conversions:
        return Sequential(
            reason=f"always-valid figures start at {method.min_conversions:g} conversions per arm"
        )
    try:
        control, treatment = (MOMENTS[metric](total) for total in totals)
    except StatsDataError as wrong:
        return Sequential(reason=str(wrong))
    return always_valid.guarded(control, treatment, alpha=method.alpha, tuning=method.tuning)
