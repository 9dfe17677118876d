"""An export folder into Delta tables, as often as you like: every row there once.

    from midakit.engines.delta import load

    load("out", "s3://lake/midakit")

A commit holds the rows and, as the application's transactions, the files that they came from: a load
that was killed leaves a whole commit or none, and the next one goes on with the files that are missing.
Rows are merged on `row_key`; an older row never replaces a newer one.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from midakit.core.extras import need
from midakit.engines.committed import ROW_KEY, Export, latest

ROWS = 500_000
"""Rows that one commit may hold in memory, give or take a file."""


def load(
    place: Any,
    into: str,
    tables: Sequence[str] | None = None,
    *,
    storage_options: Mapping[str, str] | None = None,
) -> dict[str, int]:
    """Merge the files that are not in yet into one Delta table per table; how many rows came in."""
    delta = need("deltalake", extra="delta")
    export = Export(place)
    options = dict(storage_options or {})
    return {
        table: sum(_commits(delta, export, table, f"{str(into).rstrip('/')}/{table}", options))
        for table in export.tables(tables)
    }


def _commits(
    delta: Any, export: Export, table: str, uri: str, options: dict[str, str]
) -> Iterator[int]:
    there = None
    if delta.DeltaTable.is_deltatable(uri, options):
        there = delta.DeltaTable(uri, storage_options=options)
    for rows, files in _batches(export, _missing(export, table, there)):
        commit = delta.CommitProperties(
            app_transactions=[delta.Transaction(_application(digest), 1) for digest in files]
        )
        if there is None:
            delta.write_deltalake(
                uri, rows, mode="error", storage_options=options, commit_properties=commit
            )
            there = delta.DeltaTable(uri, storage_options=options)
        else:
            _merge(there, rows, commit)
        yield rows.num_rows


def _merge(there: Any, rows: Any, commit: Any) -> None:
    merging = there.merge(
        rows,
        predicate=f"new.{ROW_KEY} = old.{ROW_KEY}",
        source_alias="new",
        target_alias="old",
        commit_properties=commit,
    )
    newer = "new.fetched_at >= old.fetched_at"
    merging.when_matched_update_all(predicate=newer).when_not_matched_insert_all().execute()


def _application(digest: str) -> str:
    return f"midakit-{digest}"


def _missing(export: Export, table: str, there: Any) -> Iterator[tuple[str, str]]:
    for file in export.files(table):
        digest = export.digest(file)
        if there is None or there.transaction_version(_application(digest)) is None:
            yield file, digest


def _batches(export: Export, missing: Iterator[tuple[str, str]]) -> Iterator[tuple[Any, list[str]]]:
    import pyarrow as pa

    found: list[Any] = []
    digests: list[str] = []
    for file, digest in missing:
        found.append(export.read(file))
        digests.append(digest)
        if sum(rows.num_rows for rows in found) >= ROWS:
            yield latest(pa.concat_tables(found)), digests
            found, digests = [], []
    if found:
        yield latest(pa.concat_tables(found)), digests
