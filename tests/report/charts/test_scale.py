"""Scales, marks of axes, and lines cut at the ends of an axis."""

from itertools import pairwise
from math import isclose

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from midakit.report.charts.lines import apart
from midakit.report.charts.scale import STEPS, Scale, crossed, flattened, pieces, ticks

values = st.floats(-1e6, 1e6, allow_nan=False)
ranges = st.tuples(values, st.floats(1e-6, 1e6)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(ranges, st.integers(2, 12))
def test_marks_are_round_even_inside_and_few(ends, most):
    """Each is a multiple of 1, 2, 2.5 or 5 by a power of ten; a finer step would give too many."""
    low, high = ends
    assume(high - low > 1e-9 * abs(low))
    found = ticks(low, high, most)
    assert 1 <= len(found) <= most
    slack = 1e-6 * (high - low)
    assert all(low - slack <= tick <= high + slack for tick in found)
    if len(found) < 2:
        return
    step = found[1] - found[0]
    assert all(isclose(b - a, step, rel_tol=1e-6) for a, b in pairwise(found))
    mantissa = float(f"{step:.6e}".split("e")[0])
    assert any(isclose(mantissa, size, rel_tol=1e-6) for size in STEPS)
    assert found[0] - step < low + slack
    assert found[-1] + step > high - slack
    finer = [
        step * b / a
        for a, b in ((2, 1), (2.5, 2), (5, 2.5), (10, 5))
        if isclose(mantissa % 9, a % 9, rel_tol=1e-6)
    ]
    assert all((high - low) / one + 1 > most for one in finer)


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [
        (0, 10, 6, [0, 2, 4, 6, 8, 10]),
        (0, 10, 5, [0, 2.5, 5, 7.5, 10]),
        (-0.07, 0.07, 4, [-0.05, 0, 0.05]),
        (0.061, 0.126, 6, [0.07, 0.08, 0.09, 0.1, 0.11, 0.12]),
    ],
)
def test_marks_that_a_reader_expects(low, high, most, expected):
    """The finest step of 1, 2, 2.5, 5 that is not too fine."""
    assert ticks(low, high, most) == pytest.approx(expected)


@given(ranges, st.floats(0, 1), st.tuples(st.floats(0, 500), st.floats(500.1, 1000)))
def test_a_scale_keeps_order_and_ends(ends, share, places):
    """Ends are ends, also on an axis that goes up, and what is outside stands at the nearer end."""
    low, high = ends
    assume(high - low > 1e-6 * abs(low))
    for begin, end in (places, places[::-1]):
        scale = Scale(low, high, begin, end)
        assert scale.at(low) == pytest.approx(begin)
        assert scale.at(high) == pytest.approx(end)
        middle = scale.at(low + share * (high - low))
        assert middle == pytest.approx(begin + share * (end - begin), abs=1e-2)
        assert scale.inside(high + 1) == scale.inside(float("inf")) == scale.at(high)
        assert scale.inside(float("-inf")) == scale.at(low)


heights = st.lists(st.floats(-100, 100), min_size=2, max_size=20)


def height_at(line, x):
    """The height of a line at a place."""
    for (x0, y0), (x1, y1) in pairwise(line):
        if x0 <= x <= x1 and x1 > x0:
            return y0 + (x - x0) / (x1 - x0) * (y1 - y0)
    raise AssertionError("outside")


@given(heights, st.floats(-50, 0), st.floats(0.1, 50), st.floats(0, 1))
def test_a_cut_line_is_the_line_where_it_is_inside(heights, low, high, share):
    """No part leaves the range, each lies on the line, and nothing inside is missing."""
    line = [(float(x), y) for x, y in enumerate(heights)]
    parts = list(pieces(line, low, high))
    for part in parts:
        assert all(low <= y <= high for _, y in part)
        assert all(y == pytest.approx(height_at(line, x), abs=1e-4) for x, y in part)
    x = share * (len(line) - 1)
    y = height_at(line, x)
    shown = any(part[0][0] <= x <= part[-1][0] for part in parts)
    if low + 1e-3 < y < high - 1e-3:
        assert shown
    if y < low - 1e-3 or y > high + 1e-3:
        assert not any(part[0][0] + 1e-6 < x < part[-1][0] - 1e-6 for part in parts)


@given(heights, st.floats(-50, 0), st.floats(0.1, 50), st.floats(0, 1))
def test_a_flattened_line_runs_along_the_end(heights, low, high, share):
    """At every place it is the line, or the end that the line has passed."""
    line = [(float(x), y) for x, y in enumerate(heights)]
    x = share * (len(line) - 1)
    wanted = min(max(height_at(line, x), low), high)
    assert height_at(flattened(line, low, high), x) == pytest.approx(wanted, abs=1e-4)
    assert [point for point in crossed(line, low, high) if point in line] == line


@given(st.lists(st.floats(0, 200), min_size=1, max_size=12).map(sorted), st.floats(1, 20))
def test_names_are_moved_apart_and_no_further(wanted, step):
    """None is nearer than a step, the order stays, none passes the end where all have space."""
    end = 240.0
    found = apart(wanted, step, end)
    assert all(b - a >= step - 1e-9 for a, b in pairwise(found))
    assert found[-1] <= end + 1e-9
    if all(b - a >= step for a, b in pairwise(wanted)):
        assert found == wanted
