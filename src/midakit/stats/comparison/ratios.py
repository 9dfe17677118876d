"""Revenue per order: a ratio of two sums over the same visitors.

Its variance is the delta method's, from the sums of squares and of the product over visitors; nothing
less than the product will do, since who orders more often also spends more.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Literal

from midakit.stats import validate
from midakit.stats.comparison.means import MeanTest, Moments, compare
from midakit.stats.types import Alternative, StatsDataError

_SMALLEST_AMOUNT = 1e-140  # money below this has lost its digits once squared


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """One arm: visitors, revenue and orders with their squares, and the sum of their products.

    Sums of squares and of products are over visitors, not over orders.

    Raises:
        ValueError: A sum is not a number.

    Example:
        arm = stats.Orders(
            visitors=1500, revenue=5800.0, sum_sq_revenue=80_000.0,
            orders=120, sum_sq_orders=140, sum_revenue_orders_cross=3000.0,
        )
        print(arm.revenue / arm.orders)
    """

    visitors: float
    revenue: float
    sum_sq_revenue: float
    orders: float
    sum_sq_orders: float
    sum_revenue_orders_cross: float
    """The sum over visitors of revenue times orders."""

    def __post_init__(self) -> None:
        """Check that visitors and orders are counts; only revenue and products may be negative."""
        for name in ("visitors", "orders"):
            validate.whole(getattr(self, name), name)
        for name in ("sum_sq_revenue", "sum_sq_orders"):
            validate.amount(getattr(self, name), name, signed=False)
        for name in ("revenue", "sum_revenue_orders_cross"):
            validate.amount(getattr(self, name), name)

    def moments(self) -> Moments | None:
        """Return revenue per order and its variance; None without orders or two visitors.

        Raises:
            StatsDataError: The sums contradict each other.

        Example:
            arm = stats.Orders(
                visitors=1500, revenue=5800.0, sum_sq_revenue=80_000.0,
                orders=120, sum_sq_orders=140, sum_revenue_orders_cross=3000.0,
            )
            print(arm.moments())
        """
        return order_moments(
            visitors=self.visitors,
            revenue=self.revenue,
            sum_sq_revenue=self.sum_sq_revenue,
            orders=self.orders,
            sum_sq_orders=self.sum_sq_orders,
            sum_revenue_orders_cross=self.sum_revenue_orders_cross,
        )


def order_moments(
    *,
    visitors: float,
    revenue: float,
    sum_sq_revenue: float,
    orders: float,
    sum_sq_orders: float,
    sum_revenue_orders_cross: float,
) -> Moments | None:
    """Return revenue per order and its variance; averages over periods need not be whole.

    Args:
        visitors: Visitors of the arm.
        revenue: Their revenue.
        sum_sq_revenue: The sum of its squares, over visitors.
        orders: Their orders.
        sum_sq_orders: The sum of their squares, over visitors.
        sum_revenue_orders_cross: The sum over visitors of revenue times orders.

    Returns:
        The estimate; None without orders or two visitors.

    Raises:
        StatsDataError: The sums contradict each other.
    """
    if visitors < 2.0 or orders <= 0.0:
        return None
    if breaks_cauchy_schwarz(sum_revenue_orders_cross, sum_sq_revenue, sum_sq_orders):
        raise StatsDataError("the sum of products is larger than both sums of squares allow")
    ratio = revenue / orders
    # sum((R - r O)^2) has mean 0 by construction of r: one sum instead of three covariances.
    inner = sum_sq_revenue - 2.0 * ratio * sum_revenue_orders_cross + ratio * ratio * sum_sq_orders
    variance = max(0.0, inner) / (visitors - 1.0)
    each = orders / visitors
    return Moments(ratio, variance / each / each / visitors, visitors)


def breaks_cauchy_schwarz(product: float | None, one: float | None, other: float | None) -> bool:
    """Tell whether product^2 > one * other, which the inequality of Cauchy and Schwarz forbids.

    Args:
        product: A sum of products.
        one: The sum of squares of one factor.
        other: The sum of squares of the other.

    Returns:
        True when the three cannot belong to the same values; False where one is not known.
    """
    if product is None or one is None or other is None:
        return False
    most = sqrt(max(one, 0.0)) * sqrt(max(other, 0.0))
    return abs(product) > most * (1.0 + 1e-9) + _SMALLEST_AMOUNT


def standard_error(arm: Orders) -> float | None:
    """Return the standard error of one arm's revenue per order.

    Args:
        arm: The arm's sums.

    Returns:
        The error; None without orders or two visitors.
    """
    moments = arm.moments()
    return sqrt(moments.variance) if moments else None


def ratio(
    *,
    control: Orders,
    treatment: Orders,
    alternative: Alternative = "two-sided",
    level: float = 0.95,
    method: Literal["fieller", "delta"] = "fieller",
) -> MeanTest:
    """Compare revenue per order: Welch's test on the delta method's variances.

    Args:
        control: Control's sums.
        treatment: The treatment's sums.
        alternative: What is tested: "two-sided", or that the treatment is "greater" or "less".
        level: Level of the intervals; they are one-sided when the alternative is.
        method: How the interval of the lift is made; only Fieller's agrees with the test.

    Returns:
        The test, its intervals, and the chance and losses.

    Raises:
        ValueError: Sums cannot be true (`StatsDataError`), or an option is out of its range.

    Example:
        sums = {"sum_sq_revenue": 80_000.0, "sum_sq_orders": 140, "sum_revenue_orders_cross": 3000.0}
        control = stats.Orders(visitors=1500, revenue=5800.0, orders=120, **sums)
        treatment = stats.Orders(visitors=1480, revenue=6100.0, orders=122, **sums)
        print(stats.ratio(control=control, treatment=treatment).lift_ci)
    """
    return compare(
        control.moments(),
        treatment.moments(),
        alternative=alternative,
        level=level,
        method=method,
    )
