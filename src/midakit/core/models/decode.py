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
from collections.abc import Callable
from functools import cache, lru_cache, partial
from typing import Any, TypeVar

import msgspec

from midakit.core.log import LazyLogger
from midakit.core.models.decoders import compiled
from midakit.core.models.locate import locator
from midakit.core.models.model import Model
from midakit.core.models.places import AnswerBytes, dotted
from midakit.core.settings import OnUnknown

T = TypeVar("T")

BIG = 1 << 18
"""Bytes from which on the garbage collector is held back: 100,000 rows make no garbage, and are read
1.2 to 1.4 times as fast without it (`benchmarks/decoding.py`). It is the whole process's collector, so
other threads go without it too for the tenth of a second that this takes."""

log = LazyLogger("midakit.decode")
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
    cls: Any = answer
    return decoder(cls, on_unknown)(body)  # type: ignore[no-any-return]


@cache
def decoder(answer: Any, on_unknown: OnUnknown) -> Callable[[bytes], Any]:
    """Return the function that makes an answer of bytes, put together when it is first needed.

    Args:
        answer: As for `loads`.
        on_unknown: As for `loads`.
    """
    if answer is dict:
        return parse
    own = getattr(answer, "loads", None)  # an answer whose JSON names are not Python names
    if own is not None:
        return partial(own, on_unknown=on_unknown)
    assert issubclass(answer, Model)
    return partial(_strict, answer) if on_unknown == "error" else _lenient(answer)


def _lenient(answer: Any) -> Callable[[bytes], Model]:
    """Return the function that keeps what the contract does not name."""
    decode = compiled(answer, _own_class).decode
    locate = locator(answer)

    def read(body: bytes) -> Model:
        held_back = len(body) >= BIG and gc.isenabled()
        if held_back:
            gc.disable()
        try:
            found: Model = decode(body)
            locate(found, AnswerBytes(body), None)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            found = _tolerant(answer, body)
            _warn_once(answer, found)
        finally:
            if held_back:
                gc.enable()
        return found

    return read


def _strict(answer: type[Model], body: bytes) -> Model:
    found = _tolerant(answer, body)
    _refuse_unknown(found)
    return found


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
        raise NotDecodable("an empty body instead of a JSON object")
    try:
        whole = json.loads(body)
    except (ValueError, RecursionError):
        what = "HTML" if start == b"<" else "a body that is not complete JSON"
        raise NotDecodable(f"{what} instead of a JSON object") from None
    if not isinstance(whole, dict):
        raise NotDecodable(f"a JSON {type(whole).__name__} instead of an object")
    return whole


def _tolerant(answer: Any, body: bytes) -> Model:
    from midakit.core.models.tolerant import structure  # brings cattrs along

    whole = AnswerBytes(parsed=parse(body))
    found: Model
    found, whole.undecoded = structure(answer, whole.parsed)
    locator(answer, indexed=True)(found, whole, None)
    return found


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
