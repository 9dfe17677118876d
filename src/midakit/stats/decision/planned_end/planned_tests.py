"""Verdicts with a planned end: bounds at every look, repeated intervals, and what the end can still show.

Each treatment has a bound for either side. Over several treatments the bounds are Holm's: at alpha over
the number of treatments first, and with each one that has crossed the others share what is left (Maurer &
Bretz 2013). What has crossed its bound on any day stays crossed: evidence of that side, whoever looked.

    repeated interval    the estimate plus and minus the bound's standard errors (Jennison & Turnbull
                         1989), which holds the difference at all looks together
    futile               the chance to cross at the planned end is under 10 % for both sides, under the
                         smallest effect that matters and under the trend so far, whichever is higher
                         (stochastic curtailment; Lan, Simon & Halperin 1982). It binds nobody: bounds
                         do not count on it, and who stops by it loses at most a ninth of the
                         chance to miss an effect, 20 % becoming 22.2 % at worst.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import inf, sqrt
from typing import Literal

from midakit.stats.comparison.group_sequential import (
    Spending,
    conditional_power,
    spent,
    upper_bounds,
)
from midakit.stats.comparison.means import Moments, fieller_interval, guarded
from midakit.stats.data.days import DayTotals
from midakit.stats.data.estimates import MOMENTS, estimates
from midakit.stats.data.strata import Pair
from midakit.stats.decision.findings.figures import PlannedLook, PlannedTest
from midakit.stats.decision.options.horizon import Horizon, Look
from midakit.stats.decision.options.method import Method
from midakit.stats.distributions import normal
from midakit.stats.types import Metric, StatsDataError

_REMAINING = 10  # looks that are supposed between now and the end
_POWER = normal.upper_quantile(0.2)


def planned_tests(
    pairs: Sequence[Pair], plan: Sequence[Look], metric: Metric, horizon: Horizon, method: Method
) -> list[PlannedTest]:
    """Test every treatment by the plan.

    Args:
        pairs: Control and a treatment, over the days that compare.
        plan: The looks so far.
        metric: What is compared.
        horizon: The planned end.
        method: The threshold, the fewest conversions and the smallest effect that matters.

    Returns:
        One test per treatment.
    """
    return tested_together(
        [_seen(pair, plan, metric, method) for pair in pairs], horizon.spending, method
    )


def tested_together(
    seen: Sequence[Sequence[PlannedLook]], spending: Spending, method: Method
) -> list[PlannedTest]:
    """Test treatments, of one experiment or of several segments, at one error rate for all.

    Args:
        seen: The looks of each treatment.
        spending: How the error rate is spent.
        method: The threshold and the smallest effect that matters.

    Returns:
        One test per treatment.
    """
    found: dict[int, PlannedTest] = {}
    while len(found) < len(seen):
        share = 0.5 * method.alpha / (len(seen) - len(found))
        tests = {
            at: _test(one, share, spending, method)
            for at, one in enumerate(seen)
            if at not in found
        }
        crossed = {at: test for at, test in tests.items() if test.crossed}
        found.update(crossed or tests)
    return [found[at] for at in range(len(seen))]


def _seen(pair: Pair, plan: Sequence[Look], metric: Metric, method: Method) -> list[PlannedLook]:
    """Return the looks that have figures, with rising information."""
    by_day = {day.day: day for day in pair.days}
    enough = min(pair.control.conversions, pair.treatment.conversions) >= method.min_conversions
    now = estimates(pair, metric) if enough and not pair.days else None
    found: list[PlannedLook] = []
    for look in plan:
        if look.day is None:
            # Supposed looks have a share of the information and no figures of their own.
            at, scale = now, look.time / plan[-1].time if plan[-1].time else 0.0
        else:
            day = by_day.get(look.day)
            at, scale = _moments(pair, day, metric, method) if day else None, 1.0
        one = _look(look, at, scale)
        if one and (not found or one.information > found[-1].information * (1.0 + 1e-6)):
            found.append(one)
    return found


def _look(
    look: Look, pair: tuple[Moments | None, Moments | None] | None, scale: float
) -> PlannedLook | None:
    """Return one look; None where it allows no test."""
    if pair is None or pair[0] is None or pair[1] is None or scale <= 0.0:
        return None
    control, treatment = guarded(pair[0], pair[1])
    if not control.variance + treatment.variance > 0.0:
        return None
    n_c, n_t = control.visitors, treatment.visitors
    return PlannedLook(look, (control, treatment), scale * n_c * n_t / (n_c + n_t))


def _moments(
    pair: Pair, day: DayTotals, metric: Metric, method: Method
) -> tuple[Moments | None, Moments | None] | None:
    """Return the estimates of the totals up to a day; None before there is enough."""
    totals = [day.totals[v] for v in pair.ids]
    if any(total.conversions < method.min_conversions for total in totals):
        return None
    try:
        control, treatment = (MOMENTS[metric](total) for total in totals)
    except StatsDataError:
        return None
    return control, treatment


def _test(
    seen: Sequence[PlannedLook], alpha: float, spending: Spending, method: Method
) -> PlannedTest:
    """Test one treatment with `alpha` for each side."""
    if not seen:
        return PlannedTest(reason=f"looks start at {method.min_conversions:g} conversions per arm")
    information = tuple(one.information for one in seen)
    shares = tuple(spent(spending, one.look.time, alpha) for one in seen)
    bounds = upper_bounds(information, shares)
    now, bound = seen[-1], bounds[-1]
    found = PlannedTest(
        time=min(1.0, now.look.time),
        day=now.look.day,
        z=now.z,
        bound=bound,
        ended=now.look.time >= 1.0,
        interval=None if bound == inf else now.interval(bound),
        lift_interval=None if bound == inf else fieller_interval(*now.moments, bound, bound),
        looks=tuple(seen),
    )
    crossed = _crossed(seen, bounds)
    if crossed:
        return replace(found, crossed=crossed[0], crossed_on=crossed[1])
    if found.ended:
        return found
    return _forecast(found, now, _last_bound(information, shares, now, alpha, spending), method)


def _crossed(
    seen: Sequence[PlannedLook], bounds: Sequence[float]
) -> tuple[Literal["better", "worse"], str | None] | None:
    """Return the side that was crossed first, and when; looks that are only supposed cross nothing."""
    for at, (one, bound) in enumerate(zip(seen, bounds, strict=True), 1):
        if abs(one.z) > bound and (one.look.day is not None or at == len(seen)):
            return "better" if one.z > 0.0 else "worse", one.look.day
    return None


def _last_bound(
    information: tuple[float, ...],
    shares: tuple[float, ...],
    now: PlannedLook,
    alpha: float,
    spending: Spending,
) -> float:
    """Return the bound of the planned end, with a few looks between now and then."""
    time = now.look.time
    ahead = [time + (1.0 - time) * at / _REMAINING for at in range(1, _REMAINING + 1)]
    later = tuple(now.information * t / time for t in ahead)
    may = tuple(spent(spending, t, alpha) for t in ahead)
    return upper_bounds(information + later, shares + may)[-1]


def _forecast(found: PlannedTest, now: PlannedLook, bound: float, method: Method) -> PlannedTest:
    """Add what the planned end can still show."""
    time, control = now.look.time, now.moments[0].estimate
    error = now.error * sqrt(time)  # at the end, when there is 1/time as much information
    matters, trend = method.min_effect * abs(control) / error, now.z / sqrt(time)
    return replace(
        found,
        chance_of_better=conditional_power(now.z, time, bound, max(matters, trend)),
        chance_of_worse=conditional_power(-now.z, time, bound, max(matters, -trend)),
        smallest_lift=(bound + _POWER) * error / control if control > 0.0 else None,
    )
