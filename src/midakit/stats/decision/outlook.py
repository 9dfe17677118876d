"""How far an experiment is from an answer."""

from midakit.stats import plan
from midakit.stats.data.arms import ObservedResult
from midakit.stats.decision.findings import Outlook
from midakit.stats.decision.method import Method


def outlook(seen: ObservedResult, method: Method) -> Outlook | None:
    """Visitors per arm to see a lift of `min_effect`; None where Control has no rate yet.

    At Control's rate so far, 80 % power, and alpha shared by the treatments. Days are whole weeks
    at the pace so far.
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
    )
    smallest = min(arm.visitors for arm in seen.arms)
    here = Outlook(lift=lift, visitors_per_arm=size.exact, seen_per_arm=smallest)
    if smallest >= size.exact:
        return Outlook(lift=lift, visitors_per_arm=size.exact, seen_per_arm=smallest, days_left=0)
    if not seen.days_running or not smallest:
        return Outlook(
            lift=here.lift,
            visitors_per_arm=here.visitors_per_arm,
            seen_per_arm=smallest,
            reason="the pace of visitors is not known",
        )
    left = plan.days(size.exact, daily_visitors=smallest / seen.days_running, seen=smallest)
    return Outlook(lift=lift, visitors_per_arm=size.exact, seen_per_arm=smallest, days_left=left)
