"""The arithmetic of a report: rates, money per visitor, lifts; rounded as documented [choice 19]."""

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


def round2(number: float) -> float:
    """Round to two digits, halves up.

    Args:
        number: Any number.

    Returns:
        The rounded number.
    """
    return math.floor(100 * number + 0.5) / 100


def ratio(part: float | Decimal, whole: int, scale: int = 1) -> float:
    """Divide and round to two digits.

    Args:
        part: What is divided.
        whole: What it is divided by.
        scale: 100 for percent.

    Returns:
        The ratio; 0 when the whole is 0.
    """
    return round2(scale * float(part) / whole) if whole else 0.0


def lift(variant: float, control: float) -> float:
    """Return the difference from control in percent.

    Args:
        variant: The variant's figure, rounded as the documented examples do.
        control: The figure of control, rounded too; not 0.

    Returns:
        Percent, rounded.
    """
    return round2((variant - control) / control * 100)


@dataclass(frozen=True, slots=True)
class ArmCounts:
    """What was counted for one arm, or for several together."""

    visitors: int = 0
    conversions: int = 0
    revenue: Decimal = Decimal(0)
    orders: int = 0

    def __add__(self, other: "ArmCounts") -> "ArmCounts":
        return ArmCounts(
            self.visitors + other.visitors,
            self.conversions + other.conversions,
            self.revenue + other.revenue,
            self.orders + other.orders,
        )

    @property
    def rate(self) -> float:
        """Conversions per visitor in percent."""
        return ratio(self.conversions, self.visitors, 100)

    @property
    def rpv(self) -> float:
        """Revenue per visitor."""
        return ratio(self.revenue, self.visitors)

    def money(self, currency: str, *, prefix: str = "") -> dict[str, Any]:
        """Return the fields about revenue.

        Args:
            currency: The currency of the project.
            prefix: Put in front of `revenue` and `orders`.

        Returns:
            The fields.
        """
        return {
            f"{prefix}revenue": round2(float(self.revenue)),
            f"{prefix}orders": self.orders,
            "rpv": self.rpv,
            "aov": ratio(self.revenue, self.orders),
            "currency": currency,
        }


def total_figures(counts: ArmCounts, currency: str) -> dict[str, Any]:
    """Return the totals of a report or of one segment.

    Args:
        counts: Visitors, conversions and orders of all arms together.
        currency: The currency of the project.

    Returns:
        The fields; those about money only where there are orders.
    """
    body: dict[str, Any] = {
        "total_visitors": counts.visitors,
        "total_conversions": counts.conversions,
    }
    if counts.orders:
        body |= {"has_revenue": True, **counts.money(currency, prefix="total_")}
    return body


def arm_figures(
    counts: ArmCounts, control: ArmCounts | None, currency: str | None
) -> dict[str, Any]:
    """Return the figures of one arm.

    Args:
        counts: Visitors, conversions and orders of the arm.
        control: The counts of control; None for control itself.
        currency: The currency of the project; None where the report has no money.

    Returns:
        The fields, with the lift where control has a rate above 0.
    """
    body: dict[str, Any] = {
        "visitors": counts.visitors,
        "conversions": counts.conversions,
        "conversion_rate": counts.rate,
    }
    if control is not None and control.rate > 0:
        body["improvement"] = lift(counts.rate, control.rate)
    if currency is not None:
        body |= counts.money(currency)
        if control is not None and control.rpv > 0:
            body["revenue_per_visitor_improvement"] = lift(counts.rpv, control.rpv)
    return body
