"""The base of every answer: fields as documented, everything else reachable.

A model holds its documented fields. What else the server sent costs nothing until it is asked for:
the bytes of the answer are kept once, and `extra` and `raw` look them up by the model's place in it.
A source holds bytes and never models, so there is no cycle to collect.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar, dataclass_transform

import attrs

T = TypeVar("T")

Path = tuple[str | int, ...]


class Undecoded(NamedTuple):
    """A value that could not be read as what the contract promises; the field is None then."""

    path: Path
    value: Any
    reason: str


class Body:
    """The bytes of one answer, parsed once when somebody asks, and what could not be read in it."""

    __slots__ = ("_parsed", "data", "undecoded")

    def __init__(self, data: bytes, undecoded: tuple[Undecoded, ...] = ()) -> None:
        self.data = data
        self.undecoded = undecoded
        self._parsed: Any = None

    def at(self, path: Path) -> Any:
        """The parsed value at a path; None when there is none."""
        if self._parsed is None:
            self._parsed = json.loads(self.data)
        found = self._parsed
        for step in path:
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                return None
        return found


class Source(NamedTuple):
    """Where a model, or a list of models, came from."""

    body: Body
    path: Path


@dataclass_transform(kw_only_default=True, field_specifiers=(attrs.field,))
def model(cls: type[T]) -> type[T]:
    """Make a class a model: keyword-only attrs class with slots, compared by its fields."""
    return attrs.define(cls, kw_only=True, getstate_setstate=False, repr=False)


def known(vocabulary: type[Any]) -> Any:
    """A field that holds a word of an open vocabulary: unknown words stay as they came."""
    return attrs.field(default=None, metadata={"known": vocabulary})


class Model:
    """What all answers can do."""

    __slots__ = ("_at", "_source")

    _source: Source
    _at: int | None
    _verbs: "tuple[str, ...]" = ()

    @property
    def _path(self) -> Path:
        source = getattr(self, "_source", None)
        if source is None:
            return ()
        return source.path if self._at is None else (*source.path, self._at)

    @property
    def raw(self) -> dict[str, Any]:
        """What the server sent for this, unchanged; empty for a model made by hand."""
        source = getattr(self, "_source", None)
        found = source.body.at(self._path) if source is not None else None
        if isinstance(found, str):
            found = json.loads(found)  # an object that came as JSON text
        return found if isinstance(found, dict) else {}

    @property
    def extra(self) -> dict[str, Any]:
        """Fields that the documentation does not list."""
        names = attrs.fields_dict(type(self))
        return {name: value for name, value in self.raw.items() if name not in names}

    @property
    def undecoded(self) -> tuple[Undecoded, ...]:
        """What could not be read, here and beneath."""
        source = getattr(self, "_source", None)
        if source is None:
            return ()
        mine = self._path
        return tuple(
            one._replace(path=one.path[len(mine) :])
            for one in source.body.undecoded
            if one.path[: len(mine)] == mine
        )

    def to_dict(self) -> dict[str, Any]:
        """Back to JSON's types; nothing that the server sent is lost."""
        from midakit.core.salvage import converter

        found = dict(self.raw)
        for name in attrs.fields_dict(type(self)):
            value = getattr(self, name)
            if value is not None:
                found[name] = _merged(converter().unstructure(value), found.get(name))
        return found

    def __getattr__(self, name: str) -> Any:
        if name in type(self)._verbs:
            from midakit.core.verbs import bind

            return bind(self, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __getstate__(self) -> dict[str, Any]:
        state = {name: getattr(self, name) for name in attrs.fields_dict(type(self))}
        raw = self.raw
        if raw:
            state["_source"] = Source(Body(json.dumps(raw).encode(), self.undecoded), ())
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)
        self._at = None

    def __repr__(self) -> str:
        shown = ", ".join(
            f"{name}={_short(getattr(self, name))}"
            for name in attrs.fields_dict(type(self))
            if getattr(self, name) is not None and name != "success"
        )
        return f"{type(self).__name__}({shown})"


def _merged(new: Any, sent: Any) -> Any:
    """A list from which bad items were dropped keeps them on the way back."""
    if isinstance(new, list) and isinstance(sent, list) and len(sent) > len(new):
        rest: Iterator[Any] = iter(new)
        return [next(rest, item) if isinstance(item, dict) else item for item in sent]
    return new


def _short(value: Any) -> str:
    text = repr(value)
    if isinstance(value, list) and len(text) > 120:
        return f"[{len(value)} items]"
    return text if len(text) <= 120 else f"{text[:117]}..."


def aware(value: datetime) -> datetime:
    """A time without a zone is UTC."""
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)
