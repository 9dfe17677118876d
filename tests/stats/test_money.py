"""Revenue under skew and unequal splits: simulated visitors without an effect, looked at daily."""

from itertools import product

import numpy as np
import pytest

from midakit import stats
from midakit.stats.comparison import always_valid, means
from midakit.stats.comparison.means import Moments, guarded

DAYS, DAILY = 28, 2000
SIGMAS = 1.0, 1.3, 2.0


def spending(draw, tests, share, buyers, sigma):
    """Running (visitors, revenue, sum of squares) per day: buyers spend lognormal amounts."""
    visitors = round(DAILY * share)
    orders = draw.binomial(visitors, buyers, size=(tests, DAYS))
    amounts = 30.0 * draw.lognormal(0.0, sigma, orders.sum())
    at = np.repeat(np.arange(tests * DAYS), orders.ravel())
    sums = [np.bincount(at, values, tests * DAYS) for values in (amounts, amounts**2)]
    running = [one.reshape(tests, DAYS).cumsum(axis=1) for one in (orders, *sums)]
    return visitors * np.arange(1, DAYS + 1), *running


def moments(arm, test, day):
    visitors, _, revenue, squares = arm
    return means.mean_moments(
        float(visitors[day]), float(revenue[test, day]), float(squares[test, day])
    )


def called(arms, tests, look, alpha=0.05):
    """The share of tests in which a look ever calls a difference to either side."""
    found = 0
    for test in range(tests):
        enough = [day for day in range(DAYS) if min(a[1][test, day] for a in arms) >= 25]
        looks = always_valid.running(
            look(*(moments(arm, test, day) for arm in arms), alpha=alpha, tuning=5000.0)
            for day in enough
        )
        found += bool(looks) and looks[-1].p_value < alpha
    return found / tests


def setting(tests, split, buyers, sigma, seed):
    draw = np.random.default_rng(seed)
    return [spending(draw, tests, share, buyers, sigma) for share in (1.0 - split, split)]


@pytest.mark.parametrize(("split", "sigma"), list(product((0.5, 0.1, 0.05), SIGMAS)))
def test_false_calls_stay_under_the_promise(split, sigma):
    """28 looks, 3 % buyers, three splits by three tails: at most 5 % are ever called."""
    tests = 400
    arms = setting(tests, split, 0.03, sigma, seed=round(1000 * split + 10 * sigma))
    assert called(arms, tests, always_valid.guarded) <= 0.03


def test_without_the_guard_the_promise_is_broken():
    """5 % of the traffic in the treatment and a long tail: one of ten or more is called."""
    tests = 250
    arms = setting(tests, 0.05, 0.03, 2.0, seed=3)
    assert called(arms, tests, always_valid.from_moments) > 0.10
    assert called(arms, tests, always_valid.guarded) <= 0.03


@pytest.mark.soak
@pytest.mark.parametrize(
    ("split", "sigma", "buyers"),
    list(product((0.5, 0.1, 0.05, 0.01, 0.95), SIGMAS, (0.005, 0.01, 0.03, 0.1))),
)
def test_false_calls_stay_under_the_promise_everywhere(split, sigma, buyers):
    """Five splits, three tails, four shares of buyers, 1,500 tests each; Welch's test at the end too."""
    tests = 1500
    arms = setting(tests, split, buyers, sigma, seed=17)
    assert called(arms, tests, always_valid.guarded) <= 0.05
    last = DAYS - 1
    enough = [test for test in range(tests) if min(a[1][test, last] for a in arms) >= 25]
    missed = [0, 0]
    for test in enough:
        lift = means.compare(*guarded(*(moments(arm, test, last) for arm in arms))).lift_ci
        if lift is not None:
            missed[0] += lift[0] > 0.0
            missed[1] += lift[1] < 0.0
    most = 0.05 * tests + 3.0 * (0.05 * 0.95 * tests) ** 0.5
    assert sum(missed) <= most
    assert max(missed) <= 0.6 * most + 5


def test_equal_arms_have_the_variance_of_welch():
    """Whatever the two variances are."""
    arms = Moments(2.0, 0.01, 500.0), Moments(2.2, 0.09, 500.0)
    assert guarded(*arms) == arms


@pytest.mark.parametrize(("small", "large"), [(0.01, 0.02), (0.02, 0.01)])
def test_the_larger_of_both_variances_counts(small, large):
    """A small arm that looks certain gets the pooled variance, one that does not keeps its own."""
    n_c, n_t = 9500.0, 500.0
    arms = Moments(2.0, large / n_c, n_c), Moments(2.0, small / n_t, n_t)
    unpooled = large / n_c + small / n_t
    inner = (n_c - 1) * large + (n_t - 1) * small
    pooled = inner / (n_c + n_t - 2) * (1 / n_c + 1 / n_t)
    found = guarded(*arms)
    assert sum(one.variance for one in found) == pytest.approx(max(unpooled, pooled), rel=1e-12)
    ratio = found[0].variance / found[1].variance
    assert ratio == pytest.approx(arms[0].variance / arms[1].variance, rel=1e-12)
    assert [one.estimate for one in found] == [2.0, 2.0]


def test_arms_of_one_visitor_are_left_alone():
    """There is nothing to pool."""
    arms = Moments(2.0, 0.0, 1.0), Moments(3.0, 0.0, 1.0)
    assert guarded(*arms) == arms


def test_an_analysis_uses_the_guard():
    """The verdict's p of an unequal split is that of the guarded moments, not Welch's own."""
    rows = [
        {"variant_id": "0", "visitors": 19_000, "converted": 600, "revenue": 24_000.0,
         "no_of_order": 600, "sum_sq_revenue": 4_000_000.0, "created_at": "2026-01-01"},
        {"variant_id": "1", "visitors": 1000, "converted": 30, "revenue": 900.0,
         "no_of_order": 30, "sum_sq_revenue": 40_000.0, "created_at": "2026-01-01"},
    ]  # fmt: skip
    variants = [
        {"variant_id": row["variant_id"], "visitors": row["visitors"], "revenue": row["revenue"],
         "conversions": row["converted"], "orders": row["no_of_order"], "traffic_weight": weight}
        for row, weight in zip(rows, (95, 5), strict=True)
    ]  # fmt: skip
    one = stats.analyze({"variants": variants}, timeseries=rows).comparisons[0].rpv
    sums = [(row["visitors"], row["revenue"], row["sum_sq_revenue"]) for row in rows]
    arms = [means.mean_moments(*each) for each in sums]
    bare, safe = means.compare(*arms), means.compare(*guarded(*arms))
    assert one.p_value == safe.p_value > 3 * bare.p_value
    assert one.lift_ci == safe.lift_ci
    bare_interval = stats.sequential(control=sums[0], treatment=sums[1]).interval
    assert (
        one.confidence_sequence[0]
        < bare_interval[0]
        < bare_interval[1]
        < one.confidence_sequence[1]
    )
