"""Reports for one goal: results and their breakdowns.

`variant_id` is text here, "0" is Control and "1" is Variant 1; match variants by it, not by name.
"""

from typing import Any

from attrs import define, field

from midakit.core.models.model import PROMISED, Model, known
from midakit.mida.models._report import ReportReply
from midakit.mida.models._types import Moment
from midakit.mida.models.status import Status


@define(kw_only=True, repr=False)
class VariantResult(Model):
    """One variant's numbers; the revenue ones are there only where there was revenue."""

    variant_id: str = PROMISED
    """Id in reports and serving: "0" is Control, "1" is Variant 1."""
    name: str = PROMISED
    """Name for display, which may be the nickname."""
    nickname: str | None = None
    """Free label that the dashboard shows instead of the name."""
    visitors: int = PROMISED
    """Visitors who saw this variant."""
    conversions: int = PROMISED
    """Visitors who converted."""
    conversion_rate: float = PROMISED
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
    is_control: bool = PROMISED
    """True for Control."""


@define(kw_only=True, repr=False)
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
    variants: list[VariantResult] = field(factory=list)
    """The variants within this part."""


@define(kw_only=True, repr=False)
class Result(ReportReply):
    """Visitors and conversions per variant, Control first."""

    status: Status = PROMISED
    """State of the experiment: draft, live or inactive."""
    status_code: Status | None = None
    """`status` as a number."""
    start_date: Moment | None = None
    """When the experiment was created, not when it started."""
    end_date: Moment | None = None
    """When the experiment was concluded in the dashboard; None before, also while it is stopped."""
    days_running: int = PROMISED
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
    total_visitors: int = PROMISED
    """Visitors of all variants together."""
    total_conversions: int = PROMISED
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
    variants: list[VariantResult] = field(factory=list)
    """One row for each variant, Control first."""
    breakdown_by: str | None = known("BreakdownBy")
    """Dimension of the breakdown that was asked for."""
    breakdowns: list[Breakdown] = field(factory=list)
    """One part for each value of the dimension."""

    @property
    def control(self) -> VariantResult | None:
        """The row of Control."""
        rows = self.variants
        return next((row for row in rows if row.is_control or row.variant_id == "0"), None)

    def variant(self, variant_id: str | int) -> VariantResult:
        """Return the row of a variant.

        Args:
            variant_id: The id that reports and serving use: "0" is Control.

        Raises:
            KeyError: The result has no such variant.

        Example:
            control = mida.experiments.result(1001).variant("0")
            print(control.visitors, control.conversions)
        """
        for row in self.variants:
            if row.variant_id == str(variant_id):
                return row
        raise KeyError(f"the result has no variant {variant_id!r}")
