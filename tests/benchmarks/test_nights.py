"""The simulated nights: what is told of them, and that a stop loses none."""

import json
from contextlib import nullcontext

import pytest

from benchmarks import nights
from benchmarks.nights import EARLY, WEEK, Nights, measured


def a_night(number, cost=1.0):
    found = {"a night": cost, "verify": cost / 10}
    if number % WEEK == EARLY % WEEK:
        found |= {"resume": cost * 2, "full": cost * 3}
    return found


@pytest.fixture
def year(tmp_path):
    """A year of nights whose cost doubles, but for outliers beside the nights that are compared."""
    costs = [1.0 + number / 360 for number in range(361)]
    costs[EARLY - 1], costs[-2] = 9.0, 9.0
    lines = [json.dumps(a_night(number, cost)) for number, cost in enumerate(costs)]
    (tmp_path / "delta-1000.jsonl").write_text("\n".join(lines) + "\n")
    (tmp_path / "arrow-4.jsonl").write_text(json.dumps(a_night(0)) + "\n")
    return tmp_path


def test_the_last_night_is_told_over_the_tenth(year):
    """By medians; an account of which there is not enough yet is left out."""
    [found] = measured(year)
    rows = {row.against: row for row in found.rows()}
    assert rows["a night"].what == "delta, 1,000 experiments, night 360 over night 10, CPU"
    for name, row in rows.items():
        # in the middle of five nights, of which one is an outlier, or of three weeks
        tenth, last = (11, 358) if name in ("a night", "verify") else (10, 353)
        assert row.ratios == [pytest.approx((1 + last / 360) / (1 + tenth / 360))], name
        assert row.at_most == (None if name == "verify --full" else nights.GOAL)


def test_a_stop_loses_no_night(tmp_path, monkeypatch):
    """Figures are in the file after each; the next command goes on behind the last one."""
    monkeypatch.setattr(nights, "serving", lambda _: nullcontext("http://nowhere"))
    asked = []

    def night(self, url, number):
        asked.append(number)
        if number == 4 and len(asked) == 5:
            raise KeyboardInterrupt
        return a_night(number)

    monkeypatch.setattr(Nights, "_night", night)
    with pytest.raises(KeyboardInterrupt):
        Nights("parquet", 4, tmp_path).go_on(50)
    assert len((tmp_path / "parquet-4.jsonl").read_text().splitlines()) == 4
    Nights("parquet", 4, tmp_path).go_on(50)
    assert asked == [*range(5), *range(4, 51)]
    [found] = measured(tmp_path)
    assert len(found.found) == 51
    assert {row.ratios[0] for row in found.rows()} == {1.0}


def test_some_nights_are_measured_and_gone_on_with(tmp_path):
    """The real thing, in short: each night is verified, and the same place is gone on with."""
    Nights("parquet", 1, tmp_path).go_on(1)
    again = Nights("parquet", 1, tmp_path)
    again.go_on(3)
    assert [sorted(one) for one in again.found[:3]] == [["a night", "verify"]] * 3
    assert set(again.found[3]) == {"a night", "verify", "resume", "full"}
    assert all(took > 0 for one in again.found for took in one.values())
