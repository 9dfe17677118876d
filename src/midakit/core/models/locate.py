"""Tell every model of an answer where it stood, so that it can read what its fields do not hold.

On the way a list that is not there, or that the server sent as null, becomes an empty one.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

import attrs

from midakit.core.models.places import AnswerBytes, Place, Placed, answer_of, path_of

Locate = Callable[[Any, Place, str | int | None], None]
"""Tells a model and all models beneath it where they stood: the model, a place, the step from there."""


class Nested(NamedTuple):
    """A field of a class that holds a model, or a list of them."""

    name: str
    kind: Any
    is_list: bool


@cache
def nested(cls: Any) -> tuple[Nested, ...]:
    """Return the fields of a model's class that hold models.

    Args:
        cls: The class.
    """
    hints = get_type_hints(cls)
    found = []
    for field in attrs.fields(cls):
        kinds = get_args(hints[field.name])
        found += [Nested(field.name, kind, False) for kind in kinds if is_model(kind)]
        items = [item for kind in kinds for item in get_args(kind)]
        found += [Nested(field.name, item, True) for item in items if is_model(item)]
    return tuple(found)


def is_model(kind: Any) -> bool:
    """Tell whether a type is a class of models.

    Args:
        kind: The type of a field, or of the items of its list.
    """
    return isinstance(kind, type) and issubclass(kind, Placed)


def is_list(kind: Any) -> bool:
    """Tell whether a field of this type holds a list, None beside it or not.

    Args:
        kind: The type of a field, as `get_type_hints` gives it.
    """
    return any(get_origin(one) is list for one in (kind, *get_args(kind)))


def may_be_none(kind: Any) -> bool:
    """Tell whether a type has None in it already.

    Args:
        kind: The type of a field.
    """
    return kind is Any or type(None) in get_args(kind)


@cache
def _lists(cls: Any) -> tuple[str, ...]:
    """Return the fields of a model's class that hold lists of other values than models."""
    hints = get_type_hints(cls)
    models = {field.name for field in nested(cls)}
    names = [field.name for field in attrs.fields(cls)]
    return tuple(name for name in names if name not in models and is_list(hints[name]))


@cache
def locator(cls: Any, *, indexed: bool = False) -> Locate:
    """Return the function that tells models of a class, and all beneath them, where they stood.

    It is put together once for a class: looking at the class anew for every model takes twice as long.

    Args:
        cls: The class of the model.
        indexed: Whether items of lists know their index already: some before them were dropped.
    """
    plan = {
        field: locator(field.kind, indexed=indexed)
        if nested(field.kind) or _lists(field.kind)
        else None
        for field in nested(cls)
    }
    single = [(field.name, within) for field, within in plan.items() if not field.is_list]
    lists = [(field.name, within) for field, within in plan.items() if field.is_list]
    plain_lists = _lists(cls)

    def locate(model: Any, place: Place, step: str | int | None) -> None:
        model._place = place
        model._step = step
        home = place if step is None else None  # made for those only that hold further models
        for name, within in single:
            child = getattr(model, name)
            if child is not None:
                home = home or (answer_of(place), path_of(place, step))
                if within is not None:
                    within(child, home, name)
                else:
                    child._place = home
                    child._step = name
        for name, within in lists:
            items = getattr(model, name)
            if items:
                if step is None and type(place) is AnswerBytes:
                    part: Place = (place, (name,))  # most lists are at the top
                else:
                    part = (answer_of(place), (*path_of(place, step), name))
                if within is None and not indexed:
                    for index, item in enumerate(items):
                        item._place = part
                        item._step = index
                    continue
                for index, item in enumerate(items):
                    (within or _locate_alone)(item, part, item._step if indexed else index)
            elif items is None:
                setattr(model, name, [])
        for name in plain_lists:
            if getattr(model, name) is None:
                setattr(model, name, [])

    return locate


def _locate_alone(model: Any, place: Place, step: str | int | None) -> None:
    model._place = place
    model._step = step
