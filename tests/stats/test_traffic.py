"""Changed splits, paused arms and lost visitors: what compares, and what the verdict says of it."""

import numpy as np
import pytest

from midakit import stats
from midakit.stats.comparison.split_changes import split_changes
from midakit.stats.data.arms import Arm
from midakit.stats.data.days import DayTotals, running_totals
from midakit.stats.data.strata import side_by_side
from midakit.stats.data.totals import VariantTotals

from .test_evidence import day, steady, told


def week(count, rates, visitors):
    """Days with exact rates: [(conversions, visitors) per arm]."""
    return [tuple((round(r * n), n) for r, n in zip(rates, visitors, strict=True))] * count


# +5 % in each period; in the sum the treatment looks 23 % worse, since most of it ran when rates were low.
SIMPSON = [
    *week(14, (0.100, 0.105), (18_000, 2000)),
    *week(14, (0.050, 0.0525), (10_000, 10_000)),
]


def analyzed(daily, weights=(50, 50), **options):
    result, rows = told(daily, weights=weights)
    return stats.analyze(result, timeseries=rows, **options)


def test_a_changed_split_is_compared_period_by_period():
    """Simpson's paradox: +5 % in each period, and the totals say the opposite."""
    found = analyzed(SIMPSON)
    figures = found.comparisons[0].conversion
    control, treatment = found.arms
    assert treatment.rate / control.rate - 1.0 < -0.15
    assert figures.lift == pytest.approx(0.05, abs=0.004)
    assert found.verdict.kind == "winner"
    assert f"the split changed on {day(14)} from 90/10 to 50/50" in found.verdict.why[-1]
    [notice] = [one for one in found.warnings if one.code == "split-changed"]
    assert day(14) in notice.text


def test_the_same_data_without_the_days_is_invalid():
    """Totals cannot tell a change from lost visitors."""
    result, _ = told(SIMPSON)
    found = stats.analyze(result)
    assert found.verdict.kind == "invalid"
    assert "does not follow the configured split" in found.verdict.why[0]


def test_the_average_over_periods_is_that_of_mantel_and_haenszel():
    """The difference of rates, by the textbook's formula, with nearly its variance."""
    days = running_totals(told(SIMPSON)[1])
    arms = [Arm(variant_id=v, name=v, is_control=v == "0", visitors=1, conversions=1) for v in "01"]
    last = side_by_side(*arms, days, [14])[-1].totals
    rate = {v: total.conversions / total.visitors for v, total in last.items()}
    strata = [((25_200, 252_000), (2940, 28_000)), ((7000, 140_000), (7350, 140_000))]
    weights = [n_c * n_t / (n_c + n_t) for (_, n_c), (_, n_t) in strata]
    expected = sum(
        w * (x_t / n_t - x_c / n_c)
        for w, ((x_c, n_c), (x_t, n_t)) in zip(weights, strata, strict=True)
    ) / sum(weights)
    assert rate["1"] - rate["0"] == pytest.approx(expected, abs=2e-5)
    exact = (
        sum(
            w * w * sum(x / n * (1 - x / n) / n for x, n in arms)
            for w, arms in zip(weights, strata, strict=True)
        )
        / sum(weights) ** 2
    )
    found = sum(r * (1 - r) / last[v].visitors for v, r in rate.items())
    assert exact <= found <= 1.02 * exact


def test_revenue_per_order_is_compared_period_by_period_too():
    """An order is worth 5 % more in each period, and less in the sum, since cheap days weigh more."""
    result, rows = told(SIMPSON)
    for at, row in enumerate(rows):
        orders, each = row["converted"], (40.0 if at < 28 else 20.0) * (1.05 if at % 2 else 1.0)
        row |= {
            "revenue": orders * each, "no_of_order": orders, "sum_sq_orders": orders,
            "sum_sq_revenue": 1.02 * orders * each**2, "sum_revenue_orders_cross": orders * each,
        }  # fmt: skip
    money = {v: [row for row in rows if row["variant_id"] == v] for v in "01"}
    per_order = {
        v: sum(row["revenue"] for row in some) / sum(row["no_of_order"] for row in some)
        for v, some in money.items()
    }
    assert per_order["1"] / per_order["0"] - 1.0 < -0.15
    for variant in result["variants"]:
        own = money[variant["variant_id"]]
        variant |= {
            "revenue": sum(row["revenue"] for row in own),
            "no_of_order": sum(row["no_of_order"] for row in own),
        }
    [found] = stats.analyze(result, timeseries=rows).comparisons
    assert found.aov.lift == pytest.approx(0.05, abs=0.004)
    low, high = found.aov.lift_ci
    assert 0.0 < low < found.aov.lift < high < 0.1


def test_one_period_is_left_as_it_is():
    """To the last digit, money included."""
    rows = [
        {"variant_id": v, "visitors": 1000, "converted": 50, "revenue": 99.5, "no_of_order": 60,
         "sum_sq_revenue": 400.25, "sum_sq_orders": 80.0, "sum_revenue_orders_cross": 120.5,
         "created_at": day(at)}
        for at in range(3) for v in "01"
    ]  # fmt: skip
    days = running_totals(rows)
    arms = [Arm(variant_id=v, name=v, is_control=v == "0", visitors=1, conversions=1) for v in "01"]
    assert side_by_side(*arms, days, []) == days
    halves = side_by_side(*arms, days, [1])[-1].totals["1"]
    assert halves == VariantTotals("1", 3000.0, 150.0, *(
        pytest.approx(3 * x) for x in (99.5, 60, 400.25, 80.0, 120.5)
    ))  # fmt: skip


def test_false_calls_stay_under_five_percent_when_the_split_changes():
    """150 A/A tests with 90/10 for two weeks and 50/50 since, rates falling by half."""
    draw = np.random.default_rng(4)
    called = 0
    for _ in range(150):
        daily = []
        for at in range(28):
            rate, sizes = (0.1, (1800, 200)) if at < 14 else (0.05, (1000, 1000))
            daily.append(tuple((int(draw.binomial(n, rate)), n) for n in sizes))
        found = analyzed(daily, engine="frequentist", alternative="two-sided")
        assert found.verdict.kind != "invalid"
        called += found.verdict.kind in ("winner", "loser")
    assert 0.0 < called / 150 <= 0.11


def test_a_ramp_of_several_steps_is_followed():
    """90/10, 70/30 and 50/50, a week each."""
    daily = [
        *week(7, (0.08, 0.10), (9000, 1000)),
        *week(7, (0.05, 0.0625), (7000, 3000)),
        *week(7, (0.04, 0.05), (5000, 5000)),
    ]
    found = analyzed(daily)
    assert found.comparisons[0].conversion.lift == pytest.approx(0.25, abs=0.01)
    assert [day(7) in why for why in found.verdict.why[-2:]] == [True, False]
    assert f"on {day(14)} from 70/30 to 50/50" in found.verdict.why[-1]


def test_visitors_that_are_lost_since_a_day_are_lost():
    """The days since do not follow the configured split, so nothing is compared; the day is named."""
    daily = [*week(14, (0.05, 0.05), (1000, 1000)), *week(14, (0.05, 0.05), (1000, 850))]
    found = analyzed(daily)
    assert found.verdict.kind == "invalid"
    assert f"the split changed on {day(14)} from 50/50 to 54/46" in found.verdict.why[1]


def test_a_paused_arm_is_compared_over_its_own_days():
    """Three arms for a week, two since; what was paused is compared with Control of that week."""
    daily = [
        *[((50, 1000), (65, 1000), (30, 1000))] * 7,
        *[((90, 1000), (117, 1000), (0, 0))] * 14,
    ]
    found = analyzed(daily, weights=(50, 50, 0))
    assert (found.verdict.kind, found.verdict.variant_id) == ("winner", "1")
    assert found.comparison("1").conversion.lift == pytest.approx(0.3, abs=0.001)
    paused = found.comparison("2").conversion
    assert paused.lift == pytest.approx(30 / 50 - 1.0)
    assert paused.outcome == "worse"
    [notice] = [one for one in found.warnings if one.code == "paused"]
    assert day(6) in notice.text
    assert found.outlook.seen_per_arm == 21_000  # what is paused will never have more


def test_control_without_traffic_is_no_control():
    """There is nothing beside it."""
    found = analyzed(steady(14, 50, 60), weights=(0, 100))
    assert found.verdict.kind == "invalid"
    assert "Control gets no traffic" in found.verdict.why[0]


def test_the_daily_test_of_the_split_spares_healthy_experiments():
    """28 looks at 1,000 fair splits: what decides rejects at most 0.7 %, chi-square alone about 1 %."""
    draw = np.random.default_rng(8)
    arrived = draw.binomial(1000, 0.5, size=(1000, 28)).cumsum(axis=1)
    totals = 1000 * np.arange(1, 29)
    broken = once = 0
    for seen in arrived:
        both = [(int(n), int(total - n)) for n, total in zip(seen, totals, strict=True)]
        broken += any(
            stats.srm_sequential(pair, [50, 50]).mismatch
            or stats.srm(pair, [50, 50], alpha=0.0001).mismatch
            for pair in both
        )
        once += any(stats.srm(pair, [50, 50]).mismatch for pair in both)
    assert broken <= 7
    assert once > broken


def test_chi_square_under_its_threshold_makes_nothing_invalid():
    """It is for one look; a p of 0.0007 is shown, and only a tenth of the threshold decides."""
    found = stats.analyze(told([((500, 10_000), (500, 10_480))])[0])
    assert found.srm.mismatch
    assert not found.srm_sequential.mismatch
    assert found.verdict.kind != "invalid"


def test_chi_square_decides_where_it_is_certain():
    """4,000 against 4,400 visitors: p is 0.00001, long before the sequential test is sure."""
    found = stats.analyze(told([((320, 4000), (420, 4400))])[0])
    assert not found.srm_sequential.mismatch
    assert found.verdict.kind == "invalid"
    assert "chi-square p < 0.0001" in found.verdict.why[0]
    lenient = stats.analyze(told([((320, 4000), (420, 4400))])[0], srm_alpha=1e-5)
    assert lenient.verdict.kind != "invalid"


# --------------------------------------------------------------------------- the search for changes


def test_a_steady_split_is_rarely_cut():
    """Of 2,000 experiments of 28 days at most 5 are, whatever the split."""
    draw = np.random.default_rng(9)
    cut = 0
    for share in (0.5, 0.1):
        for _ in range(1000):
            n = draw.binomial(1000, share, size=28)
            cut += bool(split_changes([(float(x), 1000.0 - float(x)) for x in n]))
    assert cut <= 5


@pytest.mark.parametrize("at", [1, 5, 14, 27])
def test_a_change_is_found_where_it_is(at):
    """Even after one day, and on the last one."""
    draw = np.random.default_rng(at)
    shares = [0.1] * at + [0.5] * (28 - at)
    n = [int(draw.binomial(2000, share)) for share in shares]
    assert split_changes([(float(x), 2000.0 - x) for x in n]) == [at]


def test_days_without_visitors_and_corrections_cut_nothing():
    """Nor does a single day."""
    assert split_changes([(100.0, 100.0), (0.0, 0.0), (-5.0, 0.0), (100.0, 104.0)]) == []
    assert split_changes([(900.0, 100.0)]) == []
    assert split_changes([]) == []


def test_running_totals_of_no_days_are_none():
    """An empty timeseries has no pair."""
    assert running_totals([]) == ()
    assert DayTotals("2026-01-01", {}).visitors == 0
