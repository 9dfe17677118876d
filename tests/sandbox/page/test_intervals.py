"""The interval of a lift: right in simulations, and never where there are too few visitors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit.sandbox.page.intervals import lift_interval, with_intervals


def test_a_known_interval():
    """100 of 1,000 against 80 of 1,000, worked out by hand: ln 1.25 +- 1.96 * 0.14318."""
    low, high = lift_interval((1000, 100), (1000, 80), 95)
    assert low == pytest.approx(-5.59, abs=0.01)
    assert high == pytest.approx(65.49, abs=0.01)


@pytest.mark.parametrize("rate", [0.02, 0.3])
def test_it_covers_the_true_lift_as_often_as_it_says(rate):
    """90 % intervals of 4,000 simulated experiments hold a true lift of 20 % in 88 to 92 of 100."""
    chance = np.random.default_rng(7)
    own, control = chance.binomial(5000, rate * 1.2, 4000), chance.binomial(5000, rate, 4000)
    held = 0
    for wins, others in zip(own.tolist(), control.tolist(), strict=True):
        low, high = lift_interval((5000, wins), (5000, others), 90)
        held += low <= 20 <= high
    assert 0.88 <= held / 4000 <= 0.92


SIDE = st.integers(0, 10_000).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n + 2)))


@given(SIDE, SIDE, st.floats(50, 99))
def test_it_holds_the_lift_itself_or_is_none(own, control, percent):
    """None exactly when a side has fewer than five conversions or fewer than five others."""
    found = lift_interval(own, control, percent)
    enough = all(5 <= wins <= visitors - 5 for visitors, wins in (own, control))
    assert (found is not None) is enough
    if found:
        lift = 100 * ((own[1] / own[0]) / (control[1] / control[0]) - 1)
        assert -100 < found[0] <= lift + 1e-9
        assert lift - 1e-9 <= found[1]
        wider = lift_interval(own, control, percent + 0.9)
        assert wider[0] < found[0] <= found[1] < wider[1]


def test_the_control_has_none():
    """It is what the others are compared with."""
    variants = [{"visitors": 100, "conversions": 20}, {"visitors": 100, "conversions": 30}]
    first, second = with_intervals(variants, 95)
    assert first["interval"] is None
    assert second["interval"] == lift_interval((100, 30), (100, 20), 95)
    assert with_intervals(variants, 100)[1]["interval"] == lift_interval((100, 30), (100, 20), 99.9)
