"""What tests of exports ask again and again."""

import asyncio
import json
from collections import Counter

import pyarrow as pa

from midakit.export.api import export
from midakit.export.files import open_store
from midakit.export.files.targets import open_target
from midakit.export.files.verify import format_of
from midakit.export.plan.frozen_plan import plan_to_resume

FORMATS = ("parquet", "arrow", "csv", "jsonl", "duckdb")


def run(client, place, **wanted):
    """An export by a client that is made for it, to its end."""

    async def main():
        async with client as mida:
            return await export(mida, place, **wanted)

    return asyncio.run(main())


def table(place, name):
    """A table of an export, whatever its format."""
    store = open_store(place)
    form = format_of(store)
    if form == "duckdb":
        import duckdb

        with duckdb.connect(f"{place}/export.duckdb", read_only=True) as db:
            return db.sql(f"select * from {name}").to_arrow_table()
    target = open_target(store, form, read_only=True)
    files = [file for file in target.files() if file.startswith(f"{name}/")]
    return pa.concat_tables([target.read(file) for file in files])


def plan_of(place):
    """The plan of an export folder."""
    return plan_to_resume(open_store(place))


def rows(place, name):
    """Its rows without the moment they were read, comparable."""
    return sorted(
        json.dumps(
            {key: str(value) for key, value in row.items() if key != "fetched_at" and value is not None},
            sort_keys=True,
        )
        for row in table(place, name).to_pylist()
    )  # fmt: skip


def committed(place):
    """(table, id) of the plan's calls -> in how many files."""
    store = open_store(place)
    target = open_target(store, format_of(store), read_only=True)
    return Counter(
        (file.table, one) for file in target.log.snapshot.files.values() for one in file.specs
    )
