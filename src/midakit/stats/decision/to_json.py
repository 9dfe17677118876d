"""Values as JSON can write them."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from math import isinf
from typing import Any


def plain(value: Any) -> Any:
    """Dataclasses as dicts, tuples as lists, infinities as text."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, float) and isinf(value):
        return "inf" if value > 0 else "-inf"
    return value
