"""Options written once: a `TypedDict` holds their names, types and meaning; everything else is read from it.

    class ReportOptions(TypedDict, total=False):
        min_count: Annotated[float | Unset, Option(rule=at_least(1))]
        \"""How many conversions a visitor needs to count.\"""

    @expand_options
    def result(test_id: int, **options: Unpack[ReportOptions]) -> Call[Result]: ...

Type checkers and editors read the `TypedDict` through `Unpack`. `inspect.signature`, `help()` and
Jupyter's `?` read the signature that `expand_options` makes from it, and the `Args` that
`scripts/options.py` writes into the docstrings from the texts below the fields.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from types import FunctionType
from typing import Annotated, Any, ForwardRef, NamedTuple, TypeVar, get_args, get_origin

from midakit.core.unset import UNSET
from midakit.errors import UnknownOption

Function = TypeVar("Function", bound=Callable[..., Any])


EXTRA = ("extra_query", "extra_body", "extra_headers")
"""What every call takes beside its own options, see `core.extra`."""


class Option(NamedTuple):
    """What a field of options says beside its type."""

    default: Any = UNSET
    """What leaving the option out means."""
    rule: Callable[[str, Any], Any] | None = None
    """Checks a value of the named option and returns it as it is sent."""
    sent_as: str | None = None
    """The name of the query parameter, where it is not that of the option."""
    annotation: Any = None
    """The type; filled in by `option_table`."""


@cache
def option_table(fields: type) -> Mapping[str, Option]:
    """Return the options of a `TypedDict` by name, in the order in which they are written.

    Args:
        fields: A `TypedDict` whose fields are types, or `Annotated[type, Option(...)]`.

    Returns:
        An `Option` for each field, with its annotation.
    """
    annotations = fields.__annotations__.items()
    return {name: _option(annotation) for name, annotation in annotations if name not in EXTRA}


def _option(annotation: Any) -> Option:
    found = Option()
    if get_origin(annotation) is Annotated:
        annotation, found = get_args(annotation)[:2]
    if isinstance(annotation, ForwardRef):
        annotation = annotation.__forward_arg__
    return found._replace(annotation=annotation)


def expand_options(function: Function) -> Function:
    """Give a function that takes `**options: Unpack[...]` a signature with every option by name.

    Args:
        function: It is returned itself, with `__signature__` set; calling it costs nothing more.
    """
    function.__signature__ = LazySignature(function)  # type: ignore[attr-defined]
    return function


class LazySignature(inspect.Signature):
    """The signature of a function with every option by name, put together when somebody looks at it.

    A client has about fifty such methods; most programs look at none.

    Args:
        function: What takes `**options: Unpack[...]`.
    """

    __slots__ = ("_function", "_made")

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    @property
    def _whole(self) -> inspect.Signature:
        try:
            return self._made
        except AttributeError:
            self._made: inspect.Signature = _expanded(self._function)
            return self._made

    @property
    def _parameters(self) -> Mapping[str, inspect.Parameter]:
        return self._whole.parameters

    @property
    def _return_annotation(self) -> Any:
        return self._whole.return_annotation

    def __reduce__(self) -> Any:
        return self._whole.__reduce__()


def _expanded(function: Callable[..., Any]) -> inspect.Signature:
    named, returned = signature_of(function)
    (fields,) = get_args(named.pop().annotation)
    table = {**option_table(fields), **_extra_options(fields)}
    options = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=option.default,
            annotation=option.annotation,
        )
        for name, option in table.items()
    ]
    return inspect.Signature([*named, *options], return_annotation=returned)


def signature_of(function: Callable[..., Any]) -> tuple[list[inspect.Parameter], Any]:
    """Return the parameters of a function as it was written, and what it returns.

    Args:
        function: Its `__signature__`, if it has one, is not asked.
    """
    bare = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__,
        function.__closure__,
    )  # fmt: skip
    bare.__kwdefaults__ = function.__kwdefaults__
    bare.__annotations__ = function.__annotations__
    signature = inspect.signature(bare)
    return [*signature.parameters.values()], signature.return_annotation


def _extra_options(fields: type) -> dict[str, Option]:
    return {
        name: _option(fields.__annotations__[name])
        for name in EXTRA
        if name in fields.__annotations__
    }


def apply_rules(owner: str, fields: type, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options as they are sent, by the name that they are sent under.

    Args:
        owner: Whose options they are, for the message: "experiments.result".
        fields: The `TypedDict` of the options; its order is that of the answer.
        given: What a caller gave; an option that is `UNSET` is left out.

    Raises:
        InvalidRequest: An option does not exist, or its value breaks its rule.
    """
    table = option_table(fields)
    check_names(owner, given, (*table, *_extra_options(fields)))
    return {
        option.sent_as or name: option.rule(name, given[name]) if option.rule else given[name]
        for name, option in table.items()
        if given.get(name, UNSET) is not UNSET
    }


def check_names(owner: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Refuse an option that does not exist, and name the one that may have been meant.

    Args:
        owner: Whose options they are, for the message: "experiments.result".
        given: The names that a caller used.
        known: The names that exist.

    Raises:
        UnknownOption: One of the names does not exist.
    """
    known = list(known)
    for name in given:
        if name not in known:
            from difflib import get_close_matches

            close = get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"options: {', '.join(known)}"
            raise UnknownOption(name, f"{owner} has no such option; {hint}")


def with_defaults(owner: str, fields: type, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return every option, those that were left out with their defaults.

    Args:
        owner: Whose options they are, for the message: "export".
        fields: The `TypedDict` of the options.
        given: The options that a caller gave.

    Raises:
        UnknownOption: An option does not exist.
    """
    table = option_table(fields)
    check_names(owner, given, table)
    return {name: given.get(name, option.default) for name, option in table.items()}
