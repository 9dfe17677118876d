"""Keeps answers short and texts harmless (pure)."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from midakit.core.printable import one_line
from midakit.errors import InvalidRequest

T = TypeVar("T")

LONGEST_NAME = 120
LONGEST_TEXT = 300
LONGEST_LINE = 160
LONGEST_ERROR = 2_000
MOST_LINES = 8
MOST_CHARACTERS = 8_000
"""What an answer may have as JSON: about 2,000 tokens."""


def name(value: Any) -> str:
    """Return a name of the account on one line, without control characters, cut where it is too long.

    Args:
        value: What the server sent.
    """
    return cut(value, LONGEST_NAME)


def cut(value: Any, longest: int = LONGEST_TEXT) -> str:
    """Return a text on one line, cut where it is too long.

    Args:
        value: The text.
        longest: How many characters it may have.
    """
    text = one_line("" if value is None else value).strip()
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def shortened(text: str) -> str:
    """Return the text of an error, cut where it repeats a long text that was given.

    Args:
        text: What is wrong, on one or more lines.
    """
    return text if len(text) <= LONGEST_ERROR else f"{text[: LONGEST_ERROR - 1]}…"


def few(lines: Iterable[Any], most: int = MOST_LINES, longest: int = LONGEST_LINE) -> list[str]:
    """Return the first lines, and how many more there are.

    Args:
        lines: The texts.
        most: How many may stay.
        longest: How many characters each may have.
    """
    found = [cut(one, longest) for one in lines]
    return (
        found if len(found) <= most else [*found[: most - 1], f"and {len(found) - most + 1} more"]
    )


def fitting(items: Sequence[T], characters: int) -> list[T]:
    """Return the first items that fit into so many characters of JSON.

    Args:
        items: Dataclasses of an answer.
        characters: How many.
    """
    found: list[T] = []
    for one in items:
        characters -= size(one) + 2
        if characters < 0:
            break
        found.append(one)
    return found


def rounded(value: float | None, digits: int = 4) -> float | None:
    """Return a figure with so many significant digits: more cost tokens and say nothing.

    Args:
        value: The figure.
        digits: How many digits.
    """
    return None if value is None else float(f"{value:.{digits}g}")


def size(answer: Any) -> int:
    """Return how many characters an answer, or a part of one, has as JSON.

    Args:
        answer: One of the answers' dataclasses.
    """
    return len(json.dumps(asdict(answer), ensure_ascii=False))


def start_of(cursor: str | None) -> int:
    """Read a cursor.

    Args:
        cursor: What an earlier answer gave; None for the beginning.

    Raises:
        InvalidRequest: It is no cursor of ours.
    """
    if cursor is None or cursor == "":
        return 0
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 9:
        raise InvalidRequest("cursor", "is not one that an earlier answer gave")
    return int(cursor)


def page(items: Sequence[T], start: int, limit: int) -> tuple[list[T], str | None]:
    """Return a page of items, and the cursor of the next one.

    Args:
        items: All items.
        start: Where the page begins.
        limit: How many items it may have.
    """
    end = start + limit
    return [*items[start:end]], str(end) if end < len(items) else None
