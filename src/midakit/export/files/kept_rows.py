"""Which rows of the tables stay when an increment brings new ones, and where the others can be (pure)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from midakit.export.files.windows import (
    DAY,
    SERIES,
    SPAN,
    came_again,
    days_of,
    in_window,
    staying,
)
from midakit.export.plan.spec import Plan
from midakit.export.schemas import TABLES

Bounds = Sequence[tuple[str, str, Any]]
"""Conditions on columns, such as `("test_id", "in", [1, 2])`, that a row meets when it meets all of them."""


def kept(table: str, rows: Any, new: Any, read: Any, plan: Plan) -> Any:
    """Return the rows that stay beside those of an increment.

    Args:
        table: A table of the export, such as `results`.
        rows: Rows of earlier rounds.
        new: Rows of the increment.
        read: The windows that the increment read, as `windows` returns them.
        plan: The plan of the increment.
    """
    if table == "experiments":
        return still_listed(rows, new, read, plan)
    return rows.filter(staying(table, rows, new, read))


def bounds(table: str, new: Any, read: Any) -> Bounds:
    """Return conditions that all new rows meet, and all rows that they can replace.

    Args:
        table: A table of the export, whose calls read series.
        new: Rows of the increment.
        read: The windows that the increment read.
    """
    found: list[tuple[str, str, Any]] = []
    for name in ("project", "test_id"):
        if name in SERIES[table]:
            values = {*new.column(name).to_pylist(), *read.column(name).to_pylist()}
            found += [] if None in values else [(name, "in", sorted(values))]
    first, last = span(table, new, read)
    if first and TABLES[table][SPAN[table]] == "date32":
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


def still_listed(rows: Any, new: Any, read: Any, plan: Plan) -> Any:
    """Return the experiments that a new listing does not have, marked as deleted; they keep their rows.

    Args:
        rows: Experiments that were listed before.
        new: The new listing.
        read: The projects that were listed.
        plan: The plan that holds the listing: one of some experiments only says nothing about others.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    again = pc.call_function("invert", [came_again("experiments", rows, new)])
    kept = rows.filter(again)
    if plan.settings.get("wanted", {}).get("test_ids") is not None:
        return kept
    gone = in_window("experiments", kept, read)
    at = pa.scalar(datetime.fromisoformat(plan.created_at), kept.schema.field("deleted_at").type)
    for name, value in (("deleted_at", at), ("list_position", pa.scalar(None, pa.int32()))):
        column = kept.column(name).combine_chunks()
        now = pc.call_function("if_else", [gone, value, column])
        if name == "deleted_at":
            now = pc.call_function("coalesce", [column, now])
        kept = kept.set_column(kept.schema.get_field_index(name), kept.schema.field(name), now)
    return kept
