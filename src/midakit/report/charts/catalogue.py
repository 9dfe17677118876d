"""Which charts an analysis has, and what each says in words."""

from collections.abc import Sequence
from functools import partial

from midakit.core.printable import one_line
from midakit.report import phrasing
from midakit.report.charts import daily, forest, palette, shares
from midakit.report.charts.chart import Chart
from midakit.stats import Analysis, Arm, Comparison, MeanFigures, wording
from midakit.stats.decision.verdict.verdicts import figures_of
from midakit.stats.types import Interval


def charts(analysis: Analysis) -> list[Chart]:
    """Return every chart that there are figures for.

    Args:
        analysis: What the statistics say about the experiment.
    """
    found = [
        lift(analysis),
        traffic(analysis),
        daily.rates(analysis),
        *daily.differences(analysis),
        revenue(analysis),
    ]
    return [chart for chart in found if chart is not None]


def lift_of(one: Comparison, analysis: Analysis) -> Interval | None:
    """Return the interval of the lift that goes with the engine.

    Args:
        one: A treatment beside Control.
        analysis: What the statistics say about the experiment.
    """
    figures = one.conversion
    return figures.lift_interval if analysis.method.engine == "bayesian" else figures.lift_ci


def deciding_lift(one: Comparison, analysis: Analysis) -> tuple[float | None, Interval | None]:
    """Return the lift in the metric that decides, and its interval; None without figures of it.

    Args:
        one: A treatment beside Control.
        analysis: What the statistics say about the experiment.
    """
    figures = figures_of(one, analysis.method)
    if isinstance(figures, MeanFigures):
        return figures.lift, figures.lift_ci or figures.decision_interval
    return (figures.lift, lift_of(one, analysis)) if figures else (None, None)


def stands_out(one: Comparison, analysis: Analysis) -> bool:
    """Tell whether a treatment is better or worse in its conversion rate, where it may be compared.

    Args:
        one: A treatment beside Control.
        analysis: What the statistics say about the experiment.
    """
    return analysis.verdict.kind != "invalid" and one.conversion.outcome in ("better", "worse")


def decided(one: Comparison, analysis: Analysis) -> bool:
    """Tell whether a treatment is better or worse in the metric that decides.

    Args:
        one: A treatment beside Control.
        analysis: What the statistics say about the experiment, or about a segment.
    """
    figures = figures_of(one, analysis.method)
    called = figures is not None and figures.outcome in ("better", "worse")
    return called and analysis.verdict.kind != "invalid"


def lift(analysis: Analysis) -> Chart | None:
    """Return the chart of every treatment's lift in the conversion rate, with its interval.

    Args:
        analysis: What the statistics say about the experiment.
    """
    seen = [one for one in analysis.comparisons if one.conversion.lift is not None]
    if not seen:
        return None
    tint = palette.colours(analysis)
    marks = [
        forest.ForestMark(
            one.name,
            phrasing.lift_with_range(one.conversion.lift, lift_of(one, analysis)),
            one.conversion.lift,
            lift_of(one, analysis),
            tint[one.variant_id],
            stands_out(one, analysis),
        )
        for one in seen
    ]
    told = "; ".join(map(str, marks))
    return Chart(
        "lift",
        "Lift in conversion rate over Control",
        f"{told}. The upright line is no change.",
        partial(forest.draw, marks, axis="better than Control →"),
    )


def revenue(analysis: Analysis) -> Chart | None:
    """Return the chart of every variant's revenue per visitor.

    Args:
        analysis: What the statistics say about the experiment.
    """
    arms = [arm for arm in analysis.arms if arm.rpv is not None]
    if len(arms) < 2 or not any(arm.revenue for arm in arms):
        return None
    tint = palette.colours(analysis)
    outcomes = {one.variant_id: one.rpv.outcome for one in analysis.comparisons if one.rpv}
    marks = [
        forest.ForestMark(
            arm.name,
            _amount(arm),
            arm.rpv,
            arm.rpv_interval,
            tint[arm.variant_id],
            arm.is_control or outcomes.get(arm.variant_id) in ("better", "worse"),
        )
        for arm in arms
    ]
    told = "; ".join(map(str, marks))
    missing = "" if arms[0].rpv_interval else " No intervals: the server sent no sums of squares."
    return Chart(
        "revenue",
        "Revenue per visitor",
        f"{told}. The upright line is Control.{missing}",
        partial(
            forest.draw, marks, axis=f"{one_line(arms[0].currency or '')} per visitor".strip(),
            zero=arms[0].rpv, percent=False,
        ),
        wide=True,
        note=missing.strip(),
    )  # fmt: skip


def _amount(arm: Arm) -> str:
    if arm.rpv_interval is None:
        return phrasing.money(arm.rpv, arm.currency)
    low, high = (phrasing.money(end, None) for end in arm.rpv_interval)
    return f"{phrasing.money(arm.rpv, arm.currency)} ({low} to {high})"


def traffic(analysis: Analysis) -> Chart | None:
    """Return the chart of each variant's share of visitors, beside the configured split.

    Args:
        analysis: What the statistics say about the experiment.
    """
    total = sum(arm.visitors for arm in analysis.arms)
    if not total:
        return None
    weights = [arm.weight for arm in analysis.arms]
    whole = sum(weight or 0.0 for weight in weights)
    known = analysis.srm.expected is not None and whole > 0
    tint = palette.colours(analysis)
    drawn = [
        shares.TrafficShare(
            arm.name,
            arm.visitors / total,
            (arm.weight or 0.0) / whole if known else None,
            tint[arm.variant_id],
        )
        for arm in analysis.arms
    ]
    told = "; ".join(f"{one_line(share.label)} {share.reading}" for share in drawn)
    return Chart(
        "traffic",
        "Share of visitors" + (" against the configured split" if known else ""),
        f"{told}. {split_told(analysis)}",
        partial(shares.draw, drawn),
        note=split_told(analysis),
    )


def split_told(analysis: Analysis) -> str:
    """Say in a sentence whether the traffic follows the split.

    Args:
        analysis: What the statistics say about the experiment.
    """
    test = analysis.srm
    if test.mismatch is None:
        return f"Not tested: {test.reason}." if test.reason else "Not tested."
    p = f"chi-square p {wording.p_value(test.p_value)}"
    if test.mismatch or analysis.srm_sequential.mismatch:
        changes = [one.text for one in analysis.warnings if one.code == "split-changed"]
        if changes and analysis.verdict.kind != "invalid":  # no visitor is lost
            told = "; ".join(changes)
            return f"{told[:1].upper()}{told[1:]}."
        return f"The traffic does not follow the split ({p})."
    return f"The traffic follows the split ({p})."


def compared(
    rows: Sequence[tuple[str, Analysis]],
    title: str,
    *,
    name: str,
    axis: str,
) -> Chart | None:
    """Return a chart of several analyses side by side: one row per name and treatment.

    Each shows its lift in the metric that decides; undecided ones have open marks.

    Args:
        rows: Names and analyses, in order.
        title: Title of the chart.
        name: Short name of the chart, for files and `plot`.
        axis: What the axis shows.
    """
    marks = []
    for label, analysis in rows:
        several = len(analysis.comparisons) > 1
        for one in analysis.comparisons:
            change, ends = deciding_lift(one, analysis)
            if change is None:
                continue
            marks.append(
                forest.ForestMark(
                    one.name if several else label,
                    phrasing.lift_with_range(change, ends),
                    change,
                    ends,
                    palette.colours(analysis)[one.variant_id],
                    decided(one, analysis),
                    label if several else "",
                )
            )
    if not marks:
        return None
    told = "; ".join(map(str, marks))
    return Chart(
        name, title, f"{told}. The upright line is no change.",
        partial(forest.draw, marks, axis=axis), wide=True,
    )  # fmt: skip
