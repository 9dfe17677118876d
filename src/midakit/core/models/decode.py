"""Turn bytes into models: fast where the answer is as promised, tolerant where it is not.

- msgspec reads straight into the attrs classes. What it refuses goes to `tolerant`, which gives the
  same models for good input and keeps the rest of an answer when one value is odd.
- Every model then learns where it stood: see `places`.
- Decoders are compiled when a type is first met.

A known weakness: msgspec reads the texts "nan" and "inf" as floats, which `values` refuses. A number
that is bounded in its type (`msgspec.Meta(ge=..., le=...)`) would be refused here too.
"""

import gc
import json
import logging
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, TypeVar

import msgspec

from midakit.core.models.locate import locate
from midakit.core.models.model import Model
from midakit.core.models.places import AnswerBytes, dotted
from midakit.core.settings import OnUnknown

T = TypeVar("T")

BIG = 1 << 18
"""Bytes from which on the garbage collector is held back: 100,000 rows make no garbage, and are read
1.2 to 1.4 times as fast without it (`benchmarks/decoding.py`). It is the whole process's collector, so
other threads go without it too for the tenth of a second that this takes."""

log = logging.getLogger("midakit.decode")
_warned: set[type[Any]] = set()


class NotDecodable(ValueError):
    """The body is not what was promised; the text says what it is instead."""


def loads(answer: type[T], body: bytes, *, on_unknown: OnUnknown = "keep") -> T:
    """Return the model of a body.

    Args:
        answer: The model's class; `dict` for the plain object, or a class with a `loads` of its own.
        body: The bytes of a whole answer.
        on_unknown: What happens to what the contract does not name: "keep" it, or make it an "error".

    Returns:
        The model. Values that do not fit are None in it and reported in `.undecoded`.

    Raises:
        NotDecodable: The body is not a JSON object, or holds something unknown and that is an error.
    """
    if answer is dict:
        return parse(body)  # type: ignore[return-value]
    own = getattr(answer, "loads", None)  # an answer whose JSON names are not Python names
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
        _warn_once(answer, found)
    return found  # type: ignore[no-any-return]


def parse(body: bytes) -> dict[str, Any]:
    """Return the plain object of a body.

    Args:
        body: The bytes of a whole answer.

    Returns:
        The parsed JSON object.

    Raises:
        NotDecodable: The body is empty, is not JSON, or its JSON is not an object.
    """
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
    locate(found, AnswerBytes(body), None)
    return found


def _tolerant(answer: type[Model], body: bytes) -> Model:
    from midakit.core.models.tolerant import structure  # brings cattrs along

    whole = AnswerBytes(parsed=parse(body))
    found, whole.undecoded = structure(answer, whole.parsed)
    locate(found, whole, None, indexed=True)
    return found


@cache
def _decoder(answer: Any) -> Callable[[bytes], Any]:
    return msgspec.json.Decoder(answer, strict=False, dec_hook=_own_class).decode


@lru_cache(
    maxsize=256, typed=True
)  # typed: True and 1 are equal, and Status(True) is not Status(1)
def _own_class(kind: Any, value: Any) -> Any:
    """Make a value of a class of its own, such as Status: few and immutable, so they are shared."""
    return kind(value)


def _warn_once(answer: type[Model], found: Model) -> None:
    """Warn once per type that values did not fit, without the values: they may be private."""
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


def _refuse_unknown(found: Model) -> None:
    from midakit.core.models.strict import objections

    for path, reason in objections(found):
        raise NotDecodable(f"{reason} at {dotted(path)}")
