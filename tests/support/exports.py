"""What tests of exports ask again and again."""

import asyncio
import json
from collections import Counter
from importlib.util import find_spec

import pyarrow as pa
import pytest

from midakit.export.api import export
from midakit.export.files import open_store
from midakit.export.files.commit_log import CommitLog
from midakit.export.files.targets import FileTarget, open_target
from midakit.export.files.verify import format_of
from midakit.export.plan.frozen_plan import plan_to_resume
from midakit.export.schemas import conform
from support.steps import numbered, of_each_kind, once_of_each_kind

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
KILLED_AT = pytest.mark.parametrize(
    "steps", [of_each_kind, pytest.param(numbered, marks=pytest.mark.soak)], ids=["kinds", "all"]
)
"""Gives a test the function that chooses the steps of a run at which it is killed."""


def killed_at(*forms, most="parquet"):
    """The same for each of these formats, of which one is tried at more steps than the others."""
    plain = [one if hasattr(one, "values") else pytest.param(one) for one in forms]
    few = [of_each_kind if one.values[0] == most else once_of_each_kind for one in plain]
    cases = [
        *(pytest.param(*one.values, steps, marks=one.marks) for one, steps in zip(plain, few, strict=True)),
        *(pytest.param(*one.values, numbered, marks=[*one.marks, pytest.mark.soak]) for one in plain),
    ]  # fmt: skip
    names = [f"{one.values[0]}-{word}" for word in ("kinds", "all") for one in plain]
    return pytest.mark.parametrize(("form", "steps"), cases, ids=names)


def run(client, place, **wanted):
    """An export by a client that is made for it, to its end."""

    async def main():
        async with client as mida:
            return await export(mida, place, **wanted)

    return asyncio.run(main())


def table(place, name):
    """A table of an export, whatever its format."""
    return tables(place, name)[name]


def tables(place, *names):
    """Tables of an export by name, whatever its format."""
    log = CommitLog(open_store(place))
    target = open_target(log.store, format_of(log), log=log, read_only=True)
    try:
        return {name: _read(target, name) for name in names}
    finally:
        target.close()


def _read(target, name):
    if not isinstance(target, FileTarget):
        return conform(name, target.rows(name))
    files = [file for file in target.files() if file.startswith(f"{name}/")]
    return pa.concat_tables([target.read(file) for file in files])


def plan_of(place):
    """The plan of an export folder."""
    return plan_to_resume(CommitLog(open_store(place)))


def rows(place, name):
    """Its rows without the moment they were read, comparable."""
    return all_rows(place, [name])[name]


def all_rows(place, names):
    """The rows of several tables by name, comparable."""
    return {name: _comparable(found) for name, found in tables(place, *names).items()}


def _comparable(found):
    return sorted(
        json.dumps(
            {key: str(value) for key, value in row.items() if key != "fetched_at" and value is not None},
            sort_keys=True,
        )
        for row in found.to_pylist()
    )  # fmt: skip


def committed(place):
    """(table, id) of the plan's calls -> in how many files."""
    log = CommitLog(open_store(place))
    target = open_target(log.store, format_of(log), log=log, read_only=True)
    return Counter(
        (file.table, one) for file in target.log.snapshot.files.values() for one in file.specs
    )
