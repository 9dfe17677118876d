"""Reports: results, breakdowns, timeseries, and the configured split.

`variant_id` is text here, "0" is Control and "1" is Variant 1; match variants by it, not by name.
"""

from typing import Any, ClassVar, cast

from midakit.core.models.model import LazyField, Model, fields, known, model
from midakit.mida.models._report import ReportReply
from midakit.mida.models._types import Moment, Reply
from midakit.mida.models.status import Status


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
    variant_status: str | None = known("VariantStatus")
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
class Result(ReportReply):
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
    stats_engine: str | None = known("StatsEngine")
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
    distribution_mode: str | None = known("DistributionMode")
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
    breakdown_by: str | None = known("BreakdownBy")
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
class Timeseries(ReportReply):
    """Rows per day and variant."""

    count: int | None = None
    """How many rows there are."""
    timeseries: list[TimeseriesRow] | None = None
    """The rows, by day and variant."""


@model
class DistributionVariant(Model):
    """One variant's configured share."""

    variant_id: str | None = None
    """Id in reports: "0" is Control, "1" is Variant 1."""
    name: str | None = None
    """Name of the variant."""
    traffic_weight: float | None = None
    """Configured share of the traffic, in percent; None under a bandit."""
    variant_status: str | None = known("VariantStatus")
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
    distribution_mode: str | None = known("DistributionMode")
    """How traffic is split: `equal`, `custom`, or `mab` for a multi-armed bandit."""
    is_mab: bool | None = None
    """True when a multi-armed bandit moves the traffic."""
    variants: list[DistributionVariant] | None = None
    """One row for each variant, Control first."""
