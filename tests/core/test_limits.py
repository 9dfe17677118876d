"""The limiter's decisions: window, door, quota."""

from hypothesis import given
from hypothesis import strategies as st

from midakit.core.limits import Door, Gate, Quota, Signal, Window


@given(st.integers(1, 500), st.lists(st.sampled_from(list(Signal)), max_size=200))
def test_window_stays_between_floor_and_ceiling(ceiling, signals):
    """Whatever happens, the window is never wider than asked for and never below its floor."""
    window = Window(ceiling)
    for moment, signal in enumerate(signals):
        if signal is Signal.GOOD:
            window.good()
        elif signal is Signal.CONGESTED:
            window.congested(moment, moment - 0.5)
        assert window.floor <= window.size <= ceiling


def test_one_flight_cuts_once():
    """Sixty refusals of calls that set off together shrink the window once, not sixty times."""
    window = Window(64)
    for _ in range(60):
        window.congested(now=10.0, since=9.0)
    assert window.size == 64 * Window.CUT


def test_successes_bring_the_window_back():
    """After a cut, enough successes restore the ceiling."""
    window = Window(16)
    window.congested(1.0, 0.5)
    for _ in range(200):
        window.good()
    assert window.size == 16


def test_a_pause_holds_everyone():
    """While the server has asked for a pause nobody enters, and afterwards they do."""
    gate = Gate(4)
    gate.door.saw(refused=True)
    gate.door.close(until=5.0)
    assert not gate.enter(4.9)
    assert gate.enter(5.1)


def test_refusals_at_random_stop_pausing_the_client():
    """When pauses change nothing and most answers are good, only the refused call waits."""
    door = Door()
    now = 0.0
    for _ in range(10):
        for refused in (False, False, True):
            door.saw(refused)
        now += 1.0
        door.close(now + 1.0)
    assert door.futile
    opened = door.left(now + 1.0)
    door.close(now + 100.0)
    assert door.left(now + 1.0) == opened


def test_a_real_limit_keeps_pausing():
    """When most answers are refusals, pausing is never called futile."""
    door = Door()
    for moment in range(20):
        door.saw(refused=True)
        door.close(moment + 1.0)
    assert not door.futile


@given(st.lists(st.integers(0, 2), max_size=300))
def test_quota_never_leaves_its_bounds(steps):
    """Tokens stay between zero and the capacity."""
    quota = Quota(100)
    for step in steps:
        if step:
            taken = quota.take(Quota.THROTTLED if step == 1 else Quota.TRANSIENT)
            assert taken or quota.tokens < Quota.TRANSIENT
        else:
            quota.give(Quota.REFILL)
        assert 0 <= quota.tokens <= 100


@given(st.integers(1, 20), st.lists(st.booleans(), max_size=100))
def test_gate_counts_who_is_inside(ceiling, moves):
    """In-flight is entries minus exits and never passes the window."""
    gate = Gate(ceiling)
    inside = 0
    for enter in moves:
        if enter:
            inside += gate.enter(0.0)
        elif inside:
            gate.leave(Signal.NEUTRAL, 0.0, 0.0)
            inside -= 1
        assert gate.in_flight == inside <= ceiling
