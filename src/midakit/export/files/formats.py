"""The file formats by name."""

from typing import get_args

from midakit.errors import ConfigurationError
from midakit.export.files.columnar import ARROW, PARQUET
from midakit.export.files.contents import Format
from midakit.export.files.text_files import CSV, CSV_VERBATIM, JSON_LINES
from midakit.mida.options import FileFormat

FORMATS = {"parquet": PARQUET, "arrow": ARROW, "csv": CSV, "jsonl": JSON_LINES,
           "csv-verbatim": CSV_VERBATIM}  # fmt: skip
"""Name -> format; DuckDB and table formats are not among them, because they write no file of ours."""
TABLE_FORMATS = ("delta", "iceberg")
"""Formats of whole tables, which their own libraries read and write."""
NAMES: tuple[FileFormat, ...] = get_args(FileFormat)


def by_name(name: str) -> Format:
    """Return the format that a user names.

    Args:
        name: One of `FORMATS`.

    Raises:
        ConfigurationError: There is no such format.
    """
    if name not in FORMATS:
        raise ConfigurationError(f"format: {name!r} is not one of: {', '.join(NAMES)}")
    return FORMATS[name]
