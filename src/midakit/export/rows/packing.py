"""Values of a page as bytes, in place of thousands of Python objects (pure).

The values of a long page are packed at once: the processor's cache still has them, their memory is used
again for the next page, and Python's garbage collector has nothing to look through.

    numbers   as Arrow keeps them
    texts     in UTF-8, with a zero byte between them
"""

import struct
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from midakit.export.schemas import INT, NUM, TEXT, TIME

CODES = {INT: "q", NUM: "d"}
"""Types of numbers that are packed -> what `struct` calls them."""
TEXTS = frozenset({TEXT, TIME})
"""Types whose values are texts: times are read later, thousands at once."""
END = "\0"

Values = Sequence[Any] | bytes
"""The values of a column; packed where they are bytes."""


def pack(values: Sequence[Any], kind: str) -> Values:
    """Return values as bytes; those that cannot be packed, such as nulls, as they are.

    Args:
        values: The values of a column.
        kind: The type of the column.
    """
    code = CODES.get(kind)
    try:
        if code is not None:  # half of the time that Arrow takes
            return struct.pack(f"={len(values)}{code}", *values)
        if kind in TEXTS and values:
            packed = END.join(values).encode()
            return packed if packed.count(b"\0") == len(values) - 1 else values
    except (struct.error, TypeError, UnicodeEncodeError):
        pass
    return values


def pack_columns(
    columns: Mapping[str, Sequence[Any]], kinds: Mapping[str, str]
) -> dict[str, Values]:
    """Return columns with their values packed.

    Args:
        columns: Names and values.
        kinds: The types of the columns.
    """
    return {name: pack(values, kinds[name]) for name, values in columns.items()}


def unpack(values: Values, kind: str) -> Sequence[Any]:
    """Return the values of a column, packed or not.

    Args:
        values: What `pack` returned.
        kind: The type of the column.
    """
    if not isinstance(values, bytes):
        return values
    if kind in TEXTS:
        return values.decode().split(END)
    return struct.unpack(f"={len(values) // 8}{CODES[kind]}", values)


def join(pieces: Sequence[Values], kind: str) -> Values:
    """Return pieces of a column as one, packed if all of them are.

    Args:
        pieces: What `pack` returned for each.
        kind: The type of the column.
    """
    if all(type(piece) is bytes for piece in pieces):
        return (b"\0" if kind in TEXTS else b"").join(pieces)  # type: ignore[arg-type]
    return list(chain.from_iterable(unpack(piece, kind) for piece in pieces))


def to_array(packed: bytes, kind: Any) -> Any:
    """Return packed values as an Arrow array: numbers without a copy, texts as they were sent.

    Args:
        packed: The packed values.
        kind: The Arrow type of numbers, of 64 bits; that of text for all others.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if kind != pa.string():
        return pa.Array.from_buffers(kind, len(packed) // 8, [None, pa.py_buffer(packed)])
    ends = struct.pack("=2i", 0, len(packed))
    whole = [None, pa.py_buffer(ends), pa.py_buffer(packed)]
    texts = pa.Array.from_buffers(kind, 1, whole)
    return pc.call_function("split_pattern", [texts], pc.SplitPatternOptions(END)).flatten()
