"""Options of the API as fields of a command's arguments."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Literal, TypeVar, get_args, get_origin

from midakit.cli.input.arguments import Day
from midakit.core.options import option_table

T = TypeVar("T")


def with_options(*groups: type, leave_out: Sequence[str] = ()) -> Callable[[type[T]], type[T]]:
    """Give a class a field for each option; `dataclass` above it makes them arguments.

    A field that the class writes itself stays: on the command line it has another name or type. Its
    docstring gets the meanings from `scripts/option_docs.py`.

    Args:
        *groups: The `TypedDict`s that hold the options.
        leave_out: Options that the command has in another form, or not at all.
    """

    def extended(cls: type[T]) -> type[T]:
        own = cls.__annotations__
        fields = {
            name: own.get(name, _as_typed(option.annotation))
            for group in groups
            for name, option in option_table(group).items()
            if name not in leave_out
        }
        cls.__annotations__ = {**{name: own[name] for name in own if name not in fields}, **fields}
        for name in fields:
            if not hasattr(cls, name):
                setattr(cls, name, None)
        return cls

    return extended


def _as_typed(annotation: Any) -> Any:
    """Return the type of what is typed for an option: words, a number, or text, once or several times."""
    kinds = get_args(annotation)
    words = [kind for kind in kinds if get_origin(kind) is Literal]
    if words:
        return words[0] | None
    if Sequence[str] in kinds:
        return list[str] | None
    if date in kinds:
        return Day
    return (float if float in kinds and str not in kinds else str) | None
