"""An export folder as warehouses see it: one key per row, and the newest of what has the same key."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit import ConfigurationError, InvalidRequest
from midakit.engines.committed import CommittedExport, latest, row_key
from midakit.export.schemas import KEYS, TABLES, arrow
from support.engines import exported

TEXTS = st.none() | st.text(alphabet="ab|\\N", max_size=4)


@given(rows=st.lists(st.tuples(TEXTS, TEXTS, st.none() | st.integers(0, 3)), max_size=12))
def test_rows_have_one_key_when_and_only_when_their_natural_keys_are_equal(rows):
    """Nulls, separators and escapes in values included; no key is null."""
    made = [{"segment": a, "goal_key": b, "test_id": c} for a, b, c in rows]
    keys = row_key("results", pa.Table.from_pylist(made, schema=arrow("results"))).to_pylist()
    assert all(isinstance(key, str) for key in keys)
    for one, key in zip(rows, keys, strict=True):
        for other, another in zip(rows, keys, strict=True):
            assert (key == another) == (one == other)


@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_a_key(table):
    """Each part of it is a column."""
    rows = pa.Table.from_pylist([{}], schema=arrow(table))
    assert row_key(table, rows).to_pylist() == ["|".join(["\\N"] * len(KEYS[table]))]


@given(rows=st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5)), max_size=15))
def test_the_latest_row_of_a_key_stays(rows):
    """One row per key, the one fetched last."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    made = [{"row_key": key, "fetched_at": start + timedelta(days=day)} for key, day in rows]
    schema = pa.schema([("row_key", pa.string()), ("fetched_at", pa.timestamp("us", tz="UTC"))])
    found = latest(pa.Table.from_pylist(made, schema=schema)).to_pylist()
    expected = {}
    for row in made:
        expected[row["row_key"]] = max(row["fetched_at"], expected.get(row["row_key"], start))
    assert {row["row_key"]: row["fetched_at"] for row in found} == expected
    assert len(found) == len(expected)


def test_a_folder_that_is_no_export_is_refused(tmp_path, sandbox):
    """In words: nothing there, a table that is not there, a DuckDB file."""
    with pytest.raises(ConfigurationError, match="is not an export"):
        CommittedExport(tmp_path)
    exported(sandbox, tmp_path / "out", kinds=("goals",))
    with pytest.raises(ConfigurationError, match="has no table 'results'; it has: goals"):
        CommittedExport(tmp_path / "out").tables(["results"])
    with pytest.raises(InvalidRequest, match="tables: must be a list of tables; there are: goals"):
        CommittedExport(tmp_path / "out").tables("goals")
    exported(sandbox, tmp_path / "db", kinds=("goals",), format="duckdb")
    with pytest.raises(ConfigurationError, match="needs no loading"):
        CommittedExport(tmp_path / "db")
