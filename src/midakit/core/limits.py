"""Decide how many calls may be in flight, and when the whole client should pause (pure).

`Window` is AIMD as TCP does it: one more place for every window's worth of successes, a cut for
congestion, and at most one cut per flight (calls that set off before the cut do not cut again).

`Pause` holds the whole client when the server says when to come back. Three pauses within a hundred
answers, most of which were fine, say that the refusals are not about the whole client (a server
that refuses at random): then only the refused call waits, or nothing would ever be sent.

`Quota` is botocore's: repeats cost tokens, successes bring them back, so that an outage does not
triple the load.
"""

import enum
from collections import deque
from math import inf


class Signal(enum.Enum):
    """How an attempt ended, as far as load is concerned."""

    GOOD = "good"
    """An answer below 500; its own refusals (404, 422) say nothing against the load."""
    REFUSED = "refused"
    """429 or 503: too many calls."""
    TIMED_OUT = "timed out"
    """No answer in time."""
    FAILED = "failed"
    """Another answer from 500 up."""
    UNKNOWN = "unknown"
    """No answer, and nothing learned: a lost connection, or a caller who gave up."""


def signal_of(status: int) -> Signal:
    """Return what an answer says about load.

    Args:
        status: The answer's HTTP status.

    Returns:
        GOOD, REFUSED or FAILED.
    """
    if status == 429 or status == 503:
        return Signal.REFUSED
    return Signal.GOOD if status < 500 else Signal.FAILED


class Window:
    """A number of places between `floor` and `ceiling` that follows the signals.

    Args:
        ceiling: The most places, and how many there are at first.
    """

    __slots__ = ("_cut_at", "ceiling", "floor", "size")

    CUT = 0.7

    def __init__(self, ceiling: int) -> None:
        self.ceiling = ceiling
        self.floor = max(1, ceiling // 8)
        self.size = float(ceiling)
        self._cut_at = -inf

    def good(self) -> None:
        """Grow, by one place for each window's worth of good answers."""
        self.size = min(float(self.ceiling), self.size + 1.0 / self.size)

    def congested(self, now: float, since: float) -> None:
        """Cut the window, once per flight.

        Args:
            now: Seconds of a clock that never goes back.
            since: When the attempt set off; before the last cut, it changes nothing.
        """
        if since > self._cut_at:
            self.size = max(float(self.floor), self.size * self.CUT)
            self._cut_at = now


class Pause:
    """Until when nobody may send, and whether pausing has helped so far."""

    __slots__ = ("_begun_at", "_recent", "_seen", "until")

    REMEMBERED = 100
    """Answers within which pauses are counted."""
    USELESS_AFTER = 3
    """Pauses after which it shows whether they help."""

    def __init__(self) -> None:
        self.until = 0.0
        """The end, on the clock of whoever uses it."""
        self._recent: deque[bool] = deque(maxlen=self.REMEMBERED)
        self._begun_at: deque[int] = deque(maxlen=self.USELESS_AFTER)
        self._seen = 0

    def saw(self, refused: bool) -> None:
        """Remember an answer, good or refused.

        Args:
            refused: Whether it was 429 or 503.
        """
        self._recent.append(refused)
        self._seen += 1

    @property
    def is_useless(self) -> bool:
        """Whether pauses did not stop the refusals, while most answers are good anyway."""
        if len(self._begun_at) < self.USELESS_AFTER:
            return False
        lately = self._seen - self._begun_at[0] <= self.REMEMBERED
        return lately and sum(self._recent) < 0.5 * len(self._recent)

    def extend(self, until: float) -> None:
        """Hold everyone longer, unless pausing has proved useless.

        Args:
            until: The new end; one before the present end changes nothing.
        """
        if until > self.until and not self.is_useless:
            self.until = until
            self._begun_at.append(self._seen)

    def left(self, now: float) -> float:
        """Return the seconds until the end, 0 after it.

        Args:
            now: Seconds of a clock that never goes back.
        """
        return max(0.0, self.until - now)


class Gate:
    """Window and pause together, counting who is in flight; the twins' `Limiter` does the waiting.

    Args:
        ceiling: The most calls in flight.
        window: A window to share with another gate; when left out, a new one as wide as `ceiling`.
        pause: A pause to share with another gate; when left out, a new one.
    """

    __slots__ = ("_active", "_children", "_most", "pause", "window")

    def __init__(
        self, ceiling: int, *, window: Window | None = None, pause: Pause | None = None
    ) -> None:
        self.window = window or Window(ceiling)
        self.pause = pause or Pause()
        self._active = 0
        self._most = 0
        self._children: list[Gate] = []

    def sibling(self) -> "Gate":
        """Return a gate with a count of its own that shares window and pause with this one."""
        return Gate(self.window.ceiling, window=self.window, pause=self.pause)

    def child(self) -> "Gate":
        """Return a sibling for another thread, whose calls `in_flight` counts too."""
        self._children.append(self.sibling())
        return self._children[-1]

    @property
    def in_flight(self) -> int:
        """Calls under way, those of the children included."""
        return self._active + sum(gate.in_flight for gate in self._children)

    @property
    def most_in_flight(self) -> int:
        """The most at once so far, here or in one child."""
        return max(self._most, *(gate.most_in_flight for gate in self._children), 0)

    @property
    def free(self) -> int:
        """Places free now."""
        return max(0, int(self.window.size) - self._active)

    def enter(self, now: float) -> bool:
        """Take a place if there is one and no pause.

        Args:
            now: Seconds of a clock that never goes back.

        Returns:
            Whether it was taken.
        """
        if self._active + 1 > self.window.size or now < self.pause.until:
            return False
        self._active += 1
        if self._active > self._most:
            self._most = self._active
        return True

    def leave(self, signal: Signal, now: float, since: float, pause: float | None = None) -> None:
        """Give a place back, and learn from how the attempt went.

        Args:
            signal: How it went.
            now: Seconds of a clock that never goes back.
            since: When the attempt set off.
            pause: Seconds for which the server asks the whole client to wait.
        """
        self._active -= 1
        if signal is Signal.GOOD:
            if self.window.size < self.window.ceiling:  # mostly it is not
                self.window.good()
        elif signal is Signal.REFUSED or signal is Signal.TIMED_OUT:
            self.window.congested(now, since)
        if signal is not Signal.UNKNOWN and signal is not Signal.TIMED_OUT:
            self.pause.saw(signal is Signal.REFUSED)
        if pause:
            self.pause.extend(now + pause)

    def refusal(self, pause: float, left: float) -> str:
        """Return why a call gets no place before its deadline, in words.

        Args:
            pause: Seconds until the end of the pause; 0 without one.
            left: Seconds of the deadline that are left.
        """
        if pause > 0:
            return (
                f"the deadline is too short: the client is paused for {pause:.1f} s "
                f"and the deadline leaves {max(left, 0):.1f} s"
            )
        return f"no place came free before the deadline (calls in flight: {self._active})"

    def __repr__(self) -> str:
        return (
            f"<Gate {self.in_flight} in flight, window {self.window.size:.1f} "
            f"of {self.window.ceiling}>"
        )


class Quota:
    """Tokens that repeats spend and successes refill.

    Args:
        capacity: How many there are at first and at most.
    """

    __slots__ = ("capacity", "tokens")

    TRANSIENT = 14
    """What a repeat after a failure costs."""
    THROTTLED = 5
    """What a repeat after a refusal for load costs."""
    REFILL = 1
    """What any good answer brings back, beside what its own repeats had cost."""

    def __init__(self, capacity: int = 500) -> None:
        self.capacity = capacity
        self.tokens = capacity

    def take(self, cost: int) -> bool:
        """Spend tokens, if there are enough.

        Args:
            cost: How many.

        Returns:
            Whether they were spent.
        """
        if self.tokens < cost:
            return False
        self.tokens -= cost
        return True

    def give(self, amount: int) -> None:
        """Refill, never past the capacity.

        Args:
            amount: How many tokens.
        """
        if self.tokens < self.capacity:
            self.tokens = min(self.capacity, self.tokens + amount)
