"""The tables of a report."""

from collections.abc import Sequence

from midakit.report import words
from midakit.report.charts.catalogue import colours, lift_of
from midakit.report.dossier import Segment
from midakit.report.html import Markup, join, name, table, tag
from midakit.report.secondary import SECONDARY_ALPHA, Measure, Moved, Secondary
from midakit.stats import Analysis, Arm, Comparison, MeanFigures, RateFigures
from midakit.stats.checks import Interval


def rates(analysis: Analysis) -> Markup:
    """Every variant: visitors, conversions, rate, lift, and the figures of its engine."""
    bayesian = analysis.method.engine == "bayesian"
    engine = ["Chance to beat Control", "Risk"] if bayesian else ["p (corrected)"]
    level = words.percent(analysis.method.level, 0)
    return table(
        f"Variants: conversion rates and lifts with {level} intervals",
        ["Variant", "Visitors", "Conversions", "Rate", "Lift", *engine, "Always-valid p"],
        [_rate_row(arm, analysis, bayesian=bayesian) for arm in analysis.arms],
    )


def _rate_row(arm: Arm, analysis: Analysis, *, bayesian: bool) -> list[Markup | str]:
    seen = [
        label(arm, analysis),
        words.count(arm.visitors),
        words.count(arm.conversions),
        with_ends(words.percent(arm.rate), words.between(arm.interval)),
    ]
    one = _compared(arm, analysis)
    if one is None:
        return [*seen, *[words.NONE] * (4 if bayesian else 3)]
    figures = one.conversion
    engine: list[Markup | str] = (
        [
            words.chance(figures.chance_to_beat_control),
            with_ends(words.chance(figures.risk), figures.risk_label or ""),
        ]
        if bayesian
        else [words.p_value(figures.adjusted_p_value)]
    )
    return [
        *seen,
        lift(figures, lift_of(one, analysis)),
        *engine,
        words.p_value(figures.always_valid_p),
    ]


def label(arm: Arm, analysis: Analysis) -> Markup:
    """A variant's name with its colour."""
    dot = tag(
        "span", class_="dot", style=f"background:{_variable(analysis, arm)}", aria_hidden="true"
    )
    return join(dot, name(arm.name), " (paused)" if arm.paused else None)


def _variable(analysis: Analysis, arm: Arm) -> str:
    from midakit.report.charts import palette

    return palette.recolour(colours(analysis)[arm.variant_id])


def lift(figures: RateFigures | MeanFigures, interval: Interval | None) -> Markup:
    """A lift with its interval; better or worse is also said by weight and sign."""
    outcome = figures.outcome if figures.outcome in ("better", "worse") else None
    ends = f"{words.ends(interval)} %" if interval else ""
    return with_ends(tag("span", words.signed(figures.lift), class_=outcome), ends)


def with_ends(value: Markup | str, ends: str) -> Markup:
    """A figure with something smaller beneath."""
    return join(value, tag("small", ends) if ends and ends != words.NONE else None)


def _compared(arm: Arm, analysis: Analysis) -> Comparison | None:
    return next((one for one in analysis.comparisons if one.variant_id == arm.variant_id), None)


def revenue(analysis: Analysis) -> Markup | None:
    """Revenue per visitor and per order; None where there is none."""
    if not any(arm.revenue for arm in analysis.arms):
        return None
    level = words.percent(analysis.method.level, 0)
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
    test = words.NONE
    if rpv:
        chance = words.chance(rpv.chance_to_beat_control)
        test = chance if bayesian else words.p_value(rpv.adjusted_p_value)
    return [
        label(arm, analysis),
        words.money(arm.revenue, arm.currency, 0),
        words.count(arm.orders),
        with_ends(words.money(arm.rpv, None), _amounts(arm.rpv_interval)),
        lift(rpv, rpv.lift_ci) if rpv else words.NONE,
        test,
        with_ends(words.money(arm.aov, None), _amounts(arm.aov_interval)),
        lift(aov, aov.lift_ci) if aov else words.NONE,
    ]


def _amounts(interval: Interval | None) -> str:
    if interval is None:
        return ""
    return f"{words.money(interval[0], None)} to {words.money(interval[1], None)}"


def segments(found: Sequence[Segment], alpha: float) -> Markup:
    """One row per segment and treatment; only what stands out among all of them is marked."""
    rows = []
    for segment in found:
        arms = {arm.variant_id: arm for arm in segment.analysis.arms}
        control = segment.analysis.control
        for one in segment.analysis.comparisons:
            arm, p = arms[one.variant_id], segment.corrected.get(one.variant_id)
            ends = lift_of(one, segment.analysis)
            rows.append(
                [
                    name(segment.name),
                    name(one.name),
                    words.count(arm.visitors),
                    words.percent(control.rate) if control else words.NONE,
                    words.percent(arm.rate),
                    changed(one.conversion.lift, ends, stands_out=p is not None and p < alpha),
                    words.p_value(p),
                ]
            )
    return table(
        "Segments side by side",
        ["Segment", "Variant", "Visitors", "Control", "Rate", "Lift", "p (corrected)"],
        rows,
    )


def changed(change: float | None, interval: Interval | None, *, stands_out: bool) -> Markup:
    """A lift, marked only where it stands out after the correction."""
    direction = ("better" if (change or 0.0) > 0 else "worse") if stands_out else None
    ends = f"{words.ends(interval)} %" if interval and change is not None else ""
    return with_ends(tag("span", words.signed(change), class_=direction), ends)


def secondary(found: Secondary) -> Markup:
    """One row per metric and treatment, beside Control."""
    rows = [
        _metric_row(measure, moved)
        for measure in found.measures
        for moved in measure.rows[1:] or measure.rows
    ]
    told = (
        f"{found.tests} comparisons: the more are made, the likelier one of them stands out by "
        "chance, so p is corrected (Benjamini and Hochberg)."
        if found.tests > 1
        else ""
    )
    return join(
        tag("h3", "Secondary metrics"),
        tag("p", told, class_="muted") if told else None,
        table(
            "Secondary metrics beside Control",
            ["Metric", "Variant", "Control", "Value", "Lift", "p (corrected)"],
            rows,
        ),
    )


def _metric_row(measure: Measure, moved: Moved) -> list[Markup | str]:
    test: Markup | str = words.NONE
    if moved.p_value is not None:
        alone = f"uncorrected {words.p_value(moved.p_value)}"
        test = with_ends(words.p_value(moved.corrected), alone)
    elif measure.reason:
        test = tag("span", measure.reason, class_="reason")
    stands_out = moved.corrected is not None and moved.corrected < SECONDARY_ALPHA
    return [
        name(measure.name),
        name(moved.variant),
        _value(measure.rows[0]),
        _value(moved),
        changed(moved.lift, moved.lift_ci, stands_out=stands_out),
        test,
    ]


def _value(moved: Moved) -> Markup | str:
    value = words.NONE if moved.value is None else f"{moved.value:,.10g}"
    if moved.rate is None:
        return value
    return with_ends(words.percent(moved.rate), f"{value} visitors")
