"""Bytes -> model, the quick way if the answer is as documented, the tolerant way otherwise.

msgspec reads attrs classes natively. Its rules (an attribute is named as its JSON key, no converters,
one class a union) are kept by the models. On any mismatch `salvage` reads the same bytes field by
field, so that one odd value costs one field and never a page.
"""

import gc
import logging
from collections.abc import Callable
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

import attrs
import msgspec

from midakit.core.model import Body, Model, Source, Undecoded
from midakit.core.salvage import parse_leaf, salvage

logger = logging.getLogger("midakit.decode")

BIG = 1_000_000
"""Bytes from which the garbage collector is held while objects are made: it would find nothing."""


class NotDecodable(ValueError):
    """The body is not what was promised, beyond what tolerance can mend."""


def loads(answer: type[Any], body: bytes, *, on_unknown: Literal["keep", "error"] = "keep") -> Any:
    """Decode a whole body into a model (or a plain dict)."""
    if not body.strip():
        raise NotDecodable("an empty body")
    if answer is dict:
        return _object(body)
    found, undecoded = _held(answer, body) if len(body) > BIG else _decode(answer, body)
    whole = Body(body, undecoded)
    found._source = Source(whole, ())
    found._at = None
    _attach(answer)(found, whole, ())
    if on_unknown == "error":
        _be_strict(found, whole)
    return found


def _held(answer: type[Any], body: bytes) -> tuple[Any, tuple[Undecoded, ...]]:
    was_on = gc.isenabled()
    gc.disable()
    try:
        return _decode(answer, body)
    finally:
        if was_on:
            gc.enable()


def _decode(answer: type[Any], body: bytes) -> tuple[Any, tuple[Undecoded, ...]]:
    try:
        return _decoder(answer)(body), ()
    except msgspec.ValidationError as error:
        found, undecoded = salvage(answer, _object(body))
        if undecoded:
            logger.warning("%s: not as documented: %s", answer.__name__, error)
        return found, undecoded
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        _object(body)
        raise NotDecodable("JSON that cannot be read") from None


def _object(body: bytes) -> dict[str, Any]:
    import json

    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        start = body[:60].decode("latin-1")
        what = "an HTML page" if start.lstrip()[:1] == "<" else "a body that is not whole JSON"
        raise NotDecodable(f"{what}: {start!r}") from None
    if not isinstance(found, dict):
        raise NotDecodable(f"JSON that is no object: {body[:60].decode('latin-1')!r}")
    return found


@cache
def _decoder(answer: type[Any]) -> Callable[[bytes], Any]:
    return msgspec.json.Decoder(answer, strict=False, dec_hook=_leaf).decode


def _leaf(kind: type[Any], value: Any) -> Any:
    return parse_leaf(value, kind)


@cache
def _attach(answer: type[Any]) -> Callable[[Any, Body, tuple[str | int, ...]], None]:
    """A walker that tells each model beneath where it came from."""
    singles, lists = [], []
    for name, hint in get_type_hints(answer).items():
        for kind in (hint, *get_args(hint)):
            if isinstance(kind, type) and issubclass(kind, Model):
                singles.append((name, kind))
            elif get_origin(kind) is list and _is_model(get_args(kind)[0]):
                lists.append((name, get_args(kind)[0]))

    def walk(found: Any, body: Body, path: tuple[str | int, ...]) -> None:
        for name, kind in singles:
            child = getattr(found, name)
            if child is not None:
                child._source = Source(body, (*path, name))
                child._at = None
                _attach(kind)(child, body, (*path, name))
        for name, kind in lists:
            items = getattr(found, name)
            if items:
                _attach_items(items, kind, body, (*path, name))

    return walk


def _attach_items(
    items: list[Any], kind: type[Any], body: Body, path: tuple[str | int, ...]
) -> None:
    source = Source(body, path)
    missing = {one.path[-1] for one in body.undecoded if one.path[:-1] == path}
    places = (at for at in range(len(items) + len(missing)) if at not in missing)
    for at, item in zip(places, items, strict=False):
        item._source = source
        item._at = at
    if _has_models(kind):
        for item in items:
            _attach(kind)(item, body, (*path, item._at))


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Model)


@cache
def _has_models(kind: type[Any]) -> bool:
    return any(
        _is_model(part) or (get_origin(part) is list and _is_model(get_args(part)[0]))
        for hint in get_type_hints(kind).values()
        for part in (hint, *get_args(hint))
    )


def _be_strict(found: Model, body: Body) -> None:
    """`on_unknown="error"`: name the first thing that the documentation does not have."""
    for one in body.undecoded:
        raise NotDecodable(f"{'.'.join(map(str, one.path))} = {one.value!r}: {one.reason}")
    problem = _first_unknown(found)
    if problem:
        raise NotDecodable(problem)


def _first_unknown(found: Model) -> str | None:
    where = type(found).__name__
    for name in found.extra:
        return f"{where}.{name}: an undocumented field"
    for field in attrs.fields(type(found)):
        value = getattr(found, field.name)
        vocabulary = field.metadata.get("known")
        if vocabulary is not None and value is not None and value not in list(vocabulary):
            return f"{where}.{field.name}: {value!r} is not in the documented vocabulary"
        for child in value if isinstance(value, list) else [value]:
            problem = _first_unknown(child) if isinstance(child, Model) else None
            if problem:
                return problem
    return None
