"""The account that exports are measured on, and that memory does not grow with it."""

from importlib.util import find_spec

import pytest

from benchmarks.account.kills import killed
from benchmarks.export import SIZES, against_hands, conversion, exported, growth

LIBRARIES = {"midakit": None, "httpx": "polars", "aiohttp": "aiohttp", "wreq": "wreq"}
"""What each needs that the tests may not have."""


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [(250, 4_000), pytest.param(SIZES, marks=pytest.mark.soak)])
def test_sixteen_times_the_work_costs_hardly_more_memory(sizes):
    """At most a quarter more on a busy machine, measured in processes of their own."""
    for row in growth(sizes):
        assert max(row.ratios) <= 1.25, row


def test_every_contender_exports_the_account():
    """The same rows by hand and by us, so that their times can be compared."""
    names = tuple(
        name for name, library in LIBRARIES.items() if library is None or find_spec(library)
    )
    rows = against_hands(exported(20, 1, names))
    assert all(len(row.ratios) == 1 and row.ratios[0] > 0 for row in rows)
    assert {row.what for row in rows} == {"rows a second", "CPU a row", "peak memory"}


def test_a_kill_is_measured_by_what_is_fetched_again():
    """A script by hand begins anew: all that it had fetched is fetched again."""
    assert killed("aiohttp", 30) == pytest.approx(1.0, abs=0.1)


def test_columns_cost_less_than_models():
    """Far below the goal even with few rows, where imports weigh."""
    stated, *_ = conversion(10_000, 1)
    assert stated.at_most == 0.3
    assert stated.ratios[0] < 1
