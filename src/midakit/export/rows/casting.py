"""Values as servers send them -> values a column takes; what does not fit goes to `_extra` (pure).

How a value is read is said in one place for models, exports and statistics: `midakit.core.models.values`.
A column adds its own bounds: an integer must fit its bits, and text must fit UTF-8.
"""

from collections.abc import Callable, Mapping
from typing import Any

from midakit.core.models.values import Unfit, boolean, day, integer, number, text, timestamp
from midakit.export.schemas import DAY, FLAG, INT, NUM, SHORT, SMALL, STAMP, TEXT, TEXTS, TIME


def _within(bits: int) -> Callable[[object], int]:
    limit = 2 ** (bits - 1)

    def read(value: object) -> int:
        found = integer(value)
        if not -limit <= found < limit:
            raise Unfit(f"more than {bits} bits")
        return found

    return read


def _utf8(value: object) -> str:
    found = text(value)
    if not found.isascii() and any("\ud800" <= sign <= "\udfff" for sign in found):
        raise Unfit("half a surrogate pair")
    return found


def _texts(value: object) -> list[str]:
    if not isinstance(value, list):
        raise Unfit("not a list")
    return list(map(_utf8, value))


READERS: dict[str, Callable[[object], Any]] = {
    TEXT: _utf8,
    TEXTS: _texts,
    INT: _within(64),
    SMALL: _within(32),
    SHORT: _within(16),
    NUM: number,
    FLAG: boolean,
    DAY: day,
    TIME: timestamp,
    STAMP: timestamp,
}


def value_or_none(kind: str, value: object) -> Any:
    """Return a value as a column takes it, or None where it does not fit.

    Args:
        kind: The type of the column.
        value: What was sent; None gives None.
    """
    try:
        return READERS[kind](value)
    except Unfit:
        return None


def take(
    source: Mapping[str, Any], columns: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the values of the columns, and what no column takes.

    Args:
        source: An object that a server sent.
        columns: Names and types of the columns.

    Returns:
        Values by column, without those that are null; and the fields that are of no column or do not
        fit theirs, as they came.
    """
    found: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for name, value in source.items():
        kind = columns.get(name)
        if kind is None:
            extra[name] = value
            continue
        if value is None:
            continue
        try:
            found[name] = READERS[kind](value)
        except Unfit:
            extra[name] = value
    return found, extra
