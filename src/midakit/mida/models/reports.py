"""Reports: results, breakdowns, timeseries, metrics, the configured split, and links to share.

`variant_id` is text here, "0" is Control and "1" is Variant 1; match variants by it, not by name.
"""

import re
from typing import Any, ClassVar, cast

import attrs

from midakit.core.models.model import Model, Sent, fields, known, model
from midakit.core.verbs import Verb
from midakit.errors import MidakitError
from midakit.mida.models import vocabulary
from midakit.mida.models._types import Moment
from midakit.mida.models.goals import GoalRef
from midakit.mida.models.status import Status

_RESULT = re.compile(r"result_(\d+)")


@model
class VariantResult(Model):
    """One variant's numbers; the revenue ones are there only where there was revenue."""

    variant_id: str | None = None
    name: str | None = None
    """For display; may be the nickname."""
    nickname: str | None = None
    visitors: int | None = None
    conversions: int | None = None
    conversion_rate: float | None = None
    """Percent."""
    improvement: float | None = None
    """Percent lift over Control; absent on Control and while Control has no data."""
    revenue: float | None = None
    orders: int | None = None
    rpv: float | None = None
    """Revenue per visitor."""
    aov: float | None = None
    """Revenue per order."""
    currency: str | None = None
    revenue_per_visitor_improvement: float | None = None
    traffic_weight: float | None = None
    """The configured share; None under a bandit."""
    variant_status: str | None = known(vocabulary.VariantStatus)
    is_control: bool | None = None


@model
class Breakdown(Model):
    """One segment of a breakdown; lifts are against Control in the same segment."""

    criteria: Any = None
    total_visitors: int | None = None
    total_conversions: int | None = None
    conversion_rate: float | None = None
    has_revenue: bool | None = None
    total_revenue: float | None = None
    total_orders: int | None = None
    rpv: float | None = None
    aov: float | None = None
    currency: str | None = None
    variants: list[VariantResult] | None = None


@model
class _Report(Model):
    """What the three reports have in common, echoes of the query included."""

    success: bool | None = None
    test_id: int | None = None
    test_name: str | None = None
    primary_goal: GoalRef | None = None
    goal: GoalRef | None = None
    selected_goal: GoalRef | None = None
    report_phase: str | None = known(vocabulary.ReportPhase)
    query_start_date: str | None = None
    query_end_date: str | None = None
    effective_start_date: str | None = None
    effective_end_date: str | None = None
    filter_by: Any = None
    custom_filter: Any = None

    plot = Verb("plot")
    _repr_html_ = Verb("_repr_html_")

    @property
    def report_goal(self) -> GoalRef | None:
        """The goal reported on: `selected_goal`, else `goal`, else `primary_goal`."""
        return self.selected_goal or self.goal or self.primary_goal


@model
class Result(_Report):
    """Visitors and conversions per variant, Control first."""

    status: Status | None = None
    status_code: Status | None = None
    start_date: Moment | None = None
    """Creation of the experiment."""
    end_date: Moment | None = None
    """Set only once concluded in the dashboard."""
    days_running: int | None = None
    stats_engine: str | None = known(vocabulary.StatsEngine)
    confidence_threshold_percent: float | None = None
    serving_variant_id: str | None = None
    is_serving: bool | None = None
    traffic_allocation: float | None = None
    distribution_mode: str | None = known(vocabulary.DistributionMode)
    is_mab: bool | None = None
    total_visitors: int | None = None
    total_conversions: int | None = None
    has_revenue: bool | None = None
    total_revenue: float | None = None
    total_orders: int | None = None
    rpv: float | None = None
    aov: float | None = None
    currency: str | None = None
    variants: list[VariantResult] | None = None
    breakdown_by: str | None = known(vocabulary.BreakdownBy)
    breakdowns: list[Breakdown] | None = None

    @property
    def control(self) -> VariantResult | None:
        """The row of Control."""
        rows = self.variants or []
        return next((row for row in rows if row.is_control or row.variant_id == "0"), None)

    def variant(self, variant_id: str | int) -> VariantResult:
        """The row of a variant, by the id that reports and serving use."""
        for row in self.variants or []:
            if row.variant_id == str(variant_id):
                return row
        raise KeyError(f"the result has no variant {variant_id!r}")


@model
class TimeseriesRow(Model):
    """A raw chart row; every field but the id depends on the goal, and more may come in `extra`.

    The fields of the second half are rare and read out of the answer when asked for.
    """

    _also: ClassVar[str] = ".*"

    variant_id: str | None = None
    converted: float | None = None
    """How many converted (inferred from the example)."""
    conversion: float | None = None
    """Rate in percent (inferred from the example)."""
    visitors: float | None = None
    revenue: float | None = None
    currency: str | None = None
    created_at: str | None = None
    updated_at: str | None = None

    quantity = Sent(float)
    no_of_order = Sent(float)
    start_date = Sent[Any](cast(Any, Any))
    end_date = Sent[Any](cast(Any, Any))
    duration = Sent[Any](cast(Any, Any))
    sum_sq_revenue = Sent(float)
    sum_sq_orders = Sent(float)
    sum_revenue_orders_cross = Sent(float)
    gross_profit = Sent(float)
    total_cogs = Sent(float)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TimeseriesRow):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in _ROW_NAMES)


_ROW_NAMES = (
    *(field.name for field in fields(TimeseriesRow)),
    *(name for name, value in vars(TimeseriesRow).items() if isinstance(value, Sent)),
)


@model
class Timeseries(_Report):
    """Rows per day and variant."""

    count: int | None = None
    timeseries: list[TimeseriesRow] | None = None


@model
class MetricDefinition(Model):
    """What one `result_N` of the rows means."""

    metric_key: str | None = None
    metric_text: str | None = None
    name: str | None = None
    type: int | None = None
    goal: GoalRef | None = None


@model
class MetricRow(Model):
    """One variant's secondary metrics."""

    _also: ClassVar[str] = _RESULT.pattern

    variant_id: str | None = None
    total: int | None = None
    """Visitors."""

    @property
    def results(self) -> dict[int, float | None]:
        """N -> value, N counting the definitions from 1; None where the value is no number."""
        from midakit.core.models.tolerant import (
            read,  # brings cattrs along, so not before it is needed
        )

        return {
            int(named[1]): read(float | None, value)
            for key, value in self.raw.items()
            if (named := _RESULT.fullmatch(key))
        }


@model
class Metrics(_Report):
    """Secondary metrics per variant."""

    count: int | None = None
    metric_count: int | None = None
    metric_definitions: list[MetricDefinition] | None = None
    metrics: list[MetricRow] | None = None
    warnings: list[Any] | None = None

    def table(self) -> dict[str, dict[str, float | None]]:
        """Variant -> metric key -> value, each value under the definition that its number names."""
        keys = {
            number: one.metric_key for number, one in enumerate(self.metric_definitions or [], 1)
        }
        return {
            row.variant_id or "": {
                keys.get(number) or f"result_{number}": value
                for number, value in row.results.items()
            }
            for row in self.metrics or []
        }


@attrs.frozen
class FailedBatch:
    """A group of metric definitions whose numbers did not come."""

    indexes: tuple[int, ...]
    error: MidakitError


class BatchedMetrics(Metrics):
    """Metrics put together from several answers."""

    failed: tuple[FailedBatch, ...] = ()
    """The groups that did not come."""

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return *super().__reduce_ex__(protocol), {"failed": self.failed}

    @property
    def complete(self) -> bool:
        """Every group came."""
        return not self.failed


@model
class DistributionVariant(Model):
    """One variant's configured share."""

    variant_id: str | None = None
    name: str | None = None
    traffic_weight: float | None = None
    """Percent; None under a bandit."""
    variant_status: str | None = known(vocabulary.VariantStatus)


@model
class Distribution(Model):
    """The configured split, not the realized one."""

    success: bool | None = None
    test_id: int | None = None
    test_name: str | None = None
    status: Status | None = None
    traffic_allocation: float | None = None
    distribution_mode: str | None = known(vocabulary.DistributionMode)
    is_mab: bool | None = None
    variants: list[DistributionVariant] | None = None


@model
class ShareLink(Model):
    """A read-only link; it loads only where `is_public`."""

    success: bool | None = None
    test_id: int | None = None
    company_id: int | None = None
    share_link: str | None = None
    is_public: bool | None = None


@model
class PreviewUrl(Model):
    """A link that shows one variant; `variant_id` 0 is Control."""

    variant_id: int | None = None
    name: str | None = None
    preview_url: str | None = None


@model
class PreviewUrls(Model):
    """Preview links of every variant."""

    success: bool | None = None
    test_id: int | None = None
    test_name: str | None = None
    page_url: str | None = None
    variants: list[PreviewUrl] | None = None
