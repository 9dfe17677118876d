"""The tables of a report."""

from collections.abc import Mapping, Sequence

from midakit.report import deciding, phrasing
from midakit.report.charts import palette
from midakit.report.charts.catalogue import decided, lift_of, stands_out
from midakit.report.html import Markup, grouped, join, name, table, tag
from midakit.report.secondary import SecondaryMetric, TreatmentValue
from midakit.stats import Analysis, Arm, Comparison, MeanFigures, Segment, wording
from midakit.stats.types import Interval


def rates(analysis: Analysis) -> Markup:
    """Return the table of variants: visitors, conversions, rate, lift, and the figures of the engine.

    Args:
        analysis: What the statistics say about the experiment.
    """
    bayesian = analysis.method.engine == "bayesian"
    engine = ["Chance to beat Control", "Risk"] if bayesian else ["p (corrected)"]
    level = wording.level(analysis.method.level)
    return table(
        f"Variants: conversion rates and lifts with {level} intervals",
        ["Variant", "Visitors", "Conversions", "Rate", "Lift", *engine, "Always-valid p"],
        [_rate_row(arm, analysis, bayesian=bayesian) for arm in analysis.arms],
    )


def _rate_row(arm: Arm, analysis: Analysis, *, bayesian: bool) -> list[Markup | str]:
    seen = [
        label(arm, analysis),
        wording.count(arm.visitors),
        wording.count(arm.conversions),
        with_ends(wording.percent(arm.rate), wording.percent_range(arm.interval)),
    ]
    one = _compared(arm, analysis)
    if one is None:
        return [*seen, *[wording.MISSING] * (4 if bayesian else 3)]
    figures = one.conversion
    engine: list[Markup | str] = (
        [
            wording.chance(figures.chance_to_beat_control),
            with_ends(wording.chance(figures.risk), figures.risk_label or ""),
        ]
        if bayesian
        else [wording.p_value(figures.adjusted_p_value)]
    )
    return [
        *seen,
        changed(figures.lift, lift_of(one, analysis), marked=stands_out(one, analysis)),
        *engine,
        wording.p_value(figures.always_valid_p),
    ]


def label(arm: Arm, analysis: Analysis) -> Markup:
    """Return a variant's name with its colour.

    Args:
        arm: The variant's totals.
        analysis: What the statistics say about the experiment.
    """
    tint = palette.colours(analysis)[arm.variant_id]
    return join(dot(tint), name(arm.name), " (paused)" if arm.paused else None)


def dot(colour: str | None) -> Markup | None:
    """Return a variant's colour as a dot; the name beside it says the same.

    Args:
        colour: The colour; None for no dot.
    """
    if colour is None:
        return None
    ground = f"background:{palette.css(colour)}"
    return tag("span", class_="dot", style=ground, aria_hidden="true")


def with_ends(value: Markup | str, ends: str) -> Markup:
    """Return a figure with something smaller beneath.

    Args:
        value: The figure.
        ends: The smaller text, such as its interval.
    """
    return join(value, tag("small", ends) if ends and ends != wording.MISSING else None)


def _compared(arm: Arm, analysis: Analysis) -> Comparison | None:
    return next((one for one in analysis.comparisons if one.variant_id == arm.variant_id), None)


def revenue(analysis: Analysis) -> Markup | None:
    """Return the table of revenue per visitor and per order, or None where there is no revenue.

    Args:
        analysis: What the statistics say about the experiment.
    """
    if not any(arm.revenue for arm in analysis.arms):
        return None
    level = wording.level(analysis.method.level)
    bayesian = analysis.method.engine == "bayesian"
    return table(
        f"Revenue with {level} intervals",
        [
            "Variant", "Revenue", "Orders", "Per visitor", "Lift per visitor",
            "Chance to beat Control" if bayesian else "p (corrected)",
            "Per order", "Lift per order",
        ],
        [_revenue_row(arm, analysis, bayesian=bayesian) for arm in analysis.arms],
    )  # fmt: skip


def _revenue_row(arm: Arm, analysis: Analysis, *, bayesian: bool) -> list[Markup | str]:
    one = _compared(arm, analysis)
    rpv, aov = (one.rpv, one.aov) if one else (None, None)
    test = wording.MISSING
    if rpv:
        chance = wording.chance(rpv.chance_to_beat_control)
        test = chance if bayesian else wording.p_value(rpv.adjusted_p_value)
    return [
        label(arm, analysis),
        phrasing.money(arm.revenue, arm.currency, 0),
        wording.count(arm.orders),
        with_ends(phrasing.money(arm.rpv, None), _amounts(arm.rpv_interval)),
        _money_lift(rpv, analysis),
        test,
        with_ends(phrasing.money(arm.aov, None), _amounts(arm.aov_interval)),
        _money_lift(aov, analysis),
    ]


def _money_lift(figures: MeanFigures | None, analysis: Analysis) -> Markup | str:
    if figures is None:
        return wording.MISSING
    marked = analysis.verdict.kind != "invalid" and figures.outcome in ("better", "worse")
    return changed(figures.lift, figures.lift_ci, marked=marked)


def _amounts(interval: Interval | None) -> str:
    if interval is None:
        return ""
    return f"{phrasing.money(interval[0], None)} to {phrasing.money(interval[1], None)}"


def segments(found: Sequence[Segment]) -> Markup:
    """Return segments side by side on the metric that decides; only what stands out among all is marked.

    Args:
        found: The segments with their statistics, corrected together.
    """
    value, evidence = deciding.headings(found)
    return _beside_control(
        "Segments side by side",
        "Segment",
        ["Visitors", "Control", value, "Lift", evidence, "Outcome"],
        [(name(one.name), _segment_rows(one.analysis)) for one in found],
    )


def _segment_rows(analysis: Analysis) -> list[list[Markup | str]]:
    arms = {arm.variant_id: arm for arm in analysis.arms}
    rows: list[list[Markup | str]] = []
    for one in analysis.comparisons:
        arm, seen = arms[one.variant_id], deciding.deciding(one, analysis)
        rows.append(
            [
                label(arm, analysis),
                wording.count(arm.visitors),
                seen.control,
                seen.value,
                changed(seen.lift, seen.ends, marked=decided(one, analysis)),
                seen.evidence,
                deciding.OUTCOMES[seen.outcome],
            ]
        )
    return rows


def _beside_control(
    caption: str,
    what: str,
    head: list[str],
    groups: list[tuple[Markup, list[list[Markup | str]]]],
) -> Markup:
    """Return one row per treatment under what it is about; a single treatment needs no name of its own."""
    if all(len(rows) == 1 for _, rows in groups):
        return table(caption, [what, *head], [[over, *rows[0][1:]] for over, rows in groups])
    return grouped(caption, [f"{what} and variant", *head], groups)


def changed(change: float | None, interval: Interval | None, *, marked: bool) -> Markup:
    """Return a lift with its interval.

    Args:
        change: The lift; None where there is none.
        interval: Its ends; None where there are none.
        marked: True to mark it as better or worse, by its sign.
    """
    direction = ("better" if (change or 0.0) > 0 else "worse") if marked else None
    ends = wording.lift_range(interval, " %") if interval and change is not None else ""
    return with_ends(tag("span", wording.lift(change), class_=direction), ends)


def secondary(found: tuple[SecondaryMetric, ...], tints: Mapping[str, str]) -> Markup:
    """Return every secondary metric beside Control.

    Args:
        found: The metrics with their statistics.
        tints: Variant id -> colour.
    """
    return _beside_control(
        "Secondary metrics beside Control",
        "Metric",
        ["Control", "Value", "Lift", "p (corrected)"],
        [
            (name(one.name), [_metric_row(each, one.reason, tints) for each in one.treatments])
            for one in found
        ],
    )


def _metric_row(
    one: TreatmentValue, reason: str | None, tints: Mapping[str, str]
) -> list[Markup | str]:
    figures = one.figures
    test: Markup | str = wording.MISSING
    if figures is not None and figures.p_value is not None:
        alone = f"uncorrected {wording.p_value(figures.p_value)}"
        test = with_ends(wording.p_value(figures.adjusted_p_value), alone)
    elif reason:
        test = tag("span", reason, class_="reason")
    change = wording.MISSING
    if figures is not None:
        marked = figures.outcome in ("better", "worse")
        change = changed(figures.lift, figures.lift_ci, marked=marked)
    return [
        join(dot(tints.get(one.variant_id)), name(one.variant)),
        _value(one.control, one.control_rate),
        _value(one.value, one.rate),
        change,
        test,
    ]


def _value(value: float | None, rate: float | None) -> Markup | str:
    shown = wording.MISSING if value is None else phrasing.amount(value)
    if rate is None:
        return shown
    return with_ends(wording.percent(rate), f"{shown} visitors")
