"""The account that exports are measured on, and that memory does not grow with it."""

import pytest

from benchmarks.account.processes import measured
from benchmarks.account.server import serving
from benchmarks.export import against_hands, conversion


@pytest.mark.slow
def test_four_times_the_work_costs_hardly_more_memory():
    """At most a quarter more, measured in processes of their own."""
    peaks = []
    for count in (1_000, 4_000):
        with serving(count) as url:
            peaks.append(measured("contenders", "midakit", url)["peak"])
    assert peaks[1] <= 1.25 * peaks[0], peaks


def test_every_contender_exports_the_account():
    """The same rows by hand and by us, so that their times can be compared."""
    runs = {}
    with serving(20) as url:
        for name in ("midakit", "httpx", "aiohttp"):
            runs[name] = [measured("contenders", name, url)]
    rows = against_hands(runs)
    assert [row.against.split(",")[0] for row in rows] == ["httpx", "aiohttp"] * 2
    assert all(len(row.ratios) == 1 and row.ratios[0] > 0 for row in rows)


def test_columns_cost_less_than_models():
    """Far below the goal even with few rows, where imports weigh."""
    stated, _ = conversion(30_000, 1)
    assert stated.at_most == 0.3
    assert stated.ratios[0] < 1
