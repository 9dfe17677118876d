"""The traffic against its configured split: both tests, their edges, and what is no test."""

from math import erfc, exp, lgamma, log, sqrt

import pytest

from midakit.stats import srm, srm_sequential
from midakit.stats.comparison.sample_ratio import SampleRatio


def test_the_chi_square_test_is_the_textbooks():
    """Statistic, degrees of freedom, p and what was expected; weights in any unit."""
    for weights in ([50, 50], [1.0, 1.0]):
        found = srm([5000, 5400], weights)
        statistic = 2 * 200**2 / 5200
        assert found.statistic == pytest.approx(statistic, rel=1e-12)
        assert found.p_value == pytest.approx(erfc(sqrt(statistic / 2)), rel=1e-12)
        assert (found.df, found.expected, found.alpha) == (1, (5200.0, 5200.0), 0.001)
        assert (found.mismatch, found.leak, found.reason) == (True, False, None)
    three = srm([100, 220, 280], [1, 2, 3])
    assert three.expected == pytest.approx((100, 200, 300))
    assert three.statistic == pytest.approx(0 + 2 + 400 / 300)
    assert three.p_value == pytest.approx(exp(-three.statistic / 2))
    assert (three.df, three.mismatch) == (2, False)


@pytest.mark.parametrize(("visitors", "mismatch"), [(5164, False), (5166, True)])
def test_a_tenth_of_a_percent_is_a_mismatch(visitors, mismatch):
    """p is 0.00103 and 0.00090."""
    assert srm([visitors, 10_000 - visitors], [50, 50]).mismatch is mismatch


def test_a_p_value_at_alpha_is_no_mismatch():
    """Of either test."""
    counts, weights = [5000, 5200], [50, 50]
    once, always = srm(counts, weights), srm_sequential([5000, 5400], weights)
    exact = srm(counts, weights, alpha=once.p_value)
    assert (exact.mismatch, exact.alpha) == (False, once.p_value)
    again = srm_sequential([5000, 5400], weights, alpha=always.p_value)
    assert (again.mismatch, again.alpha) == (False, always.p_value)


def test_arms_of_weight_0_leave_the_test():
    """Without visitors they are no leak, and nothing is expected of them."""
    found = srm([5000, 0, 5400], [50, 0, 50])
    assert (found.df, found.expected) == (1, (5200.0, 0.0, 5200.0))
    assert found.statistic == srm([5000, 5400], [50, 50]).statistic
    assert srm_sequential([5000, 0, 5400], [50, 0, 50]).p_value == pytest.approx(
        srm_sequential([5000, 5400], [50, 50]).p_value
    )


@pytest.mark.parametrize(("test", "alpha"), [(srm, 0.001), (srm_sequential, 0.01)])
def test_visitors_in_an_arm_of_weight_0_are_a_leak(test, alpha):
    """One is enough: p is 0, by both tests."""
    assert test([500, 1, 500], [1, 0, 1]) == SampleRatio(
        0.0, True, leak=True, alpha=alpha, expected=(500.5, 0.0, 500.5)
    )
    assert test([500, 1, 500], [1, 0, 1], alpha=0.2).alpha == 0.2


@pytest.mark.parametrize(("test", "alpha"), [(srm, 0.001), (srm_sequential, 0.01)])
@pytest.mark.parametrize(
    ("observed", "weights", "reason"),
    [
        ([5, 5], None, "no configured weights (a bandit moves traffic on purpose)"),
        ([5, 5], [50, None], "no configured weights (a bandit moves traffic on purpose)"),
        ([5, 5], [50, 0], "fewer than two arms have a weight"),
        ([5, 5], [0, 0], "fewer than two arms have a weight"),
        ([], [], "fewer than two arms have a weight"),
        ([0, 0], [50, 50], "no visitors yet"),
    ],
)
def test_where_there_is_nothing_to_test_a_reason_says_so(test, alpha, observed, weights, reason):
    """And no figure is given."""
    assert test(observed, weights) == SampleRatio(alpha=alpha, reason=reason)


def test_two_arms_with_a_weight_are_enough():
    """Even beside one without."""
    assert srm([5, 5, 0], [50, 50, 0]).reason is None


def test_a_weight_next_to_nothing_is_no_traffic():
    """Under a million millionth of the largest."""
    assert srm([5, 0], [1, 1e-12]).reason == "fewer than two arms have a weight"
    assert srm([5, 0], [1, 1.01e-12]).reason is None
    assert srm([5, 0], [1e6, 1.01e-6]).reason is None
    assert srm([5, 0], [1e6, 1e-7]).reason == "fewer than two arms have a weight"


def test_weights_may_be_as_large_as_a_float():
    """Their sum may not."""
    assert srm([4, 6], [1e308, 1e308]).expected == (5.0, 5.0)


@pytest.mark.parametrize("test", [srm, srm_sequential])
@pytest.mark.parametrize(
    ("observed", "weights", "options", "message"),
    [
        ([5], [50, 50], {}, "^1 counts but 2 weights$"),
        ([5, 5], [50, -1], {}, "^weight must be at least 0: -1$"),
        ([5, -1], [50, 50], {}, "^visitors cannot be negative: -1$"),
        ([5, 5], [50, 50], {"alpha": 1.0}, "^alpha is a share between 0 and 1"),
    ],
)
def test_wrong_arguments_are_named(test, observed, weights, options, message):
    """Before anything is computed."""
    with pytest.raises(ValueError, match=message):
        test(observed, weights, **options)


def test_the_concentration_is_at_least_1():
    """A smaller one would not lie around the split."""
    with pytest.raises(ValueError, match=r"^concentration must be at least 1: 0\.9$"):
        srm_sequential([5, 5], [50, 50], concentration=0.9)
    assert srm_sequential([5, 5], [50, 50], concentration=1.0).p_value == 1.0


def log_bayes_factor(counts, shares, concentration):
    """Dirichlet-multinomial against multinomial, by gamma functions."""
    total = lgamma(concentration) - lgamma(concentration + sum(counts))
    for n, w in zip(counts, shares, strict=True):
        total += lgamma(concentration * w + n) - lgamma(concentration * w)
        total -= n * log(w) if n else 0.0
    return total


@pytest.mark.parametrize("concentration", [1.0, 30.0, 10_000.0])
@pytest.mark.parametrize(
    ("counts", "weights"),
    [([5000, 5400], [1, 1]), ([900, 2400, 2700], [1, 2, 3]), ([0, 30], [1, 1]), ([40, 3], [9, 1])],
)
def test_the_sequential_test_is_a_bayes_factor(counts, weights, concentration):
    """One over it is p, at most 1."""
    shares = [w / sum(weights) for w in weights]
    expected = log_bayes_factor(counts, shares, concentration)
    found = srm_sequential(counts, weights, concentration=concentration)
    assert found.statistic == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert found.p_value == pytest.approx(min(1.0, exp(-expected)), rel=1e-8)
    assert found.mismatch is (found.p_value < 0.01)
    assert (found.df, found.leak, found.alpha) == (None, False, 0.01)
    assert found.expected == pytest.approx([sum(counts) * w for w in shares])


def test_the_usual_concentration_is_ten_thousand():
    """And p = 1 where the factor is below 1."""
    counts, weights = [5000, 5400], [1, 1]
    usual = srm_sequential(counts, weights)
    assert usual == srm_sequential(counts, weights, concentration=10_000.0)
    assert srm_sequential([5000, 5000], weights).p_value == 1.0
