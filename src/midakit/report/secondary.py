"""Secondary metrics: what else moved, with p-values that know how many were looked at.

The API sends one number per metric and variant, and only for some is it known what it counts:

    goals, events, _engagement    visitors who did it: a rate, compared like the main one
    _pageview                     pages, many per visitor: no test without their spread
    BounceRate                    a percentage without its counts: no test
"""

from dataclasses import dataclass, replace
from typing import Any

from midakit.stats import adjust, z_test
from midakit.stats.checks import Interval

SECONDARY_ALPHA = 0.05
"""A corrected p under it is marked."""

_UNTESTED = {
    "_pageview": "one visitor counts often, and the spread does not come with it",
    "BounceRate": "a percentage without its counts",
}


@dataclass(frozen=True, slots=True)
class Moved:
    """One treatment's value of one metric, against Control's."""

    variant: str
    value: float | None
    rate: float | None = None
    lift: float | None = None
    lift_ci: Interval | None = None
    p_value: float | None = None
    corrected: float | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric: Control first."""

    name: str
    rows: tuple[Moved, ...]
    reason: str | None = None
    """Why there is no test."""


@dataclass(frozen=True, slots=True)
class Secondary:
    """All secondary metrics; corrected together, by Benjamini and Hochberg."""

    measures: tuple[Measure, ...]
    tests: int


def secondary(metrics: Any, result: Any) -> Secondary | None:
    """The metrics of an experiment; None where it has none."""
    rows = sorted(metrics.metrics or [], key=lambda row: row.variant_id != "0")
    names = {arm.variant_id: arm.name for arm in getattr(result, "variants", None) or []}
    measures = [
        _measure(definition, number, rows, names)
        for number, definition in enumerate(metrics.metric_definitions or [], 1)
    ]
    if not measures or not rows:
        return None
    ps = [moved.p_value for measure in measures for moved in measure.rows]
    corrected = iter(adjust(ps, method="bh"))
    return Secondary(
        tuple(
            Measure(
                one.name,
                tuple(replace(moved, corrected=next(corrected)) for moved in one.rows),
                one.reason,
            )
            for one in measures
        ),
        sum(p is not None for p in ps),
    )


def _measure(definition: Any, number: int, rows: list[Any], names: dict[Any, Any]) -> Measure:
    name = definition.name or definition.metric_key or f"Metric {number}"
    arms = [
        (
            names.get(row.variant_id) or f"Variant {row.variant_id}",
            row.total,
            row.results.get(number),
        )
        for row in rows
    ]
    reason = _UNTESTED.get(definition.metric_text or "") or _odd(arms)
    if reason:
        return Measure(name, tuple(Moved(arm, value) for arm, _, value in arms), reason)
    (label, n, x), *treatments = arms
    moved = [Moved(label, x, x / n)]
    for label, total, value in treatments:
        test = z_test(control=(x, n), treatment=(value, total))
        moved.append(Moved(label, value, value / total, test.lift, test.lift_ci, test.p_value))
    return Measure(name, tuple(moved))


def _odd(arms: list[tuple[str, Any, Any]]) -> str | None:
    if any(value is None or not total for _, total, value in arms):
        return "a variant has no figure"
    if any(value != int(value) or not 0 <= value <= total for _, total, value in arms):
        return "these are no counts of visitors"
    return None
