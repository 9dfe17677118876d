"""The tolerant way: field by field, keeping what can be read and reporting what cannot.

cattrs does the leaves and the way back to JSON; the walk over models is ours, because a failure must
stay where it happened.
"""

from datetime import UTC, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
import cattrs

from midakit.core.model import Model, Undecoded, aware

WORDS = {"true": True, "1": True, "false": False, "0": False}


def _whole(value: Any, _: Any = None) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError("not a whole number")
    number = int(value) if isinstance(value, int) else float(value)
    if isinstance(value, str) and value.strip().lstrip("+-").isdigit():
        return int(value)
    if number != int(number):
        raise ValueError("not a whole number")
    return int(number)


def _number(value: Any, _: Any = None) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError("not a number")
    return float(value)


def _text(value: Any, _: Any = None) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError("not text")
    return str(value)


def _flag(value: Any, _: Any = None) -> bool:
    if isinstance(value, bool):
        return value
    if not isinstance(value, (int, str)) or str(value).lower() not in WORDS:
        raise ValueError("neither true nor false")
    return WORDS[str(value).lower()]


def _moment(value: Any, _: Any = None) -> datetime:
    if not isinstance(value, str):
        raise ValueError("not a time")
    return aware(datetime.fromisoformat(value.strip()))


def _time_text(value: datetime) -> str:
    text = aware(value).astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


@cache
def converter() -> cattrs.Converter:
    """Leaves in, everything out."""
    made = cattrs.Converter(detailed_validation=False, prefer_attrib_converters=False)
    made.register_structure_hook(int, _whole)
    made.register_structure_hook(float, _number)
    made.register_structure_hook(str, _text)
    made.register_structure_hook(bool, _flag)
    made.register_structure_hook(datetime, _moment)
    made.register_structure_hook_func(lambda kind: hasattr(kind, "parse"), _by_parse)
    made.register_unstructure_hook(datetime, _time_text)
    made.register_unstructure_hook_func(
        lambda kind: isinstance(kind, type) and issubclass(kind, Model),
        lambda found: found.to_dict(),
    )
    return made


def _by_parse(value: Any, kind: Any) -> Any:
    return kind.parse(value)


def parse_leaf(value: Any, kind: type[Any]) -> Any:
    """One value of a simple type; raises ValueError or TypeError when it is not."""
    return converter().structure(value, kind)


def salvage(answer: type[Any], value: dict[str, Any]) -> tuple[Any, tuple[Undecoded, ...]]:
    """A model out of whatever came, and what could not be read."""
    undecoded: list[Undecoded] = []
    return _model(answer, value, (), undecoded), tuple(undecoded)


def _model(kind: type[Any], value: dict[str, Any], path: Any, undecoded: list[Undecoded]) -> Any:
    hints = get_type_hints(kind)
    found = {}
    for field in attrs.fields(kind):
        if field.init and value.get(field.name) is not None:
            found[field.name] = _field(
                hints[field.name], value[field.name], (*path, field.name), undecoded
            )
    return kind(**{name: item for name, item in found.items() if item is not None})


def _field(hint: Any, value: Any, path: Any, undecoded: list[Undecoded]) -> Any:
    for kind in _choices(hint):
        try:
            return _one(kind, value, path, undecoded)
        except (ValueError, TypeError, OverflowError):
            continue
    undecoded.append(Undecoded(path, value, f"not a {_name(hint)}"))
    return None


def _choices(hint: Any) -> list[Any]:
    if get_origin(hint) in (Union, UnionType):
        return [kind for kind in get_args(hint) if kind is not NoneType]
    return [hint]


def _one(kind: Any, value: Any, path: Any, undecoded: list[Undecoded]) -> Any:
    if kind is Any:
        return value
    if isinstance(kind, type) and issubclass(kind, Model):
        if not isinstance(value, dict):
            raise TypeError("not an object")
        return _model(kind, value, path, undecoded)
    origin = get_origin(kind) or kind
    if origin is list:
        if not isinstance(value, list):
            raise TypeError("not a list")
        return _list(get_args(kind), value, path, undecoded)
    if origin is dict:
        if not isinstance(value, dict):
            raise TypeError("not an object")
        return value
    return parse_leaf(value, kind)


def _list(inner: Any, value: list[Any], path: Any, undecoded: list[Undecoded]) -> list[Any]:
    if not inner:
        return value
    kept = []
    for at, item in enumerate(value):
        found = _field(inner[0], item, (*path, at), undecoded)
        if found is not None or inner[0] is Any:
            kept.append(found)
    return kept


def _name(hint: Any) -> str:
    names = [getattr(kind, "__name__", str(kind)) for kind in _choices(hint)]
    return " or ".join(names)
