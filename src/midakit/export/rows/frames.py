"""Reports and listings as Arrow, polars or pandas tables.

A report, and a listing that exports have too, has the columns and types of the export's table: what
differs from answer to answer never changes them. Other listings take their columns from what was sent.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from midakit.core.extras import need
from midakit.core.models.model import Model
from midakit.errors import ConfigurationError, MissingExtra
from midakit.export.rows.chunks import batches
from midakit.export.rows.tolerant_rows import READERS, reported_goal, to_chunk
from midakit.export.schemas import CONTEXT

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

REPORTS = {"variants": "results", "metrics": "metrics", "timeseries": "timeseries"}
"""The list in a report -> its table."""
LISTED = ("experiments", "goals", "events")
OURS = frozenset({"project", "spec_id", "fetched_at", "list_position", "projects"})
"""Columns that only an export can fill."""


def to_arrow(found: Any, listing: str = "") -> "pyarrow.Table":
    """Return a report, a listing, or models in a list as a `pyarrow.Table`.

    Args:
        found: A report such as `Result`, a listing, or an iterable of models or mappings.
        listing: What an iterable holds: `experiments`, `goals` or `events` for the columns of the
            export's table; anything else takes the columns from what was sent.

    Raises:
        ConfigurationError: It cannot be a table.
        MissingExtra: pyarrow is not installed (extra `export`).

    Example:
        result = await mida.experiments.result(1001)
        table = export.to_arrow(result)
        print(table.schema.names)
    """
    need("pyarrow", extra="export")
    if isinstance(found, Model):
        return _of_model(found)
    if not isinstance(found, Iterable) or isinstance(found, (str, bytes, Mapping)):
        raise ConfigurationError(f"a table needs a report, a listing or models, not {found!r:.80}")
    rows = [one.to_dict() if isinstance(one, Model) else dict(one) for one in found]
    return _typed(listing, [{listing: rows}], {}) if listing in LISTED else _plain(rows)


def to_polars(found: Any, listing: str = "") -> "polars.DataFrame":
    """Return what `to_arrow` returns as a `polars.DataFrame`.

    Args:
        found: As for `to_arrow`.
        listing: As for `to_arrow`.

    Raises:
        MissingExtra: polars or pyarrow is not installed.

    Example:
        result = await mida.experiments.result(1001, breakdown_by="device")
        print(export.to_polars(result))
    """
    frame: polars.DataFrame = _library("polars").from_arrow(to_arrow(found, listing))
    return frame


def to_pandas(found: Any, listing: str = "") -> "pandas.DataFrame":
    """Return what `to_arrow` returns as a `pandas.DataFrame`.

    Args:
        found: As for `to_arrow`.
        listing: As for `to_arrow`.

    Raises:
        MissingExtra: pandas or pyarrow is not installed.

    Example:
        goals = await mida.goals.list().collect()
        print(export.to_pandas(goals))
    """
    _library("pandas")
    frame: pandas.DataFrame = to_arrow(found, listing).to_pandas()
    return frame


def _library(name: str) -> Any:
    """Import a library that no extra brings: who wants data frames has it, and each is large."""
    try:
        return import_module(name)
    except ImportError as error:
        more = "" if find_spec("pyarrow") else "'midakit[export]' "
        said = f"to_{name} needs {name}; run: pip install {more}{name}"
        raise MissingExtra(said, name=name) from error


def _of_model(found: Model) -> Any:
    body = found.to_dict()
    for name, table in REPORTS.items():
        if hasattr(type(found), name) and hasattr(found, "report_goal"):
            about = {name: body.get(name) for name in ("test_id", "test_name")}
            about |= reported_goal(table, body, {})
            totals = {key: value for key, value in body.items() if key != "breakdowns"}
            return _typed(table, [totals, body] if body.get("breakdowns") else [totals], about)
    for name, value in body.items():
        if isinstance(value, list) and all(isinstance(one, Mapping) for one in value):
            return _typed(name, [body], {}) if name in LISTED else _plain(value)
    return _plain([body])


def _typed(table: str, bodies: Sequence[Mapping[str, Any]], about: Mapping[str, Any]) -> Any:
    """Return the rows of answers as a table with the columns of an export."""
    import pyarrow as pa

    rows = [row for body in bodies for row in READERS[table](body)]
    [(batch, _)] = batches([to_chunk(table, rows, about, {})])
    left_out = OURS | (set(CONTEXT) - set(about) if about else set())
    names = [name for name in batch.schema.names if name not in left_out]
    return pa.Table.from_batches([batch]).select(names).replace_schema_metadata()


def _plain(rows: Sequence[Mapping[str, Any]]) -> Any:
    import pyarrow as pa

    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({name: _column([row.get(name) for row in rows]) for name in names})


def _column(values: list[Any]) -> Any:
    """Return an array of numbers, flags or text where all values are of one kind, else of JSON."""
    import pyarrow as pa

    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float} or (len(kinds) == 1 and kinds <= {bool, str}):
        try:
            return pa.array(values, None if kinds else pa.string())
        except (pa.ArrowInvalid, OverflowError):
            pass  # an integer beyond 64 bits
    return pa.array([None if value is None else json.dumps(value) for value in values], pa.string())
