"""The base of everything the server sends, which never loses what it cannot name: see `places`."""

from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from types import FunctionType
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Generic,
    TypeVar,
    overload,
)

import attrs

from midakit.core.models.locate import may_be_none
from midakit.core.models.places import AnswerBytes, Placed, Undecoded

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow
    from pydantic import GetCoreSchemaHandler
    from pydantic_core.core_schema import CoreSchema

T = TypeVar("T")

PRE_INIT = "__attrs_pre_init__"
"""The method of an attrs class that msgspec calls on a new object."""


def _with_defaults(init: Any) -> Callable[[Any], None]:
    """Return the `__init__` that attrs wrote, for calls without arguments: it sets every field.

    msgspec calls it before it reads an object, and afterwards asks the object for each of its fields.
    A field that the JSON did not have would cost an AttributeError that nobody sees: with them a
    `result` takes 1.9 times as long to read, 20,000 rows with sparse fields 1.5 times.

    The keyword arguments become positional ones, whose defaults Python fills in without a look-up.
    A list begins as None, since most are replaced by a list that was sent; `locate` sees to the others.
    """
    code, defaults = init.__code__, init.__kwdefaults__ or {}
    names = code.co_varnames[1 : 1 + code.co_kwonlyargcount]
    return FunctionType(
        code.replace(co_argcount=1 + len(names), co_kwonlyargcount=0),
        init.__globals__,
        argdefs=tuple(
            None if defaults[name] is attrs.NOTHING else defaults[name] for name in names
        ),
    )


def fields(cls: type[Any]) -> "tuple[attrs.Attribute[Any], ...]":
    """Return the documented fields of a model's class.

    Args:
        cls: The class.

    Returns:
        One attrs attribute per field, in the order in which they are written.
    """
    found: tuple[attrs.Attribute[Any], ...] = attrs.fields(cls)
    return found


PROMISED: Any = None
"""The default of a field that the contract promises, and shows in all of its examples.

Its type is without None, so that nobody has to check for what does not happen; a server that breaks the
promise leaves None there all the same.
"""


def known(vocabulary: str) -> Any:
    """Make a field whose known values are listed; others are kept, and refused only when strict.

    Args:
        vocabulary: The name of an enum that stands in the package of the model; it is loaded when
            somebody is strict.

    Returns:
        What stands at the right of the field's annotation.
    """
    return attrs.field(default=None, metadata={"known": vocabulary})


def vocabulary_of(cls: type[Any], field: "attrs.Attribute[Any]") -> Any:
    """Return the enum of a field's known values, or None where it has none.

    Args:
        cls: The class of the model.
        field: One of its fields.
    """
    name = field.metadata.get("known")
    if name is None:
        return None
    return getattr(import_module(cls.__module__.rpartition(".")[0]), name)


class LazyField(Generic[T]):
    """A documented field that is read out of the answer when somebody asks for it.

    For fields that few rows of a long list have. An ordinary field that a row lacks costs the
    decoder more than one that it has: with the ten rare fields of a timeseries' rows as ordinary
    ones, 50,000 rows took 4 times as long (CPU time, Python 3.11, msgspec 0.22).

    Args:
        kind: The type into which the field is decoded.
    """

    def __init__(self, kind: type[T]) -> None:
        self.kind = kind

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type[Any]) -> "LazyField[T]": ...
    @overload
    def __get__(self, instance: "Model", owner: type[Any]) -> T | None: ...
    def __get__(self, instance: "Model | None", owner: type[Any]) -> Any:
        if instance is None:
            return self
        value = instance.raw.get(self.name)
        if value is None:
            return None
        from midakit.core.models.tolerant import structure_one

        return structure_one(self.kind, value)


class Model(Placed):
    """What the server said, typed; compared by its fields.

    A subclass is decorated with `attrs.define(kw_only=True, repr=False)` itself, because that is what
    type checkers know: then they check keyword arguments and `attrs.evolve`. A list is never None; the
    field has `attrs.field(factory=list)`.

    Example:
        experiment = mida.experiments.get(1001)
        print(experiment.test_name, experiment.raw["test_name"], experiment.extra)
    """

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        setattr(cls, PRE_INIT, None)  # attrs would call an inherited one in `__init__`

    @classmethod
    def __attrs_init_subclass__(cls) -> None:
        """Prepare a class that attrs has made for msgspec."""
        made: Any = cls
        setattr(cls, PRE_INIT, _with_defaults(made.__init__))
        null = {
            field.name: field.type | None
            for field in made.__attrs_attrs__
            if field.name in made.__annotations__ and not may_be_none(field.type)
        }
        if null:  # msgspec takes null for each of them; `locate` makes empty lists of it
            made.__annotations__ = {**made.__annotations__, **null}

    _also: ClassVar[str] = ""
    """A pattern of documented keys that have no field (`result_1`, names with an underscore)."""

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: "GetCoreSchemaHandler"
    ) -> "CoreSchema":
        from midakit.core.models.pydantic_schema import model_schema

        return model_schema(cls, handler, LazyField)

    def to_arrow(self) -> "pyarrow.Table":
        """Return the rows of this answer as a table with the columns and types of an export.

        Raises:
            MissingExtra: pyarrow is not installed (extra `export`).

        Example:
            table = mida.experiments.result(1001).to_arrow()
            print(table.column_names)
        """
        from midakit.export.rows.frames import to_arrow

        return to_arrow(self)

    def to_polars(self) -> "polars.DataFrame":
        """Return the same table as `to_arrow`, for polars.

        Raises:
            MissingExtra: pyarrow (extra `export`) or polars is not installed.

        Example:
            frame = mida.experiments.result(1001, breakdown_by="device").to_polars()
            print(frame.select("breakdown_value", "name", "visitors"))
        """
        from midakit.export.rows.frames import to_polars

        return to_polars(self)

    def to_pandas(self) -> "pandas.DataFrame":
        """Return the same table as `to_arrow`, for pandas.

        Raises:
            MissingExtra: pyarrow (extra `export`) or pandas is not installed.

        Example:
            frame = mida.experiments.timeseries(1001).to_pandas()
            print(frame.groupby("variant_id")["visitors"].sum())
        """
        from midakit.export.rows.frames import to_pandas

        return to_pandas(self)

    @property
    def extra(self) -> dict[str, Any]:
        """What the server sent beside the documented fields."""
        names = {field.name for field in fields(type(self))}
        return {
            key: value
            for key, value in self.raw.items()
            if key not in names and not isinstance(getattr(type(self), key, None), LazyField)
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object: as it was sent, with the fields changed since written over it.

        Example:
            import json

            text = json.dumps(mida.experiments.get(1001).to_dict())
        """
        from midakit.core.models.encode import to_dict

        return to_dict(self)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        # The place would carry the whole answer along: a copy takes this object's own part of it.
        values = {field.name: getattr(self, field.name) for field in fields(type(self))}
        raw = self.raw if hasattr(self, "_place") else None
        return _revive, (type(self), values, raw, self.undecoded)

    def __repr__(self) -> str:
        shown = (
            f"{field.name}={_brief(value)}"
            for field in fields(type(self))
            if (value := getattr(self, field.name)) not in (None, []) and field.name != "success"
        )
        return f"{type(self).__name__}({', '.join(shown)})"


def _revive(
    cls: type[Model], values: dict[str, Any], raw: Any, undecoded: tuple[Undecoded, ...]
) -> Model:
    revived = cls(**values)
    if raw is not None:
        answer = AnswerBytes(parsed=raw)
        answer.undecoded = undecoded
        revived._place, revived._step = answer, None
    return revived


def _brief(value: Any) -> str:
    """Shorten a value for a terminal: long texts are cut, lists of models counted."""
    if isinstance(value, list) and value and isinstance(value[0], Model):
        return f"[{len(value)} x {type(value[0]).__name__}]"
    if isinstance(value, datetime):
        return value.isoformat()
    text = repr(value)
    return text if isinstance(value, Model) or len(text) <= 80 else f"{text[:79]}…"
