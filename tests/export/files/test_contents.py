"""What a data file says about itself."""

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from midakit.export.files.contents import FileContents
from midakit.export.files.folders import Folder
from midakit.export.files.formats import FORMATS, by_name
from midakit.export.schemas import arrow


@pytest.mark.parametrize("calls", [1, 5_000, 20_000])
@pytest.mark.parametrize("form", ["parquet", "arrow", "csv", "jsonl"])
def test_a_file_tells_its_calls_however_many_they_are(tmp_path, form, calls):
    """A merged file covers so many that its footer is not read with the first 64 KB."""
    ids = [f"{number:016x}" for number in range(calls)]
    contents = FileContents(frozenset(ids), frozenset(ids[:1]), ("results/old",), rows=3)
    store, format = Folder(tmp_path), by_name(form)
    file = format.encoded(pa.table({"visitors": [1, 2, 3]}), contents)
    name = format.write(store, "results/one", file)
    assert format.read_contents(store, name) == contents


@pytest.mark.parametrize("format", FORMATS.values(), ids=FORMATS)
def test_two_files_without_rows_are_two_files(tmp_path, format):
    """Calls without rows differ by their ids alone; the same call again is the same file."""
    rows, store = arrow("results").empty_table(), Folder(tmp_path)

    def name(one):
        ids = frozenset([one * 16])
        return format.write(
            store, "results/part-00001", format.encoded(rows, FileContents(ids, ids))
        )

    assert name("1") != name("2")
    assert name("1") == name("1")


def test_columns_with_values_are_compressed(tmp_path):
    """Those without are not: they would only grow."""
    rows = pa.Table.from_pylist([{"test_id": 1, "projects": ["p"]}], arrow("experiments"))
    file = FORMATS["parquet"].encoded(rows, FileContents(frozenset(), frozenset()))
    group = pq.ParquetFile(pa.BufferReader(file.data)).metadata.row_group(0)
    columns = [group.column(number) for number in range(group.num_columns)]
    packed = {one.path_in_schema for one in columns if one.compression == "ZSTD"}
    assert packed == {"test_id", "projects.list.element"}
    assert {one.compression for one in columns} == {"ZSTD", "UNCOMPRESSED"}


def test_readers_can_skip_rows_by_experiment_project_and_day(tmp_path):
    """Bounds of texts in no order exclude nothing, so they are not written."""
    rows = pa.Table.from_pylist(
        [{"project": "p", "test_id": number, "spec_id": "a", "window_end": date(2026, 1, number)} for number in (1, 3)],
        arrow("results"),
    )  # fmt: skip
    name = FORMATS["parquet"].write(
        Folder(tmp_path), "results/part", FORMATS["parquet"].encoded(rows, FileContents(frozenset(), frozenset()))
    )  # fmt: skip
    group = pq.ParquetFile(tmp_path / name).metadata.row_group(0)
    columns = [group.column(number) for number in range(group.num_columns)]
    found = {one.path_in_schema: (one.statistics.min, one.statistics.max) for one in columns
             if one.statistics is not None and one.statistics.has_min_max}  # fmt: skip
    assert found == {
        "project": ("p", "p"), "test_id": (1, 3), "window_end": (date(2026, 1, 1), date(2026, 1, 3)),
    }  # fmt: skip
