"""How far an experiment is from an answer."""

from functools import partial

from midakit.stats import plan
from midakit.stats.data.arms import ExperimentArms
from midakit.stats.decision.findings import Outlook
from midakit.stats.decision.method import Method


def outlook(seen: ExperimentArms, method: Method) -> Outlook | None:
    """Estimate visitors and days until a lift of `min_effect` can be seen.

    At Control's rate so far, 80 % power, and alpha shared by the treatments. Days are whole weeks
    at the pace so far.

    Args:
        seen: Visitors, conversions and dates, as far as the answers say them.
        method: The engine, the threshold and the smallest effect that matters.

    Returns:
        The estimate; None where Control has no rate yet, or the lift would take it to 1.
    """
    rate = seen.control.rate
    lift = method.min_effect
    if not rate or not rate * (1.0 + lift) < 1.0:
        return None
    size = plan.sample_size(
        baseline=rate,
        lift=lift,
        alpha=method.alpha,
        alternative=method.alternative if method.engine == "frequentist" else "greater",
        treatments=len(seen.treatments),
    ).exact
    smallest = min(arm.visitors for arm in seen.arms)
    found = partial(Outlook, lift=lift, visitors_per_arm=size, seen_per_arm=smallest)
    if smallest >= size:
        return found(days_left=0)
    if not seen.days_running or not smallest:
        return found(reason="the pace of visitors is not known")
    pace = smallest / seen.days_running
    return found(days_left=plan.days(size, daily_visitors=pace, seen=smallest))
