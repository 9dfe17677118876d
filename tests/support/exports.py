"""What tests of exports ask again and again."""

import asyncio
import json
from collections import Counter
from importlib.util import find_spec

import pyarrow as pa
import pytest

from midakit.export.api import export
from midakit.export.files import open_store
from midakit.export.files.targets import FileTarget, open_target
from midakit.export.files.verify import format_of
from midakit.export.plan.frozen_plan import plan_to_resume
from midakit.export.schemas import conform

FILES = ("parquet", "arrow", "csv", "jsonl")
TABLE_FORMATS = tuple(
    pytest.param(
        name,
        marks=pytest.mark.skipif(
            find_spec(module) is None, reason=f"the extra `{name}` is not installed"
        ),
    )
    for name, module in {"delta": "deltalake", "iceberg": "pyiceberg"}.items()
)
FORMATS = (*FILES, "duckdb", *TABLE_FORMATS)


def run(client, place, **wanted):
    """An export by a client that is made for it, to its end."""

    async def main():
        async with client as mida:
            return await export(mida, place, **wanted)

    return asyncio.run(main())


def table(place, name):
    """A table of an export, whatever its format."""
    store = open_store(place)
    target = open_target(store, format_of(store), read_only=True)
    try:
        if not isinstance(target, FileTarget):
            return conform(name, target.rows(name))
        files = [file for file in target.files() if file.startswith(f"{name}/")]
        return pa.concat_tables([target.read(file) for file in files])
    finally:
        target.close()


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
