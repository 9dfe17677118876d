"""Reports as rows: what the API says, with what statistics makes of it (pure)."""

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

from midakit.cli.output.tables import Column, Table
from midakit.stats import Analysis, StatsDataError, analyze, secondary
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


def variant_name(variant_id: str | None) -> str:
    """The fixed name of a report's variant."""
    return "Control" if variant_id == "0" else f"Variant {variant_id}"


def analysis_of(result: Any, config: Any = None, timeseries: Any = None) -> Analysis | None:
    """The statistics of a result, where its numbers allow any."""
    try:
        return analyze(result, config=config, timeseries=timeseries)
    except (StatsDataError, ValueError):
        return None


def result_rows(variants: Sequence[Any], analysis: Analysis | None, **more: Any) -> list[Any]:
    """A row a variant, Control first; lifts are recomputed, for the API rounds its own."""
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
    """The change of what a visitor brings, in percent."""
    if control is None or one is control:
        return None
    arms = [(getattr(arm, what), arm.visitors) for arm in (one, control)]
    if not all(amount is not None and visitors for amount, visitors in arms):
        return None
    mine, base = (amount / visitors for amount, visitors in arms)
    return 100 * (mine / base - 1) if base > 0 else None


def _statistics(analysis: Analysis | None, variant_id: str | None) -> dict[str, Any]:
    try:
        found = analysis.comparison(variant_id or "").conversion if analysis else None
    except KeyError:  # Control
        found = None
    if analysis is None or found is None:
        return {}
    bayesian = analysis.method.engine == "bayesian"
    interval = found.lift_interval if bayesian else found.lift_ci
    low, high = interval or (None, None)
    return {
        "interval": lift_range(interval) if interval else None,
        "interval_low": None if low == -inf else _percent(low),
        "interval_high": None if high == inf else _percent(high),
        "chance_to_beat_control": found.chance_to_beat_control if bayesian else None,
        "p_value": None if bayesian else found.adjusted_p_value,
        "outcome": found.outcome,
    }


def breakdown_rows(breakdowns: Sequence[Any], **more: Any) -> list[Any]:
    """A row a variant in each part of a breakdown."""
    rows: list[Any] = []
    for one in breakdowns:
        criteria = one.criteria
        name = criteria.get("value", criteria) if isinstance(criteria, dict) else criteria
        rows += result_rows(one.variants or [], None, breakdown=name, **more)
    return rows


def filled(rows: Sequence[Any], columns: Sequence[Column], title: str | None = None) -> Table:
    """The rows without columns that none of them fills; programs get them all."""
    used = [one for one in columns if any(row.get(one.key) is not None for row in rows)]
    return Table(
        rows,
        used,
        title,
        empty="no data",
        whole=Table(rows, MACHINE if columns is RESULT else columns),
    )


def heading(result: Any) -> str:
    """What is looked at, in two lines."""
    goal = result.report_goal
    parts = [str(result.status or "")]
    if result.days_running is not None:
        parts.append(f"day {result.days_running}")
    if result.is_serving:
        parts.append(f"serves variant {result.serving_variant_id}")
    named = f"goal: {goal.goal_name} ({goal.goal_type})" if goal else "no goal"
    total = (
        f"{result.total_visitors or 0:,} visitors, {result.total_conversions or 0:,} conversions"
    )
    return (
        f"{result.test_name} ({result.test_id}): {', '.join(filter(None, parts))}\n{named}; {total}"
    )


def metric_rows(metrics: Any, **more: Any) -> list[Any]:
    """A row a metric and variant; counts of converters have a rate, a lift and a chance."""
    found = metrics.metrics or []
    rows: list[Any] = []
    compared = zip(metrics.metric_definitions or [], secondary(metrics), strict=True)
    for number, (metric, one) in enumerate(compared, 1):
        rates = {arm.variant_id: arm.rate for arm in one.arms if one.comparisons}
        lifts = {each.variant_id: each.conversion for each in one.comparisons}
        for row in found:
            rate, figures = rates.get(row.variant_id or ""), lifts.get(row.variant_id or "")
            rows.append({
                "metric": one.name, "metric_key": metric.metric_key, "variant_id": row.variant_id,
                "name": row.extra.get("nickname") or variant_name(row.variant_id),
                "visitors": row.total, "value": row.results.get(number), "rate": _percent(rate),
                "lift": _percent(figures.lift) if figures else None,
                "chance_to_beat_control": figures.chance_to_beat_control if figures else None,
                **more,
            })  # fmt: skip
    return rows


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def timeseries_rows(
    timeseries: Any, analysis: Analysis | None, names: Mapping[str, str], **more: Any
) -> list[Any]:
    """A row a day and variant, with the running figures that hold however often one looks."""
    running = {
        (day.day, arm.variant_id): arm
        for day in (analysis.timeline if analysis else ())
        for arm in day.arms
    }
    rows = []
    for row in timeseries.timeseries or []:
        day = str(row.created_at or "")[:10] or None
        arm = running.get((day or "", row.variant_id or ""))
        rows.append(
            {
                **{column.key: getattr(row, column.key, None) for column in TIMESERIES},
                "day": day,
                "name": names.get(row.variant_id or "") or variant_name(row.variant_id),
                "running_rate": _percent(arm.rate) if arm else None,
                "running_p_value": arm.always_valid_p if arm else None,
                **more,
            }
        )
    return rows
