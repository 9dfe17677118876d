"""Segments side by side: many questions to the same data, answered on evidence that is corrected together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

from midakit.stats.comparison.multiplicity import Correction
from midakit.stats.data import fields
from midakit.stats.decision.analysis import analyze
from midakit.stats.decision.checks.guardrails import GuardrailInput
from midakit.stats.decision.findings.analysis import Analysis
from midakit.stats.decision.options.method import Engine
from midakit.stats.decision.together import corrected_together
from midakit.stats.types import Alternative, Metric, Prior


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One segment's analysis; its p-values are corrected over all segments as well."""

    name: str
    analysis: Analysis


class SegmentOptions(TypedDict, total=False):
    """Options of `analyze` that are the same for every segment; see there what each one means."""

    config: Any
    engine: Engine | None
    threshold: float | None
    alternative: Alternative | None
    metric: Metric
    prior: Prior
    level: float
    min_visitors: float
    min_conversions: float
    min_effect: float
    assumed_spend_cv: float
    tuning: float | None
    guardrails: GuardrailInput | None
    srm_alpha: float


def segments(
    results: Any,
    *,
    timeseries: Mapping[str, Any] | None = None,
    correction: Correction = "bh",
    **options: Unpack[SegmentOptions],
) -> tuple[Segment, ...]:
    """Analyze segments, with outcomes and verdicts corrected over the variants and all segments.

    Chances, p-values and always-valid figures of the metric that decides are corrected together; a
    verdict is what they allow then.

    Args:
        results: A dict of name -> result, or one result with its `breakdowns`.
        timeseries: A dict of name -> timeseries, for the segments that have one.
        correction: How the evidence is corrected over the variants and all segments.
        **options: Options of `analyze`, the same for every segment.

    Returns:
        One analysis per segment, in the order given.

    Raises:
        ValueError: An option is out of its range.

    Example:
        ```python
        for one in stats.segments(mida.experiments.result(1001, breakdown_by="device")):
            print(one.name, one.analysis.verdict.kind)
        ```
    """
    if isinstance(results, Mapping) and "variants" not in results:
        named = dict(results)
    else:
        named = _breakdowns(results)
    days = timeseries or {}
    found = [analyze(one, timeseries=days.get(name), **options) for name, one in named.items()]
    together = corrected_together(found, correction)
    return tuple(Segment(name=n, analysis=a) for n, a in zip(named, together, strict=True))


def _breakdowns(result: Any) -> dict[str, dict[str, Any]]:
    """Return each breakdown as a result of its own: its variants under the heading of the whole."""
    heading = {name: fields.field(result, name) for name in _HEADING}
    return {
        fields.text(row, "criteria") or "": {**heading, "variants": fields.field(row, "variants")}
        for row in fields.rows(result, "breakdowns")
    }


_HEADING = (
    "test_id", "test_name", "primary_goal", "goal", "selected_goal", "report_phase", "days_running",
    "stats_engine", "confidence_threshold_percent", "serving_variant_id", "is_serving",
    "traffic_allocation", "distribution_mode", "is_mab", "currency",
)  # fmt: skip
