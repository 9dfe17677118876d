"""What was printed elsewhere is what midakit computes; the packages are asked in `nox -s stats-peers`."""

import pytest

from benchmarks.peers import cases
from benchmarks.peers.published import PUBLISHED


@pytest.mark.parametrize("one", PUBLISHED, ids=lambda one: one.what)
def test_a_published_figure_is_ours(one):
    """To the last digit that was printed."""
    assert one.equal, (one.printed, one.ours())


def test_a_figure_that_is_off_by_two_in_the_last_digit_is_not_equal():
    """Or no comparison could fail."""
    for one in PUBLISHED:
        shifted = one._replace(printed=tuple(x + 2 * 10.0**-one.digits for x in one.printed))
        assert not shifted.equal


def test_the_cases_are_possible_and_always_the_same():
    """Small and large arms, even and uneven splits."""
    found = cases.rates()
    assert len(found) == 40
    assert all(0 < one.x_c < one.n_c and 0 < one.x_t < one.n_t for one in found)
    assert min(one.n_t for one in found) < 50
    assert max(one.n_c for one in found) > 10_000
    assert any(one.n_c > 8 * one.n_t for one in found)
    assert cases.values()[0].control[:3] == cases.values.__wrapped__()[0].control[:3]
