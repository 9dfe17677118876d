"""Days in a row: what was known at the end of each, with figures that may be looked at every day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from midakit.stats import validate
from midakit.stats.comparison import always_valid, sample_ratio
from midakit.stats.comparison.always_valid import Sequential
from midakit.stats.data import fields, totals
from midakit.stats.types import Count, Interval, StatsDataError


@dataclass(frozen=True, slots=True, kw_only=True)
class DayArm:
    """One arm up to and including a day; the always-valid figures are running."""

    variant_id: str
    visitors: float
    conversions: float
    rate: float | None
    difference: float | None = None
    """Rate minus Control's rate; None for Control."""
    always_valid_p: float | None = None
    """The smallest so far."""
    confidence_sequence: Interval | None = None
    """The intersection of all intervals of the difference so far."""
    reason: str | None = None
    """Why a figure is None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Everything up to and including one day, Control first."""

    day: str
    """YYYY-MM-DD."""
    arms: tuple[DayArm, ...]
    srm_p_value: float | None = None
    """Always-valid p of the split, the smallest so far; None without weights."""


def sequence(
    rows: Any,
    *,
    control: str = "0",
    weights: Mapping[str, float] | None = None,
    cumulative: bool = False,
    alpha: float = 0.05,
    tuning: float = 5000.0,
    burn_in: float = 25.0,
    concentration: float = 10_000.0,
) -> tuple[Day, ...]:
    """Turn timeseries rows into running totals per day, with always-valid figures.

    Every arm but Control gets the running minimum of its always-valid p and the intersection of its
    intervals.

    Args:
        rows: The rows, or the whole answer of `experiments.timeseries`.
        control: The variant_id of Control.
        weights: Configured weights by variant_id; with them each day also tests the split.
        cumulative: Whether rows carry running totals (see `rollup`); else they are daily.
        alpha: The error rate over all days.
        tuning: Visitors in both arms at which the intervals are tightest.
        burn_in: Conversions that both arms need before there are figures.
        concentration: How near the configured split its alternative lies (see `srm_sequential`).

    Returns:
        The days in order; empty where Control has no rows.

    Raises:
        StatsDataError: Rows contradict each other, or have no date.
        ValueError: An option is out of its range.
    """
    validate.level(alpha, "alpha")
    grouped = totals.by_variant(rows)
    if control not in grouped:
        return ()
    ids = [control, *(v for v in grouped if v != control)]
    table = _table(grouped, ids, cumulative=cumulative)
    looks = {
        v: always_valid.running(
            _look(day[control], day[v], alpha=alpha, tuning=tuning, burn_in=burn_in)
            for day in table.values()
        )
        for v in ids[1:]
    }
    splits = _splits(table, ids, weights, concentration)
    return tuple(
        Day(
            day=day,
            arms=tuple(_arm(v, counts[v], looks[v][at] if v in looks else None) for v in ids),
            srm_p_value=splits[at],
        )
        for at, (day, counts) in enumerate(table.items())
    )


def _table(
    grouped: Mapping[str, list[Any]], ids: Sequence[str], *, cumulative: bool
) -> dict[str, dict[str, Count]]:
    """Return day -> variant -> counts so far; a variant without a row stays where it was."""
    days: dict[str, dict[str, list[Any]]] = {}
    for variant_id, rows in grouped.items():
        for row in rows:
            days.setdefault(_day(row), {}).setdefault(variant_id, []).append(row)
    so_far: dict[str, Count] = dict.fromkeys(ids, (0.0, 0.0))
    table: dict[str, dict[str, Count]] = {}
    for day in sorted(days):
        for variant_id, rows in days[day].items():
            used = [totals.latest(rows)] if cumulative else rows
            total = totals.total_of(variant_id, used)
            base = (0.0, 0.0) if cumulative else so_far[variant_id]
            sums = (base[0] + total.conversions, base[1] + total.visitors)
            so_far[variant_id] = _possible(sums, variant_id, day)
        table[day] = dict(so_far)
    return table


def _possible(sums: Count, variant_id: str, day: str) -> Count:
    """Refuse running totals that cannot be counts; a day itself may take something back."""
    for value, name in zip(sums, ("conversions", "visitors"), strict=True):
        try:
            validate.whole(value, f"variant {variant_id}, up to {day}: {name}")
        except ValueError as wrong:
            raise StatsDataError(str(wrong)) from wrong
    return sums


def _day(row: Any) -> str:
    """Return the date of a row."""
    day = fields.timestamp(row)[:10]
    if not day:
        raise StatsDataError("a timeseries row has no date")
    return day


def _look(
    control: Count, treatment: Count, *, alpha: float, tuning: float, burn_in: float
) -> Sequential:
    """Return the always-valid figures of one day's totals."""
    if min(control[0], treatment[0]) < burn_in:
        return Sequential(reason=f"fewer than {burn_in:g} conversions in an arm so far")
    if control[0] > control[1] or treatment[0] > treatment[1]:
        return Sequential(reason="more conversions than visitors so far")
    return always_valid.sequential(control=control, treatment=treatment, alpha=alpha, tuning=tuning)


def _splits(
    table: Mapping[str, Mapping[str, Count]],
    ids: Sequence[str],
    weights: Mapping[str, float] | None,
    concentration: float,
) -> list[float | None]:
    """Return the running minimum of the split's p-value, per day."""
    if weights is None or any(v not in weights for v in ids):
        return [None] * len(table)
    shares = [weights[v] for v in ids]
    lowest: float | None = None
    found: list[float | None] = []
    for counts in table.values():
        seen = [counts[v][1] for v in ids]
        p = sample_ratio.srm_sequential(seen, shares, concentration=concentration).p_value
        if p is not None:
            lowest = p if lowest is None else min(lowest, p)
        found.append(lowest)
    return found


def _arm(variant_id: str, counts: Count, look: Sequential | None) -> DayArm:
    """Describe one arm on one day."""
    conversions, visitors = counts
    arm = DayArm(
        variant_id=variant_id,
        visitors=visitors,
        conversions=conversions,
        rate=conversions / visitors if visitors else None,
    )
    if look is None:
        return arm
    return replace(
        arm,
        difference=look.difference,
        always_valid_p=look.p_value,
        confidence_sequence=look.interval,
        reason=look.reason,
    )
