"""Decide whether to try again, and after how long, from what happened alone: no clock, no chance.

Full jitter as botocore does it: `U(0, min(base * 2**n, cap))`. What the server asks for is a floor,
with a little jitter on top, so that a thousand clients do not come back in the same millisecond.
"""

from collections.abc import Callable, Mapping
from math import inf
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

THROTTLED = frozenset({429, 503})
TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})


class Retry(NamedTuple):
    """How hard to try.

    Example:
        stubborn = mida.with_options(retry=Retry(attempts=6, cap=60), deadline=300)
        print(stubborn.experiments.get(1001).test_name)
    """

    attempts: int = 3
    """Attempts in all; 1 never repeats."""
    base: float = 0.5
    """Seconds that the first repeat waits at most; each further one waits up to twice as long."""
    cap: float = 20.0
    """Seconds that any repeat waits at most, unless the server asks for more."""
    statuses: frozenset[int] = TRANSIENT
    """The statuses after which a call that is safe to repeat is repeated."""
    longest_wait: float = 120.0
    """Seconds that a server may ask for; asked for more, nothing is repeated and the error says so."""


class Wait(NamedTuple):
    """Try again after so many seconds."""

    seconds: float


class Stop(NamedTuple):
    """Hand the outcome to the caller."""

    why: str
    out_of_time: bool = False
    """Whether it stops because the next attempt would begin after the deadline."""


class FailedAttempt(NamedTuple):
    """An attempt that did not work."""

    status: int | None
    """None where no answer came."""
    sent: bool
    """Whether the server may have acted on it."""
    retry_after: float | None = None
    """Seconds that the server asked for."""
    final: bool = False
    """Whether a repeat would fail in the same way."""


def repeatable(failure: FailedAttempt, *, safe: bool, policy: Retry) -> bool:
    """Return whether sending a call again can do no harm.

    Args:
        failure: What happened to the last attempt.
        safe: Whether repeating the call cannot add a second effect.
        policy: The statuses to repeat after.

    Returns:
        True when the call is safe, or the server cannot have acted on it.
    """
    if failure.final:
        return False
    if failure.status is None:
        return safe or not failure.sent
    if failure.status not in policy.statuses:
        return False
    return safe or failure.status == 429  # refused before it was acted on


def decide(
    policy: Retry,
    failure: FailedAttempt,
    *,
    attempt: int,
    safe: bool,
    left: float | None,
    random_between: Callable[[float, float], float],
) -> Wait | Stop:
    """Decide what follows an attempt that failed.

    Args:
        policy: How hard to try.
        failure: What happened.
        attempt: The number of the attempt that failed, from 1.
        safe: Whether repeating the call cannot add a second effect.
        left: Seconds of the deadline that are left; None without a deadline.
        random_between: Returns a random number between its two arguments.

    Returns:
        `Wait` with the seconds before the next attempt, or `Stop` with the reason.
    """
    if not repeatable(failure, safe=safe, policy=policy):
        return Stop("not repeatable")
    if attempt >= policy.attempts:
        return Stop("no attempts left")
    asked = failure.retry_after
    if asked is not None:
        if asked > policy.longest_wait:
            return Stop(f"the server asked to wait {asked:.0f} s")
        seconds = asked + random_between(0.0, min(1.0, 0.1 * asked))
    else:
        seconds = random_between(0.0, longest_pause(policy, attempt - 1))
    if left is not None and seconds >= left:
        return Stop(
            f"the next attempt is due in {seconds:.1f} s and the deadline leaves {max(left, 0):.1f} s",
            out_of_time=True,
        )
    return Wait(seconds)


def longest_pause(policy: Retry, repeats: int) -> float:
    """Return the longest wait before the next repeat, in seconds.

    Args:
        policy: How hard to try.
        repeats: How many repeats there were before.
    """
    # 2.0 ** 62 is beyond any cap; an unbounded exponent would overflow
    return min(policy.base * 2.0 ** min(repeats, 62), policy.cap)


def retry_after_seconds(headers: Mapping[str, str], now: "datetime | None" = None) -> float | None:
    """Return the pause that the usual headers ask for, in seconds, or None.

    Args:
        headers: `retry-after-ms` and `retry-after` by name; the first one wins.
        now: The time that an HTTP date is compared with; when left out, the clock's.

    Returns:
        Seconds from 0 up; None where neither header holds a usable value.
    """
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after")
    if text is None:
        return None
    seconds = _number(text)
    return seconds if seconds is not None else _until(text, now)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value < inf else None


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
