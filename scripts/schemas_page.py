"""Writes docs/reference/schemas.md: the tables of an export, from the code that writes them."""

import sys
from pathlib import Path

from midakit.export.schemas import KEYS, NUMBER, TABLES, columns

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "schemas.md"
HEAD = f"""# Exported tables

Generated from the code. This is version {NUMBER} of the schema. New columns are added at the end, with a new version. The
version is in the metadata of each Parquet and Arrow file, as `midakit.schema`.

Times are in UTC. Every table ends with `_extra`: JSON of the fields that the server sent and that have no column.
"""
TYPES = {
    "string": "text",
    "list_string": "list of texts; in CSV one text with commas",
    "int64": "integer, 64 bits",
    "int32": "integer, 32 bits",
    "int16": "integer, 16 bits",
    "float64": "number",
    "bool": "true or false",
    "date32": "day",
    "timestamp_ms": "time, milliseconds",
    "timestamp_us": "time, microseconds",
}


def page() -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *(section(table) for table in TABLES)])


def section(table: str) -> str:
    """One table."""
    keys = ", ".join(f"`{name}`" for name in KEYS[table])
    rows = [f"| `{name}` | {TYPES[kind]} |" for name, kind in columns(table).items()]
    return "\n".join(
        [
            f"## {table}",
            "",
            f"Natural key of a row: {keys}.",
            "",
            "| Column | Type |",
            "|---|---|",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if PAGE.read_text() == page() else f"{PAGE} is not what the schemas say")
    PAGE.write_text(page())
