"""What was told is told once for each change, whatever happened in between."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit import InvalidRequest
from midakit.guard.conditions import GuardCondition
from midakit.guard.memory import Memory, crossed_out, from_json, looked, only_live

CODES = ("split", "harm", "winner", "futile", "no-traffic")
looks = st.lists(st.sets(st.sampled_from(CODES)), max_size=8)


def conditions(codes):
    return [GuardCondition(code, f"it is {code}") for code in sorted(codes)]


@given(looks)
def test_each_beginning_and_each_end_is_one_message(states):
    memory, before, wanted = Memory(), set(), []
    for state in states:
        memory = looked(memory, 1, "A", conditions(state))
        wanted += [(code, False) for code in sorted(state - before)]
        wanted += [(code, True) for code in sorted(before - state - {"futile"})]
        before = state
    if wanted.count(("futile", False)) > 1:  # told at its first beginning only
        wanted = [one for one in wanted if one != ("futile", False)] + [("futile", False)]
    got = [(one.code, one.over) for one in memory.waiting]
    assert sorted(got) == sorted(wanted)
    assert len({one.id for one in memory.waiting}) == len(memory.waiting)


@given(looks, st.sampled_from([(), ("harm",), ("no-traffic", "futile")]))
def test_a_look_that_lacks_something_takes_nothing_back(states, seen):
    memory = Memory()
    for state in states:
        memory = looked(memory, 1, "A", conditions(state))
    partly = looked(memory, 1, "A", conditions(seen), whole=False)
    assert set(partly.open.get("1", ())) == {*memory.open.get("1", ()), *seen}
    assert not any(one.over for one in partly.waiting[len(memory.waiting) :])
    again = looked(partly, 1, "A", conditions(partly.open.get("1", ())))
    assert again.waiting == partly.waiting


@given(looks, st.lists(st.sampled_from(["a", "b"]), max_size=20))
def test_a_message_waits_until_every_channel_has_sent_it(states, order):
    memory = Memory()
    for state in states:
        memory = looked(memory, 1, "A", conditions(state))
    first, sent = memory, {"a": 0, "b": 0}
    for channel in [*order, *["a", "b"] * len(memory.waiting)]:
        for message in memory.missing(channel)[:1]:
            memory = crossed_out(memory, message, channel, ["a", "b"])
            sent[channel] += 1
    assert memory.waiting == memory.sent == ()
    assert sent == {"a": len(first.waiting), "b": len(first.waiting)}


@given(looks)
def test_the_file_gives_back_what_was_written(states):
    memory = Memory()
    for number, state in enumerate(states):
        memory = looked(memory, number % 2, "A", conditions(state))
        for message in memory.waiting[:1]:
            memory = crossed_out(memory, message, "a", ["a", "b"])
    assert from_json(memory.to_json(), Path("x")) == memory


def test_the_same_change_has_the_same_id_and_a_second_one_another():
    once = looked(Memory(), 1, "A", conditions({"harm"}))
    again = looked(Memory(), 1, "A", conditions({"harm"}))
    assert once.waiting[0].id == again.waiting[0].id
    back = looked(looked(once, 1, "A", []), 1, "A", conditions({"harm"}))
    assert len({one.id for one in back.waiting}) == 3


def test_an_experiment_that_ended_is_forgotten_without_a_message():
    memory = only_live(looked(Memory(), 1, "A", conditions({"harm"})), [2])
    assert memory.open == {}
    assert len(memory.waiting) == 1


@pytest.mark.parametrize(
    "text",
    [
        "", "{}", '{"version": 2}', "[1]", '{"version": 1}', "[" * 100_000,
        Memory(told={"1": {"harm": 7}}).to_json().replace("7", '"often"'),
    ],
    ids=range(7),
)  # fmt: skip
def test_a_damaged_file_is_named(text):
    with pytest.raises(InvalidRequest, match="guard.json cannot be read"):
        from_json(text, Path("guard.json"))
