"""Checks that several builders share; each names the field and the rule."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import Enum
from numbers import Integral, Real
from typing import Any
from urllib.parse import quote

from midakit.core.unset import UNSET
from midakit.errors import InvalidRequest

HALF = "holds half a surrogate pair, which no URL can hold"
"""The rule that text breaks which a server cut inside an emoji."""


def path_segment(field: str, value: Any) -> str:
    """Return a value as one segment of a path, percent-encoded.

    Args:
        field: The argument's name, for the error.
        value: What must not be empty, hold a slash or control characters, or be `.` or `..`.

    Raises:
        InvalidRequest: The value would change the path, or is empty.
    """
    if value is None or value is UNSET or not str(value).strip():
        raise InvalidRequest(field, "must not be empty")
    ours = type(value).__module__.startswith("midakit.")
    if ours or isinstance(value, bool) or not isinstance(value, str | Integral):
        raise InvalidRequest(field, f"takes an id or a key, not {_called(value)}")
    text = str(value)
    if text in (".", "..") or "/" in text or "\\" in text:
        raise InvalidRequest(field, f"{text!r} would change the path of the request")
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in text):
        raise InvalidRequest(field, "must not hold control characters")
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise InvalidRequest(field, HALF) from None


def _called(value: Any) -> str:
    """Name a value that is no id, without its contents."""
    if isinstance(value, bool):
        return repr(value)
    return a_kind(value)


def a_kind(value: object) -> str:
    """Return the kind of a value with its article, such as "a list", for messages.

    Args:
        value: What was given instead of something else; its contents are not told.
    """
    if value is None:
        return "None"
    kind = type(value).__name__
    return f"{'an' if kind[0] in 'AEIOUaeio' else 'a'} {kind}"


def several(field: str, value: Any, rule: str) -> list[Any]:
    """Return the items of a list, a tuple, or anything else that gives items one by one.

    Args:
        field: The argument's name, for the error.
        value: The argument as the caller gave it; one text and one mapping are no lists.
        rule: What it must be, for the error: "must be a list of keys".

    Raises:
        InvalidRequest: It is no list.
    """
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise InvalidRequest(field, rule)
    return [*value]


def number_id(field: str, value: Any) -> str:
    """Return a numeric id as text.

    Args:
        field: The argument's name, for the error.
        value: The id as a number or as text of digits.

    Raises:
        InvalidRequest: It is neither.
    """
    if type(value) is int and value >= 0:
        return str(value)
    text = path_segment(field, value)
    if not text.isascii() or not text.isdigit():
        raise InvalidRequest(field, f"{value!r} is not a numeric id")
    return text


def day(field: str, value: Any, zone: tzinfo = UTC, now: datetime | None = None) -> str:
    """Return a day as YYYY-MM-DD.

    Args:
        field: The argument's name, for the error.
        value: A date, a datetime at midnight, or text: YYYY-MM-DD, `today`, `yesterday`, or `-7d`.
        zone: The time zone in which days begin.
        now: The present; when left out, the clock's.

    Raises:
        InvalidRequest: It is none of these, or a datetime has a time of day, which would be lost.
    """
    if isinstance(value, datetime):
        local = value.astimezone(zone) if value.tzinfo else value
        if local.time() != time.min:
            where = f" in {zone}" if value.tzinfo else ""
            raise InvalidRequest(
                field,
                f"{value} has a time of day{where}, and the API counts whole days: give a date",
            )
        return local.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        if (back := _days_back(value)) is not None:
            today = (now or datetime.now(UTC)).astimezone(zone).date()
            return (today - timedelta(days=back)).isoformat()
        try:
            if len(value) == 10:
                return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
    raise InvalidRequest(
        field, f"{value!r} is not a day: YYYY-MM-DD, today, yesterday, or -7d for seven days ago"
    )


def _days_back(text: str) -> int | None:
    """Return how many days ago a relative day is; None for text of another kind."""
    if text in ("today", "yesterday"):
        return int(text == "yesterday")
    number = text[1:-1]
    relative = text[:1] == "-" and text[-1:] == "d" and number.isascii() and number.isdigit()
    return int(number) if relative and len(number) <= 4 else None


def in_order(start: Any, end: Any) -> None:
    """Check that the first day is not after the last.

    Args:
        start: The first day, or UNSET.
        end: The last day, or UNSET.

    Raises:
        InvalidRequest: It is after it.
    """
    if start is not UNSET and end is not UNSET and start > end:
        raise InvalidRequest("start_date", f"{start} is after end_date {end}")


def one_of(field: str, value: Any, words: Iterable[Any]) -> Any:
    """Return a word of a fixed vocabulary.

    Args:
        field: The argument's name, for the error.
        value: The word, or a member of an enum.
        words: The vocabulary: an enum or plain words.

    Raises:
        InvalidRequest: The word is not in it; the error lists those that are.
    """
    known = [word.value if isinstance(word, Enum) else word for word in words]
    plain = value.value if isinstance(value, Enum) else value
    if plain not in known:
        raise InvalidRequest(field, f"{plain!r} is not one of: {', '.join(map(str, known))}")
    return plain


def between(field: str, value: Any, low: float, high: float, *, whole: bool = False) -> Any:
    """Return a number that lies within bounds.

    Args:
        field: The argument's name, for the error.
        value: The argument as the caller gave it.
        low: The least that is allowed.
        high: The most that is allowed; infinity for no bound.
        whole: Whether it must be a whole number.

    Returns:
        An int or a float, also of a number of NumPy.

    Raises:
        InvalidRequest: It lies outside, or is not such a number.
    """
    kind: type[Any] = Integral if whole else Real  # as NumPy's are, not all int or float
    if isinstance(value, bool) or not isinstance(value, kind) or not low <= value <= high:
        what = "a whole number" if whole else "a number"
        top = "up" if high == float("inf") else f"to {high:g}"
        raise InvalidRequest(field, f"{value!r} is not {what} from {low:g} {top}")
    return int(value) if isinstance(value, Integral) else float(value)


def page(limit: int, offset: int) -> tuple[tuple[str, str], ...]:
    """Return the query that asks for a page of a listing.

    Args:
        limit: Items on the page, 1 to 500.
        offset: Items to skip.

    Raises:
        InvalidRequest: One of them is out of bounds.
    """
    between("limit", limit, 1, 500, whole=True)
    between("offset", offset, 0, float("inf"), whole=True)
    return ("limit", str(limit)), ("offset", str(offset))


def text(field: str, value: Any, *, most: int | None = None) -> str:
    """Return text that is not empty.

    Args:
        field: The argument's name, for the error.
        value: The argument as the caller gave it.
        most: Characters that are allowed; None for any number.

    Raises:
        InvalidRequest: It is empty, too long, or not text.
    """
    if not isinstance(value, str) or not value.strip():
        raise InvalidRequest(field, "must be text that is not empty")
    if most is not None and len(value) > most:
        raise InvalidRequest(field, f"{len(value)} characters are more than {most}")
    return value


def not_both(**given: object) -> None:
    """Check that at most one of some arguments is given.

    Args:
        **given: The arguments by name; UNSET for one that is not given.

    Raises:
        InvalidRequest: More than one is given.
    """
    names = [name for name, value in given.items() if value is not UNSET]
    if len(names) > 1:
        raise InvalidRequest(names[0], f"give {' or '.join(names)}, not both")


def at_least_one(what: str, **given: object) -> None:
    """Check that at least one of some arguments is given.

    Args:
        what: The field that the error names.
        **given: The arguments by name; UNSET for one that is not given.

    Raises:
        InvalidRequest: None is given.
    """
    if all(value is UNSET for value in given.values()):
        raise InvalidRequest(what, f"give at least one of: {', '.join(given)}")
