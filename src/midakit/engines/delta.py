"""Load an export folder into Delta tables, as often as you like: every row is there once.

    from midakit.engines.delta import load

    load("out", "s3://lake/midakit")

A commit holds whole calls, and every row says which call brought it and when, so the table itself knows
what is in it: a load that was killed leaves whole commits, and the next one loads what is missing.
Rows are merged on `row_key`; an older row never replaces a newer one.
"""

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from os import PathLike
from typing import Any

from midakit.core.extras import need
from midakit.engines.committed import ROW_KEY, CommittedExport, latest
from midakit.export.files.stores import Store

ROWS = 500_000
"""Rows after which a commit is written; it holds whole files, so it may have more."""


def load(
    place: "str | PathLike[str] | Store",
    into: str,
    tables: Sequence[str] | None = None,
    *,
    storage_options: Mapping[str, str] | None = None,
) -> dict[str, int]:
    """Merge the rows that are not in yet into one Delta table for each table of the export.

    Args:
        place: The folder or URL of the export.
        into: The folder or URL that the Delta tables stand in.
        tables: Only these tables; when left out, all that the export has.
        storage_options: Passed on to deltalake, for credentials of an object store.

    Returns:
        For each table how many rows were added or changed.

    Raises:
        ConfigurationError: There is no export, or it has no such table.
        InvalidRequest: `tables` is no list.
        MissingExtra: deltalake is not installed (extra `delta`).

    Example:
        added = delta.load("out", "lake", tables=["results"])
        print(added["results"], delta.load("out", "lake")["results"])  # the second time 0
    """
    delta = need("deltalake", extra="delta")
    export = CommittedExport(place)
    options = dict(storage_options or {})
    return {
        table: sum(_commits(delta, export, table, f"{str(into).rstrip('/')}/{table}", options))
        for table in export.tables(tables)
    }


def _commits(
    delta: Any, export: CommittedExport, table: str, uri: str, options: dict[str, str]
) -> Iterator[int]:
    there = None
    if delta.DeltaTable.is_deltatable(uri, options):
        there = delta.DeltaTable(uri, storage_options=options)
    for rows in _batches(export, table, None if there is None else _reads_in(delta, there)):
        if there is None:
            delta.write_deltalake(uri, rows, mode="error", storage_options=options)
            there = delta.DeltaTable(uri, storage_options=options)
            yield rows.num_rows
        else:
            yield _merge(there, rows)


def _merge(there: Any, rows: Any) -> int:
    merging = there.merge(
        rows,
        predicate=f"new.{ROW_KEY} = old.{ROW_KEY}",
        source_alias="new",
        target_alias="old",
        merge_schema=True,  # a table of an earlier schema gets the columns that came later
    )
    newer = "new.fetched_at > old.fetched_at"
    done = merging.when_matched_update_all(predicate=newer).when_not_matched_insert_all().execute()
    return int(done["num_target_rows_inserted"] + done["num_target_rows_updated"])


def _reads_in(delta: Any, there: Any) -> Any:
    """Return which reads brought the rows that the table holds."""
    import pyarrow as pa

    query = delta.QueryBuilder().register("old", there)
    return _reads(
        pa.table(query.execute("select distinct spec_id, fetched_at from old").read_all())
    )


def _reads(rows: Any) -> Any:
    """Return a call and its time as one text: the same call of another export is another read."""
    import pyarrow as pa

    pc: Any = import_module("pyarrow.compute")

    parts = rows["spec_id"], rows["fetched_at"].cast(pa.int64())
    return pc.binary_join_element_wise(*(part.cast(pa.string()) for part in parts), "@")


def _batches(export: CommittedExport, table: str, reads: Any) -> Iterator[Any]:
    """Yield the rows of reads that are not in, several files together."""
    import pyarrow as pa

    pc: Any = import_module("pyarrow.compute")

    found: list[Any] = []
    for file in export.files(table):
        rows = export.read(file)
        if reads is not None:
            rows = rows.filter(pc.invert(pc.is_in(_reads(rows), reads)))
        if rows.num_rows:
            found.append(rows)
        if sum(rows.num_rows for rows in found) >= ROWS:
            yield latest(pa.concat_tables(found))
            found = []
    if found:
        yield latest(pa.concat_tables(found))
