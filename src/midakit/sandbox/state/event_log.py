"""The events: each change of one is a new row, and the row before it is dead."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np

from midakit.sandbox.state.columns import Array
from midakit.sandbox.state.tables import EVENTS, Cells, ColumnTable, TableImage

_RESETS = count(1)


@dataclass(frozen=True, slots=True)
class EventLogImage:
    """The events at one moment."""

    table: TableImage
    dead: tuple[int, ...]
    later: Mapping[int, int]
    top: int


class EventLog:
    """All versions of all events."""

    def __init__(self) -> None:
        self.table = ColumnTable(EVENTS)
        self.dead: list[int] = []
        """The rows that have a newer version, in the order in which they died."""
        self.resets = 0
        """Another number after each time that later rows were forgotten; no two logs share one."""
        self._later: dict[int, int] = {}
        self._top = 0

    @property
    def next_id(self) -> int:
        """An id that no event has."""
        return self._top + 1

    def find(self, event_id: int) -> int | None:
        """Return the row of an event.

        Args:
            event_id: Its id.

        Returns:
            The row of its latest version, or None.
        """
        if event_id in self._later or not -(2**63) <= event_id < 2**63:
            return self._later.get(event_id)
        loaded = self.table.values("event_id")[: self.table.kept]
        row = int(np.searchsorted(loaded, event_id))
        return row if row < len(loaded) and loaded[row] == event_id else None

    def living(self) -> Array:
        """Return the rows of the latest version of every event, by event id."""
        rows = np.delete(np.arange(len(self.table)), self.dead)
        order = np.argsort(self.table.values("event_id")[rows], kind="stable")
        found: Array = rows[order]
        return found

    def add(self, rows: list[dict[str, Any]]) -> None:
        """Add events, or new versions of events.

        Args:
            rows: Cells by column name.
        """
        for place, row in enumerate(rows, len(self.table)):
            number = row["event_id"]
            if (before := self.find(number)) is not None:
                self.dead.append(before)
            self._later[number] = place
            self._top = max(self._top, number)
        self.table.extend(rows)

    def replace(self, columns: dict[str, Cells]) -> None:
        """Replace the baseline.

        Args:
            columns: Every column by name, by ascending event id.
        """
        self.table.replace(columns)
        self._forget()

    def rewind(self) -> None:
        """Forget every row that came after the baseline."""
        if len(self.table) > self.table.kept:
            self.table.rewind()
        self._forget()

    def image(self, *, baseline: bool) -> EventLogImage:
        """Return the events as they are now, without copying them.

        Args:
            baseline: Leave out what came after the baseline.

        Returns:
            What `restore` takes.
        """
        if baseline:
            ids = self.table.values("event_id")[: self.table.kept]
            top = int(ids[-1]) if len(ids) else 0
            return EventLogImage(self.table.image(baseline=True), (), {}, top)
        table = self.table.image(baseline=False)
        return EventLogImage(table, tuple(self.dead), dict(self._later), self._top)

    def restore(self, image: EventLogImage) -> None:
        """Go back to an image, of this log or of another one.

        Args:
            image: What `image` returned.
        """
        self.table.restore(image.table)
        self.resets = next(_RESETS)
        self.dead, self._later, self._top = list(image.dead), dict(image.later), image.top

    def _forget(self) -> None:
        """Forget what was known of later rows."""
        self.resets = next(_RESETS)
        self.dead, self._later = [], {}
        ids = self.table.values("event_id")
        self._top = int(ids[-1]) if len(ids) else 0
