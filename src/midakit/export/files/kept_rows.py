"""Which rows of the tables stay when an increment brings new ones, and where the others can be (pure)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from midakit.export.files.listed_experiments import relisted
from midakit.export.files.windows import DAY, SERIES, SPAN, days_of, staying
from midakit.export.plan.plan import Plan
from midakit.export.schemas import KEYS, TABLES

Bounds = Sequence[tuple[str, str, Any]]
"""Conditions on columns, such as `("test_id", "in", [1, 2])`, that a row meets when it meets all of them."""


def kept(table: str, rows: Any, new: Any, read: Any) -> Any:
    """Return the rows that stay beside those of an increment, in tables other than `experiments`.

    Args:
        table: A table of the export, such as `results`.
        rows: Rows of earlier rounds.
        new: Rows of the increment.
        read: The windows that the increment read, as `windows` returns them.
    """
    return rows.filter(staying(table, rows, new, read))


def replacing(table: str, new: Any, plan: Plan) -> Any:
    """Return the new rows that can take the place of some of earlier rounds.

    An answer is kept under the id of its call, which says the round: only a call that an earlier plan left
    open can have been answered before. Every night would look through the answers of all nights otherwise.

    Args:
        table: A table of the export.
        new: Rows of the increment.
        plan: The plan of the increment.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if table != "raw":
        return new
    asked = plan.specs.of(frozenset(new.column("spec_id").unique().to_pylist()))
    now = plan.settings.get("round", 0)
    before = [id for pattern, _, _, id in asked.parts() if pattern.sample.round != now]
    before_now = pc.SetLookupOptions(pa.array(before, pa.string()))
    return new.filter(pc.call_function("is_in", [new.column("spec_id")], before_now))


def renewed(table: str, rows: Any, new: Any, read: Any, plan: Plan) -> Any:
    """Return the rows that stay, and those of an increment behind them.

    Args:
        table: A table of the export.
        rows: Rows of earlier rounds.
        new: Rows of the increment.
        read: The windows that the increment read.
        plan: The plan of the increment.
    """
    import pyarrow as pa

    if table == "experiments":
        return pa.concat_tables(relisted(rows, new, read, plan))
    return pa.concat_tables([kept(table, rows, new, read), new])


def bounds(table: str, new: Any, read: Any) -> Bounds:
    """Return conditions that all new rows meet, and all rows that they can replace.

    Args:
        table: A table of the export.
        new: Rows of the increment.
        read: The windows that the increment read.
    """
    found: list[tuple[str, str, Any]] = []
    if table == "experiments":  # any row may be of an account that was listed
        return found
    for name in ("project", "test_id", "spec_id"):
        if name in SERIES.get(table, KEYS[table]):
            parts = [one.column(name) for one in (new, read) if name in one.schema.names]
            values = {value for part in parts for value in part.to_pylist()}
            found += [] if None in values else [(name, "in", sorted(values))]
    first, last = span(table, new, read)
    if first and TABLES[table][SPAN[table]] == "date32" and not new.column(SPAN[table]).null_count:
        found += [(SPAN[table], ">=", date.fromisoformat(first))]
        found += [(SPAN[table], "<=", date.fromisoformat(last))]
    return found


def span(table: str, new: Any, read: Any) -> tuple[str, str]:
    """Return the days outside of which no row can be replaced; empty texts where any row may be.

    Args:
        table: A table of the export, such as `results`.
        new: Rows of the increment.
        read: The windows that the increment read, as `windows` returns them.
    """
    import pyarrow.compute as pc

    rows = days_of(table, new)
    if table not in SPAN or read.column("start").null_count or (new.num_rows and not rows[0]):
        return "", ""
    if not read.num_rows:
        return rows
    side = "start" if table in DAY else "end"  # a snapshot is about the end of its window alone
    start = str(pc.call_function("min", [read.column(side)]))
    end = str(pc.call_function("max", [read.column("end")]))
    return (min(start, rows[0]), max(end, rows[1])) if rows[0] else (start, end)
