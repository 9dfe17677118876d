"""One rate for many tasks: each has a fixed share of it."""

from hypothesis import given
from hypothesis import strategies as st

from midakit.engines.spark.connect import SessionSettings


@given(rps=st.floats(1, 500), slots=st.integers(1, 64), tasks=st.integers(1, 500))
def test_tasks_that_fill_all_slots_send_no_more_than_the_rate_together(rps, slots, tasks):
    """As many run at once as there are slots, or as there are tasks where nobody knows the slots."""
    for at_once, shared in (
        (slots, SessionSettings(rps=rps, slots=slots)),
        (tasks, SessionSettings(rps=rps)),
    ):
        rate, now, sent = shared.rate(tasks), 0.0, 0
        while sent < 10:
            now += rate.reserve(now)
            sent += 1
            assert sent * at_once <= now * rps + 1e-6


def test_without_a_rate_no_task_waits():
    """Every task then learns from 429 as any client does."""
    assert SessionSettings(slots=4).rate(8).reserve(0.0) == 0.0
