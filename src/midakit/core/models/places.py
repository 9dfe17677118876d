"""Where a model stood in the bytes of an answer, so that nothing the server sent is ever lost.

A model's fields are what the contract documents. What came beside them stays reachable, at no cost
until somebody asks, because every model remembers its place:

    AnswerBytes   the bytes of one answer, parsed at most once, and what in them could not be read
    AnswerPart    a path into an answer, to an object or a list; AnswerBytes itself is the top
    Placed        `_place` and `_step`: the step from that place to the model, or None if it is there

Answers and places never point back at models, so nothing here makes a reference cycle.
"""

import json
from typing import Any, NamedTuple

Path = tuple[str | int, ...]
"""Keys and indexes that lead from the top of an answer to a value in it."""


class Undecoded(NamedTuple):
    """A value that did not fit its field: where it stood, what it was, and why it did not fit."""

    path: Path
    value: Any
    reason: str


class AnswerBytes:
    """One answer as it came, which is also the place at its top.

    Args:
        body: The bytes; they are parsed when somebody first asks for what is in them.
        parsed: The same parsed, where that is known already.
    """

    __slots__ = ("_body", "_parsed", "undecoded")

    def __init__(self, body: bytes = b"", parsed: Any = None) -> None:
        self._body = body
        self._parsed = parsed
        self.undecoded: tuple[Undecoded, ...] = ()

    @property
    def parsed(self) -> Any:
        """The whole answer as plain Python objects."""
        if self._parsed is None:
            self._parsed = json.loads(self._body)
        return self._parsed


AnswerPart = tuple[AnswerBytes, Path]
"""A place beneath the top of an answer: the answer, and the way there. As a class of its own, made once
for each list of a short answer, it would cost a `result` 2 % of its time."""

Place = AnswerBytes | AnswerPart


class Placed:
    """The base of models: it knows its place, and reads from there what no field holds."""

    __slots__ = ("_place", "_step")

    _place: Place
    _step: str | int | None

    @property
    def raw(self) -> dict[str, Any]:
        """The object as the server sent it, shared and not to be changed; `{}` if made by hand."""
        place = getattr(self, "_place", None)
        if place is None:
            return {}
        found = answer_of(place).parsed
        for step in path_of(place, self._step):
            found = parsed_if_json(found[step])
        return found  # type: ignore[no-any-return]

    @property
    def undecoded(self) -> tuple[Undecoded, ...]:
        """Values at or beneath this model that did not fit; their paths begin here."""
        place = getattr(self, "_place", None)
        if place is None or not answer_of(place).undecoded:
            return ()
        here = path_of(place, self._step)
        return tuple(
            one._replace(path=one.path[len(here) :])
            for one in answer_of(place).undecoded
            if one.path[: len(here)] == here
        )


def answer_of(place: Place) -> AnswerBytes:
    """Return the answer that holds a place.

    Args:
        place: The top of an answer, or a place beneath it.
    """
    return place[0] if isinstance(place, tuple) else place


def path_of(place: Place, step: str | int | None) -> Path:
    """Return the path from the top of the answer to one step beneath a place.

    Args:
        place: Where to begin.
        step: A key or an index in the object or list there; None stays at the place.

    Returns:
        The keys and indexes from the top.
    """
    path = place[1] if isinstance(place, tuple) else ()
    return path if step is None else (*path, step)


def parsed_if_json(value: Any) -> Any:
    """Return the object or list inside JSON text, where the server wrote one as text.

    Args:
        value: A decoded value, such as text, a number, a list or a dict.

    Returns:
        What the text holds; every other value unchanged, other text included.
    """
    if not isinstance(value, str):
        return value
    try:
        inner = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return inner if isinstance(inner, dict | list) else value


def dotted(path: Path) -> str:
    """Return a path as people write it: `variants[0].name`.

    Args:
        path: The keys and indexes from the top.

    Returns:
        The text; "the top" for an empty path.
    """
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.lstrip(".") or "the top"
