"""Rounds of a scenario with contenders whose speed is written down."""

import time

from benchmarks.calls.fleet import OutError
from benchmarks.calls.measuring import how_many, measure
from benchmarks.calls.scenarios import Scenario

LISTED = Scenario("s", 4, ("midakit own", "aiohttp"), rounds=3)


class Server:
    """Uses a tenth of a second of CPU between two looks."""

    ca = ""

    def __init__(self):
        self.used = 0.0

    def url(self, **door):
        return "http://127.0.0.1"

    def busy(self):
        self.used += 0.1
        return self.used


class Fleet:
    """Everyone gives 100 answers a second; `fails` says who fails at what."""

    def __init__(self, **fails):
        self.fails = {name.replace("_", " "): what for name, what in fails.items()}
        self.asked = []

    def ask(self, name, do, within=60, **details):
        self.asked.append((name, do))
        if self.fails.get(name) == do:
            raise OutError("gone")
        if do == "run":
            return {"seconds": details["count"] / 100, "cpu": details["count"] / 1e4}
        return {"open": {"versions": {}}, "memory": {"peak": 5}, "delays": {"p50": 1, "p99": 2}}[do]


def test_everyone_has_a_figure_for_every_round():
    """Rates, CPU for each call in microseconds, delays and memory."""
    found = measure(LISTED, Fleet(), Server())
    row = found["rows"]["aiohttp"]
    assert (row["rates"], row["cpu"], row["p99"], row["peak"]) == ([100.0] * 3, 100.0, 2, 5)
    assert found["out"] == {}


def test_one_that_fails_in_a_round_has_no_row():
    """The reason is kept; the others go on."""
    found = measure(LISTED, Fleet(aiohttp="run"), Server())
    assert list(found["rows"]) == ["midakit own"]
    assert found["out"] == {"aiohttp": "gone"}


def test_rates_outlive_a_failure_of_the_details():
    """Whoever cannot tell its delays keeps what was measured before."""
    found = measure(LISTED, Fleet(aiohttp="delays"), Server())
    assert found["rows"]["aiohttp"]["rates"] == [100.0] * 3
    assert found["out"] == {"aiohttp": "no delays: gone"}


def test_late_there_is_one_round_and_not_none():
    """A goal that was not measured would fail the smoke."""
    found = measure(LISTED, Fleet(), Server(), until=time.monotonic() - 1)
    assert len(found["rows"]["aiohttp"]["rates"]) == 1


def test_calls_follow_from_the_pace_in_whole_waves():
    """A quick contender makes more of them, a slow one at least two waves; or all the same number."""
    assert how_many(LISTED, 1000) == 300
    assert how_many(LISTED, 1) == 8
    assert how_many(LISTED, 10**9) == 4000
    assert how_many(Scenario("s", 64, (), count=2000), 1) == 2000
