"""What must hold for any data: identities, and no figure that contradicts another."""

from itertools import pairwise
from math import inf, isclose

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from midakit import stats
from midakit.stats.comparison import conversion
from midakit.stats.distributions.best_of_several import best_of_several, log_ratio_quantile
from midakit.stats.distributions.beta import posterior
from midakit.stats.distributions.log_ratio import LogRatio, SlowConvergence
from support.many import SOME


@st.composite
def arms(draw, least=1, most=2_000_000_000):
    visitors = draw(st.integers(least, most))
    share = draw(st.sampled_from([0.0, 0.001, 0.02, 0.1, 0.5, 0.95, 1.0]))
    around = round(visitors * share)
    conversions = draw(st.integers(max(0, around - 40), min(visitors, around + 40)))
    return conversions, visitors


@st.composite
def near_arms(draw):
    """Two arms of like rates, so that decisions are close."""
    visitors, other = draw(st.integers(200, 50_000)), draw(st.integers(200, 50_000))
    rate = draw(st.floats(0.01, 0.6))
    pull = draw(st.floats(-4, 4))
    spread = (rate * (1 - rate) * (1 / visitors + 1 / other)) ** 0.5
    moved = min(1.0, max(0.0, rate + pull * spread))
    return (round(rate * visitors), visitors), (round(moved * other), other)


@st.composite
def spending(draw):
    """(visitors, sum, sum of squares) that some visitors can have."""
    values = draw(st.lists(st.floats(0, 500), min_size=1, max_size=30))
    visitors = len(values) + draw(st.integers(1, 400))
    return visitors, sum(values), sum(value * value for value in values)


@SOME
@given(arms(), arms())
def test_one_of_the_two_is_better(control, treatment):
    """Chance(c, t) + chance(t, c) = 1."""
    there = conversion.compare(control, treatment).chance_to_beat_control
    back = conversion.compare(treatment, control).chance_to_beat_control
    assert there + back == pytest.approx(1.0, abs=1e-11)
    assert 0.0 <= there <= 1.0


@SOME
@given(arms(), arms())
def test_losses_differ_by_the_difference_of_the_means(control, treatment):
    """What shipping costs less what keeping costs is Control's mean less the treatment's."""
    pair = conversion.compare(control, treatment)
    gap = posterior(*control, (0.5, 0.5)).mean - posterior(*treatment, (0.5, 0.5)).mean
    assert pair.expected_loss - pair.expected_loss_keep_control == pytest.approx(gap, abs=1e-12)
    assert min(pair.expected_loss, pair.expected_loss_keep_control) >= 0.0


@SOME
@given(st.lists(arms(least=2), min_size=2, max_size=5))
def test_one_arm_is_the_best(many):
    """The chances to be best add up to 1, and no loss is negative."""
    found = stats.rates(control=many[0], treatments=many[1:])
    assert sum(found.chance_to_be_best) == pytest.approx(1.0, abs=1e-12)
    assert min(found.loss_vs_best) >= 0.0


@SOME
@given(arms(least=30), arms(least=30))
def test_two_algorithms_give_the_same_distribution(control, treatment):
    """Panels and the characteristic function share no code and agree to 1e-11."""
    c, t = posterior(*control, (0.5, 0.5)), posterior(*treatment, (0.5, 0.5))
    try:
        distribution = LogRatio(c, t)
    except SlowConvergence:
        assume(False)
    panels = best_of_several([c, t])
    assert 1.0 - distribution.cdf(0.0) == pytest.approx(panels.chance_to_be_best[1], abs=1e-11)
    assert distribution.expected_loss() == pytest.approx(
        panels.loss_vs_best[1], rel=1e-9, abs=1e-12
    )
    assert distribution.quantile(0.9) == pytest.approx(
        log_ratio_quantile(c, t, 0.9), rel=1e-8, abs=1e-9
    )


@SOME
@given(near_arms(), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_the_decision_interval_excludes_0_exactly_when_the_threshold_is_reached(pair, threshold):
    """A call never stands beside an interval that denies it."""
    found = conversion.compare(*pair, threshold=threshold)
    chance = found.chance_to_beat_control
    assume(abs(chance - threshold) > 1e-9 and abs(chance - 1 + threshold) > 1e-9)
    assert (found.decision_interval[0] > 0.0) == (chance > threshold)
    assert (found.decision_interval[1] < 0.0) == (chance < 1.0 - threshold)


@SOME
@given(
    near_arms(),
    st.sampled_from([0.8, 0.95, 0.99]),
    st.sampled_from(["two-sided", "greater", "less"]),
)
def test_score_intervals_exclude_0_exactly_when_the_test_rejects(pair, level, alternative):
    """Of the difference and of the lift, with one tail and with two."""
    control, treatment = pair
    found = stats.z_test(control=control, treatment=treatment, level=level, alternative=alternative)
    assume(abs(found.p_value - (1 - level)) > 1e-9)
    rejects = found.p_value < 1.0 - level
    for low, high in (found.diff_ci, found.lift_ci):
        assert (low > 0.0 or high < 0.0) == rejects


@SOME
@given(spending(), spending(), st.sampled_from([0.8, 0.95]))
@example((2, 3.5e-97, 1.225e-193), (2, 0.0, 0.0), 0.8)  # the variance's square is below any float
def test_fieller_excludes_0_exactly_when_welch_rejects(control, treatment, level):
    """Wherever Fieller's interval is bounded."""
    found = stats.welch(control=control, treatment=treatment, level=level)
    assume(found.p_value is not None and found.lift_ci is not None)
    assume(abs(found.p_value - (1 - level)) > 1e-7)
    low, high = found.lift_ci
    assert (low > 0.0 or high < 0.0) == (found.p_value < 1.0 - level)


@SOME
@given(spending(), spending(), st.integers(-300, 130))
def test_the_unit_of_money_does_not_matter(control, treatment, exponent):
    """Cents, dollars or 1e39 of either: the same test, and intervals of the same lift."""
    unit = 2.0**exponent

    def told(arm):
        return arm[0], arm[1] * unit, arm[2] * unit * unit

    control, treatment = (
        (n, float(round(s)), float(round(q) + n)) for n, s, q in (control, treatment)
    )
    here = stats.welch(control=control, treatment=treatment)
    there = stats.welch(control=told(control), treatment=told(treatment))
    assert (there.p_value, there.df, there.lift, there.lift_ci) == (
        here.p_value,
        here.df,
        here.lift,
        here.lift_ci,
    )
    assert there.expected_loss == (
        None if here.expected_loss is None else here.expected_loss * unit
    )
    always = stats.sequential(control=control, treatment=treatment).p_value
    assert stats.sequential(control=told(control), treatment=told(treatment)).p_value == (
        None if always is None else pytest.approx(always, rel=1e-12)
    )


@SOME
@given(near_arms())
def test_a_higher_level_gives_a_wider_interval(pair):
    """Every interval nests in its level."""
    control, treatment = pair
    levels = (0.5, 0.8, 0.95, 0.999)
    credible = [conversion.compare(*pair, level=level).lift_interval for level in levels]
    score = [stats.z_test(control=control, treatment=treatment, level=level) for level in levels]
    always = [stats.sequential(control=control, treatment=treatment, alpha=1 - a) for a in levels]
    one = [stats.rate_interval(*control, level=level) for level in levels]
    for chain in (
        credible,
        [found.diff_ci for found in score],
        [found.lift_ci for found in score],
        [found.interval for found in always if found.interval],
        one,
    ):
        for inner, outer in pairwise(chain):
            assert outer[0] <= inner[0] <= inner[1] <= outer[1]


@SOME
@given(arms(), arms())
def test_the_same_input_gives_the_same_bits(control, treatment):
    """Nothing is drawn and nothing remembers."""
    once = stats.rates(control=control, treatments=[treatment])
    assert stats.rates(control=control, treatments=[treatment]) == once


@SOME
@given(arms(least=2), arms(least=2), st.sampled_from(["two-sided", "greater", "less"]))
def test_no_p_value_leaves_its_range_or_vanishes(control, treatment, alternative):
    """0 <= p <= 1, and p is 0 only below the smallest number there is."""
    found = stats.z_test(control=control, treatment=treatment, alternative=alternative)
    always = stats.sequential(control=control, treatment=treatment)
    for p in (found.p_value, always.p_value):
        assert p is None or 0.0 <= p <= 1.0
    if found.statistic is not None and abs(found.statistic) < 37:
        assert found.p_value > 0.0


@SOME
@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=8))
def test_corrections_are_ordered(p_values):
    """p <= BH and Holm <= Bonferroni, order is kept, and None stays None."""
    holm, bh = stats.adjust(p_values), stats.adjust(p_values, method="bh")
    bonferroni = stats.adjust(p_values, method="bonferroni")
    for p, h, b, most in zip(p_values, holm, bh, bonferroni, strict=True):
        if p is None:
            assert h is b is most is None
        else:
            assert p <= b * (1 + 1e-12)
            assert b <= h * (1 + 1e-12)
            assert h <= most * (1 + 1e-12)


@SOME
@given(
    st.lists(st.integers(0, 5_000), min_size=2, max_size=5),
    st.integers(2, 9),
)
def test_the_split_does_not_depend_on_the_unit_of_the_weights(observed, unit):
    """50/50, 1/1 and 0.5/0.5 are the same split."""
    assume(sum(observed))
    weights = [i % 3 + 1 for i in range(len(observed))]
    scaled = [weight * unit for weight in weights]
    once, again = stats.srm(observed, weights), stats.srm(observed, scaled)
    assert isclose(once.p_value, again.p_value, rel_tol=1e-9)
    assert 0.0 <= once.p_value <= 1.0
    assert stats.srm_sequential(observed, weights).p_value <= 1.0


@SOME
@given(st.floats(0.005, 0.5), st.floats(0.02, 0.8), st.sampled_from([1.0, 0.5, 2.0]))
def test_planning_goes_there_and_back(baseline, lift, ratio):
    """The sample for a lift has the power asked for, and that lift is its smallest detectable one."""
    assume(baseline * (1 + lift) < 0.95)
    size = stats.plan.sample_size(baseline=baseline, lift=lift, ratio=ratio)
    options = {"baseline": baseline, "visitors_per_arm": size.exact, "ratio": ratio}
    assert stats.plan.power(lift=lift, **options) == pytest.approx(0.8, abs=1e-9)
    assert stats.plan.mde(**options) == pytest.approx(lift, rel=1e-6)
    assert size.total >= size.exact * (1 + ratio)


@SOME
@given(near_arms(), st.floats(0, inf, exclude_max=True))
def test_revenue_bounds_hold_for_whatever_was_really_spent(pair, skew):
    """`p_value_at_least` is never above the p-value from the true sums of squares."""
    (x_c, n_c), (x_t, n_t) = pair
    assume(x_c > 1 and x_t > 1)
    spread = 1.0 + min(skew, 50.0)
    rows = [
        {
            "variant_id": "0",
            "visitors": n_c,
            "conversions": x_c,
            "revenue": 30.0 * x_c,
            "orders": x_c,
        },
        {
            "variant_id": "1",
            "visitors": n_t,
            "conversions": x_t,
            "revenue": 33.0 * x_t,
            "orders": x_t,
        },
    ]
    days = [
        {
            **{k: row[k] for k in ("variant_id", "visitors", "revenue")},
            "converted": row["conversions"],
            "no_of_order": row["orders"],
            "sum_sq_revenue": spread * row["revenue"] ** 2 / row["orders"],
            "created_at": "2026-01-01",
        }
        for row in rows
    ]
    bare = stats.analyze({"variants": rows}).comparisons[0].rpv
    full = stats.analyze({"variants": rows}, timeseries=days).comparisons[0].rpv
    assert full.variance_source == "sums"
    assert bare.p_value_at_least <= full.p_value * (1 + 1e-9)
    assert bare.outcome == "undecided"
