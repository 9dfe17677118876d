"""The optional dependencies, and rows on their way into DuckDB as one Arrow table."""

import importlib
from collections.abc import Mapping
from typing import Any

from midakit.sandbox.state.timestamps import naive_utc


def import_extra(module: str) -> Any:
    """Import an optional dependency of the sandbox.

    Args:
        module: The import name, such as `duckdb`.

    Returns:
        The module; untyped, because it may be missing.

    Raises:
        ImportError: It is not installed; the message says which extra has it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as missing:
        raise ImportError(
            f"the sandbox needs {module}: pip install 'midakit[sandbox]'"
        ) from missing


def arrow_table(rows: list[dict[str, Any]], columns: Mapping[str, str]) -> Any:
    """Put rows into one Arrow table.

    Args:
        rows: Cells by column name; one that is left out becomes null.
        columns: The columns to take, with their SQL types.

    Returns:
        A `pyarrow.Table`, which DuckDB reads without copying.
    """
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
        return naive_utc(value) if columns[name] == "TIMESTAMP" and value is not None else value

    return pa.table(
        {name: pa.array([cell(row, name) for row in rows], types[kind])
         for name, kind in columns.items()}
    )  # fmt: skip
