"""How far an experiment is from an answer, by its metric, its split and its rule."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, inf, sqrt
from typing import TypedDict

from midakit.stats import plan
from midakit.stats.comparison.means import Moments
from midakit.stats.data.arms import ExperimentArms
from midakit.stats.data.estimates import estimates
from midakit.stats.data.strata import Pair
from midakit.stats.decision.findings.verdict import Outlook
from midakit.stats.decision.options.horizon import Look
from midakit.stats.decision.options.method import Method

_NO_PACE = "the pace of visitors is not known"
_MOST_UNEVEN = 1e6  # treatment visitors per Control visitor, or the other way round


def outlook(
    seen: ExperimentArms,
    pairs: Sequence[Pair],
    method: Method,
    looks: Sequence[Look] = (),
) -> Outlook | None:
    """Estimate visitors and days until a lift of `min_effect` can be seen.

    At Control's mean so far, 80 % power, the split so far, and alpha shared by the treatments; the
    treatment that takes longest counts. Days are whole weeks at the pace so far, or up to the planned
    end where there is one.

    Args:
        seen: Visitors, conversions and dates, as far as the answers say them.
        pairs: Control and a treatment, over the days that compare.
        method: The engine, the threshold and the smallest effect that matters.
        looks: The looks up to now, where there is a planned end.

    Returns:
        The estimate; None where Control has no mean yet, or the lift would take a rate to 1.
    """
    needs = [need for pair in pairs if (need := _of_pair(pair, len(pairs), method))]
    if not needs or len(needs) < len(pairs):
        return None
    most = max(needs, key=lambda one: one.visitors / max(one.seen, 1.0))
    found = Outlook(
        lift=method.min_effect,
        visitors_per_arm=most.visitors,
        seen_per_arm=most.seen,
        trend=max((one.trend for one in needs if one.trend is not None), default=None),
    )
    running = seen.days_running
    if running and most.seen:
        found = replace(
            found,
            days_left=_days(most.visitors, most.seen, running),
            peek_safe_days_left=_days(most.always_valid, most.seen, running),
            trend_days_left=min(_days(one.by_trend, one.seen, running) for one in needs),
        )
    elif most.seen >= most.visitors:
        found = replace(found, days_left=0)
    else:
        found = replace(found, reason=_NO_PACE)
    if looks:
        left = _days_of_plan(looks, running)
        found = replace(found, rule="plan", days_left=left, peek_safe_days_left=left, reason=None)
        return found if left is not None else replace(found, reason=_NO_PACE)
    return found


@dataclass(frozen=True, slots=True)
class _Need:
    """What one treatment needs, in visitors of the smaller arm."""

    visitors: float
    always_valid: float
    by_trend: float
    seen: float
    trend: float | None


class _PairDesign(TypedDict):
    """What both planners are asked."""

    baseline: float
    sd: float | None
    alpha: float
    ratio: float
    treatments: int


def _of_pair(pair: Pair, treatments: int, method: Method) -> _Need | None:
    """Return what one treatment needs; None where Control has no mean, or a lift takes it to 1."""
    control, treatment = estimates(pair, method.metric)
    if control is None or control.estimate <= 0.0 or not control.visitors:
        return None
    if method.metric == "conversion" and not control.estimate * (1.0 + method.min_effect) < 1.0:
        return None
    visitors = pair.treatment.visitors
    ratio = visitors / control.visitors if visitors else 1.0
    ratio = min(_MOST_UNEVEN, max(1.0 / _MOST_UNEVEN, ratio))
    design: _PairDesign = {
        "baseline": control.estimate,
        "sd": _deviation(control, method),
        "alpha": method.alpha,
        "ratio": ratio,
        "treatments": treatments,
    }
    tails = method.alternative if method.engine == "frequentist" else "greater"
    smaller, lift = min(1.0, ratio), method.min_effect
    trend = abs(treatment.estimate / control.estimate - 1.0) if treatment else None
    highest = 1.0 / control.estimate - 1.0 if method.metric == "conversion" else inf
    larger = min(max(lift, trend or 0.0), highest)
    return _Need(
        plan.sample_size(**design, lift=lift, alternative=tails).exact * smaller,
        plan.sequential_size(**design, lift=lift, tuning=method.tuning).exact * smaller,
        plan.sample_size(**design, lift=larger, alternative=tails).exact * smaller,
        min(control.visitors, visitors),
        trend,
    )


def _deviation(control: Moments, method: Method) -> float | None:
    """Return the standard deviation of one visitor's value; None for a rate."""
    if method.metric == "conversion":
        return None
    return max(sqrt(control.variance * control.visitors), 1e-9 * control.estimate)


def _days(need: float, seen: float, days_running: float) -> int:
    """Return the days until the smaller arm has what it needs, in whole weeks."""
    return plan.days(need, daily_visitors=seen / days_running, seen=seen)


def _days_of_plan(looks: Sequence[Look], days_running: float | None) -> int | None:
    """Return the days up to the planned end, at the pace so far."""
    now = looks[-1]
    elapsed = float(len(looks)) if now.day else days_running
    if not elapsed or now.time <= 0.0:
        return None
    return max(0, ceil(round(elapsed * (1.0 - now.time) / now.time, 6)))
