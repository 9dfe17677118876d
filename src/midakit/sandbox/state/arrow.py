"""The optional dependencies, and rows on their way into DuckDB as one Arrow batch."""

from collections.abc import Mapping
from typing import Any

from midakit.sandbox.state.timestamps import naive_utc


def import_extra(module: str) -> Any:
    """Import an optional dependency of the sandbox or say how to get it."""
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError as missing:
        raise ImportError(
            f"the sandbox needs {module}: pip install 'midakit[sandbox]'"
        ) from missing


def arrow_table(rows: list[dict[str, Any]], kinds: Mapping[str, str]) -> Any:
    """The rows as an Arrow table; `kinds` names the columns and their SQL types."""
    pa = import_extra("pyarrow")
    types = {
        "BIGINT": pa.int64(),
        "SMALLINT": pa.int16(),
        "TINYINT": pa.int8(),
        "BOOLEAN": pa.bool_(),
        "VARCHAR": pa.string(),
        "TIMESTAMP": pa.timestamp("us"),
    }

    def cell(row: dict[str, Any], name: str) -> Any:
        value = row.get(name)
        return naive_utc(value) if kinds[name] == "TIMESTAMP" and value is not None else value

    return pa.table(
        {name: pa.array([cell(row, name) for row in rows], types[kinds[name]]) for name in kinds}
    )
