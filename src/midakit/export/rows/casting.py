"""Values as servers send them -> values a column takes; what does not fit goes to `_extra` (pure)."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from midakit.export.schemas import DAY, FLAG, INT, NUM, SHORT, SMALL, STAMP, TEXT, TIME

LIMITS = {INT: 63, SMALL: 31, SHORT: 15}


class Misfit(ValueError):
    """The value is not of the column's type, however read."""


def whole(value: Any, bits: int = 63) -> int:
    """An integer, also as text or as a float without a fraction."""
    try:
        number = int(value) if isinstance(value, (int, str)) else float(value)
    except (ValueError, TypeError, OverflowError):
        try:
            number = float(value)
        except (ValueError, TypeError, OverflowError):
            raise Misfit from None
    if number != number or number in (float("inf"), float("-inf")) or int(number) != number:
        raise Misfit
    if not -(2**bits) <= number < 2**bits:
        raise Misfit
    return int(number)


def number(value: Any) -> float:
    """A float, also as text."""
    try:
        return float(value)
    except (ValueError, TypeError, OverflowError):
        raise Misfit from None


def text(value: Any) -> str:
    """Text; numbers are written out, objects and half a surrogate pair are not text."""
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value):
            raise Misfit
        return value
    if isinstance(value, (bool, int, float)):
        return str(value)
    raise Misfit


def flag(value: Any) -> bool:
    """True or false, also as 1 and 0 or as words."""
    known = {"1": True, "true": True, "0": False, "false": False}
    if isinstance(value, bool):
        return value
    try:
        return known[str(value).lower()]
    except KeyError:
        raise Misfit from None


def moment(value: Any) -> datetime:
    """An aware time; one without a zone is UTC."""
    try:
        found = datetime.fromisoformat(value)
    except (ValueError, TypeError):
        raise Misfit from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def day(value: Any) -> date:
    """A date, also out of a timestamp."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise Misfit from None


READERS: dict[str, Callable[[Any], Any]] = {
    TEXT: text,
    INT: whole,
    SMALL: lambda value: whole(value, 31),
    SHORT: lambda value: whole(value, 15),
    NUM: number,
    FLAG: flag,
    DAY: day,
    TIME: moment,
    STAMP: moment,
}


def take(
    source: Mapping[str, Any], columns: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values of the columns, and all that found no place."""
    found: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for name, value in source.items():
        kind = columns.get(name)
        if kind is None:
            extra[name] = value
            continue
        if value is None:
            continue
        try:
            found[name] = READERS[kind](value)
        except Misfit:
            extra[name] = value
    return found, extra
