"""Reports as rows: what the API says, with what statistics makes of it."""

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

from midakit.cli.output.tables import Column, Table
from midakit.export.text import counted
from midakit.stats import Analysis, secondary
from midakit.stats.decision.verdict.verdicts import figures_of
from midakit.stats.wording import lift_range

RESULT = (
    Column("segment", "Segment"),
    Column("breakdown", "Breakdown"),
    Column("variant_id", "ID", "id", drop=8),
    Column("name", "Variant", cut=14),
    Column("visitors", "Visitors", "count"),
    Column("conversions", "Conversions", "count", drop=3),
    Column("conversion_rate", "Rate", "percent"),
    Column("lift", "Lift", "lift"),
    Column("interval", "Lift 95% CI", drop=4),
    Column("chance_to_beat_control", "Chance to beat control", "chance"),
    Column("p_value", "p-value", "p_value"),
    Column("outcome", "Outcome", "state", drop=1),
    Column("revenue", "Revenue", "money", drop=6),
    Column("rpv", "Per visitor", "money", drop=2),
    Column("rpv_lift", "Its lift", "lift", drop=2),
    Column("orders", "Orders", "count", drop=9),
    Column("aov", "Per order", "money", drop=7),
)
MACHINE = (
    *(one for one in RESULT if one.key != "interval"),
    Column("interval_low", ""),
    Column("interval_high", ""),
    Column("improvement", ""),
    Column("revenue_per_visitor_improvement", ""),
    Column("currency", ""),
)
METRICS = (
    Column("segment", "Segment"),
    Column("metric", "Metric", cut=16),
    Column("metric_key", "Key", drop=3, cut=12),
    Column("variant_id", "ID", "id", drop=2),
    Column("name", "Variant"),
    Column("visitors", "Visitors", "count", drop=1),
    Column("value", "Value", "amount"),
    Column("rate", "Rate", "percent"),
    Column("lift", "Lift", "lift"),
    Column("chance_to_beat_control", "Chance to beat control", "chance"),
)
TIMESERIES = (
    Column("segment", "Segment"),
    Column("day", "Day"),
    Column("variant_id", "ID", "id", drop=3),
    Column("name", "Variant"),
    Column("visitors", "Visitors", "count"),
    Column("converted", "Conversions", "count"),
    Column("conversion", "Rate", "percent"),
    Column("running_rate", "Rate to date", "percent", drop=1),
    Column("running_p_value", "p-value to date", "share", drop=2),
    Column("revenue", "Revenue", "money"),
    Column("currency", "Currency", drop=4),
)

Rows = list[dict[str, Any]]


def variant_name(variant_id: str | None) -> str:
    """Return the name that every report has for a variant.

    Args:
        variant_id: "0" is Control.

    Returns:
        "Control", "Variant 1" and so on.
    """
    return "Control" if variant_id == "0" else f"Variant {variant_id}"


def result_rows(variants: Sequence[Any], analysis: Analysis | None, **more: Any) -> Rows:
    """Make a row of each variant; lifts are recomputed, for the API rounds its own.

    Args:
        variants: The variants of a result or of a part of a breakdown.
        analysis: Its statistics.
        more: Further fields of every row.

    Returns:
        Rows with the fields of `MACHINE`.
    """
    control = next((one for one in variants if one.variant_id == "0"), None)
    return [
        {
            **{column.key: getattr(one, column.key, None) for column in MACHINE},
            "name": one.nickname or one.name or variant_name(one.variant_id),
            "lift": _lift(one, control, "conversions"),
            "rpv_lift": _lift(one, control, "revenue"),
            **_statistics(analysis, one.variant_id),
            **more,
        }
        for one in variants
    ]


def _lift(one: Any, control: Any, what: str) -> float | None:
    """Return the change of what a visitor brings, in percent."""
    if control is None or one is control:
        return None
    arms = [(getattr(arm, what), arm.visitors) for arm in (one, control)]
    if not all(amount is not None and visitors for amount, visitors in arms):
        return None
    mine, base = (amount / visitors for amount, visitors in arms)
    return 100 * (mine / base - 1) if base > 0 else None


def _statistics(analysis: Analysis | None, variant_id: str | None) -> dict[str, Any]:
    """Return the statistics of a variant, those of the metric that decides; nothing for Control."""
    compared = analysis.comparisons if analysis else ()
    one = next((one for one in compared if one.variant_id == variant_id), None)
    if analysis is None or one is None:
        return {}
    bayesian = analysis.method.engine == "bayesian"
    interval = one.conversion.lift_interval if bayesian else one.conversion.lift_ci
    low, high = interval or (None, None)
    deciding = figures_of(one, analysis.method) or one.conversion
    lifts = {"lift": one.conversion.lift, "rpv_lift": one.rpv.lift if one.rpv else None}
    return {
        **{name: _percent(lift) for name, lift in lifts.items() if lift is not None},
        "interval": lift_range(interval) if interval else None,
        "interval_low": None if low == -inf else _percent(low),
        "interval_high": None if high == inf else _percent(high),
        "chance_to_beat_control": deciding.chance_to_beat_control if bayesian else None,
        "p_value": None if bayesian else deciding.adjusted_p_value,
        "outcome": deciding.outcome,
    }


def breakdown_rows(breakdowns: Sequence[Any], analyses: Sequence[Analysis], **more: Any) -> Rows:
    """Make a row of each variant in each part of a breakdown.

    Args:
        breakdowns: The parts.
        analyses: The statistics of each part, corrected over all of them.
        more: Further fields of every row.

    Returns:
        Rows with the fields of `MACHINE`.
    """
    rows: Rows = []
    for one, analysis in zip(breakdowns, analyses, strict=True):
        rows += result_rows(one.variants, analysis, breakdown=part_name(one), **more)
    return rows


def part_name(part: Any) -> Any:
    """Return the value that a part of a breakdown is about.

    Args:
        part: One of the breakdowns.
    """
    criteria = part.criteria
    return criteria.get("value", criteria) if isinstance(criteria, dict) else criteria


def filled(rows: Rows, columns: Sequence[Column], title: str | None = None) -> Table:
    """Make a table without the columns that no row fills; programs get them all.

    Args:
        rows: Models or mappings, one for each row.
        columns: The columns that there may be.
        title: What stands above the table.

    Returns:
        The table.
    """
    used = [one for one in columns if any(row.get(one.key) is not None for row in rows)]
    whole = Table(rows, MACHINE if columns is RESULT else columns)
    return Table(rows, used, title, empty="no data", whole=whole)


def heading(result: Any) -> str:
    """Say in two lines which experiment and which goal a result is about.

    Args:
        result: The answer of `experiments.result`.

    Returns:
        Two lines.
    """
    goal = result.report_goal
    parts = [str(result.status or "")]
    if result.days_running is not None:
        parts.append(f"day {result.days_running}")
    if result.is_serving:
        parts.append(f"serves variant {result.serving_variant_id}")
    named = f"goal: {goal.goal_name} ({goal.goal_type})" if goal else "no goal"
    total = (
        f"{counted(result.total_visitors or 0, 'visitor')}, "
        f"{counted(result.total_conversions or 0, 'conversion')}"
    )
    state = ", ".join(filter(None, parts))
    return f"{result.test_name} ({result.test_id}): {state}\n{named}; {total}"


def metric_rows(metrics: Any) -> Rows:
    """Make a row of each metric and variant; counts of visitors have a rate, a lift and a chance.

    Args:
        metrics: The secondary metrics of an experiment.

    Returns:
        Rows with the fields of `METRICS`.
    """
    rows: Rows = []
    compared = zip(metrics.metric_definitions, secondary(metrics), strict=True)
    for number, (metric, one) in enumerate(compared, 1):
        rates = {arm.variant_id: arm.rate for arm in one.arms if one.comparisons}
        lifts = {each.variant_id: each.conversion for each in one.comparisons}
        for row in metrics.metrics:
            figures = lifts.get(row.variant_id or "")
            rows.append({
                "metric": one.name, "metric_key": metric.metric_key, "variant_id": row.variant_id,
                "name": row.extra.get("nickname") or variant_name(row.variant_id),
                "visitors": row.total, "value": row.results.get(number),
                "rate": _percent(rates.get(row.variant_id or "")),
                "lift": _percent(figures.lift) if figures else None,
                "chance_to_beat_control": figures.chance_to_beat_control if figures else None,
            })  # fmt: skip
    return rows


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def timeseries_rows(timeseries: Any, analysis: Analysis | None, names: Mapping[str, str]) -> Rows:
    """Make a row of each day and variant, with running figures that hold however often one looks.

    Args:
        timeseries: The timeseries of an experiment.
        analysis: The statistics of its result.
        names: What the result calls the variants, by id.

    Returns:
        Rows with the fields of `TIMESERIES`.
    """
    running = {
        (day.day, arm.variant_id): arm
        for day in (analysis.timeline if analysis else ())
        for arm in day.arms
    }
    rows = []
    for row in timeseries.timeseries:
        day = str(row.created_at or "")[:10] or None
        arm = running.get((day or "", row.variant_id or ""))
        rows.append(
            {
                **{column.key: getattr(row, column.key, None) for column in TIMESERIES},
                "day": day,
                "name": names.get(row.variant_id or "") or variant_name(row.variant_id),
                "running_rate": _percent(arm.rate) if arm else None,
                "running_p_value": arm.always_valid_p if arm else None,
            }
        )
    return rows
