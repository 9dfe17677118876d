"""CSV that a spreadsheet may open, and that can be read back."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit.export.files.contents import FileContents
from midakit.export.files.folders import Folder
from midakit.export.files.text_files import CSV, CSV_VERBATIM
from midakit.export.schemas import arrow

CELLS = st.text("'=+-@\t ab,\"", max_size=4) | st.none()
NAME = "goals/one.csv"


def written(folder, format, values):
    rows = pa.Table.from_pylist(
        [{"project": "p", "goal_name": value} for value in values], arrow("goals")
    )
    Folder(folder).put(
        NAME, format.encode(rows, FileContents(frozenset(), frozenset())), replace=True
    )
    return rows


@given(values=st.lists(CELLS, min_size=1, max_size=5), format=st.sampled_from([CSV, CSV_VERBATIM]))
def test_what_was_written_is_read_back(tmp_path_factory, values, format):
    """Apostrophes that were sent stay; those that were put before are taken off."""
    folder = tmp_path_factory.mktemp("csv")
    rows = written(folder, format, values)
    assert format.rows(Folder(folder), NAME, "goals").to_pylist() == rows.to_pylist()


@pytest.mark.parametrize("sign", list("=+-@\t"))
def test_no_spreadsheet_runs_a_cell_unless_it_is_asked_for(tmp_path, sign):
    """A name that a visitor of a dashboard chose is data, not a formula."""
    written(tmp_path, CSV, [f"{sign}cmd"])
    assert f'"\'{sign}cmd"'.encode() in (tmp_path / NAME).read_bytes()
    written(tmp_path, CSV_VERBATIM, [f"{sign}cmd"])
    assert f'"{sign}cmd"'.encode() in (tmp_path / NAME).read_bytes()


@pytest.mark.parametrize("format", [CSV, CSV_VERBATIM])
@pytest.mark.parametrize(
    "value", ["x" * 2_100_000, '{\n "a": "b, c"\n}\n' * 30_000], ids=["long", "of many lines"]
)
def test_a_cell_larger_than_a_block_of_the_reader_is_read_back(tmp_path, format, value):
    """As an answer that `keep_raw` has kept: Arrow reads a file in blocks of a megabyte."""
    rows = written(tmp_path, format, [value, value, "a\nb"])
    assert format.rows(Folder(tmp_path), NAME, "goals").to_pylist() == rows.to_pylist()
