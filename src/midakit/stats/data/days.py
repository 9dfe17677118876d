"""Timeseries rows as running totals: what each variant had up to and including each day."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from midakit.stats import validate
from midakit.stats.data import fields, totals
from midakit.stats.data.totals import MONEY, VariantTotals
from midakit.stats.types import StatsDataError

WEEK = 7
FOUR_WEEKS = 28


@dataclass(frozen=True, slots=True)
class DayTotals:
    """Everything up to and including one day, by variant_id."""

    day: str
    """YYYY-MM-DD."""
    totals: Mapping[str, VariantTotals]

    @property
    def visitors(self) -> float:
        """Visitors of all variants so far."""
        return sum(total.visitors for total in self.totals.values())


def running_totals(rows: Any, *, cumulative: bool = False) -> tuple[DayTotals, ...]:
    """Turn timeseries rows into running totals per day.

    A variant without a row on a day stays where it was.

    Args:
        rows: The rows, or the whole answer of `experiments.timeseries`.
        cumulative: Whether rows carry running totals (see `rollup`); else they are daily.

    Returns:
        The days in order.

    Raises:
        StatsDataError: Rows have no date, or totals up to a day cannot be counts.
    """
    grouped = totals.by_variant(rows)
    by_day: dict[str, dict[str, list[Any]]] = {}
    for variant_id, mine in grouped.items():
        for row in mine:
            by_day.setdefault(_day(row), {}).setdefault(variant_id, []).append(row)
    so_far = {v: VariantTotals(v, 0.0, 0.0) for v in grouped}
    return tuple(_days(by_day, so_far, cumulative=cumulative))


def increments(days: Sequence[DayTotals]) -> list[dict[str, VariantTotals]]:
    """Return what each day brought, by variant_id.

    Args:
        days: Running totals.

    Returns:
        The difference of each day and the day before; None where either does not know a sum.
    """
    empty = {v: VariantTotals(v, 0.0, 0.0) for v in (days[0].totals if days else ())}
    before: Sequence[Mapping[str, VariantTotals]] = [empty, *(day.totals for day in days)]
    return [
        {v: _less(total, earlier[v]) for v, total in day.totals.items()}
        for day, earlier in zip(days, before, strict=False)
    ]


def four_weeks(days: Sequence[DayTotals]) -> float | None:
    """Return the visitors of four weeks at the pace of the first week.

    Only the first week counts, so that the number is settled before anything can be decided.

    Args:
        days: Running totals.

    Returns:
        Visitors of all variants; None without any.
    """
    first = days[:WEEK]
    return FOUR_WEEKS * first[-1].visitors / len(first) if first and first[-1].visitors else None


def _days(
    by_day: Mapping[str, Mapping[str, list[Any]]],
    so_far: dict[str, VariantTotals],
    *,
    cumulative: bool,
) -> Iterator[DayTotals]:
    """Add the days up, in order."""
    for day in sorted(by_day):
        for variant_id, rows in by_day[day].items():
            used = [totals.latest(rows)] if cumulative else rows
            total = totals.total_of(variant_id, used)
            sums = total if cumulative else _sum(so_far[variant_id], total)
            so_far[variant_id] = _possible(sums, day)
        yield DayTotals(day, dict(so_far))


def _sum(one: VariantTotals, other: VariantTotals) -> VariantTotals:
    """Add two totals; a sum that one of them lacks is missing unless that one has no revenue."""

    def money(name: str) -> float | None:
        """Add one sum."""
        a, b = getattr(one, name), getattr(other, name)
        if a is None or b is None:
            lacking, known = (one, b) if a is None else (other, a)
            return None if lacking.revenue or lacking.orders else known
        return float(a + b)

    return VariantTotals(
        one.variant_id,
        visitors=one.visitors + other.visitors,
        conversions=one.conversions + other.conversions,
        **{name: money(name) for name in MONEY},
    )


def _less(one: VariantTotals, before: VariantTotals) -> VariantTotals:
    """Subtract the totals of the day before."""

    def money(name: str) -> float | None:
        """Subtract one sum."""
        a, b = getattr(one, name), getattr(before, name)
        if a is None or (b is None and (before.revenue or before.orders)):
            return None
        return float(a - (b or 0.0))

    return VariantTotals(
        one.variant_id,
        visitors=one.visitors - before.visitors,
        conversions=one.conversions - before.conversions,
        **{name: money(name) for name in MONEY},
    )


def _possible(total: VariantTotals, day: str) -> VariantTotals:
    """Refuse running totals that cannot be counts; a day itself may take something back."""
    for name in ("conversions", "visitors"):
        try:
            validate.whole(getattr(total, name), f"variant {total.variant_id}, up to {day}: {name}")
        except ValueError as wrong:
            raise StatsDataError(str(wrong)) from wrong
    return total


def _day(row: Any) -> str:
    """Return the date of a row."""
    day = fields.timestamp(row)[:10]
    if not day:
        raise StatsDataError("a timeseries row has no date")
    return day
