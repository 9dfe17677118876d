"""A dlt source over an export folder, so that dlt's destinations are ours.

    import dlt
    from midakit.engines.dlt import source

    dlt.pipeline("experiments", destination="bigquery").run(source("out"))

It reads files, not the API: what a killed load had read is read again from the disk, not fetched. The
rows of a call are loaded once, in whatever file they are, and merged on `row_key`; the pipeline's state
knows which.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from importlib import import_module
from typing import Any

from midakit.core.extras import need
from midakit.engines.committed import ROW_KEY, Export
from midakit.engines.remaining import loaded, still_left


def source(place: Any, tables: Sequence[str] | None = None, *, name: str = "midakit") -> Any:
    """Every table of an export folder (or those named) as a dlt resource, incremental by call."""
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
        left: dict[str, list[str]] = dlt.current.resource_state().setdefault("left", {})
        plans = export.plans()
        before = loaded(plans, left)
        now = set(before)
        for file in export.files(table):
            covers = export.covers(file)
            if covers <= before:
                continue
            rows = _of_others(export.read(file), before)
            if rows.num_rows:
                yield rows
            now |= covers
        # kept by dlt together with the rows, or lost with them
        left.update(still_left(plans, table, now))

    return read


def _of_others(rows: Any, loaded: Collection[str]) -> Any:
    import pyarrow as pa

    pc: Any = import_module("pyarrow.compute")

    known = pa.array(sorted(loaded), pa.string())
    return rows.filter(pc.invert(pc.is_in(rows["spec_id"], known)))
