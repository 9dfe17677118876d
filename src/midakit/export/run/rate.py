"""A known limit in requests a second: each request gets a time at which it may go.

Times are a fixed interval apart. After a quiet time a few requests may go together, as many as
`burst` says; a time that nobody used in time is lost, never saved up, so no second sees more than the
rate and its burst, however tasks start, stall and end.
"""

from time import monotonic

import anyio

from midakit.core.settings import positive

BURST = 4
"""Requests that may go together after a quiet time, where one schedule has the whole rate."""


class RateSchedule:
    """Lets at most `rps` requests a second go; without a rate, every request at once.

    Args:
        rps: Requests a second, or None for no limit: then the client's limiter learns from 429 alone.
        burst: Requests that may go together after a quiet time. With 0 even the first request waits an
            interval, so that schedules that follow one another keep the rate together.
    """

    def __init__(self, rps: float | None, *, burst: int = BURST) -> None:
        self.change(rps)
        self._burst = burst
        self._next = float("-inf")
        self._lock = anyio.Lock()

    def change(self, rps: float | None) -> None:
        """Let another rate hold from now on.

        Args:
            rps: Requests a second, or None for no limit.
        """
        self._interval = None if rps is None else 1.0 / positive("rps", rps)

    @property
    def limited(self) -> bool:
        """Whether there is a rate, so that requests may have to wait."""
        return self._interval is not None

    async def wait(self) -> None:
        """Wait until the next request may go."""
        if self.limited:
            async with self._lock:  # one at a time: a process that stalled comes back with no crowd
                await anyio.sleep(self.reserve(monotonic()))

    def reserve(self, now: float) -> float:
        """Take the next free time and return how many seconds away it is.

        Args:
            now: The time of a monotonic clock, in seconds.
        """
        if self._interval is None:
            return 0.0
        free = max(self._next, now - (self._burst - 1) * self._interval)
        self._next = free + self._interval
        return max(0.0, free - now)
