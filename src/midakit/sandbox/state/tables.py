"""The tables of the visitor-level store, column by column.

    visitors      a row per visitor, by visitor_id
    assignments   a row per (test, visitor, is_serving)
    events        a row per version of an event: a changed event gets a new row, its old one dies

Rows below `kept` are the baseline, what was loaded; those above came since. `rewind` takes a table
back to the baseline. Times are microseconds since 1970, money is in ten-thousandths: whole numbers,
so that a sum does not depend on the order of its parts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from midakit.sandbox.state.columns import MISSING, Array, Column, Numbers, Texts, Words

Cells = Array | tuple[Array, list[str]]
"""What fills a column: numbers, or the numbers of words and the words from number 1."""
UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
NO_TYPE = -1
"""The `event_type` of an event that has none."""


def _kinds(**names_by_kind: str) -> dict[str, str]:
    """Return the kind of each column."""
    return {name: kind for kind, names in names_by_kind.items() for name in names.split()}


VISITORS = _kinds(
    int64="visitor_id created_at",
    text="project_key uuid ext_id email device browser os country region city user_agent "
    "landing_page ref_page source query attributes " + " ".join(UTM),
)
ASSIGNMENTS = _kinds(
    int64="test_id visitor_id entered_at next_at",
    int32="visitor",
    int16="variant",
    bool="is_serving",
)
EVENTS = _kinds(
    int64="event_id visitor_id created_at revenue quantity cogs",
    int32="visitor",
    int16="event_type status",
    text="event_text event_property url event_path session",
)
OPTIONAL = {"next_at": MISSING, "revenue": MISSING, "quantity": MISSING, "cogs": MISSING}
"""What stands for a missing number in the columns that may miss one."""


@dataclass(frozen=True, slots=True)
class TableImage:
    """A table at one moment; nothing that happens to the table changes it."""

    columns: Mapping[str, Array | tuple[Array, Words]]
    kept: int
    kept_words: Mapping[str, int]
    changed: Mapping[tuple[str, int], int]


class ColumnTable:
    """Columns of equal length, with a baseline that later rows are added to.

    Args:
        kinds: The kind of each column: `text`, or a numpy type.
    """

    def __init__(self, kinds: Mapping[str, str]) -> None:
        self._columns: dict[str, Column] = {
            name: Texts() if kind == "text" else Numbers(kind) for name, kind in kinds.items()
        }
        self.kept = 0
        """How many rows are the baseline."""
        self._kept_words: Mapping[str, int] = {}
        self.changed: dict[tuple[str, int], int] = {}
        """The numbers of words in the baseline that `set_text` has replaced, by column and row."""

    def __len__(self) -> int:
        return len(next(iter(self._columns.values())))

    def texts(self, name: str) -> Texts:
        """Return a column of texts.

        Args:
            name: Its name.

        Returns:
            The column.
        """
        column = self._columns[name]
        assert isinstance(column, Texts)
        return column

    def values(self, name: str) -> Array:
        """Return a column of numbers, or the numbers of a column of texts.

        Args:
            name: Its name.

        Returns:
            A view of the column.
        """
        column = self._columns[name]
        return column.numbers.values if isinstance(column, Texts) else column.values

    def row(self, place: int) -> dict[str, Any]:
        """Return one row.

        Args:
            place: Its place.

        Returns:
            Texts and numbers by column name; a missing one is None.
        """
        (found,) = self.rows(np.array([place]))
        return found

    def rows(self, places: Array) -> list[dict[str, Any]]:
        """Return some rows; column by column, which takes a third of the time.

        Args:
            places: Their places.

        Returns:
            Texts and numbers by column name; a missing one is None.
        """
        columns = [
            _cells(column, places, OPTIONAL.get(name)) for name, column in self._columns.items()
        ]
        return [
            dict(zip(self._columns, cells, strict=True)) for cells in zip(*columns, strict=True)
        ]

    def set_text(self, name: str, place: int, text: str) -> None:
        """Change one cell in place; whoever keeps what was computed from it must forget it.

        Args:
            name: A column of texts.
            place: The row.
            text: The new text.
        """
        column = self.texts(name)
        if place < self.kept:
            self.changed.setdefault((name, place), int(column.numbers.values[place]))
        column.set(place, text)

    def extend(self, rows: list[dict[str, Any]]) -> None:
        """Add rows after the baseline.

        Args:
            rows: Cells by column name; one that is left out is missing.
        """
        for name, column in self._columns.items():
            missing = OPTIONAL.get(name)
            cells: list[Any] = [missing if row.get(name) is None else row[name] for row in rows]
            column.extend(cells)

    def replace(self, columns: Mapping[str, Cells]) -> None:
        """Replace the baseline.

        Args:
            columns: Every column by name.
        """
        for name, column in self._columns.items():
            cells = columns[name]
            if isinstance(column, Texts) and isinstance(cells, tuple):
                column.replace(*cells)
            elif isinstance(column, Numbers) and not isinstance(cells, tuple):
                column.replace(cells)
        self.kept = len(self)
        self.changed.clear()
        self._kept_words = {
            name: len(column.words)
            for name, column in self._columns.items()
            if isinstance(column, Texts)
        }

    def baseline(self) -> dict[str, Cells]:
        """Return the columns of the baseline, for `replace`."""
        return {
            name: (
                column.numbers.values[: self.kept],
                column.words.present(self._kept_words.get(name, 1)),
            )
            if isinstance(column, Texts)
            else column.values[: self.kept]
            for name, column in self._columns.items()
        }

    def image(self, *, baseline: bool) -> TableImage:
        """Return the table as it is now; nothing is copied but columns with changes to be undone.

        Args:
            baseline: Leave out what came after the baseline.

        Returns:
            What `restore` takes.
        """
        size = self.kept if baseline else len(self)
        columns = {name: column.share(size) for name, column in self._columns.items()}
        if not baseline:
            return TableImage(columns, self.kept, self._kept_words, dict(self.changed))
        for name in {name for name, _ in self.changed}:
            numbers, words = self.texts(name).share(size)
            columns[name] = numbers.copy(), words
        for (name, place), number in self.changed.items():
            columns[name][0][place] = number
        return TableImage(columns, self.kept, self._kept_words, {})

    def restore(self, image: TableImage) -> None:
        """Go back to an image, of this table or of another one.

        Args:
            image: What `image` returned.
        """
        for name, column in self._columns.items():
            cells = image.columns[name]
            if isinstance(column, Texts) and isinstance(cells, tuple):
                column.replace(*cells)
            elif isinstance(column, Numbers) and not isinstance(cells, tuple):
                column.replace(cells)
        self.kept, self._kept_words = image.kept, image.kept_words
        self.changed = dict(image.changed)

    def rewind(self) -> None:
        """Forget every row that came after the baseline, and every change of it."""
        for (name, place), number in self.changed.items():
            self.texts(name).numbers.set(place, number)
        self.changed.clear()
        for name, column in self._columns.items():
            if isinstance(column, Texts):
                column.cut(self.kept, self._kept_words.get(name, 1))
            else:
                column.cut(self.kept)


def _cells(column: Column, places: Array, missing: int | None) -> list[Any]:
    """Return cells of a column as Python has them."""
    if isinstance(column, Texts):
        texts = column.words.texts
        return [texts[number] for number in column.numbers.values[places].tolist()]
    cells: list[Any] = column.values[places].tolist()
    return cells if missing is None else [None if cell == missing else cell for cell in cells]


def places_of(ids: Array, known: Array) -> Array:
    """Return where ids stand in a sorted column.

    Args:
        ids: The ids to find.
        known: The column, ascending.

    Returns:
        Row numbers; -1 where there is no such id.
    """
    if not len(known):
        return np.full(len(ids), -1, "int32")
    places = np.minimum(np.searchsorted(known, ids), len(known) - 1)
    return np.where(known[places] == ids, places, -1).astype("int32")


def in_order_of(name: str, columns: Mapping[str, Cells]) -> Mapping[str, Cells]:
    """Return columns in the order of one of them.

    Args:
        name: A column of numbers.
        columns: All columns.

    Returns:
        The columns as they are if they are in this order, else sorted ones.
    """
    numbers = columns[name]
    assert not isinstance(numbers, tuple)
    if (numbers[1:] >= numbers[:-1]).all():
        return columns
    order = np.argsort(numbers, kind="stable")
    return {
        column: (cells[0][order], cells[1]) if isinstance(cells, tuple) else cells[order]
        for column, cells in columns.items()
    }
