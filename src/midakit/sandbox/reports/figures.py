"""The arithmetic of a report: rates, money per visitor, lifts; rounded as documented [19]."""

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


def round2(number: float) -> float:
    """Two digits, halves up."""
    return math.floor(100 * number + 0.5) / 100


def ratio(part: float | Decimal, whole: int, scale: int = 1) -> float:
    """`part / whole`, rounded; 0 when there is no whole."""
    return round2(scale * float(part) / whole) if whole else 0.0


def lift(variant: float, control: float) -> float:
    """Percent over control, from rounded figures as the documented examples do."""
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
        """The revenue fields."""
        return {
            f"{prefix}revenue": round2(float(self.revenue)),
            f"{prefix}orders": self.orders,
            "rpv": self.rpv,
            "aov": ratio(self.revenue, self.orders),
            "currency": currency,
        }


def totals(tally: ArmCounts, currency: str) -> dict[str, Any]:
    """The totals of a report or of one segment."""
    body: dict[str, Any] = {
        "total_visitors": tally.visitors,
        "total_conversions": tally.conversions,
    }
    if tally.orders:
        body |= {"has_revenue": True, **tally.money(currency, prefix="total_")}
    return body


def arm(tally: ArmCounts, control: ArmCounts | None, currency: str | None) -> dict[str, Any]:
    """One arm against control (None for control itself); money only where the report has any."""
    body: dict[str, Any] = {
        "visitors": tally.visitors,
        "conversions": tally.conversions,
        "conversion_rate": tally.rate,
    }
    if control is not None and control.rate > 0:
        body["improvement"] = lift(tally.rate, control.rate)
    if currency is not None:
        body |= tally.money(currency)
        if control is not None and control.rpv > 0:
            body["revenue_per_visitor_improvement"] = lift(tally.rpv, control.rpv)
    return body
