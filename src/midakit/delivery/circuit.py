"""Decide whether the service may be asked: a circuit that opens when it is away (pure).

    closed --(enough failures in a row)--> open --(cooldown)--> one probe --(good)--> closed
                                             ^                      |
                                             +--(bad, twice as long)+

While it is open nobody waits for the service. After the cooldown one request, and one only, finds out
whether it is back. A probe that is never heard of again counts as bad after `probe_seconds`.
"""

import enum


class Admission(enum.Enum):
    """What a circuit says to a caller who wants to ask."""

    ASK = "ask"
    """Go on: the service answers."""
    PROBE = "probe"
    """Go on, as the only one: find out whether the service is back."""
    REFUSE = "refuse"
    """Do not ask: the service is away."""


class Circuit:
    """Counts failures in a row, and says who may ask.

    Args:
        failures: How many failures in a row open it.
        cooldown: Seconds that it stays open at first; every failed probe doubles them.
        longest: Seconds that it stays open at most.
        probe_seconds: How long a probe may take before another one may try.
    """

    __slots__ = (
        "_cooldown", "_failed", "_failures", "_first", "_longest", "_probe_seconds", "_probing_until",
        "opened_until",
    )  # fmt: skip

    def __init__(
        self,
        failures: int = 5,
        cooldown: float = 1.0,
        longest: float = 30.0,
        probe_seconds: float = 10.0,
    ) -> None:
        self._failures = failures
        self._first = self._cooldown = cooldown
        self._longest = longest
        self._probe_seconds = probe_seconds
        self._failed = 0
        self._probing_until = 0.0
        self.opened_until: float | None = None
        """When the cooldown ends, on the caller's clock; None while it is closed."""

    @property
    def is_closed(self) -> bool:
        """Whether everybody may ask."""
        return self.opened_until is None

    def admit(self, now: float) -> Admission:
        """Say whether a caller may ask.

        Args:
            now: Seconds of a clock that never goes back.

        Returns:
            ASK while it is closed; after the cooldown PROBE for one caller; else REFUSE.
        """
        if self.opened_until is None:
            return Admission.ASK
        if now < self.opened_until or now < self._probing_until:
            return Admission.REFUSE
        self._probing_until = now + self._probe_seconds
        return Admission.PROBE

    def succeeded(self) -> None:
        """Learn that an answer came: the circuit closes."""
        self._failed = 0
        if self.opened_until is not None:
            self.opened_until = None
            self._probing_until = 0.0
            self._cooldown = self._first

    def failed(self, now: float) -> None:
        """Learn that no answer came.

        Args:
            now: Seconds of a clock that never goes back.
        """
        if self.opened_until is None:
            self._failed += 1
            if self._failed >= self._failures:
                self.opened_until = now + self._cooldown
        elif self._probing_until:  # the probe, or a request that set off before it opened
            self._cooldown = min(2 * self._cooldown, self._longest)
            self.opened_until = now + self._cooldown
            self._probing_until = 0.0

    def left(self, now: float) -> float:
        """Return the seconds until a probe may try, 0 when one may.

        Args:
            now: Seconds of a clock that never goes back.
        """
        if self.opened_until is None:
            return 0.0
        return max(0.0, self.opened_until - now, self._probing_until - now)

    def __repr__(self) -> str:
        return f"<Circuit {'closed' if self.is_closed else 'open'}>"
