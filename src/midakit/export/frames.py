"""From any report or listing to Arrow, polars or pandas in one line."""

from collections.abc import Iterable
from typing import Any

from midakit.core.extras import need


def to_arrow(found: Any) -> Any:
    """A report's rows (or any models) as a `pyarrow.Table`."""
    pa = need("pyarrow", extra="export")
    return pa.Table.from_pylist(_rows(found))


def to_polars(found: Any) -> Any:
    """The same as a `polars.DataFrame`."""
    return need("polars", extra="export").from_arrow(to_arrow(found))


def to_pandas(found: Any) -> Any:
    """The same as a `pandas.DataFrame`."""
    need("pandas", extra="export")
    return to_arrow(found).to_pandas()


def _rows(found: Any) -> list[dict[str, Any]]:
    for name in ("timeseries", "metrics", "variants"):
        rows = getattr(found, name, None)
        if rows is not None:
            return [{"test_id": found.test_id, **_flat(row)} for row in rows]
    if isinstance(found, Iterable):
        return [_flat(row) for row in found]
    return [_flat(found)]


def _flat(row: Any) -> dict[str, Any]:
    import attrs

    values = {field.name: getattr(row, field.name) for field in attrs.fields(type(row))}
    return {**values, **row.extra} if row.extra else values
