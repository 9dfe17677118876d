"""Timeseries rows added up per variant, with the checks that tell whether they may be added up.

Rows are daily increments unless a result says otherwise: where the rows' visitors do not add up to the
result's but the last row equals it, they were cumulative; where neither holds, they are refused. A few
visitors may have come between the request for the rows and that for the result.
Sums of squares are over visitors, which limits what can be true:

    revenue^2 <= sum_sq_revenue * orders         each order belongs to one visitor
    orders <= sum_sq_orders                      each visitor's orders are whole
    cross^2 <= sum_sq_revenue * sum_sq_orders
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any

from midakit.stats.comparison import means
from midakit.stats.comparison.ratios import Orders, breaks_cauchy_schwarz
from midakit.stats.data import fields
from midakit.stats.data.moments import moments_apart
from midakit.stats.types import StatsDataError

_SLACK = 1.0 + 1e-9
MONEY = {
    "revenue": "revenue",
    "orders": "no_of_order",
    "sum_sq_revenue": "sum_sq_revenue",
    "sum_sq_orders": "sum_sq_orders",
    "sum_revenue_orders_cross": "sum_revenue_orders_cross",
}


@dataclass(frozen=True, slots=True)
class VariantTotals:
    """One variant's sums; None where the rows do not say.

    Example:
        for one in stats.rollup(mida.experiments.timeseries(1001)).totals:
            print(one.variant_id, one.visitors, one.revenue)
    """

    variant_id: str
    visitors: float
    conversions: float
    revenue: float | None = None
    orders: float | None = None
    sum_sq_revenue: float | None = None
    sum_sq_orders: float | None = None
    sum_revenue_orders_cross: float | None = None

    @property
    def rpv_variance(self) -> float | None:
        """The sample variance of revenue per visitor; None without its sum of squares."""
        if self.revenue is None or self.sum_sq_revenue is None or self.visitors < 2.0:
            return None
        return means.sample_variance(self.visitors, self.revenue, self.sum_sq_revenue)

    def order_sums(self) -> Orders | None:
        """Return what a test of revenue per order needs; None unless every sum is there.

        Raises:
            ValueError: A sum is not a number.

        Example:
            control = stats.rollup(mida.experiments.timeseries(1001)).of("0")
            print(control.order_sums() or "the rows have no orders")
        """
        sums = sums_of_orders(self)
        return Orders(**sums) if sums else None


def sums_of_orders(total: VariantTotals) -> dict[str, float] | None:
    """Return the sums that revenue per order is made of, unchecked.

    Args:
        total: One arm's totals.

    Returns:
        The sums, as `Orders` and `order_moments` call them; None unless every one is there.
    """
    revenue, squares, orders = total.revenue, total.sum_sq_revenue, total.orders
    order_squares, cross = total.sum_sq_orders, total.sum_revenue_orders_cross
    if revenue is None or squares is None or orders is None:
        return None
    if order_squares is None or cross is None:
        return None
    return {
        "visitors": total.visitors,
        "revenue": revenue,
        "sum_sq_revenue": squares,
        "orders": orders,
        "sum_sq_orders": order_squares,
        "sum_revenue_orders_cross": cross,
    }


@dataclass(frozen=True, slots=True)
class Rollup:
    """Totals per variant in the order the rows named them.

    Example:
        found = stats.rollup(mida.experiments.timeseries(1001))
        print(found.cumulative, [one.visitors for one in found.totals])
    """

    totals: tuple[VariantTotals, ...]
    cumulative: bool
    """Whether the rows turned out to be running totals."""

    def of(self, variant_id: str) -> VariantTotals | None:
        """Return one variant's totals.

        Args:
            variant_id: Id of the variant as in reports: "0" is Control.

        Returns:
            Its totals; None where no row names it.

        Example:
            control = stats.rollup(mida.experiments.timeseries(1001)).of("0")
            print(control.conversions, control.visitors)
        """
        return next((t for t in self.totals if t.variant_id == variant_id), None)


def rollup(rows: Any, *, check_against: Any = None) -> Rollup:
    """Add up timeseries rows per variant.

    Args:
        rows: The rows, or the whole answer of `experiments.timeseries`.
        check_against: The result for the same question; it tells whether rows are daily or running
            totals. Without it they count as daily.

    Returns:
        The totals of each variant.

    Raises:
        StatsDataError: Rows contradict each other or the result.

    Example:
        days = mida.experiments.timeseries(1001)
        print(stats.rollup(days, check_against=mida.experiments.result(1001)).totals)
    """
    grouped = by_variant(rows)
    cumulative = check_against is not None and are_cumulative(grouped, check_against)
    totals = tuple(
        total_of(variant_id, [latest(mine)] if cumulative else mine)
        for variant_id, mine in grouped.items()
    )
    for total in totals:
        _check(total)
    return Rollup(totals, cumulative)


def by_variant(rows: Any) -> dict[str, list[Any]]:
    """Group timeseries rows by variant.

    Args:
        rows: The rows, or the whole answer.

    Returns:
        variant_id -> its rows, in the order that they name variants.

    Raises:
        StatsDataError: A row names no variant.
    """
    grouped: dict[str, list[Any]] = {}
    for row in fields.rows(rows, "timeseries"):
        variant_id = fields.text(row, "variant_id")
        if variant_id is None:
            raise StatsDataError("a timeseries row names no variant")
        grouped.setdefault(variant_id, []).append(row)
    return grouped


def latest(rows: Sequence[Any]) -> Any:
    """Return the latest row, the last one sent where dates are equal.

    Args:
        rows: Rows of one variant.

    Returns:
        The row.
    """
    return max(enumerate(rows), key=lambda pair: (fields.timestamp(pair[1]), pair[0]))[1]


def are_cumulative(grouped: dict[str, list[Any]], result: Any) -> bool:
    """Tell whether rows carry running totals.

    Args:
        grouped: The rows by variant.
        result: The result for the same question.

    Returns:
        True for running totals, False for daily rows.

    Raises:
        StatsDataError: The rows fit the result neither way.
    """
    expected = {
        fields.text(v, "variant_id") or "": fields.number(v, "visitors") or 0.0
        for v in fields.rows(result, "variants")
    }
    known = {v: mine for v, mine in grouped.items() if v in expected}
    if not grouped:
        raise StatsDataError("it has no rows")
    absent = [v for v, visitors in expected.items() if visitors and v not in grouped]
    if absent:
        raise StatsDataError(f"no timeseries rows for variant {', '.join(sorted(absent))}")
    sums = {v: fsum(_value(r, "visitors") for r in mine) for v, mine in known.items()}
    last = {v: _value(latest(mine), "visitors") for v, mine in known.items()}
    for fits in (_equal, _of_moments_apart):
        if fits(sums, expected):
            return False
        if fits(last, expected):
            return True
    variant = next(v for v in known if sums[v] != expected[v])
    raise StatsDataError(
        f"variant {variant}: timeseries rows count {sums[variant]:,.10g} visitors, "
        f"the result {expected[variant]:,.10g}"
    )


def _equal(visitors: Mapping[str, float], expected: Mapping[str, float]) -> bool:
    """Tell whether rows count the visitors of the result."""
    return all(visitors[v] == expected[v] for v in visitors)


def _of_moments_apart(visitors: Mapping[str, float], expected: Mapping[str, float]) -> bool:
    """Tell whether rows count the result's visitors of a moment before or after.

    The later one of the two counts fewer in no arm.
    """
    came = [expected[v] - visitors[v] for v in visitors]
    if min(came) < 0.0 < max(came):
        return False
    return all(moments_apart(visitors[v], expected[v]) for v in visitors)


def total_of(variant_id: str, rows: Sequence[Any]) -> VariantTotals:
    """Add up one variant's rows.

    Args:
        variant_id: Id of the variant as in reports: "0" is Control.
        rows: Timeseries rows of that variant.

    Returns:
        Its sums.
    """
    return VariantTotals(
        variant_id,
        visitors=fsum(_value(row, "visitors") for row in rows),
        conversions=fsum(_value(row, "converted") for row in rows),
        **{ours: _sum(rows, theirs) for ours, theirs in MONEY.items()},
    )


def _value(row: Any, name: str) -> float:
    """Return a field as a number, 0 where it is missing."""
    return fields.number(row, name) or 0.0


def _sum(rows: Sequence[Any], name: str) -> float | None:
    """Return a sum over rows; a row may lack the field only where it has nothing to add."""
    values = [(fields.number(row, name), row) for row in rows]
    if all(value is None for value, _ in values):
        return None
    if any(
        value is None and (_value(row, "revenue") or _value(row, "no_of_order"))
        for value, row in values
    ):
        return None
    return fsum(value for value, _ in values if value is not None)


def _check(total: VariantTotals) -> None:
    """Refuse sums that cannot all be true, naming the variant and the sum."""
    where = f"variant {total.variant_id}"
    if total.visitors < 0.0 or not 0.0 <= total.conversions <= total.visitors:
        raise StatsDataError(
            f"{where}: {total.conversions:,.10g} conversions of {total.visitors:,.10g} visitors"
        )
    squares, cross = total.sum_sq_revenue, total.sum_revenue_orders_cross
    orders, order_squares = total.orders, total.sum_sq_orders
    purchases = total.visitors if orders is None else orders
    if breaks_cauchy_schwarz(total.revenue, squares, purchases):
        raise StatsDataError(f"{where}: sum_sq_revenue is smaller than its revenue allows")
    if orders is not None and order_squares is not None and orders > order_squares * _SLACK:
        raise StatsDataError(f"{where}: sum_sq_orders is smaller than its orders allow")
    if breaks_cauchy_schwarz(cross, squares, order_squares):
        raise StatsDataError(f"{where}: sum_revenue_orders_cross is larger than both allow")
