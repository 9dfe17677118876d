"""Days in a row: what was known at the end of each, with figures that may be looked at every day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from midakit.stats import validate
from midakit.stats.comparison import always_valid, sample_ratio
from midakit.stats.comparison.always_valid import Sequential
from midakit.stats.data.days import DayTotals, four_weeks, running_totals
from midakit.stats.types import Count, Interval

TUNING = 5000.0
"""Visitors at which always-valid intervals are tightest where nothing is known of the traffic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayArm:
    """One arm up to and including a day; the always-valid figures are running.

    Example:
        [*_, last] = stats.sequence(mida.experiments.timeseries(1001))
        print(last.arms[1].difference, last.arms[1].confidence_sequence)
    """

    variant_id: str
    visitors: float
    conversions: float
    rate: float | None
    difference: float | None = None
    """Rate minus Control's rate; None for Control."""
    always_valid_p: float | None = None
    """The smallest so far, for a difference to either side."""
    confidence_sequence: Interval | None = None
    """The intersection of all intervals of the difference so far."""
    reason: str | None = None
    """Why a figure is None."""
    always_valid_p_better: float | None = None
    """The smallest so far of the one-sided p for a treatment that is better than Control."""
    always_valid_p_worse: float | None = None
    """The smallest so far of the one-sided p for a treatment that is worse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Everything up to and including one day, Control first.

    Example:
        [*_, last] = stats.sequence(mida.experiments.timeseries(1001))
        print(last.day, [arm.visitors for arm in last.arms])
    """

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
    tuning: float | None = None,
    burn_in: float = 25.0,
    concentration: float = 10_000.0,
) -> tuple[Day, ...]:
    """Turn timeseries rows into running totals per day, with always-valid figures.

    Every arm but Control gets the running minimum of its always-valid p, for either side, and the
    intersection of its intervals.

    Args:
        rows: The rows, or the whole answer of `experiments.timeseries`.
        control: The variant_id of Control.
        weights: Configured weights by variant_id; with them each day also tests the split.
        cumulative: Whether rows carry running totals (see `rollup`); else they are daily.
        alpha: The error rate over all days.
        tuning: Visitors in both arms at which the intervals are tightest. By default those of four
            weeks at the pace of the first week.
        burn_in: Conversions that both arms need before there are figures.
        concentration: How near the configured split its alternative lies (see `srm_sequential`).

    Returns:
        The days in order; empty where Control has no rows.

    Raises:
        StatsDataError: Rows contradict each other, or have no date.
        ValueError: An option is out of its range.

    Example:
        days = stats.sequence(mida.experiments.timeseries(1001))
        for day in days[-7:]:
            print(day.day, day.srm_p_value, day.arms[1].always_valid_p)
    """
    validate.level(alpha, "alpha")
    days = running_totals(rows, cumulative=cumulative)
    return described(
        days,
        control=control,
        weights=weights,
        alpha=alpha,
        tuning=tuning_for(days) if tuning is None else tuning,
        burn_in=burn_in,
        concentration=concentration,
    )


def tuning_for(days: Sequence[DayTotals]) -> float:
    """Return where always-valid intervals of two arms should be tightest.

    Args:
        days: Running totals of all variants.

    Returns:
        The visitors of two arms in four weeks at the pace of the first; `TUNING` where nothing is known.
    """
    all_arms = four_weeks(days)
    return max(1.0, 2.0 * all_arms / len(days[0].totals)) if all_arms else TUNING


def described(
    days: Sequence[DayTotals],
    *,
    control: str,
    weights: Mapping[str, float] | None,
    alpha: float,
    tuning: float,
    burn_in: float,
    concentration: float,
) -> tuple[Day, ...]:
    """Give running totals their always-valid figures.

    Args:
        days: Running totals.
        control: The variant_id of Control.
        weights: Configured weights by variant_id.
        alpha: The error rate over all days.
        tuning: Visitors in both arms at which the intervals are tightest.
        burn_in: Conversions that both arms need before there are figures.
        concentration: As for `srm_sequential`.

    Returns:
        The days in order; empty where Control has no rows.
    """
    if not days or control not in days[0].totals:
        return ()
    ids = [control, *(v for v in days[0].totals if v != control)]
    table = {
        day.day: {v: (day.totals[v].conversions, day.totals[v].visitors) for v in ids}
        for day in days
    }
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


def _look(
    control: Count, treatment: Count, *, alpha: float, tuning: float, burn_in: float
) -> Sequential:
    """Return the always-valid figures of one day's totals."""
    if min(control[0], treatment[0]) < burn_in:
        return Sequential(reason=f"fewer than {burn_in:g} conversions in an arm so far")
    if control[0] > control[1] or treatment[0] > treatment[1]:
        return Sequential(reason="more conversions than visitors so far")
    moments = always_valid.rate_moments(control), always_valid.rate_moments(treatment)
    return always_valid.guarded(*moments, alpha=alpha, tuning=tuning)


def _splits(
    table: Mapping[str, Mapping[str, Count]],
    ids: Sequence[str],
    weights: Mapping[str, float] | None,
    concentration: float,
) -> list[float | None]:
    """Return the running minimum of the split's p-value, per day."""
    if weights is None or any(v not in weights for v in ids):
        return [None] * len(table)
    ids = [v for v in ids if weights[v] > 0.0]  # a paused arm is no part of the split
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
        always_valid_p_better=look.p_greater,
        always_valid_p_worse=look.p_less,
    )
