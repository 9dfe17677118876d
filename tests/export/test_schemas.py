"""The columns that exports promise."""

from pathlib import Path

import pytest

from midakit.export.schemas import EXTRA, KEYS, NUMBER, TABLES, arrow, conform

GOLDEN = Path(__file__).parents[1] / "data" / "schemas"


@pytest.mark.parametrize("table", TABLES)
def test_the_columns_are_those_of_the_golden_file(table):
    """None was renamed, moved or given another type; new ones are at the end, before `_extra`."""
    first, *lines = (GOLDEN / f"{table}.txt").read_text(encoding="utf-8").splitlines()
    assert first == f"schema {NUMBER}"
    assert [f"{field.name}: {field.type}" for field in arrow(table)] == lines


@pytest.mark.parametrize("table", TABLES)
def test_every_table_ends_with_what_nobody_knew(table):
    """`_extra` is last, and the keys that rows are merged on are columns."""
    assert arrow(table).names[-1] == EXTRA
    assert set(KEYS[table]) <= set(arrow(table).names)
    assert arrow(table).metadata[b"midakit.schema"] == str(NUMBER).encode()


def test_rows_of_an_earlier_schema_get_the_columns_that_came_later():
    """In their place, with nulls."""
    rows = arrow("experiments").empty_table().drop_columns(["deleted_at"])
    assert conform("experiments", rows).schema == arrow("experiments")
