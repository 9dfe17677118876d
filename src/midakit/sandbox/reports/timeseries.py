"""`get_experiment_timeseries`: one row per local day and variant with any activity [24].

Not cumulative. Visitors stand on their entry day, a conversion on the day of the event that
completes it, money on the day of the order; so the rows sum to the result. Money is not rounded
here: rounded rows would not.
"""

# ruff: noqa: S608 - statements are put together from fixed text; every value is bound

from collections.abc import Mapping
from typing import Any

from midakit.sandbox.reports.figures import ratio
from midakit.sandbox.reports.goal_report import GoalReport, prepare_goal_report
from midakit.sandbox.reports.goals import goal_fields, primary_goal
from midakit.sandbox.reports.report_context import ReportContext
from midakit.sandbox.state.visits import Visits


def timeseries(visits: Visits, context: ReportContext, params: Mapping[str, str]) -> dict[str, Any]:
    """Compute the report on one goal by day.

    Args:
        visits: The store.
        context: The experiment, its project, its goals and the time.
        params: The query as it was sent.

    Returns:
        The body of the answer.

    Raises:
        HttpError: 400, a parameter is wrong; 404, there is no such goal.
    """
    report = prepare_goal_report(visits, context, params)
    rows = _days(visits, report)
    with_money = any(row[5] for row in rows)
    currency = context.project.get("currency") or "USD"
    heading = report.heading()
    own, _ = primary_goal(context)
    goal = dict(heading["selected_goal"]) if heading["selected_goal"] else None
    if goal is not None:
        goal["is_primary"] = report.goal is own
    return {
        "success": True,
        "test_id": context.experiment["test_id"],
        "test_name": context.experiment["test_name"],
        "primary_goal": goal_fields(own, "goal_profile_id", "goal_key"),
        "goal": goal,
        **heading,
        "report_phase": report.query.phase,
        "count": len(rows),
        "timeseries": [_row(row, currency if with_money else None) for row in rows],
    }


def _days(visits: Visits, report: GoalReport) -> list[tuple[Any, ...]]:
    """Count visitors, conversions and money by local day and variant."""
    head = report.units.sql()
    hits = report.hits("e.revenue", "e.quantity", "e.created_at", "e.event_id")
    tz = report.units.values.bind(report.query.tz)
    return visits.query(
        f"""
        WITH {head}, hits AS ({hits}),
        counted AS (
          SELECT *, count(*) OVER (PARTITION BY variant, visitor_id) AS matches,
            row_number() OVER (PARTITION BY variant, visitor_id ORDER BY created_at, event_id)
              AS place
          FROM hits),
        kept AS (
          SELECT *, cast(created_at + {tz} AS DATE) AS day FROM counted
          WHERE matches >= {report.least}),
        spent AS (
          SELECT day, variant, visitor_id, cast(sum(revenue) AS DECIMAL(18,4)) AS revenue,
            count(revenue) AS orders,
            sum(coalesce(quantity, 1)) FILTER (WHERE revenue IS NOT NULL) AS quantity
          FROM kept GROUP BY ALL),
        parts AS (
          SELECT cast(entered_at + {tz} AS DATE) AS day, variant, 1 AS visitors, 0 AS converted,
            0::DECIMAL(18,4) AS revenue, 0 AS orders, 0::DECIMAL(18,4) AS quantity FROM units
          UNION ALL
          SELECT day, variant, 0, 1, 0, 0, 0 FROM kept WHERE place = {report.least}
          UNION ALL
          SELECT day, variant, 0, 0, revenue, orders, quantity FROM spent WHERE orders > 0)
        SELECT day, variant, sum(visitors)::BIGINT, sum(converted)::BIGINT, sum(revenue),
          sum(orders)::BIGINT, sum(quantity), sum(revenue * revenue),
          sum(orders * orders)::BIGINT, sum(revenue * orders::INTEGER)
        FROM parts GROUP BY ALL ORDER BY day, variant
        """,
        report.units.values.bound,
    )


def _row(row: tuple[Any, ...], currency: str | None) -> dict[str, Any]:
    """Return one row of the answer; money only where the report has any."""
    day, variant, visitors, converted, *money = row
    stamp = f"{day.isoformat()}T00:00:00.000Z"
    body: dict[str, Any] = {
        "variant_id": str(variant),
        "converted": converted,
        "conversion": ratio(converted, visitors, 100),
        "visitors": visitors,
    }
    if currency is not None:
        revenue, orders, quantity, squares, order_squares, cross = money
        body |= {
            "revenue": float(revenue),
            "no_of_order": orders,
            "quantity": float(quantity),
            "sum_sq_revenue": float(squares),
            "sum_sq_orders": order_squares,
            "sum_revenue_orders_cross": float(cross),
            "currency": currency,
        }
    return body | {"created_at": stamp, "updated_at": stamp}
