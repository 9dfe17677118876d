"""Read parsed JSON into models and keep the rest when one value is odd, with cattrs.

- A value that does not fit becomes None and is reported with its path, its value and the reason.
- An item that cannot be read is left out of its list and reported; its siblings stay.
- Single values are read by the rules of `values`. JSON text is read where an object or a list
  belongs.
"""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime
from functools import cache, partial
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import attrs
import cattrs

from midakit.core.models.locate import is_model
from midakit.core.models.places import Placed, Undecoded, parsed_if_json
from midakit.core.models.values import (
    Unfit,
    boolean,
    integer,
    kind_of,
    number,
    text,
    timestamp,
)

T = TypeVar("T", bound=Placed)
Hook = Callable[[Any, Any], Any]

_report: ContextVar[list[Undecoded]] = ContextVar("report")

MISFITS = (ValueError, TypeError, ArithmeticError, RecursionError)


def structure(answer: type[T], whole: dict[str, Any]) -> tuple[T, tuple[Undecoded, ...]]:
    """Return the model of a parsed object, and what in it could not be read.

    Args:
        answer: The model's class.
        whole: The parsed JSON object.

    Returns:
        The model, whose items of lists know their index, and a report for each value left out.
    """
    found: list[Undecoded] = []
    token = _report.set(found)
    try:
        return converter().structure(whole, answer), tuple(found)
    finally:
        _report.reset(token)


def structure_one(kind: Any, value: Any) -> Any:
    """Return one value as a field of this type would hold it.

    Args:
        kind: The field's type.
        value: The JSON value.

    Returns:
        The value, or None where it does not fit.
    """
    token = _report.set([])
    try:
        return converter().structure(value, kind)
    except MISFITS:
        return None
    finally:
        _report.reset(token)


@cache
def converter() -> cattrs.Converter:
    """Return the converter; hooks of a class are made when it is first met."""
    made = cattrs.Converter(detailed_validation=False, prefer_attrib_converters=False)
    plain: Any
    for plain, hook in ((str, text), (int, integer), (float, number), (bool, boolean)):
        made.register_structure_hook(plain, partial(_plain_or_word, plain, hook))
    for plain in (str | dict[str, Any], str | dict[str, Any] | None):
        made.register_structure_hook(plain, lambda value, _: text_or_object(value))
    made.register_structure_hook(datetime, lambda value, _: timestamp(value))
    made.register_structure_hook_factory(_is_optional, _optional_hook(made))
    made.register_structure_hook_factory(partial(_is_made_of, list), _list_hook(made))
    made.register_structure_hook_factory(is_model, _model_hook(made))
    made.register_structure_hook_func(partial(_is_made_of, dict), lambda value, _: an_object(value))
    return made


def _is_made_of(container: Any, kind: Any) -> bool:
    return get_origin(kind) is container


def _plain_or_word(plain: type[Any], hook: Callable[[Any], Any], value: Any, kind: Any) -> Any:
    """Read a plain value, or make a class of its own on top of it, such as Status."""
    return hook(value) if kind is plain else kind(value)


def _is_optional(kind: Any) -> bool:
    kinds = get_args(kind)
    return len(kinds) == 2 and type(None) in kinds


def _optional_hook(made: cattrs.Converter) -> Callable[[Any], Hook]:
    def factory(kind: Any) -> Hook:
        (inner,) = (one for one in get_args(kind) if one is not type(None))
        hook = made.get_structure_hook(inner)
        nulls = (None,) if inner is str else (None, "null")  # msgspec takes the word too
        return lambda value, _: (
            None
            if value is None or (isinstance(value, str) and value in nulls)
            else hook(value, inner)
        )

    return factory


def _list_hook(made: cattrs.Converter) -> Callable[[Any], Hook]:
    def factory(kind: Any) -> Hook:
        (item_kind,) = get_args(kind)
        hook = made.get_structure_hook(item_kind)

        def structure(value: Any, _: Any) -> list[Any]:
            value = parsed_if_json(value)
            if not isinstance(value, list):
                raise Unfit(f"{kind_of(value)} instead of a list")
            kept = []
            for index, item in enumerate(value):
                fits, it = _tried(hook, item, item_kind, index)
                if isinstance(it, Placed):
                    it._step = index
                if fits:
                    kept.append(it)
            return kept

        return structure

    return factory


def _model_hook(made: cattrs.Converter) -> Callable[[Any], Hook]:
    def factory(cls: Any) -> Hook:
        hints = get_type_hints(cls)
        plan = [
            (field.name, hints[field.name], made.get_structure_hook(hints[field.name]))
            for field in attrs.fields(cls)
        ]

        def structure(value: Any, _: Any) -> Any:
            value = parsed_if_json(value)
            if not isinstance(value, dict):
                raise Unfit(f"{kind_of(value)} instead of an object")
            return cls(
                **{
                    name: _tried(hook, value[name], kind, name)[1]
                    for name, kind, hook in plan
                    if name in value
                }
            )

        return structure

    return factory


def _tried(hook: Hook, value: Any, kind: Any, step: str | int) -> tuple[bool, Any]:
    """Read one value into its type, and report whatever went wrong in it beneath its step."""
    report = _report.get()
    before = len(report)
    try:
        fits, made = True, hook(value, kind)
    except MISFITS as error:
        reason = str(error) if isinstance(error, Unfit) else f"{kind_of(value)} that does not fit"
        report[before:] = [Undecoded((), value, reason)]
        fits, made = False, None
    for index in range(before, len(report)):
        report[index] = report[index]._replace(path=(step, *report[index].path))
    return fits, made


# Containers


def an_object(value: Any) -> dict[str, Any]:
    """Return an object, also out of JSON text.

    Args:
        value: Any JSON value.

    Raises:
        Unfit: It is something else.
    """
    found = parsed_if_json(value)
    if isinstance(found, dict):
        return found
    raise Unfit(f"{kind_of(value)} instead of an object")


def text_or_object(value: Any) -> Any:
    """Return text, an object or None as it came.

    Args:
        value: Any JSON value.

    Raises:
        Unfit: It is something else.
    """
    if value is None or isinstance(value, str | dict):
        return value
    raise Unfit(f"{kind_of(value)} instead of text or an object")
