"""The numpy path gives what the scalar code gives."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit.stats.comparison import batch, conversion
from support.many import SOME

COUNTS = st.integers(0, 3_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def scalar(rows, **options):
    return [conversion.compare((a, b), (c, d), **options) for a, b, c, d in rows]


def assert_same(found, rows, **options):
    for i, one in enumerate(scalar(rows, **options)):
        for name in (
            "chance_to_beat_control",
            "expected_loss",
            "expected_loss_keep_control",
            "lift",
        ):
            expected = getattr(one, name)
            got = getattr(found, name)[i]
            if expected is None:
                assert np.isnan(got), (rows[i], name)
            else:
                assert got == pytest.approx(expected, rel=1e-9, abs=1e-12), (rows[i], name)
        if one.lift_interval is None:
            assert np.isnan(found.lift_interval[i]).all()
        else:
            assert found.lift_interval[i] == pytest.approx(one.lift_interval, rel=1e-8, abs=1e-9)


@SOME
@given(st.lists(st.tuples(COUNTS, COUNTS).map(lambda p: (*p[0], *p[1])), min_size=1, max_size=12))
def test_any_rows_agree_with_the_scalar_code(rows):
    """Empty arms are NaN where the scalar code says None."""
    assert_same(batch.pairs(*np.array(rows, float).T), rows)


def test_the_awkward_ones_agree_with_the_scalar_code():
    """A billion visitors, nobody converted, everybody converted, one visitor."""
    rows = [
        (120, 1500, 148, 1480),
        (3, 10**9, 9, 10**9),
        (5 * 10**8, 10**9, 5 * 10**8 + 40_000, 10**9),
        (0, 1000, 0, 1000),
        (0, 1000, 30, 1000),
        (1000, 1000, 999, 1000),
        (10**8 - 60, 10**8, 10**8 - 20, 10**8),
        (0, 1, 1, 1),
        (10, 1000, 900, 1000),
        (0, 0, 5, 10),
    ]
    assert_same(batch.pairs(*np.array(rows, float).T), rows)
    assert_same(
        batch.pairs(*np.array(rows, float).T, prior="uniform", level=0.8),
        rows,
        prior="uniform",
        level=0.8,
    )


def test_lists_do_and_no_rows_are_no_figures():
    """Arrays are not required."""
    assert batch.pairs([1], [10], [2], [10]).chance_to_beat_control[0] > 0.5
    assert batch.pairs([], [], [], []).chance_to_beat_control.shape == (0,)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (([1, 5], [10, 4], [1, 1], [9, 9]), "row 1 .* 5, 4, 1, 9"),
        (([-1], [10], [1], [9]), "row 0"),
        (([1], [10], [float("nan")], [9]), "row 0"),
        (([0.5], [10], [1], [9]), "row 0"),
        (([1], [10**13], [1], [9]), "row 0"),
        (([1], [float("inf")], [1], [9]), "row 0"),
        (([1, 2], [10], [1], [9]), "equal length"),
    ],
)
def test_counts_that_cannot_be_name_their_row(columns, message):
    """Before anything is computed."""
    with pytest.raises(ValueError, match=message):
        batch.pairs(*columns)


def test_without_numpy_the_error_names_the_extra():
    """And everything else works without it."""
    program = (
        "import sys; sys.modules['numpy'] = None\n"
        "from midakit import stats\n"
        "from midakit.errors import MissingExtra\n"
        "assert stats.rates(control=(1, 10), treatments=[(2, 10)]).comparisons\n"
        "try: stats.batch.pairs([1], [10], [2], [10])\n"
        "except MissingExtra as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "pip install 'midakit[stats]'" in done.stdout
