"""Fields of what a server sent: our models or plain dicts, numbers possibly as text, some missing.

Values are read by the rules of `midakit.core.models.values`, the same as for models and exports. Nothing
here judges; it only finds a value or says None.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from numbers import Number
from typing import Any

from midakit.core.models import values
from midakit.stats.types import StatsDataError
from midakit.stats.validate import LARGEST


def field(source: Any, name: str) -> Any:
    """Return a field by its name in the API.

    Args:
        source: A dict, a model, or None.
        name: The field's name in the API.

    Returns:
        The value of the key or attribute, or what the server sent in `raw`; None where it is missing.
    """
    if source is None:
        return None
    if isinstance(source, Mapping):
        return source.get(name)
    value = getattr(source, name, None)
    if value is None or value == []:  # which a model holds where nothing came, or nothing that fits
        sent = getattr(source, "raw", None)
        if isinstance(sent, Mapping):
            return sent.get(name, value)
    return value


def number(source: Any, name: str) -> float | None:
    """Return a field as a finite number.

    Args:
        source: A dict, a model, or None.
        name: The field's name in the API.

    Returns:
        The number; None where the field is missing, empty or of another type.

    Raises:
        StatsDataError: The field is text that is not a number, or a number that is far too large.
    """
    value = field(source, name)
    if isinstance(value, bool) or not isinstance(value, (Number, str)):
        return None
    if isinstance(value, str) and not value.strip():
        return None
    try:
        found = values.number(value)
    except values.Unfit:
        raise StatsDataError(f"{name} is not a finite number: {value!r:.40}") from None
    if abs(found) > LARGEST:
        raise StatsDataError(f"{name} is far too large: {value!r:.40}")
    return found


def text(source: Any, name: str) -> str | None:
    """Return a field as text.

    Args:
        source: A dict, a model, or None.
        name: The field's name in the API.

    Returns:
        The text, an enum's value, or an id that came as a number; None for anything else.
    """
    value = field(source, name)
    try:
        return values.text(getattr(value, "value", value))
    except values.Unfit:
        return None


def flag(source: Any, name: str) -> bool | None:
    """Return a field as yes or no.

    Args:
        source: A dict, a model, or None.
        name: The field's name in the API.

    Returns:
        The boolean, also of 0, 1 and of either as text; None for anything else.
    """
    try:
        return values.boolean(field(source, name))
    except values.Unfit:
        return None


def day(source: Any, name: str) -> date | None:
    """Return a field as a date.

    Args:
        source: A dict, a model, or None.
        name: The field's name in the API.

    Returns:
        The date of a moment; None where the field is missing or none.
    """
    value = field(source, name)
    try:
        moment = value if isinstance(value, date) else values.timestamp(value)
        return date.fromisoformat(str(moment.isoformat())[:10])
    except (values.Unfit, ValueError):
        return None


def rows(source: Any, name: str) -> list[Any]:
    """Return the rows of an answer.

    Args:
        source: The answer, its rows themselves, or None.
        name: The field that has the rows.

    Returns:
        The rows; empty where there are none.

    Raises:
        StatsDataError: The field is not a list.
    """
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


def timestamp(row: Any) -> str:
    """Return when a timeseries row belongs.

    Args:
        row: A model, or a mapping with the same fields.

    Returns:
        ISO text that can be compared; empty where the row does not say.
    """
    for name in ("created_at", "start_date"):
        value = field(row, name)
        try:
            return str((value if isinstance(value, date) else values.timestamp(value)).isoformat())
        except values.Unfit:
            continue
    return ""
