"""Tokens of one shared rate, handed out a few at a time (pure).

    Book (driver)    whose turn is when: every token has a moment, and no moment is given twice
    Lease (worker)   a few moments of one's own, used in order; what is left too long is void

A token that is not used is lost, never saved up: however tasks start, stall and die, no second sees
more than the rate and its small burst. Moments travel as delays, so clocks need not agree.
"""

from typing import NamedTuple

BURST = 4
"""Tokens that a quiet time leaves over."""
MOST = 4
"""Tokens in one lease."""
STALE = 1.0
"""Seconds after its moment at which a token is void."""


class Grant(NamedTuple):
    """Tokens: the first in `delay` seconds, then one every `interval`."""

    tokens: int
    delay: float
    interval: float


class Book:
    """The moments that are still free, at `rps` a second."""

    def __init__(self, rps: float) -> None:
        self.interval = 1.0 / rps
        self._next = float("-inf")

    def grant(self, wanted: int, now: float) -> Grant:
        """The next moments there are."""
        tokens = max(1, min(wanted, MOST))
        first = max(self._next, now - (BURST - 1) * self.interval)
        self._next = first + tokens * self.interval
        return Grant(tokens, first - now, self.interval)


class Lease:
    """A grant as its owner uses it up."""

    def __init__(self, grant: Grant, now: float) -> None:
        self._moments = [now + grant.delay + n * grant.interval for n in range(grant.tokens)]

    def take(self, now: float) -> float | None:
        """Seconds until the next token may be used; None when there is none."""
        while self._moments:
            moment = self._moments.pop(0)
            if now - moment <= STALE:
                return max(0.0, moment - now)
        return None
