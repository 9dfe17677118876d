"""Any report or listing as a table, in one line."""

import asyncio
import sys

import pyarrow as pa
import pytest

from midakit import AsyncMida, ConfigurationError, Mida, MissingExtra
from midakit.export import to_arrow
from midakit.export.schemas import arrow
from midakit.mida.models import Result, Timeseries


@pytest.fixture
def mida(mida_sandbox):
    with Mida(
        mida_sandbox.api_key, project_key=mida_sandbox.project_key, base_url=mida_sandbox.base_url
    ) as client:
        yield client


def test_a_report_is_a_table_with_the_types_of_an_export(mida):
    """Days are days and counts are whole numbers, whatever this answer holds; nothing is lost."""
    report = mida.experiments.timeseries(1001)
    table = report.to_arrow()
    assert table.num_rows == len(report.timeseries)
    schema = arrow("timeseries")
    assert all(field.type == schema.field(field.name).type for field in table.schema)
    assert table["visitors"].to_pylist() == [row.visitors for row in report.timeseries]
    assert set(table["test_id"].to_pylist()) == {1001}
    assert table.schema.field("date").type == pa.date32()
    assert "spec_id" not in table.column_names


def test_a_breakdown_has_its_totals_and_its_parts(mida):
    """As in an export: the totals are the rows whose breakdown value is null."""
    report = mida.experiments.result(1001, breakdown_by="country")
    rows = report.to_arrow().to_pylist()
    totals = [row for row in rows if row["breakdown_value"] is None]
    assert [row["visitors"] for row in totals] == [one.visitors for one in report.variants]
    assert len({row["breakdown_value"] for row in rows}) > 2


def test_every_report_and_listing_becomes_a_table(mida):
    """Also those that exports do not have."""
    assert mida.experiments.metrics(1001).to_arrow().column_names[:2] == ["test_id", "test_name"]
    experiments = mida.experiments.list().to_arrow()
    assert experiments.schema.field("created_at").type == pa.timestamp("ms", tz="UTC")
    assert experiments.num_rows == len(mida.experiments.list().collect())
    assert mida.goals.list().to_arrow().num_rows > 0
    assert mida.events.list(max_items=5).to_arrow().num_rows <= 5
    assert mida.projects.list().to_arrow().num_rows > 0
    assert mida.account.members().to_arrow().num_rows > 0
    assert mida.comments.list(1001).to_arrow() is not None
    assert to_arrow(mida.goals.list().collect(), "goals") == mida.goals.list().to_arrow()


def test_pandas_and_polars_hold_the_same(mida):
    """One call each; times keep their zone."""
    report = mida.experiments.timeseries(1001)
    pandas, polars = report.to_pandas(), report.to_polars()
    assert len(pandas) == polars.height == report.to_arrow().num_rows
    assert list(pandas.columns) == polars.columns
    assert str(pandas["created_at"].dt.tz) == "UTC"
    assert mida.experiments.list().to_pandas().shape == mida.experiments.list().to_polars().shape


def test_the_async_twin_awaits_its_listing(mida_sandbox):
    """`await mida.experiments.list().to_pandas()`."""

    async def main():
        async with AsyncMida(
            mida_sandbox.api_key,
            project_key=mida_sandbox.project_key,
            base_url=mida_sandbox.base_url,
        ) as mida:
            return await mida.experiments.list().to_pandas()

    assert asyncio.run(main())["test_id"].is_unique


def test_odd_values_neither_break_nor_vanish():
    """Unknown fields and values that fit no column are JSON in `_extra`; plain lists mix as JSON."""
    result = Result(test_id=1)
    assert result.to_arrow().num_rows == 0
    from midakit.core.models.decode import loads

    odd = loads(
        Timeseries, b'{"test_id": 1, "timeseries": [{"visitors": "many", "new": {"a": 1}}]}'
    )
    [row] = odd.to_arrow().to_pylist()
    assert row["visitors"] is None
    assert row["_extra"] == '{"visitors": "many", "new": {"a": 1}}'
    mixed = to_arrow([{"a": 1, "b": [1]}, {"a": "x"}, {"a": 2**70}])
    assert mixed["a"].to_pylist() == ["1", '"x"', str(2**70)]
    assert mixed["b"].to_pylist() == ["[1]", None, None]
    assert to_arrow([]).num_rows == 0


def test_what_is_no_table_is_refused():
    """In words."""
    with pytest.raises(ConfigurationError, match="needs a report, a listing or models"):
        to_arrow(3)


@pytest.mark.parametrize(
    ("name", "verb", "command"),
    [
        ("pyarrow", "to_arrow", r"pip install 'midakit\[export\]'"),
        ("polars", "to_polars", "pip install polars"),
        ("pandas", "to_pandas", "pip install pandas"),
    ],
)
def test_a_missing_library_is_named_with_the_command_that_brings_it(
    monkeypatch, name, verb, command
):
    """As MissingExtra, when it is first used."""
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtra, match=command):
        getattr(Result(test_id=1), verb)()
