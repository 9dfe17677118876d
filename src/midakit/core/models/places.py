"""Where a model stood in the bytes of an answer, so that nothing the server sent is ever lost.

A model's fields are what the contract documents. What came beside them stays reachable, at no cost
until somebody asks, because every model remembers its place:

    AnswerBytes   the bytes of one answer, parsed at most once, and what in them could not be read
    AnswerPart         a path into an answer, to an object or a list; AnswerBytes itself is the top
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

    path: Path = ()

    def __init__(self, body: bytes = b"", parsed: Any = None) -> None:
        self._body = body
        self._parsed = parsed
        self.undecoded: tuple[Undecoded, ...] = ()

    @property
    def answer(self) -> "AnswerBytes":
        """The answer itself: a place at the top needs no object of its own."""
        return self

    @property
    def parsed(self) -> Any:
        """The whole answer as plain Python objects."""
        if self._parsed is None:
            self._parsed = json.loads(self._body)
        return self._parsed


class AnswerPart:
    """A place beneath the top of an answer.

    Args:
        answer: The answer that holds it.
        path: The way there from the top.
    """

    __slots__ = ("answer", "path")

    def __init__(self, answer: AnswerBytes, path: Path) -> None:
        self.answer = answer
        self.path = path


class Placed:
    """The base of models: it knows its place, and reads from there what no field holds."""

    __slots__ = ("_place", "_step")

    _place: AnswerBytes | AnswerPart
    _step: str | int | None

    @property
    def raw(self) -> dict[str, Any]:
        """The object as the server sent it, shared and not to be changed; `{}` if made by hand."""
        place = getattr(self, "_place", None)
        if place is None:
            return {}
        found = place.answer.parsed
        for step in path_of(place, self._step):
            found = parsed_if_json(found[step])
        return found  # type: ignore[no-any-return]

    @property
    def undecoded(self) -> tuple[Undecoded, ...]:
        """Values at or beneath this model that did not fit; their paths begin here."""
        place = getattr(self, "_place", None)
        if place is None or not place.answer.undecoded:
            return ()
        here = path_of(place, self._step)
        return tuple(
            one._replace(path=one.path[len(here) :])
            for one in place.answer.undecoded
            if one.path[: len(here)] == here
        )


def path_of(place: AnswerBytes | AnswerPart, step: str | int | None) -> Path:
    """Return the path from the top of the answer to one step beneath a place.

    Args:
        place: Where to begin.
        step: A key or an index in the object or list there; None stays at the place.

    Returns:
        The keys and indexes from the top.
    """
    return place.path if step is None else (*place.path, step)


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
