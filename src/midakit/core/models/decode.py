"""Bytes -> models: fast where the answer is as promised, tolerant where it is not.

- msgspec reads straight into the attrs classes. What it refuses goes to `salvage`, which gives the
  same models for good input and keeps the rest of an answer when one value is odd.
- Every model then learns where it stood (see `model`), rows of long lists in two C-speed passes.
- Decoders are compiled when a type is first met.
- A list of 100,000 rows makes no garbage, so the collector rests while one is read.
"""

import gc
import json
import logging
import re
from collections import deque
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from itertools import count, repeat
from typing import Any, NamedTuple, TypeVar, get_args, get_type_hints

import msgspec

from midakit.core.models.model import Model, Path, Root, Source, fields
from midakit.core.settings import OnUnknown

T = TypeVar("T")

BIG = 1 << 18
"""Bytes from which on the garbage collector is held back."""
MANY = 32
"""Items from which on passes at C speed are worth their start."""

log = logging.getLogger("midakit.decode")
_warned: set[type[Any]] = set()


class NotDecodable(ValueError):
    """The body is not what was promised; the text says what it is instead."""


def loads(answer: type[T], body: bytes, *, on_unknown: OnUnknown = "keep") -> T:
    """The model of a body, or with `dict` the plain object.

    NotDecodable when the body is no JSON object, or holds something unknown and that is an error.
    """
    if answer is dict:
        return parse(body)  # type: ignore[return-value]
    own = getattr(answer, "loads", None)  # an answer whose JSON names are no Python names
    if own is not None:
        return own(body, on_unknown=on_unknown)  # type: ignore[no-any-return]
    assert issubclass(answer, Model)
    found: Any
    if on_unknown == "error":
        found = _tolerant(answer, body)
        _refuse_unknown(found)
        return found  # type: ignore[no-any-return]
    try:
        found = _fast(answer, body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        found = _tolerant(answer, body)
        _tell(answer, found)
    return found  # type: ignore[no-any-return]


def parse(body: bytes) -> dict[str, Any]:
    """The plain object of a body."""
    start = body.lstrip()[:1]
    if not start:
        raise NotDecodable("an empty body where a JSON object belongs")
    try:
        whole = json.loads(body)
    except (ValueError, RecursionError):
        what = "HTML" if start == b"<" else "a body that is not whole JSON"
        raise NotDecodable(f"{what} where a JSON object belongs") from None
    if not isinstance(whole, dict):
        raise NotDecodable(f"a JSON {type(whole).__name__} where an object belongs")
    return whole


def _fast(answer: type[Model], body: bytes) -> Model:
    if len(body) < BIG or not gc.isenabled():
        return _read(answer, body)
    gc.disable()
    try:
        return _read(answer, body)
    finally:
        gc.enable()


def _read(answer: Any, body: bytes) -> Model:
    found: Model = _decoder(answer)(body)
    attach(found, Root(body), None)
    return found


def _tolerant(answer: type[Model], body: bytes) -> Model:
    from midakit.core.models.tolerant import salvage

    root = Root(parsed=parse(body))
    found, root.undecoded = salvage(answer, root.parsed)
    attach(found, root, None, placed=True)
    return found


@cache
def _decoder(answer: Any) -> Callable[[bytes], Any]:
    return msgspec.json.Decoder(answer, strict=False, dec_hook=_word).decode


def _tell(answer: type[Model], found: Model) -> None:
    """Say once per type that the server strayed; values are left out, they may be private."""
    if answer in _warned or not found.undecoded:
        return
    _warned.add(answer)
    odd = found.undecoded
    log.warning(
        "%s: %d value(s) did not fit and are in `.undecoded`, first %s: %s (said once per type)",
        answer.__name__,
        len(odd),
        dotted(odd[0].path),
        odd[0].reason,
    )


@lru_cache(maxsize=256, typed=True)  # typed: True is no 1
def _word(kind: Any, value: Any) -> Any:
    """A value of a class of its own, such as Status: few and immutable, so they are shared."""
    return kind(value)


# Where each model stood


class Shape(NamedTuple):
    """The fields of a class that hold models."""

    ones: tuple[str, ...]
    lists: tuple[tuple[str, bool], ...]
    """Name, and whether the items hold no models themselves."""


@cache
def _shape(cls: Any) -> Shape:
    ones, lists = [], []
    hints = get_type_hints(cls)
    for field in fields(cls):
        kinds = get_args(hints[field.name])
        if any(map(_is_model, kinds)):
            ones.append(field.name)
        items = (item for kind in kinds for item in get_args(kind) if _is_model(item))
        lists += [(field.name, _shape(item) == Shape((), ())) for item in items]
    return Shape(tuple(ones), tuple(lists))


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Model)


_set_source = Model.__dict__["_source"].__set__
_set_at = Model.__dict__["_at"].__set__


def attach(
    found: Model, source: Root | Source, at: str | int | None, *, placed: bool = False
) -> None:
    """Tell a model and all beneath it where they stood.

    Items that are `placed` know their own index already: others before them were dropped.
    """
    found._source, found._at = source, at
    kind: Any = type(found)
    ones, lists = _shape(kind)
    if not ones and not lists:
        return
    path = source.path if at is None else (*source.path, at)
    for name in ones:
        child = getattr(found, name)
        if child is not None:
            attach(child, Source(source.root, path), name, placed=placed)
    for name, flat in lists:
        items = getattr(found, name)
        if items:
            _attach_items(items, Source(source.root, (*path, name)), flat=flat, placed=placed)


def _attach_items(items: list[Any], place: Source, *, flat: bool, placed: bool) -> None:
    if flat and not placed and len(items) >= MANY:
        deque(map(_set_source, items, repeat(place)), maxlen=0)
        deque(map(_set_at, items, count()), maxlen=0)
        return
    for index, item in enumerate(items):
        at = item._at if placed else index
        if flat:
            item._source, item._at = place, at
        else:
            attach(item, place, at, placed=placed)


# Strictness


def _refuse_unknown(found: Model) -> None:
    for path, reason in _objections(found):
        raise NotDecodable(f"{reason} at {dotted(path)}")


def _objections(found: Model) -> Iterator[tuple[Path, str]]:
    for one in found.undecoded:
        yield one.path, one.reason
    yield from _unknowns(found, ())


def _unknowns(found: Model, path: Path) -> Iterator[tuple[Path, str]]:
    """Fields and vocabulary values that the contract does not name."""
    for key in found.extra:
        if not re.fullmatch(found._also, key):
            yield (*path, key), "an undocumented field"
    for field in fields(type(found)):
        here = (*path, field.name)
        value = getattr(found, field.name)
        vocabulary = field.metadata.get("known")
        if value is not None and (
            value not in list(vocabulary) if vocabulary else getattr(value, "known", True) is False
        ):
            yield here, "an undocumented value"
        if isinstance(value, Model):
            yield from _unknowns(value, here)
        for index, item in enumerate(value if isinstance(value, list) else ()):
            if isinstance(item, Model):
                yield from _unknowns(item, (*here, index))


def dotted(path: Path) -> str:
    """A path as people write it: `variants[0].name`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.lstrip(".") or "the top"
