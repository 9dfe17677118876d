"""What the benchmarks say about measurements: pure functions, and one real round."""

import json
import os
import platform

import pytest

from benchmarks import harness, parts
from benchmarks.calls import scenarios
from benchmarks.calls.contenders import CONTENDERS
from benchmarks.harness import Row, interleaved, machine, tell
from benchmarks.runs import widened
from benchmarks.tables import page, readme, report
from benchmarks.tables.figures import Missed, below_half, ceiling, ratio, reached, short, summary
from benchmarks.tables.goals import AT_64, GOALS, LATENCY_64, Goal
from benchmarks.tables.spreads import Spread

OWN = Goal("own", AT_64, "midakit own", "aiohttp", 2.5)
DELAYED = Goal("ceiling", LATENCY_64, "midakit own", "", 0.95, "ceiling")


def row(*rates):
    return {
        "versions": {"x": "1"},
        "calls": 64,
        "rates": list(rates),
        "cpu": 50.0,
        "cpus": [1e6 / rate for rate in rates],
        "server": 0.2,
    }


def results(**rows):
    """One scenario at 64 in flight and one behind 50 ms, with these rates."""
    named = {name.replace("_", " "): row(*rates) for name, rates in rows.items()}
    found = {"flight": 64, "tls": False, "delay": False, "rows": named, "out": {}}
    return {
        "machine": "m",
        "date": "d",
        "load": [1.0, 2.5],
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
    """Ratios and shares of the ceiling each find their figure."""
    found = results(midakit_own=(1216, 1216), aiohttp=(304, 304))
    assert reached(OWN, found).median == 4
    assert reached(DELAYED, found).median == pytest.approx(0.95)


def part(**row):
    """The section of a program with one row."""
    return {
        "decoding": {
            "title": "Decoding",
            "note": "",
            "rows": [{"what": "w", "against": "a", **row}],
        }
    }


def test_the_smoke_fails_when_no_round_reaches_half_of_a_goal():
    """One good round is enough, so a busy minute fails nothing; half is enough."""
    assert below_half(results(midakit_own=(50, 125), aiohttp=(100, 100)), [OWN]) == []
    found = below_half(results(midakit_own=(50, 124), aiohttp=(100, 100)), [OWN])
    assert found == [Missed(AT_64, "own", "at best 1.24 x, stated 2.50 x")]


def test_the_smoke_fails_when_a_goal_was_not_measured():
    """A figure that is missing is as bad as one that is far too low."""
    for found in (results(midakit_own=(500,)), results(midakit_own=(500,), aiohttp=())):
        assert below_half(found, [OWN]) == [
            Missed(AT_64, "own", "at best not measured, stated 2.50 x")
        ]


def test_the_smoke_looks_at_the_goals_of_programs_too():
    """Their rows carry the goal; one that failed has no ratios."""
    found = {**results(), "parts": part(ratios=[0.2, 0.3], at_least=0.5)}
    assert below_half(found, []) == []
    found["parts"] = part(ratios=[0.2, 0.24], at_least=0.5)
    assert below_half(found, []) == [
        Missed("Decoding", "w, a", "0.22 (0.20 to 0.24), at least 0.5")
    ]
    found["parts"] = part(why="ended with 1", at_least=0.5)
    assert "ended with 1" in str(below_half(found, [])[0])


def test_short_of_a_goal_is_told_by_the_median():
    """The best round is for CI's verdict; what is told to readers is the median."""
    assert short(results(midakit_own=(200, 240, 300), aiohttp=(100,) * 3), [OWN]) == ["own"]
    assert short(results(midakit_own=(200, 260, 300), aiohttp=(100,) * 3), [OWN]) == []


def test_a_row_says_its_spread_its_goal_and_whether_it_is_met():
    """The most and the least goal are both judged by the median."""
    assert Row("a", "b", [3, 1, 2], at_least=2).cells() == (
        "a", "b", "2.00 (1.00 to 3.00)", "at least 2", "yes",
    )  # fmt: skip
    assert Row("a", "b", [3, 1, 2], at_most=1.5).verdict == "**no**"
    assert Row("a", "b", [3]).cells()[3:] == ("", "")
    assert Row("a", "b", why="c is not installed").cells()[2:] == (
        "not measured: c is not installed", "", "",
    )  # fmt: skip


def test_rounds_are_interleaved_and_shuffled():
    """Everyone runs once a round; nobody always runs first."""
    seen = []
    works = {name: lambda name=name: seen.append(name) or len(seen) for name in "abc"}
    found = interleaved(works, 8, seed=1)
    rounds = [seen[at : at + 3] for at in range(0, 24, 3)]
    assert all(sorted(one) == ["a", "b", "c"] for one in rounds)
    assert len({one[0] for one in rounds}) > 1
    assert [seen[place - 1] for place in found["b"]] == ["b"] * 8


def test_a_program_tells_people_a_table_and_the_command_its_figures(monkeypatch, capsys):
    """What `--json` prints is what the report reads."""
    rows = [Row("speed", "theirs", [1.0, 2.0], at_least=1.2)]
    monkeypatch.setattr("sys.argv", ["x"])
    tell("Title", rows, "A note.")
    assert (
        "| speed | theirs | 1.50 (1.00 to 2.00) | at least 1.2 | yes |" in capsys.readouterr().out
    )
    monkeypatch.setattr("sys.argv", ["x", "--json"])
    tell("Title", rows, "A note.")
    found = json.loads(capsys.readouterr().out)
    assert harness.told(found) == rows
    text = report.whole({**results(), "parts": {"x": found}})
    assert "## Title" in text
    assert "| speed, theirs | Title | 1.50 (1.00 to 2.00) | at least 1.2 | yes |" in text


def test_the_machine_is_described_without_its_name():
    """The CPU, the cores, the system and Python; no host, no path."""
    text = machine()
    assert f"{os.cpu_count()} cores" in text
    assert platform.python_version() in text
    assert platform.node() not in text
    assert "/home" not in text.lower()


def test_every_goal_is_measured_by_the_full_run_and_by_the_smoke():
    """No goal names a scenario or a contender that does not run."""
    for listed in (scenarios.FULL, scenarios.SMOKE):
        ran = {(scenario.title, name) for scenario in listed for name in scenario.contenders}
        for goal in GOALS:
            assert {(goal.scenario, n) for n in (goal.ours, goal.peer) if n} <= ran, goal.title
    assert {name for scenario in scenarios.FULL for name in scenario.contenders} <= set(CONTENDERS)


def test_a_report_says_which_goals_are_missed_and_who_did_not_run():
    """A reader sees a shortfall and an absent peer without reading the figures."""
    found = results(midakit_own=(1000,), aiohttp=(500,))
    found["scenarios"][AT_64]["out"]["stripe"] = "stripe is not installed"
    text = report.whole(found)
    (line,) = [
        line for line in text.splitlines() if "bare aiohttp with orjson, 64 in flight" in line
    ]
    assert "| 2.00 (2.00 to 2.00) | at least 2.5 | **no** |" in line
    assert f"- stripe, {AT_64}: stripe is not installed" in text
    assert "not measured" in text


def test_the_report_says_how_far_the_server_was_from_its_ceiling():
    """The fastest client at each door is named; what is no client does not count."""
    found = results(midakit_own=(1000, 1500, 1600), aiohttp=(9, 1400, 9), wire=(4000,))
    found["ceilings"] = {"plain": {"seen": 5000, "cpu": 0.0001}, "TLS": None}
    text = report.server(found)
    assert "plain: 10,000 answers a second from a core of its own" in text
    assert "5,000 were seen with 2 processes" in text
    assert "The fastest client, midakit own, had 1,500 (median)" in text
    assert "TLS" not in text


def test_a_goal_is_about_cpu_time_and_shown_in_answers_a_second_too():
    """The peer's CPU for a call over ours; nothing where one of them did not run."""
    found = results(midakit_own=(10,), aiohttp=(10,))
    found["scenarios"][AT_64]["rows"]["aiohttp"] = {**row(10), "cpus": [2.4e5]}
    (line,) = [
        one for one in report.goals(found).splitlines() if "bare aiohttp with orjson, 64 in" in one
    ]
    assert line.endswith("| 2.40 (2.40 to 2.40) | at least 2.5 | **no** | 1.0 |")
    assert report.in_answers(GOALS[0], found) == ""


def test_other_calls_are_shown_by_kind():
    """Theirs over ours; whoever was not measured with a kind has an empty cell."""
    found = results()
    rows = {"midakit own": row(100), "aiohttp": row(50)}
    found["scenarios"]["POST, 64 in flight"] = {"rows": rows}
    head, _, line = report.other_answers(found).splitlines()
    assert head.count("|") == line.count("|") == 8
    assert line.startswith("| aiohttp |  | 2.00 (2.00 to 2.00) |  |")


def test_growth_is_told_in_multiples_of_the_first_size():
    """Who did not finish says why, and nothing else in the line."""
    sizes = {str(n): {"seconds": 1.0, "cpu": 0.1 * n, "peak": n * 2**20} for n in (1, 4, 16)}
    found = {**results(), "growth": {"a": sizes, "b": {**sizes, "16": {"out": "too slow"}}}}
    lines = report.growth(found).splitlines()
    assert "| a | 1.0 | 1 | 4.0 | 4 | 16.0 | 16 |" in lines
    assert "| b | 1.0 | 1 | 4.0 | 4 | too slow |  |" in lines


def test_the_page_keeps_what_is_written_by_hand():
    """Only the text between the marks is replaced; a page without marks is refused."""
    before = f"intro\n{page.START}old\n{page.END}outro\n"
    after = page.written(before, results(midakit_own=(10,)))
    assert after.startswith(f"intro\n{page.START}")
    assert after.endswith(f"{page.END}outro\n")
    assert "old" not in after
    assert page.written(after, results(midakit_own=(10,))) == after
    with pytest.raises(ValueError, match="lost the marks"):
        page.written("intro", results())


def test_what_a_program_has_not_measured_this_time_stays(monkeypatch, tmp_path):
    def row(what, ratio):
        return {"what": what, "against": "a night", "ratios": [ratio]}

    monkeypatch.setattr(page, "KEPT", tmp_path / "kept.json")
    monkeypatch.setattr(page, "TEXTS", {})
    page.keep({"parts": {"nights": {"note": "old", "rows": [row("csv", 1), row("delta", 2)]}}})
    page.keep_part("nights", {"note": "new", "rows": [row("delta", 3), row("arrow", 4)]})
    assert json.loads(page.KEPT.read_text("utf-8"))["parts"]["nights"] == {
        "note": "new",
        "rows": [row("csv", 1), row("delta", 3), row("arrow", 4)],
    }


def test_other_benchmarks_are_found_by_themselves():
    """A program dropped into the folder runs with the rest; the machinery does not run as one."""
    found = parts.names()
    assert {"decoding", "launchdarkly", "sandbox_reports", "sandbox_server"} <= set(found)
    assert not set(found) & {"__main__", "harness", "parts", "runs", "smoke"}


def test_a_part_that_fails_or_hangs_says_so(monkeypatch, tmp_path):
    """It costs its own section of the report, not the run."""
    monkeypatch.setattr(parts, "ROOT", tmp_path)
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks/bad.py").write_text("print('half'); raise SystemExit('no disk')")
    (tmp_path / "benchmarks/slow.py").write_text(
        "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    )
    (tmp_path / "benchmarks/mute.py").write_text("")
    for name, patience, why in (
        ("bad", 60, "ended with 1 no disk"),
        ("slow", 0.5, "not done within 0.5 s"),
        ("mute", 60, "ended with 0"),
    ):
        (row,) = harness.told(parts.run(name, patience=patience))
        assert row.cells()[2] == f"not measured: {why}"


def test_the_sum_of_a_sampled_profile_is_everything():
    """Every sample belongs to a layer, known or not."""
    from benchmarks.calls.profiling import layer

    assert layer("/x/midakit/core/models/decode.py", "loads") == "decoding into models"
    assert (
        layer("/usr/lib/python3.11/asyncio/selector_events.py", "write") == "sending bytes (socket)"
    )
    assert layer("/x/unheard_of.py", "f") == "everything else"


def test_the_json_holds_ratios_with_their_spread():
    """Ours over each peer, round by round, and what every goal came to."""
    found = summary(results(midakit_own=(300, 100), aiohttp=(100, 100)))
    spread = {"median": 2.0, "least": 1.0, "most": 3.0}
    assert found["ratios"][AT_64]["aiohttp"] == {"midakit own": spread}
    goal = next(goal for goal in GOALS if (goal.scenario, goal.peer) == (AT_64, "aiohttp"))
    assert found["goals"][goal.title] == {"ours": "midakit own", "at_least": 2.5, **spread}


def test_results_are_plain_json():
    """What a run writes can be read back as it was."""
    found = results(midakit_own=(1.5,))
    assert json.loads(json.dumps(found)) == found


def test_the_reader_is_told_how_crowded_the_machine_was(monkeypatch):
    """The range of the load average; nothing where the system has none."""
    assert "Measured on m, d, at a load average of 1 to 2.5." in report.whole(results())
    assert "Measured on m, d." in report.whole({**results(), "load": []})
    monkeypatch.setattr("os.getloadavg", lambda: (3.04, 1.0, 1.0), raising=False)
    assert widened([]) == [3.0, 3.0]
    assert widened([1.0, 2.0]) == [1.0, 3.0]
    assert widened([4.0, 5.0]) == [3.0, 5.0]


def test_the_page_shows_the_results_that_are_kept():
    """`python -m benchmarks.tables.page` writes it anew."""
    assert page.is_current()


@pytest.mark.parametrize(
    ("ratio", "words"),
    [(38.4, "38 × less than x"), (2.46, "2.5 × less than x"), (1.02, "about as much as x"), (0.97, "about as much as x"),
     (0.5, "2.0 × more than x"), (0.94, "1.1 × more than x"), (1.06, "1.1 × less than x")],
)  # fmt: skip
def test_the_readme_says_how_many_times_less_or_more(ratio, words):
    """As people read it, whichever side wins."""
    assert readme.said(ratio, "x") == words


def test_the_readme_keeps_what_is_written_by_hand():
    """Its section comes from the run, and says what was not measured."""
    run = {**results(midakit_own=(10,)), "date": "2026-01-02", "parts": {"decoding": {"rows": []}}}
    before = f"intro\n{readme.START}old\n{readme.END}end"
    after = readme.written(before, run)
    assert after.startswith(f"intro\n{readme.START}")
    assert after.endswith(f"{readme.END}end")
    assert "2026-01-02" in after
    assert "not measured" in after
    assert readme.written(after, run) == after
    with pytest.raises(ValueError, match="README"):
        readme.written("intro", run)


def test_every_kind_of_call_stands_in_the_full_run():
    """Each answer, each peer, plain and TLS, with gzip, a POST, and 1, 16, 64 and 256 in flight."""
    asked = {one.asks for one in scenarios.FULL}
    assert asked == {"result", "metrics", "distribution", "timeseries", "page", "POST"}
    for flight in (1, 16, 64, 256):
        for tls in (False, True):
            named = {
                n
                for one in scenarios.FULL
                if (one.flight, one.tls) == (flight, tls)
                for n in one.contenders
            }
            assert {
                "midakit own",
                "aiohttp",
                "httpx2",
                "wreq",
                "pyreqwest",
                "primp",
                "curl_cffi",
            } <= named
    assert any(one.packed for one in scenarios.FULL)
    assert any("pycurl" in one.contenders for one in scenarios.FULL if one.flight == 1)


@pytest.mark.parametrize(
    ("left", "todo", "seconds"), [(300, 6, 150), (60, 6, 30), (-5, 3, 30), (1000, 1, 240), (100, 1, 100)]
)  # fmt: skip
def test_a_program_gets_a_fair_share_of_the_time(left, todo, seconds):
    """Three times its share, never all of what others need, and a little however late it is."""
    assert parts.patience(left, todo=todo) == seconds
