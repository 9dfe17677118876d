"""`Model`: the base of everything the server sends, which never loses what it cannot name.

A model's fields are what the contract documents. What came beside them stays reachable, at no cost
until asked for, because every model remembers where it stood in the bytes that it came from:

    Root      the bytes of one answer, parsed at most once, and what could not be read in them
    Source    a place in a root: the path of an object or of a list (the root itself is the top)
    model     `_source` and `_at`: an item of the object or list at that place, or (None) the place

Roots and sources never point back at models, so nothing here makes a reference cycle.
"""

import json
from datetime import datetime
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Generic,
    NamedTuple,
    TypeVar,
    dataclass_transform,
    overload,
)

import attrs

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

T = TypeVar("T")
Path = tuple[str | int, ...]


@dataclass_transform(kw_only_default=True, field_specifiers=(attrs.field,))
def model(cls: type[T]) -> type[T]:
    """Make a class a model: slots, keyword arguments, compared by its fields."""
    return attrs.define(cls, kw_only=True, repr=False, getstate_setstate=False)


def fields(cls: type[Any]) -> "tuple[attrs.Attribute[Any], ...]":
    """The documented fields of a model's class."""
    found: tuple[attrs.Attribute[Any], ...] = attrs.fields(cls)
    return found


def known(vocabulary: type[Any]) -> Any:
    """A field whose known values are listed; others are kept, and refused only when strict."""
    return attrs.field(default=None, metadata={"known": vocabulary})


class Sent(Generic[T]):
    """A documented field that is read out of the answer when it is asked for.

    For fields that few rows of a long list have: each ordinary field that a row lacks costs the
    decoder more than one that it has.
    """

    def __init__(self, kind: type[T]) -> None:
        self.kind = kind

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type[Any]) -> "Sent[T]": ...
    @overload
    def __get__(self, instance: "Model", owner: type[Any]) -> T | None: ...
    def __get__(self, instance: "Model | None", owner: type[Any]) -> Any:
        if instance is None:
            return self
        from midakit.core.models.tolerant import read

        value = instance.raw.get(self.name)
        return None if value is None else read(self.kind, value)


class Undecoded(NamedTuple):
    """A value that did not fit its field: where it stood, what it was, and why it did not fit."""

    path: Path
    value: Any
    reason: str


class Root:
    """One answer as it came, and the place at its top."""

    __slots__ = ("_body", "_parsed", "undecoded")

    path: Path = ()

    def __init__(self, body: bytes = b"", parsed: Any = None) -> None:
        self._body = body
        self._parsed = parsed
        self.undecoded: tuple[Undecoded, ...] = ()

    @property
    def root(self) -> "Root":
        """Itself: a place at the top needs no object of its own."""
        return self

    @property
    def parsed(self) -> Any:
        """The whole answer as plain Python objects."""
        if self._parsed is None:
            self._parsed = json.loads(self._body)
        return self._parsed


class Source:
    """A place in an answer, beneath its top."""

    __slots__ = ("path", "root")

    def __init__(self, root: Root, path: Path) -> None:
        self.root = root
        self.path = path


def sent(source: Root | Source, step: str | int | None) -> Any:
    """What the server sent at that place, or one step further in."""
    found = source.root.parsed
    for key in source.path if step is None else (*source.path, step):
        found = opened(found[key])
    return found


def opened(value: Any) -> Any:
    """The object or list inside JSON text, where the server wrote one as text; else the value."""
    if not isinstance(value, str):
        return value
    try:
        inner = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return inner if isinstance(inner, dict | list) else value


class Model:
    """What the server said, typed; compared by its fields."""

    __slots__ = ("_at", "_source")

    _also: ClassVar[str] = ""
    """A pattern of documented keys that are no fields (`result_1`, names with an underscore)."""
    _source: Root | Source
    _at: str | int | None

    def to_arrow(self) -> "pyarrow.Table":
        """Return the rows of this answer as a table with the columns and types of an export.

        Raises:
            MissingExtra: pyarrow is not installed (extra `export`).
        """
        from midakit.export.rows.frames import to_arrow

        return to_arrow(self)

    def to_polars(self) -> "polars.DataFrame":
        """Return the same table as `to_arrow`, for polars.

        Raises:
            MissingExtra: pyarrow (extra `export`) or polars is not installed.
        """
        from midakit.export.rows.frames import to_polars

        return to_polars(self)

    def to_pandas(self) -> "pandas.DataFrame":
        """Return the same table as `to_arrow`, for pandas.

        Raises:
            MissingExtra: pyarrow (extra `export`) or pandas is not installed.
        """
        from midakit.export.rows.frames import to_pandas

        return to_pandas(self)

    @property
    def raw(self) -> dict[str, Any]:
        """The object as the server sent it, shared and not to be changed; `{}` if made by hand."""
        source = getattr(self, "_source", None)
        return {} if source is None else sent(source, self._at)

    @property
    def extra(self) -> dict[str, Any]:
        """What the server sent beside the documented fields."""
        names = {field.name for field in fields(type(self))}
        return {
            key: value
            for key, value in self.raw.items()
            if key not in names and not isinstance(getattr(type(self), key, None), Sent)
        }

    @property
    def undecoded(self) -> tuple[Undecoded, ...]:
        """Values at or beneath this model that did not fit; paths begin here."""
        source = getattr(self, "_source", None)
        if source is None or not source.root.undecoded:
            return ()
        here = source.path if self._at is None else (*source.path, self._at)
        depth = len(here)
        return tuple(
            one._replace(path=one.path[depth:])
            for one in source.root.undecoded
            if one.path[:depth] == here
        )

    def to_dict(self) -> dict[str, Any]:
        """The way back to JSON: as it was sent, with the fields changed since written over it."""
        from midakit.core.models.encode import to_dict

        return to_dict(self)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        # The source would carry the whole answer along: a copy takes this object's own part of it.
        values = {field.name: getattr(self, field.name) for field in fields(type(self))}
        raw = self.raw if hasattr(self, "_source") else None
        return _revive, (type(self), values, raw, self.undecoded)

    def __repr__(self) -> str:
        shown = (
            f"{field.name}={_brief(value)}"
            for field in fields(type(self))
            if (value := getattr(self, field.name)) is not None and field.name != "success"
        )
        return f"{type(self).__name__}({', '.join(shown)})"


def _revive(
    cls: type[Model], values: dict[str, Any], raw: Any, undecoded: tuple[Undecoded, ...]
) -> Model:
    revived = cls(**values)
    if raw is not None:
        root = Root(parsed=raw)
        root.undecoded = undecoded
        revived._source, revived._at = root, None
    return revived


def _brief(value: Any) -> str:
    """Short enough for a terminal: long texts are cut, lists of models counted."""
    if isinstance(value, list) and value and isinstance(value[0], Model):
        return f"[{len(value)} x {type(value[0]).__name__}]"
    if isinstance(value, datetime):
        return value.isoformat()
    text = repr(value)
    return text if isinstance(value, Model) or len(text) <= 80 else f"{text[:79]}…"
