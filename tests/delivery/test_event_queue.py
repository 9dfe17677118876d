"""The queue of events: bounded, counted, and honest about what it drops."""

import threading
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from midakit.delivery.event_queue import EventCounts, EventQueue, PendingEvent

numbers = count()


def event(visitor="v"):
    return PendingEvent(f"id-{next(numbers)}", "event", visitor, "name", "{}")


def test_a_full_queue_does_not_accept_by_default():
    """`drop_newest`: the event that finds no place is not accepted, the others stay."""
    queue = EventQueue(2, "drop_newest")
    first, second = event(), event()
    assert queue.offer(first) == (True, None)
    assert queue.offer(second) == (True, None)
    assert queue.offer(event()) == (False, None)
    assert queue.claim(first)
    assert queue.offer(event()) == (False, None)  # what is on its way has its place too
    queue.settle(acknowledged=True)
    assert queue.offer(event()) == (True, None)
    assert queue.counts == EventCounts(accepted=3, sent=1, pending=2)


def test_the_oldest_that_waits_makes_place_if_asked():
    """`drop_oldest`: what is on its way stays, the oldest that waits goes and is counted."""
    queue = EventQueue(2, "drop_oldest")
    first, second, third = event(), event(), event()
    queue.offer(first)
    queue.offer(second)
    assert queue.claim(first)
    assert queue.offer(third) == (True, second)
    assert not queue.claim(second)
    assert queue.claim(third)
    assert queue.offer(event()) == (False, None)  # nobody waits who could go
    assert queue.counts == EventCounts(accepted=3, dropped=1, pending=2)


def test_waiting_for_a_place_ends_when_one_comes_free():
    """A thread that waits for a place goes on when an event is settled."""
    queue = EventQueue(1, "wait")
    first = event()
    queue.offer(first)
    assert not queue.wait_for_place(0.01)
    queue.claim(first)
    found = []
    waiter = threading.Thread(target=lambda: found.append(queue.wait_for_place(60)))
    waiter.start()
    queue.settle(acknowledged=False)
    waiter.join(60)
    assert found == [True]
    assert queue.counts.refused == 1


def test_waiting_until_empty_ends_with_the_last_event():
    """Empty means: nothing waits and nothing is on its way."""
    queue = EventQueue(5, "drop_newest")
    one = event()
    assert queue.wait_until_empty(0)
    queue.offer(one)
    assert not queue.wait_until_empty(0.01)
    queue.claim(one)
    assert not queue.wait_until_empty(0.01)
    queue.settle(acknowledged=True)
    assert queue.wait_until_empty(0)


@given(st.sampled_from(["drop_newest", "drop_oldest", "wait"]), st.integers(1, 4), st.data())
def test_every_accepted_event_is_accounted_for(on_full, size, data):
    """accepted = sent + refused + dropped + pending, at every moment, and pending never exceeds the size."""
    queue, waiting, flying = EventQueue(size, on_full), [], []
    for _ in range(30):
        step = data.draw(
            st.sampled_from(["offer", "claim", "settle", "reject", "repeat", "give_up"])
        )
        if step == "offer":
            one = event()
            accepted, victim = queue.offer(one)
            if victim is not None:
                assert victim is waiting.pop(0)
            if accepted:
                waiting.append(one)
        elif step == "claim" and waiting:
            one = waiting.pop(data.draw(st.integers(0, len(waiting) - 1)))
            assert queue.claim(one)
            flying.append(one)
        elif step == "settle" and flying:
            flying.pop()
            queue.settle(acknowledged=data.draw(st.booleans()))
        elif step == "reject":
            queue.reject()
        elif step == "repeat":
            queue.repeat()
        elif step == "give_up" and data.draw(st.integers(0, 9)) == 0:
            assert queue.give_up() == len(waiting) + len(flying)
            waiting, flying = [], []
        counts = queue.counts
        assert counts.pending == len(waiting) + len(flying) <= size
        settled = counts.sent + counts.refused + counts.dropped
        assert counts.accepted == settled + counts.pending
