"""Models and inputs -> plain JSON values.

A decoded model is written as it was sent, with the fields changed since written over it. So text
that stood for a number, unknown fields and even what could not be read go back unharmed.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, get_type_hints

import attrs

from midakit.core.model import Model
from midakit.core.salvage import read
from midakit.core.unset import UNSET


def plain(value: Any) -> Any:
    """The JSON form of a value: nested models and inputs as objects, times as ISO text, no UNSET."""
    if value is None or isinstance(value, str | bool | int | float):
        return _unwrapped(value)
    if isinstance(value, Model):
        return to_dict(value)
    if attrs.has(type(value)):
        pairs = ((field.name, getattr(value, field.name)) for field in attrs.fields(type(value)))
        return {name: plain(part) for name, part in pairs if part is not UNSET}
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items() if part is not UNSET}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def _unwrapped(value: Any) -> Any:
    """A member of a vocabulary or a Status as the plain text or number it stands for."""
    for kind in (str, int, float):
        if isinstance(value, kind) and type(value) not in (kind, bool):
            return kind.__new__(kind, value.value if isinstance(value, Enum) else value)
    return value


@cache
def _kinds(cls: type[Any]) -> dict[str, Any]:
    return get_type_hints(cls)


def to_dict(model: Model) -> dict[str, Any]:
    """The object that this model stands for."""
    sent = model.raw
    out = {key: plain(value) for key, value in sent.items()}
    for name, kind in (
        (field.name, _kinds(type(model))[field.name]) for field in attrs.fields(type(model))
    ):
        value = getattr(model, name)
        if name not in sent:
            if value is not None:
                out[name] = plain(value)
        elif isinstance(value, Model):
            out[name] = to_dict(value)
        elif isinstance(value, list) and any(isinstance(item, Model) for item in value):
            out[name] = _list(value, sent[name], model, name)
        elif read(kind, sent[name]) != value:
            out[name] = plain(value)
    return out


def _list(items: list[Any], sent: Any, model: Model, name: str) -> list[Any]:
    """The items, and at their old places those that could not be read."""
    unread = [
        (one.path[1], one.value)
        for one in model.undecoded
        if len(one.path) == 2 and one.path[0] == name
    ]
    out = [plain(item) for item in items]
    for index, value in unread:
        out.insert(int(index), plain(value))
    return out
