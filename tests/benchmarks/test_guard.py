"""A month of the guard on the sandbox's clock, in a short form, and as the page has it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.guard import findings
from benchmarks.guard.__main__ import END, PAGE, START, broken, kills
from benchmarks.guard.account import CHANCES, DAYS, planted
from benchmarks.guard.month import Look, Month, month
from benchmarks.guard.receivers import Arrived
from benchmarks.guard.worker import STAGES
from midakit.guard.conditions import URGENT

STRONG = {"split": 0.4, "harm": -0.3, "winner": 0.3}
"""What is found in every run, however its visitors fall."""


def missed(done):
    """Return the experiments whose planted fact no look has told of."""
    return [
        one
        for one in done.experiments
        if one.kind not in (*CHANCES, "healthy")
        and not any(one.kind in look.found.get(one.test_id, ()) for look in done.looks)
    ]


@pytest.mark.slow
def test_a_short_month_with_a_kill_at_each_step():
    """Processes die at each step of their work, and every change arrives once."""
    dying = {4: [(stage, 1 + n % 2) for n, stage in enumerate(STAGES[:3])], 28: [(stage, 2) for stage in STAGES[3:]]}  # fmt: skip
    done = month(14, (4, 28), dying, seed=5)  # ends of days 5 and 6 are near on day 4
    assert broken(done) == []
    assert set(done.killed) == set(STAGES)
    assert missed(done) == []


@pytest.mark.soak
def test_a_month_of_a_thousand_experiments():
    """False alarms are at most as many as promised, and what is strong is found in every experiment."""
    done = month(1_000, range(1, DAYS + 1), kills(DAYS))
    assert broken(done) == []
    assert set(done.killed) == set(STAGES)
    for one in findings.delays(done):
        if one.code not in CHANCES or (one.strength == STRONG[one.code] and one.day < DAYS // 2):
            assert len(one.days) == one.planted, one
            assert max(one.days) <= 14, one
    quiet = next(one for one in findings.delays(done) if one.code == "no-traffic")
    assert set(quiet.days) <= {2, 3}


def test_the_account_is_the_same_for_the_same_seed_and_has_every_kind_twice():
    once, again = planted(40, 7), planted(40, 7)
    assert once == again
    counts = [one.kind for one in once]
    assert all(counts.count(kind) >= 2 for kind in findings.PROMISED)
    assert counts.count("healthy") == 40 - 12


@given(st.integers(1, 2_000), st.sampled_from([0.01, 0.05]))
def test_the_count_that_chance_explains_is_the_smallest(number, rate):
    """A simulation needs no more than the sum of the tail: it is below `RARE` there, and not one before."""
    limit = findings.allowed(number, rate)

    def tail(count):
        probability, beyond = (1 - rate) ** number, 1.0
        for k in range(count + 1):
            beyond -= probability
            probability *= (number - k) / (k + 1) * rate / (1 - rate)
        return beyond

    assert tail(limit) < findings.RARE + 1e-9
    assert limit == 0 or tail(limit - 1) >= findings.RARE - 1e-9


def test_nothing_is_allowed_of_what_was_promised_never():
    assert findings.allowed(1_000, 0.0) == 0


def a_month(*looks):
    """A month of two experiments whose truth is a broken split and nothing, with its messages."""
    split, *_, healthy = planted(40, 1)
    listed = [
        replace(split, test_id=1, kind="split", day=0),
        replace(healthy, test_id=2, kind="healthy"),
    ]
    done = Month(listed, Arrived(), [Look(day, found, 0.0) for day, found in looks])
    for number, ((test, code, over), count) in enumerate(findings.wanted(done.looks).items()):
        for again in range(count):
            data = {"id": f"{number}-{again}", "test_id": test, "test_name": "A", "code": code,
                    "text": code, "over": over, "urgent": False}  # fmt: skip
            done.arrived.webhook.append((data["id"], data))
            mark = "!" if code in URGENT and not over else "-"
            done.arrived.mails.append(f"{mark} {test} A: {code}")
    return done


def test_what_was_told_by_mistake_twice_or_not_at_all_is_named():
    done = a_month((1, {}), (2, {1: ["split"], 2: ["winner"]}), (3, {1: ["split"]}))
    assert broken(done) == []
    assert [one.days for one in findings.delays(done)] == [(2,)]
    assert findings.wanted(done.looks) == {(1, "split", False): 1, (2, "winner", False): 1, (2, "winner", True): 1}  # fmt: skip
    done.arrived.webhook.append(done.arrived.webhook[0])
    assert broken(done) == ["0 mails are missing, 0 came twice over 0 kills"]  # nobody was killed
    done.killed["after sending"] = 1
    assert broken(done) == []
    done.arrived.webhook = done.arrived.webhook[1:-1]
    assert "a change was not told, or told twice" in broken(done)


def test_what_comes_and_goes_by_chance_is_wanted_once():
    found = findings.wanted([Look(day, {1: codes}, 0.0) for day, codes in
                             enumerate((["futile"], [], ["futile"], ["futile", "harm"]))])  # fmt: skip
    assert found == {(1, "futile", False): 1, (1, "harm", False): 1}


def test_a_false_alarm_of_a_fact_is_one_too_many():
    done = a_month((1, {2: ["no-goal"]}))
    assert broken(done) == ["no-goal: 1 false alarms of 2, at most 0 were promised"]


def test_kills_reach_every_step():
    stages = {stage for listed in kills(DAYS).values() for stage, _ in listed}
    assert stages == set(STAGES)


def test_the_page_has_a_place_for_the_tables():
    text = PAGE.read_text(encoding="utf-8")
    assert text.index(START) < text.index(END)
