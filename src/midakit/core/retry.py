"""Whether to try again, and after how long: a pure function of what happened (no clock, no dice).

Full jitter as botocore does it: `U(0, min(base * 2**n, cap))`. What the server asks for is a floor,
with a little jitter on top, so that a thousand clients do not come back in the same millisecond.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

THROTTLED = frozenset({429, 503})
TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})


class Retry(NamedTuple):
    """How hard to try."""

    attempts: int = 3
    """Tries in all; 1 never repeats."""
    base: float = 0.5
    cap: float = 20.0
    statuses: frozenset[int] = TRANSIENT
    longest_wait: float = 120.0
    """A server that asks for more than this gets no repeat; the error says what it asked for."""


class Wait(NamedTuple):
    """Try again after so many seconds."""

    seconds: float


class Stop(NamedTuple):
    """Hand the outcome to the caller."""

    why: str
    out_of_time: bool = False


class Failed(NamedTuple):
    """An attempt that did not work: a status, or no answer at all."""

    status: int | None
    sent: bool
    """The server may have acted on it."""
    asked: float | None = None
    """Seconds that the server asked for."""


def repeatable(failed: Failed, *, safe: bool, policy: Retry) -> bool:
    """Whether sending it again can do no harm."""
    if failed.status is None:
        return safe or not failed.sent
    if failed.status not in policy.statuses:
        return False
    return safe or failed.status == 429  # refused before it was acted on


def decide(
    policy: Retry,
    failed: Failed,
    *,
    attempt: int,
    safe: bool,
    left: float | None,
    uniform: Callable[[float, float], float],
) -> Wait | Stop:
    """After attempt number `attempt` (from 1), with `left` seconds of the deadline."""
    if not repeatable(failed, safe=safe, policy=policy):
        return Stop("not repeatable")
    if attempt >= policy.attempts:
        return Stop("no attempts left")
    if failed.asked is not None:
        if failed.asked > policy.longest_wait:
            return Stop(f"the server asked to wait {failed.asked:.0f} s")
        seconds = failed.asked + uniform(0.0, min(1.0, 0.1 * failed.asked))
    else:
        seconds = uniform(0.0, longest_pause(policy, attempt - 1))
    if left is not None and seconds >= left:
        return Stop(
            f"the next attempt is due in {seconds:.1f} s and the deadline leaves {max(left, 0):.1f} s",
            out_of_time=True,
        )
    return Wait(seconds)


def longest_pause(policy: Retry, repeats: int) -> float:
    """Return how long to wait at most, in seconds, after so many repeats."""
    # 2.0 ** 62 is beyond any cap; an unbounded exponent would overflow
    return min(policy.base * 2.0 ** min(repeats, 62), policy.cap)


def asked_wait(headers: Mapping[str, str], now: "datetime | None" = None) -> float | None:
    """Seconds that the usual headers ask for: `retry-after-ms`, `retry-after` in seconds or a date."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after")
    if text is None:
        return None
    seconds = _number(text)
    return seconds if seconds is not None else _until(text, now)


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text is not None else -1.0
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None


def _until(text: str, now: "datetime | None") -> float | None:
    from datetime import UTC, datetime
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())
