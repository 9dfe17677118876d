"""Secondary metrics: what else moved, with p-values that know how many were looked at.

The API sends one number per metric and variant. Where it counts visitors `midakit.stats` compares it;
the others are shown as they came, with the reason why there is no test.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from midakit import stats
from midakit.stats import RateFigures


@dataclass(frozen=True, slots=True)
class TreatmentValue:
    """One treatment's value of one metric, beside Control's."""

    variant_id: str
    variant: str
    value: float | None
    control: float | None
    rate: float | None = None
    control_rate: float | None = None
    figures: RateFigures | None = None


@dataclass(frozen=True, slots=True)
class SecondaryMetric:
    """One metric; `reason` says why there is no test."""

    name: str
    treatments: tuple[TreatmentValue, ...]
    reason: str | None = None


def secondary(metrics: Any, result: Any) -> tuple[SecondaryMetric, ...]:
    """Return the secondary metrics of an experiment that have a treatment to show.

    Args:
        metrics: The answer of the metrics report; None where it did not come.
        result: The experiment's result.
    """
    found = stats.secondary(metrics, result=result)
    names = {arm.variant_id: arm.name for arm in getattr(result, "variants", None) or []}
    measures = [_measure(one, at, metrics.metrics, names) for at, one in enumerate(found, 1)]
    return tuple(one for one in measures if one.treatments)


def tests(measures: tuple[SecondaryMetric, ...]) -> int:
    """Return how many p-values were corrected together.

    Args:
        measures: Those of one experiment; each may have several treatments.
    """
    return sum(
        one.figures is not None and one.figures.p_value is not None
        for measure in measures
        for one in measure.treatments
    )


def _measure(
    found: stats.Secondary, number: int, rows: list[Any], names: Mapping[Any, str | None]
) -> SecondaryMetric:
    values = {row.variant_id: row.results.get(number) for row in rows}
    rates = {arm.variant_id: arm.rate for arm in found.arms if found.comparisons}
    figures = {one.variant_id: one.conversion for one in found.comparisons}
    treatments = [
        TreatmentValue(
            str(variant), names.get(variant) or f"Variant {variant}", value, values.get("0"),
            rates.get(variant), rates.get("0"), figures.get(variant),
        )
        for variant, value in values.items()
        if variant != "0"
    ]  # fmt: skip
    return SecondaryMetric(found.name, tuple(treatments), found.reason)
