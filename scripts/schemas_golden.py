"""Writes tests/data/schemas/: the columns of every exported table, to be held against the code.

A column that changes its name, place or type breaks whoever reads yesterday's files: run this only
after columns were appended and `schemas.NUMBER` has grown.
"""

from pathlib import Path

from midakit.export.schemas import NUMBER, TABLES, arrow

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "data" / "schemas"


def golden(table: str) -> str:
    """One table, a column a line."""
    columns = [f"{field.name}: {field.type}" for field in arrow(table)]
    return "\n".join([f"schema {NUMBER}", *columns, ""])


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in TABLES:
        (FOLDER / f"{name}.txt").write_text(golden(name), encoding="utf-8")
