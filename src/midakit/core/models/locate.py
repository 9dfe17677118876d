"""Tell every model of an answer where it stood, so that it can read what its fields do not hold."""

from functools import cache
from typing import Any, NamedTuple, get_args, get_type_hints

import attrs

from midakit.core.models.places import AnswerBytes, AnswerPart, Placed, path_of


class Nested(NamedTuple):
    """The fields of a class that hold models."""

    single: tuple[str, ...]
    lists: tuple[tuple[str, bool], ...]
    """Name, and whether the items hold models themselves."""


@cache
def nested(cls: Any) -> Nested:
    """Return which fields of a model's class hold models.

    Args:
        cls: The class.

    Returns:
        The names of those fields.
    """
    single, lists = [], []
    hints = get_type_hints(cls)
    for field in attrs.fields(cls):
        kinds = get_args(hints[field.name])
        if any(map(_is_model, kinds)):
            single.append(field.name)
        items = (item for kind in kinds for item in get_args(kind) if _is_model(item))
        lists += [(field.name, nested(item) != Nested((), ())) for item in items]
    return Nested(tuple(single), tuple(lists))


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Placed)


def locate(
    model: Placed, place: AnswerBytes | AnswerPart, step: str | int | None, *, indexed: bool = False
) -> None:
    """Tell a model and all models beneath it where they stood.

    Args:
        model: A model that was just decoded.
        place: The object or list that it stood in, or its own place.
        step: Its key or index there; None where `place` is its own.
        indexed: Whether items of lists know their index already: some before them were dropped.
    """
    model._place, model._step = place, step
    cls: Any = type(model)
    single, lists = nested(cls)
    if not single and not lists:
        return
    answer, path = place.answer, path_of(place, step)
    for name in single:
        child = getattr(model, name)
        if child is not None:
            locate(child, AnswerPart(answer, path), name, indexed=indexed)
    for name, deep in lists:
        home = AnswerPart(answer, (*path, name))
        for index, item in enumerate(getattr(model, name) or ()):
            at = item._step if indexed else index
            if deep:
                locate(item, home, at, indexed=indexed)
            else:
                item._place, item._step = home, at
