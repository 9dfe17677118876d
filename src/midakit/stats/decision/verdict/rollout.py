"""What a winner brings when everybody gets it."""

from midakit.stats.comparison import means
from midakit.stats.comparison.ztest import z_test
from midakit.stats.data.arms import ExperimentArms
from midakit.stats.data.estimates import estimates
from midakit.stats.data.strata import Pair
from midakit.stats.decision.findings.figures import MeanFigures, RateFigures
from midakit.stats.decision.findings.verdict import Rollout
from midakit.stats.decision.options.method import Method
from midakit.stats.types import Interval

DAYS = 30
"""Days that a projection covers."""


def rollout(
    seen: ExperimentArms, pair: Pair, figures: RateFigures | MeanFigures, method: Method
) -> Rollout | None:
    """Project a treatment to all visitors of a month.

    At the pace so far; what traffic allocation keeps out of the experiment counts too. The interval is
    that of the difference to both sides, of all looks where there is a planned end. Winners are chosen
    for a high difference, so on average they bring a little less than was seen.

    Args:
        seen: The experiment and its arms.
        pair: The treatment and Control, over the days that compare.
        figures: Its figures on the metric of the verdict.
        method: The metric.

    Returns:
        The projection; None where pace or difference are not known, or for order values.
    """
    visitors = sum(arm.visitors for arm in seen.arms)
    if not seen.days_running or not visitors or figures.difference is None:
        return None
    if method.metric == "aov":
        return None
    share = (seen.traffic_allocation or 100.0) / 100.0
    monthly = DAYS * visitors / seen.days_running / share
    ends = figures.planned.interval if figures.planned else _interval(pair, method)
    return Rollout(
        variant_id=pair.treatment.variant_id,
        days=DAYS,
        visitors=monthly,
        unit="conversions" if method.metric == "conversion" else "revenue",
        gain=monthly * figures.difference,
        interval=None if ends is None else (monthly * ends[0], monthly * ends[1]),
    )


def _interval(pair: Pair, method: Method) -> Interval | None:
    """Return the interval of the difference to both sides, also where the test has one tail."""
    if method.metric == "conversion":
        arms = [(arm.conversions, arm.visitors) for arm in (pair.control, pair.treatment)]
        return z_test(control=arms[0], treatment=arms[1], level=method.level).diff_ci
    control, treatment = estimates(pair, method.metric)
    if control is None or treatment is None:
        return None
    return means.compare(*means.guarded(control, treatment), level=method.level).diff_ci
