"""Checks that several builders share; each names the field and the rule."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum
from typing import Any
from urllib.parse import quote

from midakit.core.unset import UNSET
from midakit.errors import InvalidRequest


def path_segment(field: str, value: Any) -> str:
    """One segment of a path: what would leave its place is refused, the rest percent-encoded."""
    text = str(value)
    if isinstance(value, bool) or value is None or value is UNSET or not text.strip():
        raise InvalidRequest(field, "must not be empty")
    if text in (".", "..") or "/" in text or "\\" in text:
        raise InvalidRequest(field, f"{text!r} would change the path of the request")
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in text):
        raise InvalidRequest(field, "must not hold control characters")
    return quote(text, safe="")


def number_id(field: str, value: Any) -> str:
    """A numeric id, as a number or as text."""
    if type(value) is int and value >= 0:
        return str(value)
    text = path_segment(field, value)
    if not text.isascii() or not text.isdigit():
        raise InvalidRequest(field, f"{value!r} is not a numeric id")
    return text


def day(field: str, value: Any) -> str:
    """A date as YYYY-MM-DD."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    try:
        return (
            date.fromisoformat(value).isoformat() if len(value) == 10 else _refuse_day(field, value)
        )
    except (TypeError, ValueError):
        return _refuse_day(field, value)


def _refuse_day(field: str, value: Any) -> str:
    raise InvalidRequest(field, f"{value!r} is not a day as YYYY-MM-DD")


def in_order(start: Any, end: Any) -> None:
    """The first day is not after the last."""
    if start is not UNSET and end is not UNSET and start > end:
        raise InvalidRequest("start_date", f"{start} is after end_date {end}")


def one_of(field: str, value: Any, words: Iterable[Any]) -> Any:
    """A word of a fixed vocabulary."""
    known = [word.value if isinstance(word, Enum) else word for word in words]
    plain = value.value if isinstance(value, Enum) else value
    if plain not in known:
        raise InvalidRequest(field, f"{plain!r} is not one of: {', '.join(map(str, known))}")
    return plain


def between(field: str, value: Any, low: float, high: float, *, whole: bool = False) -> Any:
    """A number within bounds."""
    kind = int if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kind) or not low <= value <= high:
        what = "a whole number" if whole else "a number"
        top = "up" if high == float("inf") else f"to {high:g}"
        raise InvalidRequest(field, f"{value!r} is not {what} from {low:g} {top}")
    return value


def page(limit: int, offset: int) -> tuple[tuple[str, str], ...]:
    """A page of a listing."""
    between("limit", limit, 1, 500, whole=True)
    between("offset", offset, 0, float("inf"), whole=True)
    return ("limit", str(limit)), ("offset", str(offset))


def text(field: str, value: Any, *, most: int | None = None) -> str:
    """Text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidRequest(field, "must be text that is not empty")
    if most is not None and len(value) > most:
        raise InvalidRequest(field, f"{len(value)} characters are more than {most}")
    return value


def not_both(**given: Any) -> None:
    """At most one of these."""
    names = [name for name, value in given.items() if value is not UNSET]
    if len(names) > 1:
        raise InvalidRequest(names[0], f"give {' or '.join(names)}, not both")


def at_least_one(what: str, **given: Any) -> None:
    """At least one of these."""
    if all(value is UNSET for value in given.values()):
        raise InvalidRequest(what, f"give at least one of: {', '.join(given)}")
