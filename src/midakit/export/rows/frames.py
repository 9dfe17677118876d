"""From any report or listing to Arrow, polars or pandas in one line.

Reports and the listings that exports have become the same columns, with the same types, as the tables
of an export: what differs from answer to answer never changes them. Other listings take their columns
from what was sent.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from midakit.core.extras import need
from midakit.core.models.model import Model
from midakit.errors import ConfigurationError, MissingExtra
from midakit.export.rows.tables import READERS
from midakit.export.schemas import CONTEXT, EXTRA, arrow

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

REPORTS = {"variants": "results", "metrics": "metrics", "timeseries": "timeseries"}
"""The list in a report -> its table."""
LISTED = ("experiments", "goals", "events")
OURS = frozenset({"project", "spec_id", "fetched_at", "list_position"})
"""Columns that only an export can fill."""


def to_arrow(found: Any, listing: str = "") -> "pyarrow.Table":
    """A report, a listing, or models in a list, as a `pyarrow.Table`; `listing` says what a list holds."""
    need("pyarrow", extra="export")
    if isinstance(found, Model):
        return _of_model(found)
    if not isinstance(found, Iterable) or isinstance(found, (str, bytes, Mapping)):
        raise ConfigurationError(f"a table needs a report, a listing or models, not {found!r:.80}")
    rows = [one.to_dict() if isinstance(one, Model) else dict(one) for one in found]
    return _typed(listing, [{listing: rows}], ()) if listing in LISTED else _plain(rows)


def to_polars(found: Any, listing: str = "") -> "polars.DataFrame":
    """The same as a `polars.DataFrame`."""
    frame: polars.DataFrame = _library("polars").from_arrow(to_arrow(found, listing))
    return frame


def to_pandas(found: Any, listing: str = "") -> "pandas.DataFrame":
    """The same as a `pandas.DataFrame`."""
    _library("pandas")
    frame: pandas.DataFrame = to_arrow(found, listing).to_pandas()
    return frame


def _library(name: str) -> Any:
    """Not in the extra: who wants data frames has the library, and each is as large as all of ours."""
    try:
        return import_module(name)
    except ImportError as error:
        raise MissingExtra(f"to_{name} needs {name}; run: pip install {name}", name=name) from error


def _of_model(found: Model) -> Any:
    body = found.to_dict()
    for name, table in REPORTS.items():
        if hasattr(type(found), name) and hasattr(found, "report_goal"):
            totals = {key: value for key, value in body.items() if key != "breakdowns"}
            return _typed(
                table, [totals, body] if body.get("breakdowns") else [totals], _about(body)
            )
    for name, value in body.items():
        if isinstance(value, list) and all(isinstance(one, Mapping) for one in value):
            return _typed(name, [body], ()) if name in LISTED else _plain(value)
    return _plain([body])


def _about(body: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, body.get(name)) for name in ("test_id", "test_name"))


def _typed(
    table: str, bodies: Sequence[Mapping[str, Any]], about: Sequence[tuple[str, Any]]
) -> Any:
    import pyarrow as pa

    shared = dict(about)
    found = [(row, extra) for body in bodies for row, extra in READERS[table](body)]
    left_out = OURS | (set(CONTEXT) - set(shared) if shared else set())
    fields = [field for field in arrow(table) if field.name not in left_out]
    columns = {
        field.name: pa.array(
            [json.dumps(extra) if extra else None for _, extra in found]
            if field.name == EXTRA
            else [row.get(field.name, shared.get(field.name)) for row, _ in found],
            field.type,
        )
        for field in fields
    }
    return pa.table(columns, schema=pa.schema(fields))


def _plain(rows: Sequence[Mapping[str, Any]]) -> Any:
    import pyarrow as pa

    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({name: _column([row.get(name) for row in rows]) for name in names})


def _column(values: list[Any]) -> Any:
    """Numbers, flags or text where all are; else JSON."""
    import pyarrow as pa

    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float} or (len(kinds) == 1 and kinds <= {bool, str}):
        try:
            return pa.array(values, None if kinds else pa.string())
        except (pa.ArrowInvalid, OverflowError):
            pass  # an integer beyond 64 bits
    return pa.array([None if value is None else json.dumps(value) for value in values], pa.string())
