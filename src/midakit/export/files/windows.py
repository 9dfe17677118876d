"""What an increment replaces: exactly the windows that it asked for, and rows that came again (pure).

A row of an earlier round leaves when a call of this round read its series over a window that holds the
row's day, whether the row came back or not, and when a row with its natural key came back. Rounds decide,
never a clock. A call whose experiment is not in the project (404) read nothing and replaces nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from midakit.export.plan.listings import listed_projects
from midakit.export.plan.spec import Spec
from midakit.export.rows.casting import take
from midakit.export.schemas import KEYS, TABLES, arrow_types

SERIES: Mapping[str, tuple[str, ...]] = {
    "experiments": ("project",),
    "goals": ("project",),
    "events": ("project",),
    "timeseries": ("project", "test_id", "segment", "goal_key", "goal_profile_id"),
    "metrics": ("project", "test_id", "segment", "window_start", "window_end"),
    "results": (
        "project", "test_id", "segment", "window_start", "window_end", "goal_key", "goal_profile_id",
        "report_phase", "breakdown_by",
    ),
}  # fmt: skip
"""The columns that a call fixes for all rows that it reads."""
DAY = {"timeseries": "date", "events": "created_at"}
"""The column with the day of a row, in tables whose calls read a part of a series."""
SPAN = {**DAY, "results": "window_end", "metrics": "window_end", "raw": "window_end"}
"""The column that tells which days a file is about."""

BATCH = 512
"""Windows that become columns together."""


def windows(table: str, specs: Iterable[Spec]) -> Any:
    """Return the windows that calls read, as an Arrow table with the columns of the series, start and end.

    Args:
        table: A table of the export, such as `results`.
        specs: The calls of the table that were answered.
    """
    import pyarrow as pa

    types = {name: TABLES[table][name] for name in SERIES.get(table, ())}
    fields = [(name, arrow_types()[kind]) for name, kind in types.items()]
    schema = pa.schema([*fields, ("start", pa.date32()), ("end", pa.date32())])
    found, parts = (one for spec in specs for one in _windows(table, spec, types)), []
    while some := list(islice(found, BATCH)):  # as dicts, thousands are megabytes
        parts.append(pa.Table.from_pylist(some, schema))
    return pa.concat_tables(parts).combine_chunks() if parts else schema.empty_table()


def _windows(table: str, spec: Spec, types: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    if table == "experiments":  # one listing may stand for all projects of an account
        yield from ({"project": one} for one in listed_projects(spec))
        return
    label = {"project": spec.project, **dict(spec.call.query), **spec.label()}
    row, _ = take(label, types)
    for side in ("start", "end"):
        row[side] = take({side: label.get(f"window_{side}")}, {side: "date32"})[0].get(side)
    yield row


def staying(table: str, rows: Any, new: Any, read: Any) -> Any:
    """Return which rows stay beside those of an increment, as a Boolean array.

    Args:
        table: A table of the export, such as `results`.
        rows: Rows of earlier rounds.
        new: Rows of the increment.
        read: The windows that the increment read, as `windows` returns them.
    """
    import pyarrow.compute as pc

    again, asked = came_again(table, rows, new), in_window(table, rows, read)
    return pc.call_function("invert", [pc.call_function("or", [again, asked])])


def came_again(table: str, rows: Any, new: Any) -> Any:
    """Return which rows have the natural key of a new one.

    Args:
        table: A table of the export.
        rows: Rows of earlier rounds.
        new: Rows of the increment.
    """
    import pyarrow.compute as pc

    ours, theirs = _numbers(rows, new, KEYS[table])
    return pc.call_function("is_in", [ours], pc.SetLookupOptions(theirs))


def in_window(table: str, rows: Any, read: Any) -> Any:
    """Return which rows lie in a window of their series that was read.

    Args:
        table: A table of the export.
        rows: Rows of earlier rounds.
        read: The windows that were read.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if table not in SERIES:
        return pa.array([False] * rows.num_rows, pa.bool_())
    ours, theirs = _numbers(rows, read, SERIES[table])
    if table not in DAY:
        return pc.call_function("is_in", [ours], pc.SetLookupOptions(theirs))
    days = rows.column(DAY[table]).cast(pa.date32()).combine_chunks()
    found = pa.array([False] * rows.num_rows, pa.bool_())
    for part in _one_of_each(theirs):  # a series may have been read over several windows
        at = pc.call_function("index_in", [ours], pc.SetLookupOptions(theirs.take(part)))
        start, end = (
            read.column(side).combine_chunks().take(part).take(at) for side in ("start", "end")
        )
        inside = pc.call_function(
            "and_kleene",
            [
                pc.call_function("greater_equal", [days, start]),
                pc.call_function("less_equal", [days, end]),
            ],
        )
        inside = pc.call_function("coalesce", [inside, pa.scalar(value=False)])
        found = pc.call_function("or", [found, inside])
    return found


def outside(table: str, new: Any, read: Any) -> Any:
    """Return new rows without those whose place the windows take: a row with the same key is in the same one.

    Args:
        table: A table of the export.
        new: Rows of the increment, with the columns of their natural key.
        read: The windows that were read.
    """
    import pyarrow.compute as pc

    if table not in SERIES or not {*SERIES[table], DAY.get(table, KEYS[table][0])} <= {
        *KEYS[table]
    }:
        return new
    return new.filter(pc.call_function("invert", [in_window(table, new, read)]))


def days_of(table: str, rows: Any) -> tuple[str, str]:
    """Return the first and the last day that rows are about, or empty texts where a row has none.

    Answers of listings have none, and are left out: no later increment asks for them under the same id.

    Args:
        table: A table of the export.
        rows: The rows of a file.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if table not in SPAN:
        return "", ""
    days = rows.column(SPAN[table])
    days = days.drop_null() if table == "raw" else days
    if not len(days) or days.null_count:
        return "", ""
    found = pc.call_function("min_max", [days.cast(pa.date32())])
    return str(found["min"]), str(found["max"])


def _one_of_each(numbers: Any) -> Iterable[Any]:
    """Yield the places of numbers in parts that hold each number once."""
    import pyarrow as pa

    parts: list[list[int]] = []
    seen: dict[int, int] = {}
    for place, number in enumerate(numbers.to_pylist()):
        turn = seen[number] = seen.get(number, -1) + 1
        if turn == len(parts):
            parts.append([])
        parts[turn].append(place)
    return [pa.array(part, pa.int64()) for part in parts]


def _numbers(one: Any, other: Any, keys: Sequence[str]) -> tuple[Any, Any]:
    """Return a number for each row of two tables, the same for the same key; null is a value like others."""
    import pyarrow as pa
    import pyarrow.compute as pc

    names = list(keys)
    whole = pa.concat_tables([one.select(names), other.select(names)])
    numbers = pa.array([0] * whole.num_rows, pa.int64())
    for key in names:
        column = whole.column(key).combine_chunks().dictionary_encode("encode")
        wide = pc.call_function("multiply", [numbers, pa.scalar(len(column.dictionary))])
        wide = pc.call_function("add", [wide, column.indices.cast(pa.int64())])
        numbers = wide.dictionary_encode().indices.cast(pa.int64())
    return numbers.slice(0, one.num_rows), numbers.slice(one.num_rows)
