"""Text as the stores can carry it."""

import json
from collections.abc import Mapping
from typing import Any

from midakit.sandbox.problem import Problem


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
        raise Problem(400, "the properties of an event must be finite JSON values") from None
    return clean(text)


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")
