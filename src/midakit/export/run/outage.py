"""Whether a call that failed is tried again, given up, or ends the run (pure).

The client repeats a call a few times within its deadline; that is right for one call. A run of thousands
must outlast more: a server that restarts, minutes of 429. But it must not write down nine thousand
failures where there is one cause: a dead network, a server in maintenance. What tells them apart is
whether any call is answered.

    some calls are answered    the call has a limit of attempts, then it is a failure
    no call is any more        all wait; when nothing was answered for `outage` seconds the run stops, if
                               at least eight calls have failed: fewer may be at fault themselves, and
                               are given up
    403 after 403, nothing between    the key lost its rights, and the run stops
"""

from typing import NamedTuple

from midakit.core.retry import Retry, Wait, longest_pause
from midakit.errors import (
    DecodeError,
    Forbidden,
    MidakitError,
    RateLimited,
    ServerError,
    TransportError,
)
from midakit.export.text import describe
from midakit.mida.options import OUTAGE as OUTAGE

ATTEMPTS = {RateLimited: 60, TransportError: 18, ServerError: 6, DecodeError: 4}
"""Attempts after which a call is given up while others are answered; other errors are final."""
CROWD = 8
"""So many calls that fail in a row are not at fault themselves."""
PAUSES = Retry(cap=10.0)
"""How long to wait before the next turn, and which wait that a server asks for is too long."""


class GiveUp(NamedTuple):
    """The call is a failure, to be written down."""


class EndRun(NamedTuple):
    """The run ends here and can be resumed."""

    why: str


class OutageMonitor:
    """Remembers when a call was last answered, and which have failed since.

    Args:
        outage: Seconds without an answer after which the run ends.
        now: The time of a monotonic clock, in seconds.
    """

    def __init__(self, *, outage: float, now: float) -> None:
        self.outage = outage
        self._answered_at = now
        self._failing: set[str] = set()

    def answered(self, now: float) -> None:
        """Note that a call was answered.

        Args:
            now: The time of a monotonic clock, in seconds.
        """
        self._answered_at = now
        self._failing.clear()

    def decide(
        self,
        spec_id: str,
        error: MidakitError,
        *,
        attempts: int,
        turn: int,
        left: int,
        began: float,
        now: float,
    ) -> Wait | GiveUp | EndRun:
        """Return what to do about a call that failed.

        Args:
            spec_id: The call's id in the plan.
            error: How it failed.
            attempts: Attempts of this call that ended like this, the client's own included.
            turn: How often the call was handed to the client before this, from 0.
            left: Calls of the run that have not ended yet.
            began: When the call was first handed to the client.
            now: The time of a monotonic clock, in seconds.
        """
        self._failing.add(spec_id)
        crowd = len(self._failing) >= min(CROWD, max(2, left))
        if isinstance(error, Forbidden) and crowd:
            return EndRun(f"{len(self._failing)} calls in a row were refused: {error}")
        limit = next((most for kind, most in ATTEMPTS.items() if isinstance(error, kind)), None)
        if limit is None:
            return GiveUp()
        asked = getattr(error, "retry_after", None)
        if asked is not None and asked > PAUSES.longest_wait:
            return EndRun(f"the server asks to wait {asked:.0f} s")
        silent = now - self._answered_at
        if crowd and silent > self.outage:
            return EndRun(f"nothing but failures for {silent:.0f} s; the last: {describe(error)}")
        answered = self._answered_at > began or left <= 1
        if crowd or attempts < limit or not (answered or silent > self.outage):
            return Wait(longest_pause(PAUSES, turn))
        return GiveUp()
