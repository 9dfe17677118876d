"""The time zone of a report: the API takes hours from UTC, users also have names of zones (pure)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any

from midakit.core.checks import day
from midakit.core.unset import UNSET
from midakit.errors import InvalidRequest

DAYS = ("start_date", "end_date")
UNKNOWN_START = timedelta(days=366)
"""How far back a report without a first day is taken to reach when its zone is checked."""


def in_zone(given: Mapping[str, Any], now: datetime | None = None) -> Mapping[str, Any]:
    """Return a report's options with days as dates and the time zone as hours from UTC.

    Args:
        given: The options; `tz` may be hours, the name of a zone, or a `tzinfo`.
        now: The present; when left out, the clock's.

    Returns:
        The same options; those that were not given stay out.

    Raises:
        InvalidRequest: The zone is unknown, changes its offset between the days, or a value is no day.
    """
    tz = given.get("tz", UNSET)
    found = dict(given)
    zone = UTC if tz is UNSET else time_zone(tz)
    for name in DAYS:
        if found.get(name, UNSET) is not UNSET:
            found[name] = day(name, found[name], zone, now)
    if tz is not UNSET:
        today = (now or datetime.now(UTC)).astimezone(zone).date()
        end = _date(found.get("end_date", UNSET), today)
        start = _date(found.get("start_date", UNSET), end - UNKNOWN_START)
        found["tz"] = _hours(zone, start, end) if start <= end else 0.0
    return found


def _date(text: Any, otherwise: date) -> date:
    return otherwise if text is UNSET else date.fromisoformat(text)


def time_zone(tz: Any) -> tzinfo:
    """Return a time zone.

    Args:
        tz: Hours east of UTC as a number or text, the name of a zone such as `Europe/Berlin`, or a `tzinfo`.

    Raises:
        InvalidRequest: There is no such zone, or the hours are not from -14 to 14.
    """
    if isinstance(tz, tzinfo):
        return tz
    try:
        offset = 99.0 if isinstance(tz, bool) else float(tz)
    except (TypeError, ValueError):
        return _named(tz)
    if not -14 <= offset <= 14:
        raise _wrong(tz)
    return timezone(timedelta(hours=offset))


def _named(name: Any) -> tzinfo:
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (TypeError, ValueError, OSError, LookupError):  # no key, no path, a folder, no such zone
        raise _wrong(name) from None


def _wrong(tz: Any) -> InvalidRequest:
    return InvalidRequest(
        "tz", f"takes hours from UTC such as 2 or -5.5, or a zone such as Europe/Berlin, not {tz!r}"
    )


def _hours(zone: tzinfo, start: date, end: date) -> float:
    """Return a zone's offset from the first midnight of a report to its last, if it is one and the same."""
    first = _offset(zone, start)
    for number in range(1, (end - start).days + 2):
        midnight = start + timedelta(days=number)
        if _offset(zone, midnight) != first:
            raise InvalidRequest(
                "tz",
                f"{zone} changes its offset from UTC on {midnight - timedelta(days=1)}, and the API takes "
                f"one offset for a report: ask for the days before and after it alone, or give hours",
            )
    return first / timedelta(hours=1)


def _offset(zone: tzinfo, when: date) -> timedelta:
    return datetime(when.year, when.month, when.day, tzinfo=zone).utcoffset() or timedelta()
