"""`midakit verdict`: what to do, for people, for programs and for shell scripts."""

import json
from typing import get_args

import pytest

from midakit import stats
from midakit.cli.commands import verdict as command
from midakit.stats.types import Kind


def test_people_read_the_verdict_and_its_reasons(shop, midakit):
    """Its sign and title come first, then a reason per line."""
    out = midakit.good("verdict", "1001").out
    assert out.startswith("… Keep running (")
    assert "\n- Control has " in out


def test_programs_get_everything(shop, midakit):
    """JSON has the verdict's own fields; CSV a row per segment."""
    found = midakit.good("verdict", "1001", "--json").json
    assert found["kind"] == "keep_running"
    assert found["missing"] == []
    rows = midakit.good("verdict", "1001", "-s", "mobile=device == mobile", "--csv").out
    head, whole, mobile = rows.strip().splitlines()
    assert head.startswith("segment,kind,variant_id,peek_safe,headline")
    assert whole.startswith(",keep_running,")
    assert mobile.startswith("mobile,keep_running,")


def test_segments_stand_below_everyone(shop, midakit):
    """Each under its name."""
    out = midakit.good("verdict", "1001", "-s", "mobile=device == mobile").out
    everyone, _, mobile = out.partition("Segment mobile")
    assert "Keep running" in everyone
    assert "Keep running" in mobile


def test_where_limits_everyone(shop, midakit):
    """A part of the visitors is judged like a whole."""
    shown = midakit.good("verdict", "1001", "--where", "device == mobile", "--json").json
    segment = midakit.good("result", "1001", "-s", "m=device == mobile", "--json").json["m"]
    assert shown["why"] == segment["analysis"]["verdict"]["why"]


def test_what_could_not_be_loaded_is_said_and_ends_with_3(shop, midakit):
    """The verdict on the rest stands."""
    shop.faults({"action": "status", "args": {"code": 400}, "path": ".*/1001/timeseries"})
    done = midakit("verdict", "1001")
    assert done.code == 3
    assert "Keep running" in done.out
    assert "could not be used: timeseries: " in done.out
    assert "not everything could be used" in done.err
    found = midakit("verdict", "1001", "--json")
    assert found.code == 3
    assert found.json["missing"][0].startswith("timeseries: ")


@pytest.mark.parametrize(
    ("verdict", "code"),
    [
        (stats.Verdict("winner", peek_safe=True), 0),
        (stats.Verdict("winner"), 13),
        (stats.Verdict("winner", peek_safe=True, but=("revenue gets worse",)), 13),
        (stats.Verdict("loser"), 10),
        (stats.Verdict("no_difference"), 11),
        (stats.Verdict("inconclusive"), 12),
        (stats.Verdict("keep_running", peek_safe=True), 13),
        (stats.Verdict("invalid"), 14),
    ],
)
def test_a_script_may_go_by_the_exit_code(shop, midakit, monkeypatch, verdict, code):
    """0 is what may be shipped at once; without --exit-code the kind does not matter."""
    monkeypatch.setattr(command, "verdict_lines", lambda _: ["told"])
    monkeypatch.setattr("midakit.Mida.verdict", lambda *_, **__: verdict)
    assert midakit("verdict", "1001", "--exit-code").code == code
    assert midakit("verdict", "1001").code == 0


def test_every_kind_has_an_exit_code_of_its_own():
    """None is one that means something else."""
    assert set(command.CODES) == set(get_args(Kind))
    assert len(set(command.CODES.values())) == len(command.CODES)
    assert not set(command.CODES.values()) & {1, 2, 3, 4, 130, 141}
    for kind, code in command.CODES.items():
        if kind != "winner":
            assert f"{code} {kind.replace('_', ' ')}" in command.verdict.__doc__


@pytest.mark.parametrize("name", ["verdict", "watch", "compare", "result", "report"])
def test_every_command_that_decides_takes_the_same_options(name, shop, midakit):
    """And refuses what is out of range before anything is sent."""
    words = [name, "1001", "--horizon", "5000", "--metric", "rpv", "--guardrail", "conversion=0.02"]
    words += [
        "--engine",
        "bayesian",
        "--threshold",
        "0.9",
        "--correction",
        "none",
        "--spending",
        "pocock",
    ]
    assert midakit(*words, *(["--times", "1"] if name == "watch" else [])).code == 0
    before = len(shop.requests())
    done = midakit(name, "1001", "--threshold", "7")
    assert done.code == 2
    assert "threshold" in done.err
    assert len(shop.requests()) == before


def test_watching_a_planned_end_says_the_plan(shop, midakit):
    """The verdict of each refresh is by the plan, which may be over."""
    words = ("watch", "1001", "--times", "1", "--json", "--horizon")
    [line] = midakit.good(*words, "50").out.splitlines()
    assert json.loads(line)["verdict"]["stopping"].startswith("The planned end is reached")
    [line] = midakit.good(*words, "5000").out.splitlines()
    assert "The planned end is " in json.loads(line)["verdict"]["stopping"]
