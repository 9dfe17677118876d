"""A dlt source over an export folder, so that dlt's destinations are ours.

    import dlt
    from midakit.engines.dlt import source

    dlt.pipeline("experiments", destination="bigquery").run(source("out"))

It reads files, not the API: what a killed load had read is read again from the disk, not fetched. Each
file is loaded once (the pipeline's state knows which), rows are merged on `row_key`.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from midakit.core.extras import need
from midakit.engines.committed import ROW_KEY, Export


def source(place: Any, tables: Sequence[str] | None = None, *, name: str = "midakit") -> Any:
    """Every table of an export folder (or those named) as a dlt resource, incremental by file."""
    dlt = need("dlt", extra="dlt")
    export = Export(place)

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


def _reader(dlt: Any, export: Export, table: str) -> Callable[[], Iterator[Any]]:
    def read() -> Iterator[Any]:
        loaded: dict[str, str] = dlt.current.resource_state().setdefault("files", {})
        for file in export.files(table):
            digest = export.digest(file)
            if loaded.get(file) == digest:
                continue
            rows = export.read(file)
            if rows.num_rows:
                yield rows
            # kept by dlt together with the rows, or lost with them
            loaded[file] = digest

    return read
