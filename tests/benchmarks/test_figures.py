"""What the benchmarks say about measurements: pure functions, and one real round."""

import json

import pytest

from benchmarks import page, parts, report, scenarios
from benchmarks.contenders import CONTENDERS
from benchmarks.figures import Spread, ceiling, far_below, ratio, reached
from benchmarks.goals import AT_64, GOALS, LATENCY_64, ROWS, Goal

FAST = Goal("fast", AT_64, "midakit fast", "aiohttp", 2.5)
DELAYED = Goal("ceiling", LATENCY_64, "midakit fast", "", 0.95, "ceiling")
DECODED = Goal("decoding", ROWS, "midakit", "msgspec Struct", 0.5, "decoding")


def row(*rates):
    return {"versions": {"x": "1"}, "calls": 64, "rates": list(rates), "cpu": 50.0, "server": 0.2}


def results(**rows):
    """One scenario at 64 in flight and one behind 50 ms, with these rates."""
    named = {name.replace("_", " "): row(*rates) for name, rates in rows.items()}
    found = {"flight": 64, "rows": named, "out": {}}
    return {
        "machine": "m",
        "date": "d",
        "load": "l",
        "scenarios": {AT_64: found, LATENCY_64: found},
    }


def test_a_ratio_is_taken_within_each_round():
    """A round that was slow for both does not move the ratio."""
    assert ratio(row(100, 10, 100), row(50, 5, 50)) == Spread(2, 2, 2)
    assert ratio(row(100, 30, 120), row(50, 10, 100)) == Spread(2, 1.2, 3)


def test_the_ceiling_is_in_flight_over_latency():
    """64 in flight behind 50 ms can give 1,280 answers a second and no more."""
    assert ceiling(row(1280, 640), 64) == Spread(0.75, 0.5, 1)


def test_a_goal_reads_its_own_scenario():
    """Ratios, shares of the ceiling and decoders each find their figure."""
    found = results(midakit_fast=(1216, 1216), aiohttp=(304, 304))
    assert reached(FAST, found).median == 4
    assert reached(DELAYED, found).median == pytest.approx(0.95)
    found["decoding"] = {ROWS: {"midakit": [2.0, 4.0], "msgspec Struct": [1.0, 1.0]}}
    assert reached(DECODED, found).median == 0.375


def test_the_smoke_fails_below_half_of_a_goal_and_when_nothing_was_measured():
    """A figure that is missing is as bad as one that is far too low; half is enough."""
    assert far_below(results(midakit_fast=(126,), aiohttp=(100,)), [FAST]) == []
    ((goal, spread),) = far_below(results(midakit_fast=(124,), aiohttp=(100,)), [FAST])
    assert (goal, spread.median) == (FAST, 1.24)
    assert far_below(results(midakit_fast=(500,)), [FAST]) == [(FAST, None)]
    assert far_below(results(midakit_fast=(500,), aiohttp=()), [FAST]) == [(FAST, None)]


def test_every_goal_is_measured_by_the_full_run_and_by_the_smoke():
    """No goal names a scenario or a contender that does not run."""
    for listed in (scenarios.FULL, scenarios.SMOKE):
        ran = {(scenario.title, name) for scenario in listed for name in scenario.contenders}
        for goal in GOALS:
            if goal.figure != "decoding":
                assert {(goal.scenario, n) for n in (goal.ours, goal.peer) if n} <= ran, goal.title
    assert {name for scenario in scenarios.FULL for name in scenario.contenders} <= set(CONTENDERS)


def test_a_report_says_which_goals_are_missed_and_who_did_not_run():
    """A reader sees a shortfall and an absent peer without reading the figures."""
    found = results(midakit_fast=(1000,), aiohttp=(500,))
    found["scenarios"][AT_64]["out"]["stripe"] = "stripe is not installed"
    text = report.whole(found)
    (line,) = [line for line in text.splitlines() if "orjson, 64 in flight" in line]
    assert "2.00 (2.00 to 2.00)" in line
    assert line.endswith("**no** |")
    assert f"- stripe, {AT_64}: stripe is not installed" in text
    assert "not measured" in text


def test_the_page_keeps_what_is_written_by_hand():
    """Only the text between the marks is replaced; a page without marks is refused."""
    before = f"intro\n{page.START}old\n{page.END}outro\n"
    after = page.written(before, results(midakit_fast=(10,)))
    assert after.startswith(f"intro\n{page.START}")
    assert after.endswith(f"{page.END}outro\n")
    assert "old" not in after
    assert page.written(after, results(midakit_fast=(10,))) == after
    with pytest.raises(ValueError, match="lost the marks"):
        page.written("intro", results())


def test_other_benchmarks_are_found_by_themselves():
    """A program dropped into the folder runs with the rest; the machinery does not run as one."""
    found = parts.names()
    assert {"launchdarkly", "sandbox_reports", "sandbox_server"} <= set(found)
    assert not set(found) & {"serving", "working", "goals", "__main__", "decoding"}


def test_a_part_that_fails_or_hangs_says_so(monkeypatch, tmp_path):
    """It costs its own section of the report, not the run."""
    monkeypatch.setattr(parts, "ROOT", tmp_path)
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks/bad.py").write_text("print('half'); raise SystemExit('no disk')")
    (tmp_path / "benchmarks/slow.py").write_text("import time; time.sleep(60)")
    assert parts.run("bad") == {"code": 1, "text": "half\nended with 1\nno disk"}
    assert parts.run("slow", 0.5) == {"code": None, "text": "not done within 0 s"}


def test_the_sum_of_a_sampled_profile_is_everything():
    """Every sample belongs to a layer, known or not."""
    from benchmarks.profiling import layer

    assert layer("/x/midakit/core/decode.py", "loads") == "decoding into models"
    assert (
        layer("/usr/lib/python3.11/asyncio/selector_events.py", "write") == "sending bytes (socket)"
    )
    assert layer("/x/unheard_of.py", "f") == "everything else"


def test_results_are_plain_json():
    """What a run writes can be read back as it was."""
    found = results(midakit_fast=(1.5,))
    assert json.loads(json.dumps(found)) == found
