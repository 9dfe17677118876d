"""A short real run: the server, a contender's process, and what is refused."""

import pytest

from benchmarks.calls.ceiling import ceilings
from benchmarks.calls.fleet import Fleet, OutError
from benchmarks.calls.measuring import measure
from benchmarks.calls.scenarios import Scenario
from benchmarks.calls.serving import server
from benchmarks.calls.working import Bench


@pytest.fixture(scope="module")
def running():
    with server() as found:
        yield found


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("name", ["midakit own", "midakit sync", "midakit sync, bulk"])
def test_a_contender_gets_every_answer_over_its_own_door(running, name, tls):
    """Two rounds give two rates, CPU, delays and the server's share."""
    scenario = Scenario("short", 4, (name,), tls=tls, seconds=0.02, rounds=2)
    with Fleet(running.ca) as fleet:
        found = measure(scenario, fleet, running)
    assert found["out"] == {}
    row = found["rows"][name]
    assert len(row["rates"]) == 2
    assert min(row["rates"]) > 0
    assert row["cpu"] > 0
    assert 0 < row["p50"] <= row["p99"]
    assert row["calls"] % 4 == 0


def test_latency_is_there(running):
    """Four calls behind 50 ms, one at a time, take 200 ms and more."""
    with Fleet(running.ca) as fleet:
        url = running.url(tls=False, delay=True)
        fleet.ask("midakit sync", "open", url=url, ca=running.ca, flight=1)
        assert fleet.ask("midakit sync", "run", count=4, warm=1)["seconds"] >= 0.2


def test_a_peer_that_is_not_installed_or_fails_is_left_out(running):
    """It has no row and the reason is kept; the others have theirs."""
    scenario = Scenario("short", 2, ("midakit sync", "nobody"), seconds=0.01, rounds=1)
    with Fleet(running.ca) as fleet:
        found = measure(scenario, fleet, running)
    assert list(found["rows"]) == ["midakit sync"]
    assert "KeyError" in found["out"]["nobody"]


def test_one_that_is_too_slow_is_stopped(running):
    """The run goes on without it."""
    with Fleet(running.ca) as fleet:
        url = running.url(tls=False, delay=True)
        fleet.ask("midakit sync", "open", url=url, ca=running.ca, flight=1)
        with pytest.raises(OutError, match="not done within"):
            fleet.ask("midakit sync", "run", count=1000, warm=0, within=0.2)


def test_answers_that_were_mixed_up_are_found_out(running):
    """A client that gives the wrong answer to a number has no figure."""
    bench = Bench("midakit sync")
    try:
        bench.open(running.url(tls=False, delay=False), running.ca, 1)
        right = bench.client
        bench.client = lambda number: right(100_000)
        with pytest.raises(AssertionError, match="mixed up"):
            bench.run(3, 0)
    finally:
        bench.close()


def test_the_ceiling_of_the_server_is_measured_at_both_doors(running):
    """Plain and TLS, in answers a second to two processes at once."""
    found = ceilings(running, calls=1500)
    assert min(door["seen"] for door in found.values()) > 0
    assert min(found[door]["cpu"] for door in ("plain", "TLS")) > 0


def test_an_answer_with_another_field_is_found_out(running):
    """All of a body is looked at, not its number alone."""
    bench = Bench("midakit sync")
    try:
        bench.open(running.url(tls=False, delay=False), running.ca, 1)
        right = bench.client
        bench.client = lambda number: {**right(number).to_dict(), "test_name": "another"}
        with pytest.raises(AssertionError, match="not the answer"):
            bench.run(3, 0)
    finally:
        bench.close()
