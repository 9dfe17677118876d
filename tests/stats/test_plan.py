"""Planning: the sample that is asked for has the power that was promised."""

import numpy as np
import pytest

from midakit import stats
from midakit.stats import plan


def test_the_planned_sample_finds_the_lift_as_often_as_promised():
    """4,000 simulated tests of the planned size: 80 % are significant, and 5 % without the lift."""
    size = plan.sample_size(baseline=0.08, lift=0.15)
    draw = np.random.default_rng(5)

    def significant(rate):
        x_c = draw.binomial(size.control, 0.08, 4000)
        x_t = draw.binomial(size.per_treatment, rate, 4000)
        pooled = (x_c + x_t) / (2 * size.control)
        z = (x_t - x_c) / size.control / np.sqrt(2 * pooled * (1 - pooled) / size.control)
        return (np.abs(z) > 1.959964).mean()

    assert significant(0.08 * 1.15) == pytest.approx(0.8, abs=0.025)
    assert significant(0.08) == pytest.approx(0.05, abs=0.015)


def test_the_sequential_sample_is_enough_for_its_last_look_alone():
    """The always-valid p is under 5 % at the planned size in at least 80 % of simulated tests."""
    size = plan.sequential_size(baseline=0.08, lift=0.15)
    assert size.control > plan.sample_size(baseline=0.08, lift=0.15).control
    draw = np.random.default_rng(6)
    found = [
        stats.sequential(
            control=(int(c), size.control),
            treatment=(int(t), size.per_treatment),
            tuning=size.total,
        )
        for c, t in zip(
            draw.binomial(size.control, 0.08, 1000),
            draw.binomial(size.per_treatment, 0.08 * 1.15, 1000),
            strict=True,
        )
    ]
    assert np.mean([one.p_value < 0.05 for one in found]) == pytest.approx(0.8, abs=0.04)


@pytest.mark.parametrize(("rate", "lift"), [(0.05, 0.05), (0.05, 0.1), (0.01, 0.02), (0.2, 0.03)])
def test_looking_costs_little_with_a_planned_end_and_twice_the_visitors_without(rate, lift):
    """At most 1.1 times the fixed size with a plan, 2.0 times for always-valid figures."""
    fixed = plan.sample_size(baseline=rate, lift=lift).exact
    assert 1.0 < plan.planned_size(baseline=rate, lift=lift).exact / fixed <= 1.1
    assert 1.7 < plan.sequential_size(baseline=rate, lift=lift).exact / fixed <= 2.0
    assert plan.sequential_size(baseline=rate, lift=lift, tuning=5000).exact / fixed > 2.0


def test_one_planned_look_is_the_fixed_test():
    """And evenly spent looks cost more than those that wait for the end."""
    options = {"baseline": 0.05, "lift": 0.1}
    fixed = plan.sample_size(**options).exact
    assert plan.planned_size(**options, looks=1).exact == pytest.approx(fixed, rel=1e-5)
    even = plan.planned_size(**options, spending="pocock").exact
    assert 1.2 < even / fixed < 1.4
    with pytest.raises(ValueError, match="looks"):
        plan.planned_size(**options, looks=0)
    with pytest.raises(ValueError, match="power must be at least"):
        plan.planned_size(**options, power=0.4)


def test_means_go_there_and_back():
    """Size, power and smallest effect of revenue per visitor agree with each other."""
    size = plan.sample_size(baseline=4.0, sd=30.0, lift=0.1)
    options = {"baseline": 4.0, "sd": 30.0, "visitors_per_arm": size.exact}
    assert plan.power(lift=0.1, **options) == pytest.approx(0.8, abs=1e-12)
    assert plan.mde(**options) == pytest.approx(0.1, rel=1e-12)
    assert plan.sequential_size(baseline=4.0, sd=30.0, lift=0.1).exact > size.exact


def test_a_wrong_direction_has_no_power():
    """A one-tailed test for better does not find a loss, and the mirrored one does."""
    options = {"baseline": 0.1, "lift": -0.2, "visitors_per_arm": 5000}
    assert plan.power(alternative="greater", **options) < 0.001
    assert plan.power(alternative="less", **options) > 0.9
    assert plan.power(alternative="two-sided", **options) > 0.85


def test_several_treatments_ask_for_more():
    """Alpha is shared, so each arm is larger, and there are more of them."""
    one = plan.sample_size(baseline=0.05, lift=0.1)
    three = plan.sample_size(baseline=0.05, lift=0.1, treatments=3)
    assert three.control > one.control
    assert three.total == three.control + 3 * three.per_treatment
    uneven = plan.sample_size(baseline=0.05, lift=0.1, ratio=0.25)
    assert uneven.per_treatment == pytest.approx(uneven.control / 4, abs=1)
    assert uneven.total > one.total


def test_ten_visitors_show_nothing():
    """Not even a lift to a rate of 1 would be seen."""
    assert plan.mde(baseline=0.9, visitors_per_arm=10) is None
    with pytest.raises(ValueError, match="power must be above the chance of a false call"):
        plan.mde(baseline=0.5, visitors_per_arm=10, power=0.01)


@pytest.mark.parametrize(
    ("total", "options", "days"),
    [
        (700, {"daily_visitors": 100}, 7),
        (701, {"daily_visitors": 100}, 14),
        (1, {"daily_visitors": 100}, 7),
        (700, {"daily_visitors": 100, "traffic_allocation": 50}, 14),
        (700, {"daily_visitors": 100, "seen": 700}, 0),
        (2100, {"daily_visitors": 100, "seen": 700}, 14),
    ],
)
def test_days_are_whole_weeks(total, options, days):
    """At least one, unless there is nothing to wait for."""
    assert plan.days(total, **options) == days
