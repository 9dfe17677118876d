"""`get_experiment_result`: conversions, money and lift per variant, whole or by segment."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import numpy as np

from midakit.sandbox.errors import HttpError
from midakit.sandbox.reports.figures import ArmCounts, arm_figures, total_figures
from midakit.sandbox.reports.goal_report import GoalReport, prepare_goal_report, sums
from midakit.sandbox.reports.goals import goal_fields, primary_goal
from midakit.sandbox.reports.report_context import ReportContext
from midakit.sandbox.reports.traffic_split import distribution_mode, variant_shares
from midakit.sandbox.reports.units import Hits, Units
from midakit.sandbox.reports.vocabulary import BREAKDOWNS, STATUS_LABELS
from midakit.sandbox.state.timestamps import iso_text, naive_utc
from midakit.sandbox.state.visits import Visits

CountsByVariant = dict[str, ArmCounts]
Segments = dict[str | None, CountsByVariant]


def result(visits: Visits, context: ReportContext, params: Mapping[str, str]) -> dict[str, Any]:
    """Compute the report on one goal, whole and perhaps by segment.

    Args:
        visits: The store.
        context: The experiment, its project, its goals and the time.
        params: The query as it was sent.

    Returns:
        The body of the answer.

    Raises:
        HttpError: 400, a parameter is wrong; 404, there is no such goal.
    """
    breakdown = params.get("breakdown_by") or None
    if breakdown is not None and breakdown not in BREAKDOWNS:
        raise HttpError(400, f"breakdown_by must be one of {', '.join(BREAKDOWNS)}")
    report = prepare_goal_report(context, params)
    segments = count_result(visits, report, breakdown)
    whole = {variant: _sum(counts[variant] for counts in segments.values())
             for variant in report.variants}  # fmt: skip
    body = {
        **_heading(context),
        **report.heading(),
        "report_phase": report.query.phase,
        **_table(context, whole),
    }
    body.setdefault("has_revenue", False)
    if breakdown is not None:
        body["breakdown_by"] = breakdown
        body["breakdowns"] = _breakdowns(context, segments)
    return body


def count_result(visits: Visits, report: GoalReport, breakdown: str | None) -> Segments:
    """Count by segment, then by variant.

    Args:
        visits: The store.
        report: Whom and what to count.
        breakdown: The dimension that makes the segments; None makes one, called None.

    Returns:
        The counts; every variant is in each segment.
    """
    about = report.population
    with visits.lock:
        units = about.units(visits)
        hits, version = about.hits(visits, units, report.condition)
        found: Segments = visits.counts.get_or_build(
            ("result", breakdown, report.key),
            version,
            lambda: _count(visits, report, breakdown, units, hits),
        )
        return found


def _count(
    visits: Visits, report: GoalReport, breakdown: str | None, units: Units, hits: Hits
) -> Segments:
    """Count in cells, one for each word of the dimension and variant."""
    arms, cell, words = len(report.variants), units.arm, [""]
    if breakdown is not None:
        column = "visitor_type" if breakdown == "user_type" else breakdown
        words = [word or "unknown" for word in units.words(column).texts]  # [choice 20]
        cell = units.numbers(column).astype("int64") * arms + units.arm
    size = len(words) * arms
    mask = report.population.mask(units)
    visitors = np.bincount(cell if mask is None else cell[mask], minlength=size)
    won = report.conversions(visits, units, hits, mask)
    paid = cell[won.order_units]
    conversions = np.bincount(cell[won.units], minlength=size)
    revenue, orders = sums(paid, won.revenue, size), np.bincount(paid, minlength=size)
    segments: Segments = defaultdict(lambda: dict.fromkeys(report.variants, ArmCounts()))
    for place in np.flatnonzero(visitors).tolist():
        segment = segments[words[place // arms] if breakdown else None]
        segment[report.variants[place % arms]] += ArmCounts(
            int(visitors[place]),
            int(conversions[place]),
            Decimal(revenue[place]).scaleb(-4),
            int(orders[place]),
        )
    return dict(segments)


def _heading(context: ReportContext) -> dict[str, Any]:
    """Return what the report says about the experiment."""
    experiment = context.experiment
    concluded = experiment.get("end_date") if experiment.get("is_completed") else None
    created = naive_utc(experiment["created_at"])
    until = naive_utc(concluded) if concluded else naive_utc(context.now)
    serving = experiment.get("serving_variant_id")
    goal, _ = primary_goal(context)
    body = {
        "success": True,
        "test_id": experiment["test_id"],
        "test_name": experiment["test_name"],
        "status": STATUS_LABELS[experiment["status"]],
        "status_code": experiment["status"],
        "start_date": iso_text(created),
        "end_date": iso_text(naive_utc(concluded)) if concluded else None,
        "days_running": max((until - created).days, 0),
        "primary_goal": goal_fields(goal),
        "stats_engine": "bayesian" if experiment.get("bayesian") else "frequentist",
        "confidence_threshold_percent": experiment["confidence_interval"],
        "is_serving": serving is not None,
        "traffic_allocation": experiment["traffic_allocation"],
        "distribution_mode": distribution_mode(experiment),
        "is_mab": bool(experiment.get("is_mab")),
    }
    return body if serving is None else body | {"serving_variant_id": str(serving)}


def _table(context: ReportContext, counts: CountsByVariant) -> dict[str, Any]:
    """Return the totals and arms of the whole report or of one segment."""
    currency = context.project.get("currency") or "USD"
    total = _sum(counts.values())
    shares = variant_shares(context.experiment)
    control = counts[shares[0]["variant_id"]]
    arms = [
        {
            "variant_id": share["variant_id"],
            "name": share["name"],
            **arm_figures(
                counts[share["variant_id"]],
                control if place else None,
                currency if total.orders else None,
            ),
            "traffic_weight": share["traffic_weight"],
            "variant_status": share["variant_status"],
            "is_control": place == 0,
        }
        for place, share in enumerate(shares)
    ]
    return {**total_figures(total, currency), "variants": arms}


def _breakdowns(context: ReportContext, segments: Segments) -> list[dict[str, Any]]:
    """Return the segments, those with the most visitors first."""
    items = [
        {
            "criteria": segment,
            "conversion_rate": _sum(counts.values()).rate,
            **_table(context, counts),
        }
        for segment, counts in segments.items()
    ]
    return sorted(items, key=lambda item: (-item["total_visitors"], item["criteria"]))


def _sum(counts: Iterable[ArmCounts]) -> ArmCounts:
    """Add up counts of several arms."""
    return sum(counts, ArmCounts())
