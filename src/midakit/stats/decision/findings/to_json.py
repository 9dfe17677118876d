"""Values as JSON can write them."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from math import isinf
from typing import Any


def to_json(value: Any) -> Any:
    """Return a value as JSON can write it.

    Args:
        value: A figure, a dataclass, or a collection of these.

    Returns:
        Dataclasses as dicts of the fields that their repr shows, tuples as lists, infinities as "inf" and
        "-inf", days as text.
    """
    if is_dataclass(value):
        return {
            field.name: to_json(getattr(value, field.name)) for field in fields(value) if field.repr
        }
    if isinstance(value, Mapping):
        return {str(key): to_json(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(inner) for inner in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and isinf(value):
        return "inf" if value > 0 else "-inf"
    return value
