"""Group-sequential bounds against published tables, the R package rpact, and a quadrature of its own."""

from math import inf, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midakit.stats.comparison.group_sequential import (
    conditional_power,
    crossing,
    size_factor,
    spent,
    upper_bounds,
)

OBF, POCOCK = "obrien-fleming", "pocock"


def bounds(times, spending, alpha=0.025):
    return upper_bounds(tuple(times), tuple(spent(spending, t, alpha) for t in times))


def evenly(looks):
    return [(at + 1) / looks for at in range(looks)]


# Lan & DeMets bounds of two-sided tests at 5 % with five looks, as printed by Reboussin, DeMets, Kim & Lan
# (2000, Controlled Clinical Trials 21: 190-207) and in Jennison & Turnbull (2000).
@pytest.mark.parametrize(
    ("spending", "published"),
    [
        (OBF, [4.8769, 3.3569, 2.6803, 2.2898, 2.0310]),
        (POCOCK, [2.4380, 2.4268, 2.4101, 2.3966, 2.3859]),
    ],
)
def test_bounds_are_the_published_ones(spending, published):
    """To the digits that were printed."""
    assert bounds(evenly(5), spending) == pytest.approx(published, abs=2e-4)


# getDesignGroupSequential(sided=1, typeOfDesign="asOF" or "asP") of the R package rpact 3.3.4.
RPACT = [
    (OBF, evenly(3), 0.025, [3.710302873, 2.511427484, 1.993047483]),
    (OBF, evenly(5), 0.025, [4.876884949, 3.357011922, 2.680280067, 2.289816774, 2.031032063]),
    (OBF, [0.1, 0.15, 0.4, 0.75, 1.0], 0.025,
     [6.991351707, 5.669685356, 3.356871314, 2.344907440, 2.012493558]),
    (POCOCK, [0.1, 0.15, 0.4, 0.75, 1.0], 0.025,
     [2.655110048, 2.756674550, 2.392477967, 2.303934850, 2.343498997]),
    (POCOCK, evenly(4), 0.005, [2.913524302, 2.942084499, 2.951202787, 2.956061952]),
    (POCOCK, evenly(10), 0.025,
     [2.655110048, 2.623241954, 2.589636721, 2.562078707, 2.539747335, 2.521404110, 2.506086268,
      2.493097402, 2.481934078, 2.472226970]),
]  # fmt: skip


@pytest.mark.parametrize(("spending", "times", "alpha", "expected"), RPACT)
def test_bounds_are_those_of_rpact(spending, times, alpha, expected):
    """Even and uneven looks, both shapes, two levels."""
    assert bounds(times, spending, alpha) == pytest.approx(expected, abs=2e-5)


# Jennison & Turnbull (2000), tables 2.1 and 2.3: constants of Pocock's and O'Brien & Fleming's own tests,
# two-sided at 5 %.
@pytest.mark.parametrize(
    ("looks", "pocock", "obrien_fleming"),
    [(2, 2.178, 1.977), (5, 2.413, 2.040), (10, 2.555, 2.087)],
)
def test_the_published_constants_spend_five_percent(looks, pocock, obrien_fleming):
    """Both sides together, within the rounding of the table."""
    times = evenly(looks)
    for high in ([pocock] * looks, [obrien_fleming / sqrt(t) for t in times]):
        above, below = crossing(times, high, [-z for z in high])
        assert above == pytest.approx(below, abs=1e-9)
        assert sum(above) + sum(below) == pytest.approx(0.05, abs=2e-4)


# getDesignCharacteristics of rpact 3.3.4: size of the planned end and on average under the effect.
@pytest.mark.parametrize(
    ("looks", "spending", "end", "average"),
    [
        (5, OBF, 1.024719891, 0.8236627375),
        (20, OBF, 1.046278197, 0.7806706192),
        (20, POCOCK, 1.266210902, 0.7737288194),
    ],
)
def test_sizes_are_those_of_rpact(looks, spending, end, average):
    """Against a test with one look, power 80 %."""
    assert size_factor(looks, 0.05, 0.8, spending) == pytest.approx((end, average), abs=1e-4)


def own_crossing(times, high, drift):
    """First crossings of upper bounds: the joint normal distribution of z at all looks (Genz)."""
    from scipy import stats as scipy_stats  # takes longer to load than most modules of tests to run

    root = np.sqrt(times)
    covariance = np.minimum.outer(times, times) / np.outer(root, root)
    kept = [1.0]
    for looks in range(1, len(times) + 1):
        law = scipy_stats.multivariate_normal(
            drift * root[:looks], covariance[:looks, :looks], abseps=2e-6, releps=2e-6, seed=1
        )
        kept.append(float(law.cdf(np.array(high[:looks]))))
    return -np.diff(kept)


@pytest.mark.parametrize("drift", [0.0, 2.8])
def test_crossings_are_those_of_another_quadrature(drift):
    """Uneven looks, with and without an effect."""
    times = [0.08, 0.2, 0.5, 0.8, 1.0]
    high = bounds(times, POCOCK)
    expected = own_crossing(times, high, drift)
    assert crossing(times, high, drift=drift)[0] == pytest.approx(expected, abs=2e-5)
    assert sum(crossing(times, high)[0]) == pytest.approx(0.025, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(0.01, 1.0), min_size=1, max_size=30),
    st.sampled_from([OBF, POCOCK]),
    st.sampled_from([0.005, 0.025, 0.05]),
)
def test_any_looks_spend_what_they_may_and_no_more(gaps, spending, alpha):
    """Up to each look the chance to have crossed is what may be spent there."""
    times = list(np.cumsum(gaps) / sum(gaps))
    times[-1] = 1.0
    high = bounds(times, spending, alpha)
    crossed = np.cumsum(crossing(times, high)[0])
    assert crossed[-1] == pytest.approx(alpha, rel=2e-4)
    for so_far, t in zip(crossed, times, strict=True):
        assert so_far == pytest.approx(spent(spending, t, alpha), rel=2e-4, abs=1e-9)


def test_information_may_have_any_unit():
    """Only its shares count."""
    times = [0.2, 0.5, 1.0]
    share = tuple(spent(OBF, t, 0.025) for t in times)
    assert upper_bounds((2e4, 5e4, 1e5), share) == pytest.approx(bounds(times, OBF), abs=1e-9)


def test_nothing_may_be_spent_at_once():
    """A bound is infinite where nothing is left, or nothing may be spent yet."""
    assert upper_bounds((0.001, 1.0), (0.0, 0.025))[0] == inf
    assert upper_bounds((0.5, 0.6), (0.025, 0.025)) == (pytest.approx(1.959964), inf)
    assert spent(OBF, 0.0, 0.05) == spent(POCOCK, -1.0, 0.05) == 0.0
    assert spent(OBF, 1.0, 0.05) == spent(POCOCK, 2.0, 0.05) == 0.05
    assert spent(POCOCK, 0.5, 0.05) == pytest.approx(0.05 * np.log(1 + (np.e - 1) / 2))


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (((0.5, 0.5), (0.01, 0.02)), "rise"),
        (((0.5, 0.4), (0.01, 0.02)), "rise"),
        (((0.5,), (0.01, 0.02)), "2 shares"),
    ],
)
def test_looks_that_cannot_be_are_refused(arguments, word):
    """Information that does not rise, or another number of shares."""
    with pytest.raises(ValueError, match=word):
        upper_bounds(*arguments)
    with pytest.raises(ValueError, match="spending is"):
        spent("linear", 0.5, 0.05)


def test_conditional_power_is_that_of_a_simulation():
    """Half of the way with z = 0.8, under an effect of 2.8 at the end, and without any."""
    draw = np.random.default_rng(1)
    rest = draw.normal(0.0, 1.0, 400_000)
    for drift in (0.0, 2.8):
        end = 0.8 * sqrt(0.5) + drift * 0.5 + sqrt(0.5) * rest
        simulated = (end > 1.98).mean()
        assert conditional_power(0.8, 0.5, 1.98, drift) == pytest.approx(simulated, abs=0.003)
