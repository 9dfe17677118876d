"""LaunchDarkly's rate-limit headers -> seconds (pure).

- `X-Ratelimit-Reset` (global and route limits) and `X-Ratelimit-Auth-Token-Reset` (the token's own)
  are points in time in epoch MILLISECONDS. `Retry-After` (the limit per address) is in seconds; a
  proxy may send it in another form.
- Each header appears only when its limit applied, so any may be missing.
- Windows last ten seconds. A reset a minute or more ahead means a clock that is off or a mistaken
  unit; then ten seconds are assumed.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from midakit.core.retry import retry_after_seconds

WINDOW = 10.0
BELIEVABLE = 60.0
LEAST = 0.5
"""Seconds to wait after a 429 whose window is already over by our clock."""
LOW = 0.1
"""Share of a limit below which the remaining requests are spread over the rest of the window."""

RESETS = {
    "global": "x-ratelimit-reset",
    "route": "x-ratelimit-reset",
    "auth-token": "x-ratelimit-auth-token-reset",
}


class RateLimit(NamedTuple):
    """One limit as the headers of an answer describe it; None where a header is missing."""

    limit: int | None
    remaining: int | None
    left: float | None
    """Seconds until it is reset."""


def rate_limits(headers: Mapping[str, str], now_ms: float) -> list[RateLimit]:
    """Return the limits that applied to an answer.

    Args:
        headers: The headers of the answer, names in lower case.
        now_ms: The time now, in epoch milliseconds.
    """
    found = [
        RateLimit(
            _number(headers.get(f"x-ratelimit-{name}-limit")),
            _number(headers.get(f"x-ratelimit-{name}-remaining")),
            _left(headers.get(reset), now_ms),
        )
        for name, reset in RESETS.items()
    ]
    return [one for one in found if one != (None, None, None)]


def retry_after(headers: Mapping[str, str], now_ms: float) -> float:
    """Return the seconds that a 429 asks to wait.

    Args:
        headers: The headers of the answer, names in lower case.
        now_ms: The time now, in epoch milliseconds.
    """
    asked = retry_after_seconds(headers, datetime.fromtimestamp(now_ms / 1000, UTC))
    if asked is not None:
        return asked
    applied = rate_limits(headers, now_ms)
    spent = [one for one in applied if one.remaining == 0] or applied
    waits = [one.left for one in spent if one.left is not None]
    return max(LEAST, *waits) if waits else WINDOW


def pause_after(headers: Mapping[str, str], now_ms: float) -> float | None:
    """Return the seconds to hold back after a good answer because a limit is near, or None.

    Args:
        headers: The headers of the answer, names in lower case.
        now_ms: The time now, in epoch milliseconds.
    """
    holds = [
        one.left / (one.remaining + 1)
        for one in rate_limits(headers, now_ms)
        if one.left and one.remaining is not None and one.remaining <= LOW * (one.limit or 0)
    ]
    return max(holds, default=None)


def _left(text: str | None, now_ms: float) -> float | None:
    reset = _number(text)
    if reset is None:
        return None
    seconds = (reset - now_ms) / 1000
    return max(0.0, seconds) if seconds < BELIEVABLE else WINDOW


def _number(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
