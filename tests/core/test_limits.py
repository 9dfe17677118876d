"""The limiter's decisions: window, pause, gate, quota."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit.core.limits import Gate, Pause, Quota, Signal, Window, signal_of


@pytest.mark.parametrize(
    ("status", "signal"),
    [
        (200, Signal.GOOD),
        (304, Signal.GOOD),
        (404, Signal.GOOD),
        (428, Signal.GOOD),
        (429, Signal.REFUSED),
        (430, Signal.GOOD),
        (499, Signal.GOOD),
        (500, Signal.FAILED),
        (502, Signal.FAILED),
        (503, Signal.REFUSED),
        (504, Signal.FAILED),
    ],
)
def test_what_a_status_says_about_load(status, signal):
    """Only 429 and 503 speak of too many calls; only the server's own failures are no good sign."""
    assert signal_of(status) is signal


@given(st.integers(1, 500), st.lists(st.sampled_from(list(Signal)), max_size=200))
def test_window_stays_between_floor_and_ceiling(ceiling, signals):
    """Whatever happens, the window is never wider than asked for and never below its floor."""
    window = Window(ceiling)
    for moment, signal in enumerate(signals):
        if signal is Signal.GOOD:
            window.good()
        elif signal is Signal.REFUSED:
            window.congested(moment, moment - 0.5)
        assert window.floor <= window.size <= ceiling


@pytest.mark.parametrize(("ceiling", "floor"), [(1, 1), (8, 1), (15, 1), (16, 2), (64, 8)])
def test_the_floor_is_an_eighth(ceiling, floor):
    """However often it is cut, an eighth of the ceiling is left, and one place at least."""
    window = Window(ceiling)
    for moment in range(100):
        window.congested(now=moment + 0.5, since=moment)
    assert window.size == floor


def test_one_flight_cuts_once():
    """Sixty refusals of calls that set off together shrink the window once, not sixty times."""
    window = Window(64)
    for _ in range(60):
        window.congested(now=10.0, since=9.0)
    assert window.size == 64 * 0.7


def test_a_call_that_set_off_at_the_cut_does_not_cut_again():
    """It did not see the smaller window yet; one that set off later did."""
    window = Window(64)
    window.congested(now=10.0, since=9.0)
    window.congested(now=11.0, since=10.0)
    assert window.size == 64 * 0.7
    window.congested(now=12.0, since=10.1)
    assert window.size == 64 * 0.7 * 0.7


def test_a_window_of_good_answers_brings_one_place():
    """It grows by one for each window's worth, and never past the ceiling."""
    window = Window(64)
    window.congested(1.0, 0.5)
    size = window.size
    window.good()
    assert window.size == size + 1 / size
    for _ in range(2000):
        window.good()
    assert window.size == 64


@pytest.mark.parametrize(
    ("signal", "size"),
    [
        (Signal.GOOD, 7.0 + 1 / 7.0),
        (Signal.REFUSED, 7.0 * 0.7),
        (Signal.TIMED_OUT, 7.0 * 0.7),
        (Signal.FAILED, 7.0),
        (Signal.UNKNOWN, 7.0),
    ],
)
def test_what_the_window_learns(signal, size):
    """Refusals and timeouts cut it, good answers widen it, and the rest leaves it alone."""
    gate = Gate(10)
    gate.window.congested(1.0, 0.0)
    assert gate.enter(2.0)
    gate.leave(signal, 3.0, since=2.0)
    assert gate.window.size == pytest.approx(size)


def test_a_pause_holds_everyone():
    """While the server has asked for a pause nobody enters, and afterwards they do."""
    gate = Gate(4)
    assert gate.enter(1.0)
    gate.leave(Signal.REFUSED, 1.0, 0.5, pause=4.0)
    assert gate.pause.left(2.0) == 3.0
    assert not gate.enter(4.9)
    assert gate.enter(5.0)
    assert gate.pause.left(6.0) == 0.0


def test_a_pause_is_never_cut_short():
    """A shorter one that comes later changes nothing."""
    pause = Pause()
    pause.extend(10.0)
    pause.extend(5.0)
    assert pause.until == 10.0


def random_refusals(good, pauses=3):
    """A pause after `pauses` rounds of so many good answers and one refusal."""
    pause = Pause()
    for number in range(pauses):
        for _ in range(good):
            pause.saw(refused=False)
        pause.saw(refused=True)
        pause.extend(number + 1.0)
    return pause


def test_refusals_at_random_stop_pausing_the_client():
    """When three pauses change nothing and most answers are good, only the refused call waits."""
    assert not random_refusals(2, pauses=2).is_useless
    pause = random_refusals(2)
    assert pause.is_useless
    pause.extend(100.0)
    assert pause.until == 3.0


@pytest.mark.parametrize(("between", "useless"), [(49, True), (50, False)])
def test_pauses_count_within_a_hundred_answers(between, useless):
    """Three pauses that lie further apart than a hundred answers say nothing."""
    pause = random_refusals(between)  # the first pause is 2 * (between + 1) answers ago
    assert pause.is_useless is useless


@pytest.mark.parametrize(("good", "useless"), [(1, False), (2, True)])
def test_most_answers_have_to_be_good(good, useless):
    """With every second answer a refusal, the pauses go on."""
    assert random_refusals(good).is_useless is useless


def test_pauses_of_long_ago_are_forgotten():
    """Only the last three pauses count, and only the last hundred answers."""
    pause = random_refusals(1, pauses=1)
    for _ in range(200):
        pause.saw(refused=False)
    for until in (2.0, 3.0, 4.0):
        pause.saw(refused=True)
        pause.extend(until)
    assert pause.is_useless  # the last three lie close together; 97 of a hundred answers are good
    for _ in range(48):
        pause.saw(refused=True)
    assert not pause.is_useless  # 51 of the last hundred are refusals, of all 253 a fifth


def test_a_pause_that_is_asked_for_again_is_one_pause():
    """Calls of one flight are refused with the same end: that is no proof against pausing."""
    pause = random_refusals(2, pauses=1)
    for _ in range(5):
        pause.extend(1.0)
    assert not pause.is_useless


def test_a_real_limit_keeps_pausing():
    """When most answers are refusals, pausing is never called useless."""
    pause = Pause()
    for moment in range(20):
        pause.saw(refused=True)
        pause.extend(moment + 1.0)
    assert not pause.is_useless
    assert pause.until == 20.0


@pytest.mark.parametrize(
    ("signal", "seen"),
    [
        (Signal.GOOD, [False]),
        (Signal.FAILED, [False]),
        (Signal.REFUSED, [True]),
        (Signal.TIMED_OUT, []),
        (Signal.UNKNOWN, []),
    ],
)
def test_what_the_pause_learns(signal, seen):
    """It counts answers, and which of them were refusals; where none came it learns nothing."""
    gate = Gate(4)
    gate.enter(0.0)
    gate.leave(signal, 1.0, 0.0)
    assert [*gate.pause._recent] == seen


def test_children_are_counted_and_siblings_are_not():
    """What the server taught is one for all; places are counted apart."""
    gate = Gate(4)
    child, sibling = gate.child(), gate.sibling()
    assert child.window is gate.window is sibling.window
    assert child.pause is gate.pause is sibling.pause
    assert gate.enter(0.0)
    assert child.enter(0.0)
    assert child.enter(0.0)
    assert sibling.enter(0.0)
    assert gate.in_flight == 3
    assert gate.most_in_flight == 2
    assert gate.free == 3


def test_the_last_place_of_a_window_is_given():
    """A whole place has to be left: three of 3.9 are taken and no fourth."""
    gate = Gate(4)
    assert [gate.enter(0.0) for _ in range(5)] == [True] * 4 + [False]
    gate = Gate(4)
    gate.window.size = 3.9
    assert [gate.enter(0.0) for _ in range(4)] == [True] * 3 + [False]
    assert gate.free == 0


@given(st.lists(st.integers(0, 2), max_size=300))
def test_quota_never_leaves_its_bounds(steps):
    """Tokens stay between zero and the capacity."""
    quota = Quota(100)
    for step in steps:
        if step:
            taken = quota.take(Quota.THROTTLED if step == 1 else Quota.TRANSIENT)
            assert taken or quota.tokens < Quota.TRANSIENT
        else:
            quota.give(Quota.REFILL + Quota.TRANSIENT)
        assert 0 <= quota.tokens <= 100


def test_the_price_of_a_repeat():
    """500 tokens pay 35 repeats after a failure, or 100 after a refusal; the last one counts."""
    assert (Quota.TRANSIENT, Quota.THROTTLED, Quota.REFILL) == (14, 5, 1)
    quota = Quota()
    assert sum(quota.take(Quota.TRANSIENT) for _ in range(100)) == 35
    assert sum(quota.take(Quota.THROTTLED) for _ in range(100)) == 2
    assert quota.tokens == 0
    quota.give(5)
    assert quota.take(5)


@given(st.integers(1, 20), st.lists(st.booleans(), max_size=100))
def test_gate_counts_who_is_in_flight(ceiling, moves):
    """In flight is entries minus exits and never passes the window."""
    gate = Gate(ceiling)
    active = most = 0
    for enter in moves:
        if enter:
            active += gate.enter(0.0)
        elif active:
            gate.leave(Signal.UNKNOWN, 0.0, 0.0)
            active -= 1
        most = max(most, active)
        assert gate.in_flight == active <= ceiling
        assert gate.most_in_flight == most
        assert gate.free == ceiling - active
