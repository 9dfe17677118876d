"""A known rate: times are given once, and no second sees more than the rate and its burst."""

import time

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit import ConfigurationError
from midakit.export.run.rate import BURST, RateSchedule
from support.account import Account
from support.exports import run


@given(
    rps=st.floats(0.5, 500),
    burst=st.integers(0, 6),
    pauses=st.lists(st.floats(0, 3), max_size=60),
)
def test_no_time_is_given_twice_and_no_second_sees_more_than_the_rate(rps, burst, pauses):
    """Whoever asks whenever: any span holds at most rate times span plus the burst."""
    schedule, now, times = RateSchedule(rps, burst=burst), 0.0, []
    for pause in pauses:
        now += pause
        times.append(now + schedule.reserve(now))
    assert times == sorted(times)
    for first, start in enumerate(times):
        for count, end in enumerate(times[first:], start=1):
            assert count <= max(burst, 1) + (end - start) * rps + 1e-6


@given(rps=st.floats(0.5, 500), tasks=st.lists(st.integers(1, 8), min_size=1, max_size=20))
def test_schedules_that_follow_one_another_without_a_burst_keep_the_rate_together(rps, tasks):
    """However short the tasks of a slot are: a fresh schedule begins with a wait."""
    now, sent = 0.0, 0
    for requests in tasks:
        schedule = RateSchedule(rps, burst=0)
        for _ in range(requests):
            now += schedule.reserve(now)
            sent += 1
            assert sent <= now * rps + 1e-6


def spend(schedule, requests):
    """Seconds that four tasks need to get so many requests through."""

    async def one():
        for _ in range(requests // 4):
            await schedule.wait()

    async def main():
        began = time.monotonic()
        async with anyio.create_task_group() as group:
            for _ in range(4):
                group.start_soon(one)
        return time.monotonic() - began

    return anyio.run(main)


def test_tasks_that_wait_together_keep_the_rate():
    """Each request has a time of its own, whoever waits for it."""
    assert spend(RateSchedule(50), 24) >= (24 - BURST) / 50


def test_without_a_rate_nobody_waits():
    """Then the client's own limiter learns from 429s."""
    schedule = RateSchedule(None)
    assert {schedule.reserve(0.0) for _ in range(1000)} == {0.0}
    assert spend(schedule, 1000) < 60


@pytest.mark.parametrize("rps", [0, -1, float("inf"), "many"])
def test_a_rate_that_is_none_is_refused(rps):
    """Before anything is sent."""
    with pytest.raises(ConfigurationError, match="rps"):
        RateSchedule(rps)


def test_an_export_keeps_a_known_rate(tmp_path):
    """80 requests at 100 a second take what they must."""
    report = run(
        Account(40).client(),
        tmp_path,
        rps=100,
        kinds=("results", "timeseries"),
        end_date="2026-06-30",
    )
    assert report.ok
    assert (80 - BURST) / 100 <= report.seconds < 60
