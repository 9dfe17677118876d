"""Whether a call that failed is tried again, given up, or ends the run (pure).

The client repeats a call a few times within its deadline; that is right for one call. A run of
thousands must bear more: a server that restarts, a storm of 429s. And it must bear less than nine
thousand failures where there is one: a dead network, a server in maintenance. What tells them apart
is whether anybody gets an answer.

    somebody is answered       the call has a limit of attempts, then it is a failure
    nobody is any more         everyone waits; nothing good for `outage` seconds stops the run, once
                               eight have failed: fewer may be broken themselves, and are given up
    one refusal (403) after the other, nothing between: the key lost its rights, the run stops
"""

from typing import NamedTuple

from midakit.errors import (
    APIError,
    DecodeError,
    Forbidden,
    MidakitError,
    RateLimited,
    ServerError,
    TransportError,
)

LIMITS = {RateLimited: 60, TransportError: 18, ServerError: 6, DecodeError: 4}
"""Attempts after which a call is given up while others are answered."""
CROWD = 8
"""So many calls failing in a row are no accident of theirs."""
LONGEST = 10.0
HOURS = 120.0
"""A server that asks for a longer wait than this is not worth waiting for."""


class Wait(NamedTuple):
    """Try again after so many seconds."""

    seconds: float


class GiveUp(NamedTuple):
    """It is a failure, to be written down."""


class End(NamedTuple):
    """The run ends here and can be resumed."""

    why: str


class Patience:
    """Remembers when something good last came, and who has failed since."""

    def __init__(self, *, outage: float, now: float) -> None:
        self.outage = outage
        self._good_at = now
        self._failing: set[str] = set()

    def good(self, now: float) -> None:
        """An answer came."""
        self._good_at = now
        self._failing.clear()

    def failed(
        self,
        spec_id: str,
        error: MidakitError,
        *,
        attempts: int,
        turn: int,
        left: int,
        began: float,
        now: float,
    ) -> Wait | GiveUp | End:
        """After `attempts` that ended like this, the client's own included, in the `turn`th turn (from 0).

        `left` is how many calls of the run have not ended yet; `began` is when this one did.
        """
        self._failing.add(spec_id)
        crowd = len(self._failing) >= min(CROWD, max(2, left))
        if isinstance(error, Forbidden) and crowd:
            return End(f"{len(self._failing)} calls in a row were refused: {error}")
        limit = next((most for kind, most in LIMITS.items() if isinstance(error, kind)), None)
        if limit is None:
            return GiveUp()
        asked = getattr(error, "retry_after", None)
        if asked is not None and asked > HOURS:
            return End(f"the server asks to come back in {asked:.0f} s")
        silent = now - self._good_at
        if crowd and silent > self.outage:
            return End(f"nothing but failures for {silent:.0f} s; the last: {_said(error)}")
        answered = self._good_at > began or left <= 1
        if crowd or attempts < limit or not (answered or silent > self.outage):
            return Wait(min(0.5 * 2.0 ** min(turn, 10), LONGEST))
        return GiveUp()


def _said(error: MidakitError) -> str:
    return f"{error}" if isinstance(error, APIError) else f"{type(error).__name__}: {error}"
