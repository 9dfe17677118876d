"""The rows of a call as columns, and many of them as one Arrow batch (pure).

    bytes -> Chunk (a call's rows, column by column) -> batch of thousands of rows

Arrow is given thousands of values at a time: what it costs to make an array is the same for three values
as for three hundred.
"""

import json
import struct
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import chain, repeat
from typing import Any, NamedTuple

from midakit.core.call import Pairs
from midakit.export.rows.casting import take, value_or_none
from midakit.export.rows.fast_rows import GOAL, GOALS, SHAPES, columns_of, rows_of
from midakit.export.rows.packing import CODES, Values, join, pack, to_array, unpack
from midakit.export.schemas import CONTEXT, EXTRA, TIME, arrow, arrow_types, columns


class Chunk(NamedTuple):
    """The rows of one call for one table."""

    table: str
    rows: int
    shared: Mapping[str, Any]
    """Column -> the value of all rows."""
    columns: Mapping[str, Values]
    """Column -> the value of each row; of a page, numbers are packed."""
    drift: Mapping[str, int]
    """Field -> how many rows hold it in `_extra`."""
    page: Any = None
    """The answer, where it is still an object of `fast_rows` whose times are text: hundreds of answers
    become columns together. It has its rows, unless they are columns already."""
    context: Pairs = ()
    """What the plan says about the rows of such an answer."""
    since: str | None = None
    """Rows of earlier days are left out: they were asked for to be counted, not to be read."""


def batches(chunks: Sequence[Chunk]) -> list[tuple[Any, Mapping[str, int]]]:
    """Return the rows of chunks as record batches, each with the fields in it that have no column.

    Args:
        chunks: Chunks of one table.
    """
    alike: dict[tuple[type, bool], list[Chunk]] = {}
    for chunk in chunks:
        alike.setdefault((type(chunk.page), bool(chunk.columns)), []).append(chunk)
    return [batch for some in alike.values() for batch in _by_arrow_or_one_by_one(some)]


def _by_arrow_or_one_by_one(chunks: Sequence[Chunk]) -> list[tuple[Any, Mapping[str, int]]]:
    """Let Arrow read the times; search for the chunk with a time that it cannot read."""
    import pyarrow as pa

    try:
        return [_together(chunks)]
    except pa.ArrowInvalid:
        if chunks[0].page is None:
            raise
        if len(chunks) == 1:
            return [_together([_with_times(chunks[0])])]
        middle = len(chunks) // 2
        halves = chunks[:middle], chunks[middle:]
        return [batch for half in halves for batch in _by_arrow_or_one_by_one(half)]


def _with_times(chunk: Chunk) -> Chunk:
    """Read the times of a chunk one by one; what is not a time goes to `_extra`."""
    times = {name: kind for name, kind in columns(chunk.table).items() if kind == TIME}
    shared = {name: value for name, [value] in _shared([chunk]).items()}
    shared |= {**dict.fromkeys(times.keys() & shared.keys()), **take(shared, times)[0]}
    kinds = columns(chunk.table)
    sent = {name: unpack(values, kinds[name]) for name, values in _columns([chunk]).items()}
    own = [name for name in times if name in sent]
    texts = zip(*(sent[name] for name in own), strict=True)
    rows = [take(dict(zip(own, row, strict=True)), times) for row in texts]
    read = {name: [found.get(name) for found, _ in rows] for name in own}
    if rows:
        read[EXTRA] = [json.dumps(extra) if extra else None for _, extra in rows]
    drift = Counter(name for _, extra in rows for name in extra)
    return chunk._replace(shared=shared, columns={**sent, **read}, drift=drift, page=None)


def _together(chunks: Sequence[Chunk]) -> tuple[Any, Mapping[str, int]]:
    """Return chunks as one record batch, and the fields in it that have no column."""
    import pyarrow as pa

    table, texts = chunks[0].table, chunks[0].page is not None
    counts = [chunk.rows for chunk in chunks]
    places = _places(counts)
    own, shared = _columns(chunks), _shared(chunks)
    schema, kinds = arrow(table), columns(table)
    made: dict[str, Any] = {}
    for field in schema:
        as_text = texts and kinds[field.name] == TIME
        if field.name in own:
            made[field.name] = _array(own[field.name], field.type, as_text)
        elif field.name in shared:
            made[field.name] = _spread(shared[field.name], field.type, as_text, places)
        else:
            made[field.name] = pa.nulls(len(places), field.type)
    if table == "timeseries":
        in_utc = made["created_at"].view(pa.timestamp("ms"))  # a tenth of the time with a zone
        made["date"] = in_utc.cast(pa.date32())
    drift: Counter[str] = Counter()
    for chunk in chunks:
        if chunk.drift:
            drift.update(chunk.drift)
    batch = pa.RecordBatch.from_arrays([made[name] for name in schema.names], schema=schema)
    return _wanted(batch, [chunk.since for chunk in chunks], places), drift


def _places(counts: Sequence[int]) -> Any:
    """Return for each row the place of its chunk, given how many rows each chunk has."""
    import pyarrow as pa

    packed = b"".join([struct.pack("=i", place) * count for place, count in enumerate(counts)])
    return pa.Array.from_buffers(pa.int32(), sum(counts), [None, pa.py_buffer(packed)])


def _wanted(batch: Any, since: Sequence[str | None], places: Any) -> Any:
    """Return the rows of the days that are wanted; a row without a day is."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not any(since):
        return batch
    first = pa.array(since, pa.string()).cast(pa.date32()).take(places)
    late = pc.call_function("greater_equal", [batch.column("date"), first])
    return batch.filter(pc.call_function("coalesce", [late, pa.scalar(value=True)]))


def _columns(chunks: Sequence[Chunk]) -> Mapping[str, Values]:
    """Return the columns of which some chunk has a value for each row."""
    table = chunks[0].table
    if chunks[0].page is not None:
        if not chunks[0].columns:
            rows = chain.from_iterable(rows_of(table, chunk.page) for chunk in chunks)
            return columns_of(list(rows))
        kinds = SHAPES[table].row
        return {
            name: join([chunk.columns[name] for chunk in chunks], kinds[name])
            for name in chunks[0].columns
        }
    own = frozenset().union(*(chunk.columns for chunk in chunks))
    return {
        name: list(chain.from_iterable(_values(chunk, name) for chunk in chunks)) for name in own
    }


def _shared(chunks: Sequence[Chunk]) -> Mapping[str, list[Any]]:
    """Return the columns that have one value for all rows of a chunk, chunk by chunk."""
    if chunks[0].page is None:
        names = dict.fromkeys(name for chunk in chunks for name in chunk.shared)
        return {name: [chunk.shared.get(name) for chunk in chunks] for name in names}
    shared = [chunk.shared for chunk in chunks]
    known = {name: [one[name] for one in shared] for name in shared[0]}
    known |= read_contexts([chunk.context for chunk in chunks])
    sent = columns_of([chunk.page for chunk in chunks])
    for name in SHAPES[chunks[0].table].beside:
        told, planned = sent[name], known.get(name)
        if planned:
            told = [plan if one is None else one for one, plan in zip(told, planned, strict=True)]
        known[name] = list(told)
    return {**known, **_reported_goals([sent[name] for name in GOALS], known)}


def _reported_goals(
    goals: Sequence[Sequence[Any]], known: Mapping[str, Sequence[Any]]
) -> Mapping[str, list[Any]]:
    """Return the columns that say which goal answers are about; as `tolerant_rows.reported_goal`."""
    *named, primary = goals
    for asked in (known[name] for name in GOAL if name in known):
        primary = [None if other else goal for other, goal in zip(asked, primary, strict=True)]
    about = [next(filter(None, found), None) for found in zip(*named, primary, strict=True)]
    return {f"reported_{name}": [goal and getattr(goal, name) for goal in about] for name in GOAL}


def read_contexts(contexts: Sequence[Pairs]) -> dict[str, list[Any]]:
    """Return what plans say about calls as columns; a text that many of them share is read once.

    Args:
        contexts: Names and texts, for each call.
    """
    found = {}
    labels = [dict(context) for context in contexts]
    for name in CONTEXT.keys() & frozenset().union(*labels):
        texts = [label.get(name) for label in labels]
        read = {text: value_or_none(CONTEXT[name], text) for text in set(texts)}
        found[name] = [read[text] for text in texts]
    return found


def _values(chunk: Chunk, name: str) -> Iterable[Any]:
    found = chunk.columns.get(name)
    return repeat(chunk.shared.get(name), chunk.rows) if found is None else found


def _spread(values: list[Any], kind: Any, as_text: bool, places: Any) -> Any:
    """Return an array with the value of each row's chunk."""
    import pyarrow as pa

    if values.count(None) == len(values):
        return pa.nulls(len(places), kind)
    if kind == pa.string() and values.count(values[0]) == len(values):
        return pa.repeat(pa.scalar(values[0], kind), len(places))
    return _array(values, kind, as_text).take(places)


def _array(values: Values, kind: Any, as_text: bool) -> Any:
    import pyarrow as pa

    if isinstance(values, bytes):
        return to_array(values, pa.string()).cast(kind) if as_text else to_array(values, kind)
    if all(value is None for value in values):
        return pa.nulls(len(values), kind)
    if as_text:  # without a zone it is UTC, as everywhere else: Arrow wants that said
        return pa.array(values, pa.string()).cast(kind)
    packed = pack(values, _number_kinds().get(kind, ""))
    return to_array(packed, kind) if isinstance(packed, bytes) else pa.array(values, kind)


@cache
def _number_kinds() -> dict[Any, str]:
    """Return the types of numbers that are packed, by their Arrow types."""
    return {arrow_types()[kind]: kind for kind in CODES}
