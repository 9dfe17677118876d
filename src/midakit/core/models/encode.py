"""Turn models and inputs back into plain JSON values.

A decoded model is written as it was sent, with the fields changed since written over it. So text
that stood for a number, unknown fields and even what could not be read go back unharmed.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, get_type_hints

import attrs

from midakit.core.models.locate import is_list
from midakit.core.models.places import Placed, parsed_if_json
from midakit.core.unset import UNSET


def plain(value: Any) -> Any:
    """Return the JSON form of a value.

    Args:
        value: A model, an input, or anything made of these and plain values.

    Returns:
        Models and inputs as objects, times as ISO text, vocabularies as their values; UNSET is left
        out of objects. What has no JSON form comes back unchanged.
    """
    if isinstance(value, Placed):
        return to_dict(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)  # a Status as its number
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items() if part is not UNSET}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(part) for part in value]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if attrs.has(type(value)):
        pairs = ((field.name, getattr(value, field.name)) for field in attrs.fields(type(value)))
        return {name: plain(part) for name, part in pairs if part is not UNSET}
    return value


@cache
def _kinds(cls: Any) -> tuple[tuple[str, Any], ...]:
    hints = get_type_hints(cls)
    return tuple((field.name, hints[field.name]) for field in attrs.fields(cls))


def to_dict(model: Placed) -> dict[str, Any]:
    """Return the JSON object that a model stands for.

    Args:
        model: A model, decoded or made by hand.

    Returns:
        The object as it was sent, with the fields changed since written over it.
    """
    sent = model.raw
    cls: Any = type(model)
    out = {key: plain(value) for key, value in sent.items()}
    for name, kind in _kinds(cls):
        value = getattr(model, name)
        if name not in sent:
            if value != _nothing(kind):
                out[name] = plain(value)
        elif _holds_models(value):
            out[name] = _rewritten(value, sent[name], model, name)
        elif _as_read(kind, sent[name]) != value:
            out[name] = plain(value)
    return out


def _nothing(kind: Any) -> Any:
    """Return what a field of this type holds where the server sent nothing, or nothing that fits."""
    return [] if is_list(kind) else None


def _as_read(kind: Any, value: Any) -> Any:
    from midakit.core.models.tolerant import structure_one  # brings cattrs along

    found = structure_one(kind, value)
    return _nothing(kind) if found is None else found


def _holds_models(value: Any) -> bool:
    return isinstance(value[0] if isinstance(value, list) and value else value, Placed)


def _rewritten(value: Any, sent: Any, model: Placed, name: str) -> Any:
    """Write the models of a field; what came as JSON text stays text unless it was changed."""
    new = plain(value)
    if isinstance(value, list):
        for one in model.undecoded:  # items that could not be read go back to their places
            if len(one.path) == 2 and one.path[0] == name:
                new.insert(int(one.path[1]), plain(one.value))
    return sent if isinstance(sent, str) and parsed_if_json(sent) == new else new
