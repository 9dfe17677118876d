"""Segments side by side: many questions to the same data, answered on evidence that is corrected together."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypedDict, Unpack

from midakit.stats.comparison.group_sequential import Spending
from midakit.stats.comparison.multiplicity import Correction
from midakit.stats.data import fields
from midakit.stats.data.arms import read_arms
from midakit.stats.decision.analysis import analyze
from midakit.stats.decision.checks.guardrails import GuardrailInput
from midakit.stats.decision.findings.analysis import Analysis
from midakit.stats.decision.options.horizon import Horizon, HorizonInput, read_horizon
from midakit.stats.decision.options.method import Engine
from midakit.stats.decision.together import corrected_together
from midakit.stats.types import Alternative, Metric, Prior, StatsDataError


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One segment's analysis; its p-values are corrected over all segments as well.

    Example:
        [first, *_] = stats.segments(mida.experiments.result(1001, breakdown_by="device"))
        print(first.name, first.analysis.verdict.kind)
    """

    name: str
    analysis: Analysis

    def __repr__(self) -> str:
        return f"<Segment {self.name!r}: {self.analysis.verdict.kind}>"

    def _repr_html_(self) -> str:
        """Show the analysis in a notebook."""
        return self.analysis._repr_html_()


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
    spending: Spending | None
    guardrails: GuardrailInput | None
    srm_alpha: float


def segments(
    results: Any,
    *,
    timeseries: Mapping[str, Any] | None = None,
    metrics: Mapping[str, Any] | None = None,
    whole: Any = None,
    horizon: HorizonInput | None = None,
    correction: Correction = "bh",
    **options: Unpack[SegmentOptions],
) -> tuple[Segment, ...]:
    """Analyze segments, with outcomes and verdicts corrected over the variants and all segments.

    Chances, p-values and always-valid figures of the metric that decides are corrected together; a
    verdict is what they allow then. With a planned end all of them share its error rate (Holm).

    Args:
        results: A dict of name -> result, or one result with its `breakdowns`.
        timeseries: A dict of name -> timeseries, for the segments that have one.
        metrics: A dict of name -> metrics, for guardrails on secondary metrics.
        whole: The result of everyone. A horizon in visitors is one of the whole experiment; a segment
            gets as large a part of it as it has of the visitors so far. Without it the horizon counts for
            each segment by itself, and for the parts of a breakdown `results` is the whole.
        horizon: The planned end of the experiment, as `analyze` takes it.
        correction: How the evidence is corrected over the variants and all segments.
        **options: Options of `analyze`, the same for every segment.

    Returns:
        One analysis per segment, in the order given.

    Raises:
        ValueError: An option is out of its range.

    Example:
        for one in stats.segments(mida.experiments.result(1001, breakdown_by="device")):
            print(one.name, one.analysis.verdict.kind)
    """
    if isinstance(results, Mapping) and "variants" not in results:
        named = list(results.items())
    else:
        named, whole = _breakdowns(results), results if whole is None else whole
    days, guarding = timeseries or {}, metrics or {}
    config = fields.field(options.get("config"), "configuration") or options.get("config")
    planned = read_horizon(horizon, config, options.get("spending"))
    found = [
        analyze(
            one,
            timeseries=days.get(name),
            metrics=guarding.get(name),
            horizon=_share(planned, one, whole),
            **options,
        )
        for name, one in named
    ]
    together = corrected_together(found, correction)
    return tuple(Segment(name=n, analysis=a) for (n, _), a in zip(named, together, strict=True))


def _share(horizon: Horizon | None, part: Any, whole: Any) -> Horizon | None:
    """Return the part of a planned end that a segment has, by its visitors so far."""
    if horizon is None or horizon.visitors is None or whole is None:
        return horizon
    everyone = _visitors(whole)
    share = _visitors(part) / everyone if everyone else 1.0
    return replace(horizon, visitors=max(1.0, share * horizon.visitors))


def _visitors(result: Any) -> float:
    """Return the visitors of all arms; 0 where they cannot be read."""
    try:
        return sum(arm.visitors for arm in read_arms(result).arms)
    except StatsDataError:
        return 0.0


def _breakdowns(result: Any) -> list[tuple[str, dict[str, Any]]]:
    """Return each breakdown as a result of its own: its variants under the heading of the whole."""
    heading = {name: fields.field(result, name) for name in _HEADING}
    return [
        (_named(row), {**heading, "variants": fields.field(row, "variants")})
        for row in fields.rows(result, "breakdowns")
    ]


def _named(row: Any) -> str:
    """Return what a part of a breakdown is called; the API does not say of which type its criteria are."""
    criteria = fields.field(row, "criteria")
    if isinstance(criteria, Mapping):
        criteria = criteria.get("value", ", ".join(map(str, criteria.values())))
    return "" if criteria is None else str(criteria)


_HEADING = (
    "test_id", "test_name", "primary_goal", "goal", "selected_goal", "report_phase", "days_running",
    "stats_engine", "confidence_threshold_percent", "serving_variant_id", "is_serving",
    "traffic_allocation", "distribution_mode", "is_mab", "currency",
)  # fmt: skip
