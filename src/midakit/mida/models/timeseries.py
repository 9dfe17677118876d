"""Timeseries: rows per day and variant."""

from typing import Any, ClassVar, cast

from attrs import define, field

from midakit.core.models.model import PROMISED, LazyField, Model, fields
from midakit.mida.models._report import ReportReply


@define(kw_only=True, repr=False)
class TimeseriesRow(Model):
    """A raw chart row; every field but the id depends on the goal, and more may come in `extra`.

    The fields of the second half are rare, so they are decoded when they are first read.
    """

    _also: ClassVar[str] = ".*"

    variant_id: str = PROMISED
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


@define(kw_only=True, repr=False)
class Timeseries(ReportReply):
    """Rows per day and variant."""

    count: int = PROMISED
    """How many rows there are."""
    timeseries: list[TimeseriesRow] = field(factory=list)
    """The rows, by day and variant."""
