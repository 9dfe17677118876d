"""Reports: results, breakdowns, timeseries, metrics, the configured split, and links to share.

`variant_id` is text here, "0" is Control and "1" is Variant 1; match variants by it, not by name.
"""

import re
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

import attrs

from midakit.core.models.model import LazyField, Model, fields, known, model
from midakit.errors import MidakitError
from midakit.mida.models import vocabulary
from midakit.mida.models._types import Moment, Reply
from midakit.mida.models.goals import GoalRef
from midakit.mida.models.status import Status

if TYPE_CHECKING:
    from midakit.report.charts.chart import Chart

_RESULT = re.compile(r"result_(\d+)")


@model
class VariantResult(Model):
    """One variant's numbers; the revenue ones are there only where there was revenue."""

    variant_id: str | None = None
    """Id in reports and serving: "0" is Control, "1" is Variant 1."""
    name: str | None = None
    """Name for display, which may be the nickname."""
    nickname: str | None = None
    """Free label that the dashboard shows instead of the name."""
    visitors: int | None = None
    """Visitors who saw this variant."""
    conversions: int | None = None
    """Visitors who converted."""
    conversion_rate: float | None = None
    """Share of visitors who converted, in percent: 10.0 is 10 %."""
    improvement: float | None = None
    """Lift of the conversion rate over Control, in percent; None on Control and while Control has no data."""
    revenue: float | None = None
    """Revenue of this variant; None without revenue."""
    orders: int | None = None
    """Orders of this variant; None without revenue."""
    rpv: float | None = None
    """Revenue per visitor."""
    aov: float | None = None
    """Revenue per order."""
    currency: str | None = None
    """Currency code of the revenue, such as `USD`."""
    revenue_per_visitor_improvement: float | None = None
    """Lift of the revenue per visitor over Control, in percent; None on Control."""
    traffic_weight: float | None = None
    """Configured share of the traffic, in percent; None under a bandit."""
    variant_status: str | None = known(vocabulary.VariantStatus)
    """`active`, or `paused` when its configured share is 0."""
    is_control: bool | None = None
    """True for Control."""


@model
class Breakdown(Model):
    """One segment of a breakdown; lifts are against Control in the same segment."""

    criteria: Any = None
    """The value of the dimension that this part stands for."""
    total_visitors: int | None = None
    """Visitors of this part, all variants together."""
    total_conversions: int | None = None
    """Visitors of this part who converted."""
    conversion_rate: float | None = None
    """Share of visitors who converted, in percent."""
    has_revenue: bool | None = None
    """True when the goal brought revenue; only then the revenue fields are there."""
    total_revenue: float | None = None
    """Revenue of this part; None without revenue."""
    total_orders: int | None = None
    """Orders of this part; None without revenue."""
    rpv: float | None = None
    """Revenue per visitor."""
    aov: float | None = None
    """Revenue per order (average order value)."""
    currency: str | None = None
    """Currency code of the revenue, such as `USD`."""
    variants: list[VariantResult] | None = None
    """The variants within this part."""


@model
class _Report(Reply):
    """What the three reports have in common, echoes of the query included."""

    test_id: int | None = None
    """Id of the experiment."""
    test_name: str | None = None
    """Display name of the experiment."""
    primary_goal: GoalRef | None = None
    """The experiment's primary goal."""
    goal: GoalRef | None = None
    """The goal that was asked for."""
    selected_goal: GoalRef | None = None
    """The goal that the server reported on."""
    report_phase: str | None = known(vocabulary.ReportPhase)
    """`pre_deploy` before a winner was served, `post_deploy` after it, or `all_time`."""
    query_start_date: str | None = None
    """First day that was asked for."""
    query_end_date: str | None = None
    """Last day that was asked for."""
    effective_start_date: str | None = None
    """First day that was counted."""
    effective_end_date: str | None = None
    """Last day that was counted."""
    filter_by: Any = None
    """Preset filters of the query, as the server repeats them."""
    custom_filter: Any = None
    """Segment of the query, as the server repeats it."""

    def plot(self, chart: Literal["lift", "traffic", "revenue", "rate"] | None = None) -> "Chart":
        """Return a chart, which shows itself in a notebook; `.save("lift.svg")` writes a file.

        Args:
            chart: `lift`, `traffic` or `revenue` of a result, `rate` of a timeseries; when left out,
                the first that there is.

        Raises:
            InvalidRequest: This answer has no such chart.
            MissingExtra: matplotlib is not installed (extra `report`).
        """
        from midakit.report.notebook import plot

        return plot(self, chart)

    def _repr_html_(self) -> str | None:
        from midakit.report.notebook import to_html

        return to_html(self)

    @property
    def report_goal(self) -> GoalRef | None:
        """The goal reported on: `selected_goal`, else `goal`, else `primary_goal`."""
        return self.selected_goal or self.goal or self.primary_goal


@model
class Result(_Report):
    """Visitors and conversions per variant, Control first."""

    status: Status | None = None
    """State of the experiment: draft, live or inactive."""
    status_code: Status | None = None
    """`status` as a number."""
    start_date: Moment | None = None
    """When the experiment was created, not when it started."""
    end_date: Moment | None = None
    """When the experiment was concluded in the dashboard; None before, also while it is stopped."""
    days_running: int | None = None
    """Days from creation to `end_date`, or to now."""
    stats_engine: str | None = known(vocabulary.StatsEngine)
    """`bayesian` or `frequentist`; it says how to read `confidence_threshold_percent`."""
    confidence_threshold_percent: float | None = None
    """Bayesian: the chance to beat Control that is needed, in percent.
    Frequentist: significant when p < 1 - threshold / 100.
    """
    serving_variant_id: str | None = None
    """Id of the variant that is served as the winner, or None while none is."""
    is_serving: bool | None = None
    """True while a winner is served."""
    traffic_allocation: float | None = None
    """Percent of eligible visitors who are let in; while a winner is served, who see it."""
    distribution_mode: str | None = known(vocabulary.DistributionMode)
    """How traffic is split: `equal`, `custom`, or `mab` for a multi-armed bandit."""
    is_mab: bool | None = None
    """True when a multi-armed bandit moves the traffic."""
    total_visitors: int | None = None
    """Visitors of all variants together."""
    total_conversions: int | None = None
    """Visitors of all variants who converted."""
    has_revenue: bool | None = None
    """True when the goal brought revenue; only then the revenue fields are there."""
    total_revenue: float | None = None
    """Revenue of all variants together; None without revenue."""
    total_orders: int | None = None
    """Orders of all variants together; None without revenue."""
    rpv: float | None = None
    """Revenue per visitor of all variants together."""
    aov: float | None = None
    """Revenue per order of all variants together."""
    currency: str | None = None
    """Currency code of the revenue, such as `USD`."""
    variants: list[VariantResult] | None = None
    """One row for each variant, Control first."""
    breakdown_by: str | None = known(vocabulary.BreakdownBy)
    """Dimension of the breakdown that was asked for."""
    breakdowns: list[Breakdown] | None = None
    """One part for each value of the dimension."""

    @property
    def control(self) -> VariantResult | None:
        """The row of Control."""
        rows = self.variants or []
        return next((row for row in rows if row.is_control or row.variant_id == "0"), None)

    def variant(self, variant_id: str | int) -> VariantResult:
        """Return the row of a variant.

        Args:
            variant_id: The id that reports and serving use: "0" is Control.

        Raises:
            KeyError: The result has no such variant.
        """
        for row in self.variants or []:
            if row.variant_id == str(variant_id):
                return row
        raise KeyError(f"the result has no variant {variant_id!r}")


@model
class TimeseriesRow(Model):
    """A raw chart row; every field but the id depends on the goal, and more may come in `extra`.

    The fields of the second half are rare, so they are decoded when they are first read.
    """

    _also: ClassVar[str] = ".*"

    variant_id: str | None = None
    """Id in reports: "0" is Control, "1" is Variant 1."""
    converted: float | None = None
    """Visitors who converted; the contract does not say so, its example does."""
    conversion: float | None = None
    """Conversion rate in percent; the contract does not say so, its example does."""
    visitors: float | None = None
    """Visitors of the day."""
    revenue: float | None = None
    """Revenue of the day."""
    currency: str | None = None
    """Currency code of the revenue, such as `USD`."""
    created_at: str | None = None
    """The day, as text."""
    updated_at: str | None = None
    """When the row was last computed, as text."""

    quantity = LazyField(float)
    """Items sold on the day."""
    no_of_order = LazyField(float)
    """Orders of the day."""
    start_date = LazyField[Any](cast(Any, Any))
    """Not documented; kept as the server sent it."""
    end_date = LazyField[Any](cast(Any, Any))
    """Not documented; kept as the server sent it."""
    duration = LazyField[Any](cast(Any, Any))
    """Not documented; kept as the server sent it."""
    sum_sq_revenue = LazyField(float)
    """Sum over visitors of their squared revenue, for variances."""
    sum_sq_orders = LazyField(float)
    """Sum over visitors of their squared number of orders, for variances."""
    sum_revenue_orders_cross = LazyField(float)
    """Sum over visitors of revenue times orders, for the covariance."""
    gross_profit = LazyField(float)
    """Revenue minus the cost of goods."""
    total_cogs = LazyField(float)
    """Cost of the goods sold."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TimeseriesRow):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in _ROW_NAMES)


_ROW_NAMES = (
    *(field.name for field in fields(TimeseriesRow)),
    *(name for name, value in vars(TimeseriesRow).items() if isinstance(value, LazyField)),
)


@model
class Timeseries(_Report):
    """Rows per day and variant."""

    count: int | None = None
    """How many rows there are."""
    timeseries: list[TimeseriesRow] | None = None
    """The rows, by day and variant."""


@model
class MetricDefinition(Model):
    """What one `result_N` of the rows means."""

    metric_key: str | None = None
    """Key that `metric_keys` takes."""
    metric_text: str | None = None
    """`goal_` and the goal's id, an event's name, or a built-in metric."""
    name: str | None = None
    """Display name of the metric."""
    type: int | None = None
    """Kind of the metric, as the server numbers it."""
    goal: GoalRef | None = None
    """The goal behind the metric; None for events and built-in metrics."""


@model
class MetricRow(Model):
    """One variant's secondary metrics."""

    _also: ClassVar[str] = _RESULT.pattern

    variant_id: str | None = None
    """Id in reports: "0" is Control, "1" is Variant 1."""
    total: int | None = None
    """Visitors of the variant."""

    @property
    def results(self) -> dict[int, float | None]:
        """Values by the number of their definition, counted from 1; None where the value is not a number."""
        from midakit.core.models.tolerant import (
            structure_one,  # imports cattrs, so not before it is needed
        )

        return {
            int(named[1]): structure_one(float | None, value)
            for key, value in self.raw.items()
            if (named := _RESULT.fullmatch(key))
        }


@model
class Metrics(_Report):
    """Secondary metrics per variant."""

    count: int | None = None
    """How many rows there are."""
    metric_count: int | None = None
    """How many metrics were asked for."""
    metric_definitions: list[MetricDefinition] | None = None
    """What each `result_N` of the rows means, N counting from 1."""
    metrics: list[MetricRow] | None = None
    """One row for each variant."""
    warnings: list[Any] | None = None
    """Metrics that the server does not support or did not find."""

    def table(self) -> dict[str, dict[str, float | None]]:
        """Return the values by variant and metric key.

        A value stands under the metric definition that its number names, or under `result_N` when
        there is none.
        """
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
    """Positions of the metric definitions, counted from 0."""
    error: MidakitError
    """Why they did not come."""


class BatchedMetrics(Metrics):
    """Metrics merged from several answers."""

    failed: tuple[FailedBatch, ...] = ()
    """The groups that did not come."""

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return *super().__reduce_ex__(protocol), {"failed": self.failed}

    @property
    def complete(self) -> bool:
        """True when the numbers of every group came."""
        return not self.failed


@model
class DistributionVariant(Model):
    """One variant's configured share."""

    variant_id: str | None = None
    """Id in reports: "0" is Control, "1" is Variant 1."""
    name: str | None = None
    """Name of the variant."""
    traffic_weight: float | None = None
    """Configured share of the traffic, in percent; None under a bandit."""
    variant_status: str | None = known(vocabulary.VariantStatus)
    """`active`, or `paused` when its configured share is 0."""


@model
class Distribution(Reply):
    """The configured split, not the realized one."""

    test_id: int | None = None
    """Id of the experiment."""
    test_name: str | None = None
    """Display name of the experiment."""
    status: Status | None = None
    """State of the experiment: draft, live or inactive."""
    traffic_allocation: float | None = None
    """Percent of eligible visitors who are let in."""
    distribution_mode: str | None = known(vocabulary.DistributionMode)
    """How traffic is split: `equal`, `custom`, or `mab` for a multi-armed bandit."""
    is_mab: bool | None = None
    """True when a multi-armed bandit moves the traffic."""
    variants: list[DistributionVariant] | None = None
    """One row for each variant, Control first."""


@model
class ShareLink(Reply):
    """A read-only link; it loads only where `is_public`."""

    test_id: int | None = None
    """Id of the experiment."""
    company_id: int | None = None
    """Id of the account that owns the project."""
    share_link: str | None = None
    """The address to share."""
    is_public: bool | None = None
    """False until sharing is switched on in the dashboard; the link does not load before."""


@model
class PreviewUrl(Model):
    """A link that shows one variant; `variant_id` 0 is Control."""

    variant_id: int | None = None
    """0 is Control, 1 is Variant 1."""
    name: str | None = None
    """Name of the variant."""
    preview_url: str | None = None
    """Address that shows this variant."""


@model
class PreviewUrls(Reply):
    """Preview links of every variant."""

    test_id: int | None = None
    """Id of the experiment."""
    test_name: str | None = None
    """Display name of the experiment."""
    page_url: str | None = None
    """The page that the links lead to."""
    variants: list[PreviewUrl] | None = None
    """One link for each variant."""
