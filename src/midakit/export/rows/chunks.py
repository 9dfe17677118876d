"""The rows of a spec as columns, and many of them as one Arrow batch (pure).

    bytes -> Chunk (a spec's rows, column by column) -> batch of thousands of rows

Arrow is told about thousands of values at a time: what it costs to make an array is the same for
three values as for three hundred.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, repeat
from typing import Any, NamedTuple

from midakit.export.schemas import TIME, arrow, columns


class Chunk(NamedTuple):
    """The rows of one spec for one table."""

    table: str
    rows: int
    shared: Mapping[str, Any]
    """What all rows say alike."""
    columns: Mapping[str, Sequence[Any]]
    """What each row says for itself."""
    drift: Mapping[str, int]
    texts: bool = False
    """Times are still text: the quick way leaves reading them to Arrow."""
    again: Any = None
    """Makes the chunk the slow way, where a time is none."""


def batches(chunks: Sequence[Chunk]) -> list[tuple[Any, Mapping[str, int]]]:
    """Record batches, and the fields in them that no column is for."""
    found = []
    for texts in (True, False):
        alike = [chunk for chunk in chunks if chunk.texts is texts]
        if alike:
            found += _quick_or_slow(alike) if texts else [_together(alike)]
    return found


def _quick_or_slow(chunks: Sequence[Chunk]) -> list[tuple[Any, Mapping[str, int]]]:
    import pyarrow as pa

    try:
        return [_together(chunks)]
    except pa.ArrowInvalid:  # somewhere a time that Arrow cannot read; the slow way keeps it
        if len(chunks) == 1:
            return [_together([chunks[0].again()])]
        middle = len(chunks) // 2
        return _quick_or_slow(chunks[:middle]) + _quick_or_slow(chunks[middle:])


def _together(chunks: Sequence[Chunk]) -> tuple[Any, Mapping[str, int]]:
    import pyarrow as pa

    table, texts = chunks[0].table, chunks[0].texts
    counts = [chunk.rows for chunk in chunks]
    places = pa.array(
        list(chain.from_iterable(map(repeat, range(len(counts)), counts))), pa.int32()
    )
    own = frozenset().union(*(chunk.columns for chunk in chunks))
    schema, kinds = arrow(table), columns(table)
    made: dict[str, Any] = {}
    for field in schema:
        as_text = texts and kinds[field.name] == TIME
        if field.name in own:
            values = list(chain.from_iterable(_values(chunk, field.name) for chunk in chunks))
            made[field.name] = _array(values, field.type, as_text)
        else:
            shared = _array([chunk.shared.get(field.name) for chunk in chunks], field.type, as_text)
            made[field.name] = shared.take(places)
    if texts and table == "timeseries":
        made["date"] = made["created_at"].cast(pa.date32())
    drift: dict[str, int] = {}
    for chunk in chunks:
        for name, count in chunk.drift.items():
            drift[name] = drift.get(name, 0) + count
    return pa.RecordBatch.from_arrays([made[name] for name in schema.names], schema=schema), drift


def _values(chunk: Chunk, name: str) -> Iterable[Any]:
    found = chunk.columns.get(name)
    return repeat(chunk.shared.get(name), chunk.rows) if found is None else found


def _array(values: list[Any], kind: Any, as_text: bool) -> Any:
    import pyarrow as pa

    if values.count(None) == len(values):
        return pa.nulls(len(values), kind)
    # without a zone it is UTC, as everywhere else: Arrow wants that said
    return pa.array(values, pa.string()).cast(kind) if as_text else pa.array(values, kind)
