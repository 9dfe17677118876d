"""What is decided about a call that failed: it waits, is given up, or ends the run."""

from hypothesis import given
from hypothesis import strategies as st

from midakit.core.retry import Wait
from midakit.errors import BadRequest, ConnectionFailed, Forbidden, RateLimited, ServerError
from midakit.export.run.outage import EndRun, GiveUp, OutageMonitor

REFUSED = RateLimited(status=429, message="slow down")
BROKEN = ServerError(status=500, message="oops")


def fail(monitor, error, *, spec="a", attempts=1, turn=0, left=100, began=-1.0, now=0.0):
    return monitor.decide(
        spec, error, attempts=attempts, turn=turn, left=left, began=began, now=now
    )


def test_a_call_has_a_limit_of_attempts_while_others_are_answered():
    """Few for an error of the server, many for a 429, none for what cannot change."""
    monitor = OutageMonitor(outage=60, now=0)
    assert isinstance(fail(monitor, BROKEN, attempts=5), Wait)
    assert isinstance(fail(monitor, BROKEN, attempts=6), GiveUp)
    assert isinstance(fail(monitor, REFUSED, attempts=59), Wait)
    assert isinstance(fail(monitor, REFUSED, attempts=60), GiveUp)
    assert isinstance(fail(monitor, ConnectionFailed("no"), attempts=17), Wait)
    assert isinstance(fail(monitor, BadRequest(status=400, message="no")), GiveUp)


def test_nobody_gives_up_while_everybody_fails_and_the_run_ends_after_the_outage():
    """A server that is down is not nine thousand failures."""
    monitor = OutageMonitor(outage=60, now=0)
    for number in range(8):
        fail(monitor, BROKEN, spec=str(number), attempts=99, now=30)
    assert isinstance(fail(monitor, BROKEN, attempts=99, now=59), Wait)
    end = fail(monitor, BROKEN, attempts=99, now=61)
    assert isinstance(end, EndRun)
    assert "nothing but failures for 61 s" in end.why
    monitor.answered(62)
    assert isinstance(fail(monitor, BROKEN, attempts=99, now=63), GiveUp)


def test_the_last_few_calls_are_a_crowd_too():
    """A small plan on a dead network stops as a large one does."""
    monitor = OutageMonitor(outage=1, now=0)
    fail(monitor, BROKEN, spec="a", left=2, now=2)
    assert isinstance(fail(monitor, BROKEN, spec="b", left=2, attempts=99, now=2), EndRun)


TROUBLES = st.sampled_from([BROKEN, REFUSED, ConnectionFailed("no")])


@given(
    in_flight=st.integers(1, 40),
    more=st.integers(1, 100),
    good_at=st.floats(0, 100),
    troubles=st.lists(st.tuples(TROUBLES, st.integers(1, 99), st.floats(0, 1)), max_size=60),
)
def test_an_outage_that_ends_in_time_costs_no_call(in_flight, more, good_at, troubles):
    """However few are in flight, and however often the client tried them: nobody is given up."""
    monitor = OutageMonitor(outage=60, now=0)
    monitor.answered(good_at)
    for turn, (error, attempts, seconds) in enumerate(troubles):
        verdict = fail(
            monitor, error, spec=str(turn % in_flight), attempts=attempts, turn=turn,
            left=in_flight + more, began=good_at, now=good_at + 59 * seconds,
        )  # fmt: skip
        assert isinstance(verdict, Wait)


@given(broken=st.integers(1, 7), in_flight=st.integers(1, 7), left=st.integers(9, 100))
def test_a_few_broken_calls_never_end_a_run_nor_hold_it_for_ever(broken, in_flight, left):
    """Alone in flight, they look like an outage; after it they are given up, and others get a turn."""
    monitor = OutageMonitor(outage=60, now=0)
    waiting, given_up, now = [*range(broken)], [], 0.0
    while waiting and now < 600:
        for one in waiting[:in_flight]:
            verdict = fail(monitor, BROKEN, spec=str(one), attempts=9, left=left, began=0, now=now)
            assert not isinstance(verdict, EndRun)
            if isinstance(verdict, GiveUp):
                given_up.append(one)
        waiting = [one for one in waiting if one not in given_up]
        now += 10
    assert len(given_up) == broken


def test_eight_403s_in_a_row_end_the_run():
    """One in between that is answered, and they are failures of their own."""
    monitor = OutageMonitor(outage=60, now=0)
    denied = Forbidden(status=403, message="not yours")
    for number in range(7):
        assert isinstance(fail(monitor, denied, spec=str(number)), GiveUp)
    monitor.answered(1)
    for number in range(7):
        assert isinstance(fail(monitor, denied, spec=str(number)), GiveUp)
    assert isinstance(fail(monitor, denied, spec="last"), EndRun)


def test_a_server_that_says_tomorrow_is_not_waited_for():
    """The run ends with what was asked, and can be resumed then."""
    late = RateLimited(status=429, message="tomorrow")
    late.retry_after = 86_400.0
    assert fail(OutageMonitor(outage=60, now=0), late) == EndRun("the server asks to wait 86400 s")


def test_waits_grow_and_stay_bearable():
    """From half a second to ten."""
    waits = [
        fail(OutageMonitor(outage=60, now=0), REFUSED, turn=turn).seconds for turn in range(30)
    ]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (0.5, 10.0)
