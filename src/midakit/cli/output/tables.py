"""Tables: which columns there are, and which of them fit a width (pure)."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from midakit.cli.output.text import NUMBERS, shown

GAP = 2
"""Spaces between columns."""


class Column(NamedTuple):
    """One column: the field it shows, its heading, the kind of value, and what it may suffer."""

    key: str
    title: str
    kind: str = "text"
    drop: int = 0
    """Left out on a narrow terminal, the highest first; 0 stays."""
    cut: int = 0
    """May be shortened to this many; 0 may not."""
    wrap: bool = False
    """Goes on in the next line instead."""

    @property
    def least(self) -> int:
        """The width it can live with; 0: only its own."""
        return 24 if self.wrap else self.cut

    @property
    def right(self) -> bool:
        """Numbers and ids stand on the right."""
        return self.kind in NUMBERS or self.kind == "id"


class Table(NamedTuple):
    """Rows to show, and how."""

    rows: Sequence[Any]
    columns: Sequence[Column]
    title: str | None = None
    empty: str = "nothing"
    whole: "Table | None" = None
    """What it was made of, for programs."""


def value(row: Any, key: str) -> Any:
    """Return a field of a row, dots going inward; rows are models or mappings.

    Args:
        row: A model or a mapping.
        key: The field; dots go inward.
    """
    for part in key.split("."):
        if row is None:
            return None
        row = row.get(part) if isinstance(row, Mapping) else getattr(row, part, None)
    return row


def grid(table: Table) -> list[list[str]]:
    """Every cell as people read it.

    Args:
        table: Its rows, its columns and its title.
    """
    return [
        [shown(value(row, column.key), column.kind) for column in table.columns]
        for row in table.rows
    ]


def fit(columns: Sequence[Column], widths: Sequence[int], width: int | None) -> dict[int, int]:
    """Return column -> width: all of them, or those that fit.

    Args:
        columns: Which fields are shown, and how.
        widths: The columns that each needs.
        width: How many columns of text there are; None is no limit.
    """
    kept = list(range(len(columns)))
    if width is None:
        return {index: widths[index] for index in kept}

    def least(index: int) -> int:
        return min(widths[index], columns[index].least or widths[index])

    while len(kept) > 1 and sum(map(least, kept)) + GAP * (len(kept) - 1) > width:
        kept.remove(max(kept, key=lambda index: (columns[index].drop, index)))
    left = width - sum(map(least, kept)) - GAP * (len(kept) - 1)
    found = {}
    for index in kept:
        more = max(0, min(widths[index] - least(index), left))
        found[index] = least(index) + more
        left -= more
    return found


def record(row: Any, columns: Sequence[Column], title: str | None = None) -> Table:
    """One object as field and value, without what it lacks.

    Args:
        row: A model or a mapping.
        columns: Which fields are shown, and how.
        title: What stands above it.
    """
    rows = [
        {"field": column.title, "value": text}
        for column in columns
        if (text := shown(value(row, column.key), column.kind)) != "-"
    ]
    shape = (Column("field", ""), Column("value", "", wrap=True))
    return Table(rows, shape, title, whole=Table([row], columns))


def lines(*texts: str) -> Table:
    """Return sentences, as wide as the terminal.

    Args:
        texts: The sentences.
    """
    return Table([{"text": text} for text in texts], (Column("text", "", wrap=True),))
