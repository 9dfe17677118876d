"""Revenue per visitor and per order, with the sums and without."""

import random

import pytest

from midakit import stats


def shop(count, buy, mean, seed, *, orders=1):
    """Spending of `count` visitors: one row of sums."""
    draw = random.Random(seed)
    spent = []
    for _ in range(count):
        number = draw.randint(1, orders) if draw.random() < buy else 0
        spent.append((sum(draw.expovariate(1 / mean) for _ in range(number)), number))
    return {
        "visitors": count,
        "converted": sum(1 for _, number in spent if number),
        "revenue": sum(money for money, _ in spent),
        "no_of_order": sum(number for _, number in spent),
        "sum_sq_revenue": sum(money**2 for money, _ in spent),
        "sum_sq_orders": sum(number**2 for _, number in spent),
        "sum_revenue_orders_cross": sum(money * number for money, number in spent),
        "created_at": "2026-01-01",
    }


def story(*arms, **changes):
    """The result and the timeseries that belong together."""
    variants, rows = [], []
    for place, arm in enumerate(arms):
        rows.append({"variant_id": str(place), **arm})
        variants.append(
            {
                "variant_id": str(place),
                "visitors": arm["visitors"],
                "conversions": arm["converted"],
                "revenue": arm["revenue"],
                "orders": arm["no_of_order"],
                "traffic_weight": 100 / len(arms),
            }
        )
    return {"variants": variants, **changes}, rows


PLAIN = shop(4000, 0.2, 40, 1, orders=3), shop(4000, 0.2, 60, 2, orders=3)


def test_sums_make_a_real_test():
    """Half again as much per order wins on revenue and on order value, not on conversion."""
    data, rows = story(*PLAIN)
    for metric in ("rpv", "aov"):
        for engine in ("bayesian", "frequentist"):
            found = stats.analyze(data, timeseries=rows, metric=metric, engine=engine)
            assert (found.verdict.kind, found.verdict.variant_id) == ("winner", "1")
            assert found.verdict.peek_safe
    one = found.comparisons[0]
    assert one.conversion.outcome == "undecided"
    assert one.rpv.variance_source == "sums"
    assert one.rpv.lift_ci[0] < one.rpv.lift < one.rpv.lift_ci[1]
    assert one.rpv.p_value < 1e-6
    assert one.aov.difference == pytest.approx(20, abs=6)


def test_figures_are_those_of_the_functions():
    """`analyze` adds nothing of its own to `welch` and `ratio`."""
    data, rows = story(*PLAIN)
    one = stats.analyze(data, timeseries=rows).comparisons[0]
    sums = [(row["visitors"], row["revenue"], row["sum_sq_revenue"]) for row in rows]
    welch = stats.welch(control=sums[0], treatment=sums[1])
    assert (one.rpv.p_value, one.rpv.lift_ci, one.rpv.df) == (
        welch.p_value,
        welch.lift_ci,
        welch.df,
    )
    orders = [
        stats.Orders(
            visitors=row["visitors"],
            revenue=row["revenue"],
            sum_sq_revenue=row["sum_sq_revenue"],
            orders=row["no_of_order"],
            sum_sq_orders=row["sum_sq_orders"],
            sum_revenue_orders_cross=row["sum_revenue_orders_cross"],
        )
        for row in rows
    ]
    ratio = stats.ratio(control=orders[0], treatment=orders[1])
    assert (one.aov.p_value, one.aov.diff_ci) == (ratio.p_value, ratio.diff_ci)


def test_without_sums_there_is_a_bound_and_never_a_winner():
    """Not even for ten times the revenue; the reason says what is missing."""
    data, _ = story(PLAIN[0], {**PLAIN[1], "revenue": 10 * PLAIN[1]["revenue"]})
    found = stats.analyze(data, metric="rpv")
    figures = found.comparisons[0].rpv
    assert found.verdict.kind == "keep_running"
    assert "pass the timeseries" in found.verdict.why[0]
    assert figures.variance_source == "assumed"
    assert figures.p_value is None
    assert figures.p_value_at_least < figures.p_value_assumed < 0.05
    assert "revenue-bound" in {notice.code for notice in found.warnings}


def test_the_documented_example_has_the_documented_bounds():
    """0.20 for equal spenders, 0.38 for spending with a coefficient of variation of 1."""
    arms = [
        {"variant_id": "0", "visitors": 1500, "conversions": 120, "revenue": 5800, "orders": 145},
        {"variant_id": "1", "visitors": 1480, "conversions": 148, "revenue": 6650, "orders": 167},
    ]
    figures = stats.analyze({"variants": arms}).comparisons[0].rpv
    assert figures.p_value_at_least == pytest.approx(0.20, abs=0.005)
    assert figures.p_value_assumed == pytest.approx(0.375, abs=0.005)
    wider = stats.analyze({"variants": arms}, assumed_spend_cv=2.0).comparisons[0].rpv
    assert wider.p_value_assumed > figures.p_value_assumed


def test_order_value_needs_the_products():
    """With squares but no products there is no test of order value."""
    data, rows = story(*PLAIN)
    for row in rows:
        del row["sum_revenue_orders_cross"]
    one = stats.analyze(data, timeseries=rows).comparisons[0]
    assert one.rpv.p_value is not None
    assert one.aov.p_value is None
    assert "products" in one.aov.reasons["p_value"]
    assert one.aov.difference is not None


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("sum_sq_revenue", 1.0, "sum_sq_revenue"),
        ("sum_sq_orders", 1.0, "sum_sq_orders"),
        ("sum_revenue_orders_cross", 1e12, "cross"),
        ("converted", 10**6, "conversions"),
        ("visitors", -5, "visitors"),
    ],
)
def test_sums_that_contradict_each_other_are_refused(field, value, word):
    """By `rollup` with an error, by `analyze` with a warning and without the figure."""
    data, rows = story(*PLAIN)
    rows[0][field] = value
    with pytest.raises(stats.StatsDataError, match=word):
        stats.rollup(rows)
    found = stats.analyze(data, timeseries=rows)
    assert "timeseries" in {notice.code for notice in found.warnings}
    assert found.comparisons[0].rpv.variance_source == "assumed"


def test_revenue_of_another_currency_or_goal_is_not_used():
    """The rows' money must be the result's."""
    data, rows = story(*PLAIN)
    rows[1]["revenue"] *= 0.8
    found = stats.analyze(data, timeseries=rows)
    [notice] = [one for one in found.warnings if one.code == "timeseries"]
    assert "revenue" in notice.text


def test_no_revenue_means_no_figures():
    """An experiment without revenue has neither."""
    one = stats.analyze(
        {"variants": [{"variant_id": str(i), "visitors": 10, "conversions": 5} for i in range(2)]}
    ).comparisons[0]
    assert (one.rpv, one.aov) == (None, None)


def test_a_loss_making_control_has_no_relative_lift():
    """The difference is still tested."""
    found = stats.welch(control=(100, -500.0, 40_000.0), treatment=(100, 300.0, 40_000.0))
    assert (found.lift, found.lift_ci) == (None, None)
    assert found.difference == pytest.approx(8.0)
    assert found.p_value < 0.05


def test_equal_spenders_have_no_variance_and_no_test():
    """The reason says so."""
    found = stats.welch(control=(10, 100.0, 1000.0), treatment=(10, 100.0, 1000.0))
    assert found.p_value is None
    assert found.reason == "the values have no variance"
    assert stats.welch(control=(1, 5.0, 25.0), treatment=(9, 9.0, 9.0)).reason


def test_numbers_may_arrive_as_text_and_in_any_order():
    """Rows are added up per variant, exactly."""
    rows = [{"variant_id": "0", "visitors": "10", "converted": 1, "revenue": "0.1"}] * 10
    rolled = stats.rollup([*rows, {"variant_id": 1, "visitors": 3, "converted": 0}])
    assert rolled.of("0").revenue == 1.0
    assert rolled.of("0").visitors == 100
    assert rolled.of("1").revenue is None
    assert rolled.of("7") is None
