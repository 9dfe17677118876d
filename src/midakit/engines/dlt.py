"""A dlt source over an export folder, so that its rows can go to every destination of dlt.

    import dlt
    from midakit.engines.dlt import source

    dlt.pipeline("experiments", destination="bigquery").run(source("out"))

It reads files, not the API: what a killed load had read is read again from the disk, not fetched. The
rows of a call are loaded once, in whatever file they stand, and merged on `row_key`; the pipeline's
state keeps which calls are left.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from importlib import import_module
from os import PathLike
from typing import Any

from midakit.core.extras import need
from midakit.engines.committed import ROW_KEY, CommittedExport
from midakit.engines.remaining import loaded_ids, remaining_ids
from midakit.export.files.stores import Store


def source(
    place: "str | PathLike[str] | Store",
    tables: Sequence[str] | None = None,
    *,
    name: str = "midakit",
) -> Any:
    """Return a dlt source with a resource for each table, which loads every call once.

    Args:
        place: The folder or URL of the export.
        tables: Only these tables; when left out, all that the export has.
        name: What dlt calls the source, in its state and in its schema.

    Raises:
        ConfigurationError: There is no export, or it has no such table.
        InvalidRequest: `tables` is no list.
        MissingExtra: dlt is not installed (extra `dlt`).

    Example:
        import dlt

        pipeline = dlt.pipeline("mida", destination="duckdb", pipelines_dir="dlt")
        print(pipeline.run(midakit_dlt.source("out", tables=["results"])))
    """
    dlt = need("dlt", extra="dlt")
    export = CommittedExport(place)

    def resources() -> list[Any]:
        return [
            dlt.resource(
                _reader(dlt, export, table),
                name=table,
                primary_key=ROW_KEY,
                write_disposition="merge",
                columns={"fetched_at": {"dedup_sort": "desc"}},
            )
            for table in export.tables(tables)
        ]

    return dlt.source(resources, name=name)()


def _reader(dlt: Any, export: CommittedExport, table: str) -> Callable[[], Iterator[Any]]:
    def read() -> Iterator[Any]:
        left: dict[str, list[str]] = dlt.current.resource_state().setdefault("left", {})
        plans = export.plans()
        before = loaded_ids(plans, left)
        now = set(before)
        for file in export.files(table):
            specs = export.specs(file)
            if specs <= before:
                continue
            rows = _of_others(export.read(file), before)
            if rows.num_rows:
                yield rows
            now |= specs
        # kept by dlt together with the rows, or lost with them
        left.update(remaining_ids(plans, table, now))

    return read


def _of_others(rows: Any, loaded: Collection[str]) -> Any:
    import pyarrow as pa

    pc: Any = import_module("pyarrow.compute")

    known = pa.array(sorted(loaded), pa.string())
    return rows.filter(pc.invert(pc.is_in(rows["spec_id"], known)))
