"""Text as the stores can carry it, and as they tell numbers from it."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from midakit.sandbox.errors import HttpError

_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)


def clean(text: str) -> str:
    """The text with every lone surrogate replaced: UTF-8 cannot store or compare one."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def as_json(properties: Mapping[str, Any] | str | None) -> str | None:
    """Properties as stored: JSON text. A text that is no JSON is kept as a JSON string."""
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
    """The value as a number when it is one: a JSON number or a numeric text, never a boolean."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")
