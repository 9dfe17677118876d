"""Reports: result, timeseries, metrics, distribution."""

from datetime import datetime
from typing import Any

import attrs

from midakit.core.model import Model, known, model
from midakit.errors import MidakitError
from midakit.mida.models.goals import GoalRef
from midakit.mida.models.status import Status
from midakit.mida.models.vocabulary import (
    BreakdownBy,
    DistributionMode,
    ReportPhase,
    StatsEngine,
    VariantStatus,
)


@model
class DistributionVariant(Model):
    """One variant's configured share; "0" is Control, the weight is null under a bandit."""

    variant_id: str | None = None
    name: str | None = None
    traffic_weight: float | None = None
    variant_status: str | None = known(VariantStatus)


@model
class Distribution(Model):
    """The configured split, not the realized one."""

    success: bool | None = None
    test_id: int | None = None
    test_name: str | None = None
    status: Status | None = None
    traffic_allocation: float | None = None
    distribution_mode: str | None = known(DistributionMode)
    is_mab: bool | None = None
    variants: list[DistributionVariant] | None = None


@model
class VariantResult(Model):
    """One variant's counts; "0" is Control, rates and lifts are percents rounded by the server."""

    variant_id: str | None = None
    name: str | None = None
    nickname: str | None = None
    visitors: int | None = None
    conversions: int | None = None
    conversion_rate: float | None = None
    improvement: float | None = None
    revenue: float | None = None
    orders: int | None = None
    rpv: float | None = None
    aov: float | None = None
    currency: str | None = None
    revenue_per_visitor_improvement: float | None = None
    traffic_weight: float | None = None
    variant_status: str | None = known(VariantStatus)
    is_control: bool | None = None


@model
class Breakdown(Model):
    """One value of the dimension; lifts are against Control within it."""

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
    report_phase: str | None = known(ReportPhase)
    query_start_date: str | None = None
    query_end_date: str | None = None
    effective_start_date: str | None = None
    effective_end_date: str | None = None
    filter_by: str | list[str] | None = None
    custom_filter: Any = None

    _verbs = ("to_arrow", "to_polars", "to_pandas", "plot", "_repr_html_")

    @property
    def report_goal(self) -> GoalRef | None:
        """The goal that was counted, wherever this answer names it."""
        return self.selected_goal or self.goal or self.primary_goal


@model
class Result(_Report):
    """Visitors and conversions per variant, Control first."""

    status: Status | None = None
    status_code: int | None = None
    start_date: datetime | None = None
    end_date: datetime | None = None
    days_running: int | None = None
    stats_engine: str | None = known(StatsEngine)
    confidence_threshold_percent: float | None = None
    serving_variant_id: str | None = None
    is_serving: bool | None = None
    traffic_allocation: float | None = None
    distribution_mode: str | None = known(DistributionMode)
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
    breakdown_by: str | None = known(BreakdownBy)
    breakdowns: list[Breakdown] | None = None
    warnings: list[Any] | None = None

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
    """One day of one variant; not cumulative."""

    variant_id: str | None = None
    converted: float | None = None
    conversion: float | None = None
    visitors: float | None = None
    revenue: float | None = None
    quantity: float | None = None
    no_of_order: float | None = None
    currency: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    duration: Any = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    sum_sq_revenue: float | None = None
    sum_sq_orders: float | None = None
    sum_revenue_orders_cross: float | None = None
    gross_profit: float | None = None
    total_cogs: float | None = None


@model
class Timeseries(_Report):
    """Rows per day and variant."""

    count: int | None = None
    timeseries: list[TimeseriesRow] | None = None
    warnings: list[Any] | None = None


@model
class MetricDefinition(Model):
    """What `result_N` counts, N being its place from 1."""

    metric_key: str | None = None
    metric_text: str | None = None
    name: str | None = None
    type: int | None = None
    goal: GoalRef | None = None


@model
class MetricRow(Model):
    """One variant's metrics."""

    variant_id: str | None = None
    total: int | None = None

    @property
    def results(self) -> dict[int, float | None]:
        """N -> value of `result_N`; the raw keys are in `extra`."""
        found = {}
        for key, value in self.raw.items():
            if key.startswith("result_") and key[7:].isdigit():
                try:
                    found[int(key[7:])] = None if value is None else float(value)
                except (TypeError, ValueError):
                    found[int(key[7:])] = None
        return found


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
        names = {at: one.metric_key or f"result_{at}" for at, one in self._numbered()}
        return {
            str(row.variant_id): {
                names.get(at, f"result_{at}"): value for at, value in row.results.items()
            }
            for row in self.metrics or []
        }

    def _numbered(self) -> list[tuple[int, MetricDefinition]]:
        return list(enumerate(self.metric_definitions or [], start=1))


@attrs.frozen
class FailedBatch:
    """A group of definitions that did not come."""

    indexes: tuple[int, ...]
    error: MidakitError


class BatchedMetrics(Metrics):
    """Metrics put together from several answers; `failed` names the groups that are missing."""

    __slots__ = ("failed",)

    failed: tuple[FailedBatch, ...]

    @property
    def complete(self) -> bool:
        """Every group came."""
        return not self.failed
