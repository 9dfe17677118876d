"""How many calls may be in flight, and when the whole client should hold its breath (pure).

`Window` is AIMD as TCP does it: one more place for every window's worth of successes, a cut for
congestion, and at most one cut per flight (calls that set off before the cut do not cut again).

`Door` holds the whole client when the server says when to come back. Three such pauses within a
hundred answers, most of which were fine, say that the refusals are not about the whole client (a
server that refuses at random): then only the refused call waits, or nothing would ever be sent.

`Quota` is botocore's: repeats cost tokens, successes bring them back, so that an outage does not
triple the load.
"""

import enum
from collections import deque


class Signal(enum.Enum):
    """What an attempt says about load."""

    GOOD = "good"
    CONGESTED = "congested"
    NEUTRAL = "neutral"


class Window:
    """A size between `floor` and `ceiling` that follows the signals."""

    __slots__ = ("_cut_at", "ceiling", "floor", "size")

    CUT = 0.7

    def __init__(self, ceiling: int) -> None:
        self.ceiling = ceiling
        self.floor = max(1, ceiling // 8)
        self.size = float(ceiling)
        self._cut_at = float("-inf")

    def good(self) -> None:
        """Grow by one for each window's worth of these."""
        if self.size < self.ceiling:
            self.size = min(float(self.ceiling), self.size + 1.0 / self.size)

    def congested(self, now: float, since: float) -> None:
        """Cut once per flight: `since` is when the attempt set off."""
        if since > self._cut_at:
            self.size = max(float(self.floor), self.size * self.CUT)
            self._cut_at = now


class Door:
    """Until when nobody enters."""

    __slots__ = ("_pauses", "_recent", "_seen", "opens_at")

    REMEMBERED = 100
    FUTILE_PAUSES = 3

    def __init__(self) -> None:
        self.opens_at = 0.0
        self._recent: deque[bool] = deque(maxlen=self.REMEMBERED)
        self._pauses: deque[int] = deque(maxlen=self.FUTILE_PAUSES)
        self._seen = 0

    def saw(self, refused: bool) -> None:
        """Remember an answer."""
        self._recent.append(refused)
        self._seen += 1

    @property
    def futile(self) -> bool:
        """Pausing did not stop the refusals, and most answers are good anyway."""
        if len(self._pauses) < self.FUTILE_PAUSES:
            return False
        lately = self._seen - self._pauses[0] <= self.REMEMBERED
        return lately and sum(self._recent) < 0.5 * len(self._recent)

    def close(self, until: float) -> None:
        """Hold everyone until then, unless that has proved futile."""
        if until > self.opens_at and not self.futile:
            self.opens_at = until
            self._pauses.append(self._seen)

    def left(self, now: float) -> float:
        """Seconds until it opens; 0 when it is open."""
        return max(0.0, self.opens_at - now)


class Gate:
    """Window and door together, counting who is inside; the twins' `Limiter` does the waiting."""

    __slots__ = ("_annexes", "_most", "door", "inside", "window")

    def __init__(
        self, ceiling: int, *, window: Window | None = None, door: Door | None = None
    ) -> None:
        self.window = window or Window(ceiling)
        self.door = door or Door()
        self.inside = 0
        self._most = 0
        self._annexes: list[Gate] = []

    def beside(self) -> "Gate":
        """Another count of places; what the server taught, window and door, is one for both."""
        return Gate(self.window.ceiling, window=self.window, door=self.door)

    def annex(self) -> "Gate":
        """A gate beside this one, for another thread, whose calls `in_flight` counts too."""
        self._annexes.append(self.beside())
        return self._annexes[-1]

    @property
    def in_flight(self) -> int:
        """Calls under way, in the annexes too."""
        return self.inside + sum(gate.in_flight for gate in self._annexes)

    @property
    def most_in_flight(self) -> int:
        """The most at once so far, here or in an annex."""
        return max(self._most, *(gate.most_in_flight for gate in self._annexes), 0)

    @property
    def room(self) -> int:
        """Places free now."""
        return max(0, int(self.window.size) - self.inside)

    def enter(self, now: float) -> bool:
        """Take a place if there is one."""
        if self.inside + 1 > self.window.size or now < self.door.opens_at:
            return False
        self.inside += 1
        if self.inside > self._most:
            self._most = self.inside
        return True

    def leave(self, signal: Signal, now: float, since: float) -> None:
        """Give a place back; `since` is when the attempt set off."""
        self.inside -= 1
        if signal is Signal.GOOD:
            self.window.good()
        elif signal is Signal.CONGESTED:
            self.window.congested(now, since)

    def pause_left(self, now: float) -> float:
        """Seconds for which nobody may enter."""
        return self.door.left(now)

    def __repr__(self) -> str:
        return (
            f"<Gate {self.in_flight} in flight, window {self.window.size:.1f} "
            f"of {self.window.ceiling}>"
        )


class Quota:
    """Tokens that repeats spend and successes refill."""

    __slots__ = ("capacity", "tokens")

    TRANSIENT = 14
    THROTTLED = 5
    REFILL = 1

    def __init__(self, capacity: int = 500) -> None:
        self.capacity = capacity
        self.tokens = capacity

    def take(self, cost: int) -> bool:
        """Spend, if there is enough."""
        if self.tokens < cost:
            return False
        self.tokens -= cost
        return True

    def give(self, amount: int) -> None:
        """Refill, never past the capacity."""
        if self.tokens < self.capacity:
            self.tokens = min(self.capacity, self.tokens + amount)
