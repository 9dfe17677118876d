"""The verdict of the short run: when it measures again, and when it fails."""

import pytest

from benchmarks import parts, smoke
from benchmarks.calls.serving import LATENCY
from benchmarks.runs import Run
from benchmarks.tables.goals import GOALS, SINGLE

DECODED = {"what": "rows", "against": "msgspec Struct", "at_least": 0.5}


def scenario(listed, share, quick):
    """Figures whose better round reaches this share of every goal, a fifth of it against `quick`."""
    ours = 0.95 * share * listed.flight / LATENCY if listed.delay else 1000.0
    rows = {name: row(ours / 2, ours) for name in listed.contenders}
    for goal in GOALS:
        if goal.scenario == listed.title and goal.peer:
            peer = ours / (goal.at_least * share)
            peer *= 5 if goal.peer in quick else 1
            rows[goal.peer] = row(peer, peer)
    return {"flight": listed.flight, "tls": False, "delay": False, "rows": rows, "out": {}}


def row(*rates):
    """One contender's."""
    return {
        "rates": list(rates),
        "cpu": 1.0,
        "cpus": [1e6 / rate for rate in rates],
        "server": 0.1,
        "versions": {},
    }


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine whose speed is written down: a share of the goals for each time that it measures."""

    class Machine:
        def __init__(self):
            self.shares, self.decoded, self.measured, self.quick = [1.0], [0.6], [], []
            self.run = Run(tmp_path, "smoke", resume=False)

        def measure(self, run, listed, *, until, thorough):
            share = self.shares.pop(0) if len(self.shares) > 1 else self.shares[0]
            missing = [one for one in listed if one.title not in run.results["scenarios"]]
            self.measured.append([one.title for one in missing])
            quick = self.quick.pop(0) if self.quick else set()
            for one in missing:
                run.results["scenarios"][one.title] = scenario(one, share, quick)

        def decode(self, name, *options):
            ratio = self.decoded.pop(0) if len(self.decoded) > 1 else self.decoded[0]
            return {"title": "Decoding", "note": "", "rows": [{**DECODED, "ratios": [ratio]}]}

    made = Machine()
    monkeypatch.setattr(smoke, "measured", made.measure)
    monkeypatch.setattr(parts, "run", made.decode)
    return made


def test_goals_that_are_met_are_measured_once(machine, capsys):
    """One pass, no complaint; the table shows every goal."""
    assert smoke.main(machine.run) is None
    assert len(machine.measured) == 1
    shown = capsys.readouterr().out
    assert [goal.title for goal in GOALS if goal.title not in shown] == []


def test_a_bad_minute_is_measured_again_and_forgiven(machine):
    """Far below at first, as ever the second time: the run passes."""
    machine.shares = [0.4, 1.0]
    assert smoke.main(machine.run) is None
    assert SINGLE in machine.measured[1]
    assert len(machine.measured) == 2


def test_a_regression_fails_the_run_and_is_named(machine):
    """Below half twice: the exit tells the goal, what was reached and what is stated."""
    machine.shares = [0.4, 0.4]
    said = smoke.main(machine.run)
    assert "below half of a stated goal, twice" in said
    assert "aiohttp with orjson, 64 in flight: at best 1.00 x, stated 2.50 x" in said


def test_another_goal_that_has_a_bad_minute_the_second_time_fails_nothing(machine):
    """A scenario holds several goals; each has to be missed twice itself."""
    bulk = next(goal for goal in GOALS if goal.ours == "midakit sync, bulk")
    peers = {goal.peer for goal in GOALS if goal.scenario == bulk.scenario} - {bulk.peer}
    machine.quick = [{bulk.peer}, peers]  # first the one is too quick for us, then the others
    assert smoke.main(machine.run) is None
    assert len(machine.measured) == 2


def test_only_what_was_missed_is_measured_again(machine):
    """A slow decoder costs no second round of calls."""
    machine.decoded = [0.2, 0.2]
    said = smoke.main(machine.run)
    assert "msgspec Struct" in said
    assert machine.measured[1] == []


def test_half_is_enough(machine):
    """What falls short of the whole is told, not failed."""
    machine.shares = [0.6]
    assert smoke.main(machine.run) is None
