"""Bytes -> metrics: at once where everything fits, field by field where something does not.

- msgspec decodes into the structs. What it refuses is read again by `_fit`, which descends to the
  value that does not fit, leaves that one out, and reports it.
- JSON text where an object or a list belongs is parsed; null is the same as missing.
- The items of a page are read one by one, so a bad one spoils no other and keeps its position.
- The answer keeps the bytes: nothing that was sent is ever lost.
"""

import json
from contextlib import suppress
from datetime import datetime
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from midakit.core.models.decode import NotDecodable, parse
from midakit.core.models.decoders import compiled
from midakit.core.models.places import Path, Undecoded, dotted, parsed_if_json
from midakit.launchdarkly.millis import Millis

if TYPE_CHECKING:
    from midakit.launchdarkly.answer import Answer

A = TypeVar("A", bound="Answer")


class _RawPage(msgspec.Struct):
    items: list[msgspec.Raw]


_read_rows = msgspec.json.Decoder(_RawPage).decode


def loads(answer: type[A], body: bytes, *, on_unknown: Literal["keep", "error"] = "keep") -> A:
    """Read an answer from the bytes of a body.

    Args:
        answer: The class of the answer: a metric or a page of metrics.
        body: The body as it came.
        on_unknown: `"error"` refuses undocumented fields and values that do not fit; `"keep"` keeps them.

    Returns:
        The answer; values that did not fit are left out and listed in `undecoded`.

    Raises:
        NotDecodable: The body is not a JSON object; or it is odd, and `on_unknown` is `"error"`.
    """
    found: Any = _page(answer, body) if "items" in answer.__struct_fields__ else _one(answer, body)
    if on_unknown == "error":
        parse(body)  # msgspec does not look into a field that nobody documented
        _refuse_odd(found)
    return found  # type: ignore[no-any-return]


def _one(answer: type[A], body: bytes) -> A:
    try:
        found = _decoder(answer).decode(body)
        vars(found)["_body"] = body
    except (msgspec.MsgspecError, ValueError, RecursionError):
        found = _tolerant(answer, parse(body), body)
    return found  # type: ignore[no-any-return]


def _page(answer: type[A], body: bytes) -> A:
    kind = get_args({name: hint for name, _, hint in _fields_of(answer)}["items"])[0]
    _decoder(answer)  # its classes are compiled under the lock, before any of them is converted
    whole = parse(body)
    try:
        rows = [bytes(row) for row in _read_rows(body).items]
    except msgspec.MsgspecError:
        sent = parsed_if_json(whole.get("items"))
        if not isinstance(sent, list):
            return _tolerant(answer, whole, body)
        rows = [json.dumps(row).encode() for row in sent]
    items = [_item(kind, row) for row in rows]
    rest = {key: value for key, value in whole.items() if key != "items"}
    page = msgspec.structs.replace(_tolerant(answer, rest, body), items=items)
    odd = [
        one._replace(path=("items", position, *one.path))
        for position, item in enumerate(items)
        for one in item.undecoded
    ]
    vars(page).update(_body=body, _undecoded=tuple(odd))
    return page


def _item(kind: type[A], body: bytes) -> A:
    """Read one item of a page; what is not an object becomes an empty item that reports it."""
    try:
        return _one(kind, body)
    except NotDecodable as reason:
        lost = kind()
        value = msgspec.json.decode(body)
        vars(lost).update(_undecoded=(Undecoded((), value, str(reason)),))
        return lost


def _tolerant(answer: type[A], whole: dict[str, Any], body: bytes) -> A:
    report: list[Undecoded] = []
    found = _struct(answer, whole, (), report)
    vars(found).update(_body=body, _undecoded=tuple(report))
    return found  # type: ignore[no-any-return]


def _refuse_odd(found: "Answer") -> None:
    for odd in found.undecoded:
        raise NotDecodable(f"{odd.reason} at {dotted(odd.path)}")
    for key in found.extra:
        raise NotDecodable(f"an undocumented field at {key}")
    for item in getattr(found, "items", ()):
        _refuse_odd(item)


# Field by field


def _fit(kind: Any, value: Any, path: Path, report: list[Undecoded]) -> tuple[bool, Any]:
    """Return whether anything of the value fits the type, and that part of it."""
    try:
        return True, msgspec.convert(value, kind, strict=False, dec_hook=_own_class)
    except (msgspec.ValidationError, RecursionError, OverflowError) as error:
        reason = str(error).partition(" - at ")[0]
    inner = parsed_if_json(value)
    if inner is not value:
        return _fit(kind, inner, path, report)
    for one in get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,):
        shape, within = get_origin(one) or one, get_args(one)
        if isinstance(value, list) and shape is list:
            parts = [_fit(within[0], item, (*path, at), report) for at, item in enumerate(value)]
            return True, [part for fits, part in parts if fits]
        if isinstance(value, dict) and shape is dict:
            named = {
                key: _fit(within[1], item, (*path, key), report) for key, item in value.items()
            }
            return True, {key: part for key, (fits, part) in named.items() if fits}
        if isinstance(value, dict) and issubclass(shape, msgspec.Struct):
            return True, _struct(shape, value, path, report)
        if shape is datetime:
            with suppress(ValueError):
                return True, Millis.read(value).datetime
    report.append(Undecoded(path, value, reason))
    return False, None


def _struct(cls: Any, value: dict[str, Any], path: Path, report: list[Undecoded]) -> Any:
    values = {}
    for name, key, kind in _fields_of(cls):
        sent = value.get(key)
        if sent is not None:
            fits, part = _fit(kind, sent, (*path, key), report)
            if fits:
                values[name] = part
    return cls(**values)


@cache
def _fields_of(cls: Any) -> tuple[tuple[str, str, Any], ...]:
    hints = get_type_hints(cls)
    names = zip(cls.__struct_fields__, cls.__struct_encode_fields__, strict=True)
    return tuple((name, key, hints[name]) for name, key in names)


@cache
def _decoder(answer: Any) -> Any:
    return compiled(answer, _own_class)


def _own_class(kind: Any, value: Any) -> Any:
    """Read a value of the one class that msgspec does not know."""
    if kind is Millis:
        return Millis.read(value)
    raise NotImplementedError(kind)
