"""What a data file says about itself."""

import pyarrow as pa
import pytest

from midakit.export.files.contents import FileContents
from midakit.export.files.folders import Folder
from midakit.export.files.formats import by_name


@pytest.mark.parametrize("calls", [1, 5_000, 20_000])
@pytest.mark.parametrize("form", ["parquet", "arrow", "csv", "jsonl"])
def test_a_file_tells_its_calls_however_many_they_are(tmp_path, form, calls):
    """A merged file covers so many that its footer is not read with the first 64 KB."""
    ids = [f"{number:016x}" for number in range(calls)]
    contents = FileContents(frozenset(ids), frozenset(ids[:1]), ("results/old",), rows=3)
    store, format = Folder(tmp_path), by_name(form)
    format.write(store, "results/one", pa.table({"visitors": [1, 2, 3]}), contents)
    assert format.read_contents(store, "results/one") == contents
