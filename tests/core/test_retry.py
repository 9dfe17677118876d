"""Whether to try again, and after how long."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit.core.retry import (
    TRANSIENT,
    FailedAttempt,
    Retry,
    Stop,
    Wait,
    decide,
    retry_after_seconds,
)


def low(a, _b):
    return a


def high(_a, b):
    return b


def verdict(failure, *, attempt=1, safe=True, left=None, random_between=high, policy=None):
    return decide(
        policy or Retry(),
        failure,
        attempt=attempt,
        safe=safe,
        left=left,
        random_between=random_between,
    )


@given(st.integers(1, 2000))
def test_backoff_is_capped_full_jitter(attempt):
    """The longest wait doubles from half a second and never passes twenty seconds."""
    wait = verdict(FailedAttempt(500, True), attempt=attempt, policy=Retry(attempts=10**6))
    assert isinstance(wait, Wait)
    assert wait.seconds == min(0.5 * 2.0 ** min(attempt - 1, 62), 20.0)


@pytest.mark.parametrize("status", sorted(TRANSIENT))
def test_transient_statuses_are_repeated_when_safe(status):
    """A safe call is sent again after each transient status."""
    assert isinstance(verdict(FailedAttempt(status, True)), Wait)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 406, 409, 501])
def test_refusals_are_final(status):
    """An answer that would be the same next time is not asked for again."""
    assert verdict(FailedAttempt(status, True)) == Stop("not repeatable")


@given(st.sampled_from(sorted(TRANSIENT - {429})))
def test_an_unsafe_call_is_not_repeated_after_the_server_saw_it(status):
    """A POST that may have worked is never sent twice."""
    assert isinstance(verdict(FailedAttempt(status, True), safe=False), Stop)
    assert isinstance(verdict(FailedAttempt(None, True), safe=False), Stop)


def test_an_unsafe_call_is_repeated_when_nothing_was_sent_or_it_was_turned_away():
    """A failed connection and a 429 had no effect."""
    assert isinstance(verdict(FailedAttempt(None, False), safe=False), Wait)
    assert isinstance(verdict(FailedAttempt(429, True), safe=False), Wait)


@given(st.floats(0, 120), st.floats(0, 1))
def test_what_the_server_asks_for_is_a_floor(asked, share):
    """The wait is what was asked for and up to a tenth of it, but at most a second, of jitter."""
    wait = verdict(FailedAttempt(429, True, asked), random_between=lambda a, b: a + (b - a) * share)
    assert wait.seconds == pytest.approx(asked + share * min(1.0, asked / 10), abs=1e-9)


def test_a_wait_that_cannot_fit_fails_at_once_with_the_arithmetic():
    """Ten seconds asked with four left is an answer now, not in four seconds."""
    stop = verdict(FailedAttempt(429, True, 10.0), left=4.0, random_between=low)
    assert isinstance(stop, Stop)
    assert stop.out_of_time
    assert "10.0 s" in stop.why
    assert "4.0 s" in stop.why


@given(st.floats(0.001, 100), st.floats(0.001, 100))
def test_a_wait_fits_when_it_ends_before_the_deadline(asked, left):
    """A wait as long as what is left does not fit; the least bit shorter, it does."""
    found = verdict(FailedAttempt(429, True, asked), left=left, random_between=low)
    assert isinstance(found, Stop if asked >= left else Wait)


def test_an_hour_is_not_waited_for():
    """Past `longest_wait` the caller hears of it instead."""
    assert "3600" in verdict(FailedAttempt(429, True, 3600.0)).why
    assert isinstance(verdict(FailedAttempt(429, True, 120.0)), Wait)
    assert isinstance(verdict(FailedAttempt(429, True, 120.1)), Stop)


def test_attempts_are_counted():
    """The third of three attempts is the last."""
    assert isinstance(verdict(FailedAttempt(500, True), attempt=2), Wait)
    assert verdict(FailedAttempt(500, True), attempt=3) == Stop("no attempts left")


def test_the_shortest_wait_is_none():
    """Full jitter begins at 0."""
    assert verdict(FailedAttempt(500, True), random_between=low) == Wait(0.0)


def test_a_deadline_that_has_passed_leaves_nothing():
    """The arithmetic shows no negative time."""
    stop = verdict(FailedAttempt(500, True), left=-3.0)
    assert stop == Stop("the next attempt is due in 0.5 s and the deadline leaves 0.0 s", True)


def test_retry_after_in_every_spelling():
    """Seconds, milliseconds and dates are understood; milliseconds win."""
    now = datetime(2026, 11, 21, tzinfo=UTC)
    date = format_datetime(now + timedelta(seconds=90), usegmt=True)
    assert retry_after_seconds({"retry-after": "2"}) == 2
    assert retry_after_seconds({"retry-after-ms": "1500", "retry-after": "9"}) == 1.5
    assert retry_after_seconds({"retry-after": date}, now) == 90
    assert retry_after_seconds({"retry-after-ms": "odd", "retry-after": "9"}) == 9
    assert retry_after_seconds({}) is None


@pytest.mark.parametrize("text", ["inf", "nan", "-1", "1e999", "soon", ""])
def test_a_number_that_is_no_time_asks_for_nothing(text):
    """Infinite, negative or no number at all: it is as if the header were not there."""
    assert retry_after_seconds({"retry-after": text}) is None


def test_no_time_at_all_may_be_asked_for():
    """Zero seconds, and a date that has passed, whatever the clock says."""
    assert retry_after_seconds({"retry-after": "0"}) == 0
    assert retry_after_seconds({"retry-after": "Sat, 01 Jan 2000 00:00:00 GMT"}) == 0


def test_a_date_without_a_zone_is_utc():
    """-0000 says that the zone is not known."""
    now = datetime(2026, 11, 21, tzinfo=UTC)
    assert retry_after_seconds({"retry-after": "Sat, 21 Nov 2026 00:01:30 -0000"}, now) == 90
    assert retry_after_seconds({"retry-after": "Sat, 21 Nov 2026 01:01:30 +0100"}, now) == 90


@given(st.text(max_size=30))
def test_an_odd_retry_after_is_no_crash(text):
    """Whatever a server puts there gives a wait or nothing."""
    found = retry_after_seconds({"retry-after": text, "retry-after-ms": text})
    assert found is None or found >= 0
