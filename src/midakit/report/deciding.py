"""A comparison on the metric that decides, in words: for tables of segments."""

from collections.abc import Sequence
from typing import NamedTuple

from midakit.report import phrasing
from midakit.report.charts.catalogue import deciding_lift
from midakit.stats import Analysis, Arm, Comparison, PlannedTest, Segment, wording
from midakit.stats.decision.verdict.verdicts import figures_of
from midakit.stats.types import Interval, Outcome

OUTCOMES: dict[Outcome, str] = {
    "better": "▲ better",
    "worse": "▼ worse",
    "equal": "= no difference",
    "undecided": "… undecided",
}
METRICS = {"conversion": "conversion rate", "rpv": "revenue per visitor", "aov": "order value"}
VALUES = {"conversion": "Rate", "rpv": "Per visitor", "aov": "Per order"}


class Deciding(NamedTuple):
    """One treatment beside Control on the metric that decides."""

    control: str
    value: str
    lift: float | None
    ends: Interval | None
    evidence: str
    """A corrected p-value, or z and its bound where there is a planned end."""
    outcome: Outcome


def deciding(one: Comparison, analysis: Analysis) -> Deciding:
    """Return a comparison on the metric that decides.

    Args:
        one: A treatment beside Control.
        analysis: What the statistics say about the experiment, or about a segment.

    Returns:
        Its figures; dashes where there are none.
    """
    metric = analysis.method.metric
    figures = figures_of(one, analysis.method)
    arm = next(arm for arm in analysis.arms if arm.variant_id == one.variant_id)
    values = value_of(analysis.control, metric), value_of(arm, metric)
    if figures is None:
        return Deciding(*values, None, None, wording.MISSING, "undecided")
    return Deciding(
        *values,
        *deciding_lift(one, analysis),
        _by_plan(figures.planned)
        if analysis.method.horizon
        else wording.p_value(figures.adjusted_p_value),
        figures.outcome if analysis.verdict.kind != "invalid" else "undecided",
    )


def value_of(arm: Arm | None, metric: str) -> str:
    """Write what an arm has on a metric.

    Args:
        arm: The arm; None where there is none.
        metric: "conversion", "rpv" or "aov".

    Returns:
        A rate or an amount; a dash where there is none.
    """
    if arm is None:
        return wording.MISSING
    if metric == "conversion":
        return wording.percent(arm.rate)
    return phrasing.money(arm.rpv if metric == "rpv" else arm.aov, arm.currency)


def metric_name(analysis: Analysis) -> str:
    """Return what the metric that decides is called.

    Args:
        analysis: What the statistics say about the experiment.
    """
    return METRICS[analysis.method.metric]


def headings(found: Sequence[Segment]) -> tuple[str, str]:
    """Return the headings of the values and of the evidence.

    Args:
        found: The segments of one table.
    """
    method = found[0].analysis.method
    evidence = "z (needed)" if method.horizon else phrasing.p_heading(found)
    return VALUES[method.metric], evidence


def _by_plan(test: PlannedTest | None) -> str:
    if test is None or test.z is None or test.bound is None:
        return wording.MISSING
    return f"{test.z:.2f} ({test.bound:.2f})"
