"""`get_experiment_timeseries`: one row per local day and variant with any activity [choice 24].

Not cumulative. Visitors stand on their entry day, a conversion on the day of the event that
completes it, money on the day of the order; so the rows sum to the result. Money is not rounded
here: rounded rows would not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from midakit.sandbox.reports.figures import ratio, round2
from midakit.sandbox.reports.goal_report import (
    ConvertedHits,
    GoalReport,
    prepare_goal_report,
    sums,
)
from midakit.sandbox.reports.goals import goal_fields, primary_goal
from midakit.sandbox.reports.report_context import ReportContext
from midakit.sandbox.reports.units import Hits, Units
from midakit.sandbox.state.columns import MISSING, Array
from midakit.sandbox.state.event_log import EventLog
from midakit.sandbox.state.money import UNIT
from midakit.sandbox.state.text_rules import as_number, member_text
from midakit.sandbox.state.timestamps import from_microseconds, iso_text
from midakit.sandbox.state.visits import Visits

_DAY = 86_400_000_000
_EPOCH = date(1970, 1, 1)


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
    report = prepare_goal_report(context, params)
    rows = shown_timeseries(visits, report, context.project.get("currency") or "USD")
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
        "timeseries": rows,
    }


@dataclass(slots=True)
class DayCounts:
    """What was counted on one day in one variant; money and quantities are in ten-thousandths."""

    day: int
    variant: int
    visitors: int
    converted: int
    revenue: int = 0
    orders: int = 0
    quantity: int = 0
    squares: int = 0
    order_squares: int = 0
    cross: int = 0
    cogs: int | None = None
    stays: int = 0
    seconds: float = 0.0
    first: int | None = None
    last: int | None = None


def shown_timeseries(visits: Visits, report: GoalReport, currency: str) -> list[dict[str, Any]]:
    """Return visitors, conversions and money by local day and variant, as the answer has them.

    Args:
        visits: The store.
        report: Whom and what to count.
        currency: The currency of the project.

    Returns:
        The days with any activity, in order; they are kept, so nobody may change them.
    """
    about = report.population
    with visits.lock:
        units = about.units(visits)
        _, version = about.hits(visits, units, report.condition)
        found: list[dict[str, Any]] = visits.counts.get_or_build(
            ("timeseries", report.query.shift, currency, report.key),
            version,
            lambda: _shown(count_timeseries(visits, report), currency),
        )
        return found


def count_timeseries(visits: Visits, report: GoalReport) -> list[DayCounts]:
    """Count visitors, conversions and money by local day and variant.

    Args:
        visits: The store, locked.
        report: Whom and what to count.

    Returns:
        The days with any activity, in order.
    """
    units = report.population.units(visits)
    hits, _ = report.population.hits(visits, units, report.condition)
    return _count(visits, report, units, hits)


def _shown(rows: list[DayCounts], currency: str) -> list[dict[str, Any]]:
    """Return the rows of the answer; money only where the report has any."""
    with_money = any(row.orders for row in rows)
    with_cogs = any(row.cogs is not None for row in rows)
    return [_row(row, currency if with_money else None, with_cogs=with_cogs) for row in rows]


def _count(visits: Visits, report: GoalReport, units: Units, hits: Hits) -> list[DayCounts]:
    """Count in cells, one for each day and variant."""
    shift, arms = report.query.shift, len(report.variants)
    mask = report.population.mask(units)
    entered = units.numbers("day", shift) * arms + units.arm
    entered = entered if mask is None else entered[mask]
    won = report.conversions(visits, units, hits, mask)
    converted = _days(won.moments, shift) * arms + units.arm[won.units]
    paid = _days(won.order_moments, shift) * arms + units.arm[won.order_units]
    cells = np.concatenate((entered, converted, paid))
    if not len(cells):
        return []
    start, size = int(cells.min()), int(cells.max() - cells.min()) + 1
    visitors = np.bincount(entered - start, minlength=size)
    completed = np.bincount(converted - start, minlength=size)
    active = visitors + completed + np.bincount(paid - start, minlength=size)
    days = {
        place: DayCounts(
            (place + start) // arms,
            report.population.variants[(place + start) % arms],
            int(visitors[place]),
            int(completed[place]),
        )
        for place in np.flatnonzero(active).tolist()
    }
    _add_money(days, paid - start, won)
    for cell, cost in zip((paid - start).tolist(), won.cogs.tolist(), strict=True):
        if cost != MISSING:
            days[cell].cogs = (days[cell].cogs or 0) + cost
    if report.goal is not None and report.goal["goal_type"] == "duration":
        cells = _days(won.event_moments, shift) * arms + units.arm[won.event_units] - start
        _add_durations(days, cells, won, visits.events, shift)
    return list(days.values())


def _days(moments: Array, shift: int) -> Array:
    """Return the local day of moments, from 1970."""
    return (moments + shift) // _DAY


def _add_money(days: dict[int, DayCounts], cells: Array, won: ConvertedHits) -> None:
    """Add up the orders of each visitor on each day, and their squares, exactly."""
    order = np.lexsort((won.order_units, cells))
    cell, unit = cells[order], won.order_units[order]
    begins = np.ones(len(order), bool)
    begins[1:] = (cell[1:] != cell[:-1]) | (unit[1:] != unit[:-1])
    visitor, size = np.cumsum(begins) - 1, int(begins.sum())
    revenue, quantity = (
        sums(visitor, column[order], size) for column in (won.revenue, won.quantity)
    )
    orders = np.bincount(visitor, minlength=size).tolist()
    for place, spent, bought, count in zip(
        cell[begins].tolist(), revenue, quantity, orders, strict=True
    ):
        day = days[place]
        day.revenue += spent
        day.orders += count
        day.quantity += bought
        day.squares += spent * spent
        day.order_squares += count * count
        day.cross += spent * count


def _add_durations(
    days: dict[int, DayCounts], cells: Array, won: ConvertedHits, log: EventLog, shift: int
) -> None:
    """Add how long visitors stayed, and when, for each event that counts [choice 40]."""
    properties = log.table.texts("event_property").words.texts
    numbers = log.table.values("event_property")[won.events].tolist()
    stays = {n: as_number(member_text(properties[n], "seconds")) for n in set(numbers)}
    for cell, number, moment in zip(
        cells.tolist(), numbers, (won.event_moments + shift).tolist(), strict=True
    ):
        day, seconds = days.get(cell), stays[number]
        if day is not None and seconds is not None:
            day.stays += 1
            day.seconds += seconds
            day.first = moment if day.first is None else min(day.first, moment)
            day.last = moment if day.last is None else max(day.last, moment)


def _row(row: DayCounts, currency: str | None, *, with_cogs: bool) -> dict[str, Any]:
    """Return one row of the answer; money only where the report has any."""
    stamp = f"{(_EPOCH + timedelta(days=row.day)).isoformat()}T00:00:00.000Z"
    body: dict[str, Any] = {
        "variant_id": str(row.variant),
        "converted": row.converted,
        "conversion": ratio(row.converted, row.visitors, 100),
        "visitors": row.visitors,
    }
    if currency is not None:
        body |= {
            "revenue": row.revenue / UNIT,
            "no_of_order": row.orders,
            "quantity": row.quantity / UNIT,
            "sum_sq_revenue": row.squares / UNIT**2,
            "sum_sq_orders": row.order_squares,
            "sum_revenue_orders_cross": row.cross / UNIT,
            "currency": currency,
        }
    if with_cogs:
        cogs = row.cogs or 0
        body |= {"total_cogs": cogs / UNIT, "gross_profit": (row.revenue - cogs) / UNIT}
    if row.stays and row.first is not None and row.last is not None:
        body |= {
            "duration": round2(row.seconds / row.stays),
            "start_date": iso_text(from_microseconds(row.first)),
            "end_date": iso_text(from_microseconds(row.last)),
        }
    return body | {"created_at": stamp, "updated_at": stamp}
