"""Read single values as servers send them: one set of rules for models, exports and statistics.

| asked for | taken | not taken |
|---|---|---|
| integer | ints, floats without a fraction, either as text (`"12"`, `"12.0"`, `"1e3"`) | booleans |
| number | ints, floats and decimals, each also as text; always finite | booleans, NaN, infinity |
| boolean | booleans, the integers 0 and 1 as above, the words true and false in any case | 2, "yes" |
| text | text, ints and finite floats as their digits | booleans, lists, objects |
| timestamp | ISO 8601 text, epoch seconds or milliseconds as numbers or as text | booleans |
| date | ISO 8601 text of a date or of a timestamp | numbers |

Blanks around text do not matter, except in text itself. Every function is pure and raises `Unfit`
for what it does not take, None included; what then happens (null, a report, an error) is the
caller's policy. msgspec reads good answers by the same rules without calling these functions (but
see `decode`); a test compares the two.

Only the standard library is imported, so that this module takes almost no time.
"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import isfinite

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_SECOND = -62_135_596_800
"""The start of the year 1, the earliest time that a datetime can hold."""
LAST_SECOND = 253_402_300_799
"""The last second of the year 9999. An epoch number that does not fit as seconds is milliseconds."""

_WHOLE = re.compile(r"\s*([+-]?\d+)(?:\.0*)?\s*", re.ASCII)
_NUMERIC = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*", re.ASCII | re.IGNORECASE)
_WORDS = {"true": True, "false": False}


class Unfit(ValueError):
    """A value that is not of the kind asked for; the message names the kind of the value only."""


def kind_of(value: object) -> str:
    """Return what a JSON value is called in a message, never the value itself.

    Args:
        value: Any parsed JSON value.

    Returns:
        A noun with its article, such as "an object".
    """
    names = {dict: "an object", list: "a list", str: "text", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


def _unfit(value: object, wanted: str) -> Unfit:
    return Unfit(f"{kind_of(value)} instead of {wanted}")


def integer(value: object) -> int:
    """Return a whole number.

    Args:
        value: An int, a float without a fraction, or text of either.

    Returns:
        The int, of any size: text such as "12345678901234567890.0" keeps every digit.

    Raises:
        Unfit: The value is anything else, a boolean included.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    try:
        if isinstance(value, str) and (whole := _WHOLE.fullmatch(value)):
            return int(whole[1])
        found = number(value)
        if found.is_integer():
            return int(found)
    except ValueError:  # int() refuses text of more than 4,300 digits
        pass
    raise _unfit(value, "a whole number")


def number(value: object) -> float:
    """Return a finite number.

    Args:
        value: An int, a float, a Decimal, or text of a number in digits.

    Returns:
        The nearest float.

    Raises:
        Unfit: The value is anything else: a boolean, NaN, infinity, or too large for a float.
    """
    numeric = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    if numeric or (isinstance(value, str) and _NUMERIC.fullmatch(value)):
        try:
            found = float(value)  # type: ignore[arg-type]  # what `numeric` says
        except (ValueError, OverflowError):
            found = float("inf")
        if isfinite(found):
            return found
    raise _unfit(value, "a number")


def boolean(value: object) -> bool:
    """Return the boolean that a value stands for.

    Args:
        value: A boolean; 0 or 1 as an int, a float or text; or "true" or "false" in any case.

    Returns:
        The boolean.

    Raises:
        Unfit: The value is anything else, other numbers included.
    """
    if isinstance(value, bool):
        return value
    try:
        word = _WORDS.get(value.strip().lower()) if isinstance(value, str) else None
        found = integer(value) if word is None else word
        if found in (0, 1):
            return bool(found)
    except Unfit:
        pass
    raise _unfit(value, "a boolean")


def text(value: object) -> str:
    """Return a value as text.

    Args:
        value: Text, or a number, which becomes its digits.

    Returns:
        The text exactly as it came: half a surrogate pair stays in it, and UTF-8 cannot hold that.

    Raises:
        Unfit: The value is anything else, a boolean included.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and isfinite(value):
        return str(value)
    raise _unfit(value, "text")


def timestamp(value: object) -> datetime:
    """Return an aware time.

    Args:
        value: A datetime, ISO 8601 text, or seconds or milliseconds since 1970 as a number or as
            text. Digits alone are always such a number: "20260101" is not a date here.

    Returns:
        The time in the zone that it names; UTC where it names none.

    Raises:
        Unfit: The value is anything else, or a time outside the years 1 to 9999.
    """
    try:
        if isinstance(value, datetime):
            found = value
        elif isinstance(value, str) and not _NUMERIC.fullmatch(value):
            found = datetime.fromisoformat(value.strip())
        else:
            epoch = number(value)
            if FIRST_SECOND <= epoch < LAST_SECOND + 1:
                return EPOCH + timedelta(seconds=epoch)
            return EPOCH + timedelta(milliseconds=epoch)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise _unfit(value, "a time") from None


def day(value: object) -> date:
    """Return the date that a value shows.

    Args:
        value: A date, a datetime, or ISO 8601 text of either.

    Returns:
        The date; of a time the date that it shows, in its own zone.

    Raises:
        Unfit: The value is anything else, a number included.
    """
    try:
        if isinstance(value, str):
            return datetime.fromisoformat(value.strip()).date()
        if isinstance(value, date):
            return value.date() if isinstance(value, datetime) else value
    except ValueError:
        pass
    raise _unfit(value, "a date")
