"""Text as the stores can hold it, and the rule for which texts are numbers."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from midakit.sandbox.errors import HttpError

# Possible in one way only: a long run of digits that is no number would take its square in time.
_NUMBER = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)


def clean(text: str) -> str:
    """Replace every lone surrogate, which UTF-8 cannot store or compare.

    Args:
        text: Any text.

    Returns:
        The text with U+FFFD in place of each lone surrogate.
    """
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def json_text(properties: Mapping[str, Any] | str | None) -> str | None:
    """Return an event's properties as they are stored.

    Args:
        properties: A mapping, or JSON text. Text that is not JSON becomes a JSON string.

    Returns:
        JSON text, or None when there are no properties.

    Raises:
        HttpError: 400, a value in the mapping is not JSON, or is not finite.
    """
    if properties is None:
        return None
    if isinstance(properties, str):
        try:
            json.loads(properties, parse_constant=_refuse)
        except (ValueError, RecursionError):
            return json.dumps(clean(properties), ensure_ascii=False)
        if "\\u" not in properties:
            return clean(properties)
        properties = json.loads(properties)
    try:
        text = json.dumps(properties, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError):
        raise HttpError(400, "the properties of an event must be finite JSON values") from None
    return clean(text)


def as_number(value: object) -> float | None:
    """Return a value as a number, when it is one.

    Args:
        value: A JSON value; a numeric text is a number, a boolean is not.

    Returns:
        The finite number, or None.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def as_text(value: object) -> str:
    """Return a scalar of a request as the store spells it.

    Args:
        value: A JSON scalar.

    Returns:
        `true`, `10`, `1.5`, or the text itself.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def stored_text(value: object) -> str | None:
    """Return a value in a stored JSON text as text rules see it.

    Args:
        value: Any JSON value.

    Returns:
        A text itself, a number as JSON spells it, an object or a list as compact JSON, None for null.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float):
        return repr(value).replace("e+", "e")
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def member_text(text: str | None, key: str, *, nested: bool = False) -> str | None:
    """Return what a JSON object has under a key, as text rules see it.

    Args:
        text: The object as JSON text.
        key: The key.
        nested: Look for a key with dots also as a path through objects, if it is no key itself [choice 17].

    Returns:
        The value, or None where there is none.
    """
    if text is None or not text.startswith("{"):
        return None
    found = json.loads(text)
    value = found.get(key)
    if value is None and nested and "." in key:
        value = found
        for part in key.split("."):
            value = value.get(part) if isinstance(value, dict) and part else None
    return stored_text(value)


def _refuse(constant: str) -> Any:
    """Refuse NaN and the infinities, which Python's reader would accept."""
    raise ValueError(f"{constant} is not JSON")
