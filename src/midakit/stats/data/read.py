"""Reading what a server sent: our models or plain dicts, numbers possibly as text, fields missing.

Nothing here judges; it only finds a value or says None.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from midakit.stats.types import StatsDataError
from midakit.stats.validate import LARGEST


def field(source: Any, name: str) -> Any:
    """A field by its name in the API: a key, an attribute, or what the server sent in `raw`."""
    if source is None:
        return None
    if isinstance(source, Mapping):
        return source.get(name)
    value = getattr(source, name, None)
    if value is None:
        sent = getattr(source, "raw", None)
        if isinstance(sent, Mapping):
            return sent.get(name)
    return value


def number(source: Any, name: str) -> float | None:
    """A field as a finite number; None where it is missing, empty or no number at all."""
    value = field(source, name)
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    if isinstance(value, str) and not value.strip():
        return None
    try:
        parsed = float(value)
    except (ValueError, OverflowError):
        raise StatsDataError(f"{name} is not a number: {value!r:.40}") from None
    if not abs(parsed) <= LARGEST:
        raise StatsDataError(f"{name} is not finite, or far too large: {value!r:.40}")
    return parsed


def text(source: Any, name: str) -> str | None:
    """A field as text (an enum's value, an id that came as a number); None where it is missing."""
    value = field(source, name)
    value = getattr(value, "value", value)
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    return str(value)


def flag(source: Any, name: str) -> bool | None:
    """A field as yes or no: a boolean, 0 or 1, or either as text; None where it is none of these."""
    value = field(source, name)
    if isinstance(value, str):
        return {"true": True, "1": True, "false": False, "0": False}.get(value.strip().lower())
    return bool(value) if isinstance(value, (bool, int)) else None


def rows(source: Any, name: str) -> list[Any]:
    """The rows themselves, or the list an answer keeps under `name`."""
    if source is None:
        return []
    inner = field(source, name)
    if inner is None and isinstance(source, Iterable) and not isinstance(source, (Mapping, str)):
        inner = source
    if inner is None:
        return []
    if not isinstance(inner, Iterable) or isinstance(inner, (Mapping, str, bytes)):
        raise StatsDataError(f"{name} is not a list: {inner!r:.40}")
    return list(inner)


def moment(row: Any) -> str:
    """When a timeseries row belongs: comparable text, empty where the row does not say."""
    for name in ("created_at", "start_date"):
        value = field(row, name)
        if value:
            stamp = getattr(value, "isoformat", None)
            return str(stamp() if stamp else value)
    return ""
