"""A known limit in requests a second, kept exactly: tokens accrue at the rate, a few may be saved up."""

from time import monotonic

import anyio


class Pace:
    """No rate, no wait: then the client's limiter learns from 429s alone."""

    BURST = 4.0

    def __init__(self, rps: float | None) -> None:
        self.rps = rps
        self._tokens = self.BURST
        self._at = monotonic()
        self._lock = anyio.Lock()

    async def wait(self) -> None:
        """Until the next request may go."""
        if self.rps is None:
            return
        async with self._lock:
            delay = self.delay(monotonic())
            if delay > 0:
                await anyio.sleep(delay)
                self.delay(monotonic())
            self._tokens -= 1.0

    def delay(self, now: float) -> float:
        """Accrue, and say how long until there is a token."""
        assert self.rps is not None
        self._tokens = min(self.BURST, self._tokens + (now - self._at) * self.rps)
        self._at = now
        return max(0.0, (1.0 - self._tokens) / self.rps)
