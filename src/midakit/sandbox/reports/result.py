"""`get_experiment_result`: conversions, money and lift per variant, whole or by segment."""

# ruff: noqa: S608 - statements are put together from fixed text; every value is bound

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from midakit.sandbox.errors import HttpError
from midakit.sandbox.reports.figures import ArmCounts, arm, totals
from midakit.sandbox.reports.goal_report import GoalReport, ask
from midakit.sandbox.reports.goals import primary, shown
from midakit.sandbox.reports.report_context import ReportContext
from midakit.sandbox.reports.traffic_split import mode, variant_shares
from midakit.sandbox.reports.vocabulary import BREAKDOWNS, STATUS_LABELS
from midakit.sandbox.state.timestamps import iso_text, naive_utc
from midakit.sandbox.state.visits import Visits

CountsByVariant = dict[str, ArmCounts]


def result(visits: Visits, context: ReportContext, params: Mapping[str, str]) -> dict[str, Any]:
    """Answer the report; HttpError 400 or 404 when it cannot be."""
    breakdown = params.get("breakdown_by") or None
    if breakdown is not None and breakdown not in BREAKDOWNS:
        raise HttpError(400, f"breakdown_by must be one of {', '.join(BREAKDOWNS)}")
    asked = ask(visits, context, params)
    segments = _count(visits, asked, breakdown)
    whole = {variant: _sum(tallies[variant] for tallies in segments.values())
             for variant in asked.variants}  # fmt: skip
    body = {
        **_heading(context),
        **asked.heading(),
        "report_phase": asked.question.phase,
        **_table(context, whole),
    }
    body.setdefault("has_revenue", False)
    if breakdown is not None:
        body["breakdown_by"] = breakdown
        body["breakdowns"] = _breakdowns(context, segments)
    return body


def _count(visits: Visits, asked: GoalReport, breakdown: str | None) -> dict[str, CountsByVariant]:
    """CountsByVariant by segment, then variant; every variant is there."""
    head = asked.units.sql(breakdown)
    hits = asked.hits("e.revenue")
    rows = visits.query(
        f"""
        WITH {head}, hits AS ({hits}),
        converted AS (
          SELECT variant, segment, visitor_id, sum(revenue) AS revenue, count(revenue) AS orders
          FROM hits GROUP BY ALL HAVING count(*) >= {asked.least}),
        counted AS (
          SELECT variant, segment, count(*) AS visitors, 0 AS conversions, 0 AS revenue, 0 AS orders
          FROM units GROUP BY ALL
          UNION ALL
          SELECT variant, segment, 0, count(*), coalesce(sum(revenue), 0), sum(orders)
          FROM converted GROUP BY ALL)
        SELECT segment, variant, sum(visitors)::BIGINT, sum(conversions)::BIGINT, sum(revenue),
          sum(orders)::BIGINT FROM counted GROUP BY ALL
        """,
        asked.units.values.bound,
    )
    segments: dict[str, CountsByVariant] = defaultdict(
        lambda: dict.fromkeys(asked.variants, ArmCounts())
    )
    for segment, variant, *figures in rows:
        segments[segment][str(variant)] = ArmCounts(*figures)
    return segments


def _heading(context: ReportContext) -> dict[str, Any]:
    experiment = context.experiment
    concluded = experiment.get("end_date") if experiment.get("is_completed") else None
    created = naive_utc(experiment["created_at"])
    until = naive_utc(concluded) if concluded else naive_utc(context.now)
    serving = experiment.get("serving_variant_id")
    goal, _ = primary(context)
    body = {
        "success": True,
        "test_id": experiment["test_id"],
        "test_name": experiment["test_name"],
        "status": STATUS_LABELS[experiment["status"]],
        "status_code": experiment["status"],
        "start_date": iso_text(created),
        "end_date": iso_text(naive_utc(concluded)) if concluded else None,
        "days_running": max((until - created).days, 0),
        "primary_goal": shown(goal),
        "stats_engine": "bayesian" if experiment.get("bayesian") else "frequentist",
        "confidence_threshold_percent": experiment["confidence_interval"],
        "is_serving": serving is not None,
        "traffic_allocation": experiment["traffic_allocation"],
        "distribution_mode": mode(experiment),
        "is_mab": bool(experiment.get("is_mab")),
    }
    return body if serving is None else body | {"serving_variant_id": str(serving)}


def _table(context: ReportContext, tallies: CountsByVariant) -> dict[str, Any]:
    """Totals and arms of the whole report or of one segment."""
    currency = context.project.get("currency") or "USD"
    total = _sum(tallies.values())
    shares = variant_shares(context.experiment)
    control = tallies[shares[0]["variant_id"]]
    arms = [
        {
            "variant_id": share["variant_id"],
            "name": share["name"],
            **arm(
                tallies[share["variant_id"]],
                control if place else None,
                currency if total.orders else None,
            ),
            "traffic_weight": share["traffic_weight"],
            "variant_status": share["variant_status"],
            "is_control": place == 0,
        }
        for place, share in enumerate(shares)
    ]
    return {**totals(total, currency), "variants": arms}


def _breakdowns(
    context: ReportContext, segments: dict[str, CountsByVariant]
) -> list[dict[str, Any]]:
    items = [
        {
            "criteria": segment,
            "conversion_rate": _sum(tallies.values()).rate,
            **_table(context, tallies),
        }
        for segment, tallies in segments.items()
    ]
    return sorted(items, key=lambda item: (-item["total_visitors"], item["criteria"]))


def _sum(tallies: Any) -> ArmCounts:
    return sum(tallies, ArmCounts())
