"""The tables of visitors, assignments and events, and what reports keep of them.

Everything is in memory, column by column, behind one lock. Who computes a report holds the lock, so it
sees whole batches or nothing of them; a report takes milliseconds.
"""

import threading
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

import numpy as np

from midakit.sandbox.state.columns import Array
from midakit.sandbox.state.event_log import EventLog
from midakit.sandbox.state.event_sets import EventSet, Matches
from midakit.sandbox.state.memo import Memo
from midakit.sandbox.state.money import worth
from midakit.sandbox.state.stored_event import (
    StoredEvent,
    Visitor,
    event_from_row,
)
from midakit.sandbox.state.tables import (
    ASSIGNMENTS,
    VISITORS,
    ColumnTable,
    places_of,
)
from midakit.sandbox.state.timestamps import microseconds, naive_utc
from midakit.sandbox.state.visits_file import Rates

_SETS, _COLUMNS, _COUNTS = 512, 128, 1024


class VisitTables:
    """The tables, and what was worked out from them."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        """Held by whoever reads or writes the tables; forks have the lock of what they come from."""
        self._origin = object()
        self.visitors, self.assignments = ColumnTable(VISITORS), ColumnTable(ASSIGNMENTS)
        self.events = EventLog()
        self.memo: Memo[Any] = Memo(_COLUMNS)
        """Columns that reports have worked out from the tables."""
        self.counts: Memo[Any] = Memo(_COUNTS)
        """What reports have counted."""
        self._sets: Memo[EventSet] = Memo(_SETS)
        self._rates: Rates = {}
        self._found: dict[tuple[str | None, str, str], Visitor] = {}
        self._entries: dict[tuple[int, int, bool], int | None] = {}
        self._event_keys: set[tuple[str, str]] = set()

    def event_set(self, key: Hashable, matches: Matches) -> EventSet:
        """Return the events that meet a condition.

        Args:
            key: What the condition is known by.
            matches: The condition.

        Returns:
            The set, which keeps itself up.
        """
        return self._sets.get_or_build(key, None, lambda: EventSet(self.events, matches))

    def assignments_of(self, test_id: int) -> Array:
        """Return the rows of an experiment's assignments.

        Args:
            test_id: The experiment.

        Returns:
            Row numbers, ascending.
        """
        ids, kept = self.assignments.values("test_id"), self.assignments.kept
        first, end = np.searchsorted(ids[:kept], (test_id, test_id + 1))
        later = np.flatnonzero(ids[kept:] == test_id) + kept
        return np.concatenate((np.arange(first, end), later))

    @contextmanager
    def reading(self) -> Iterator[Self]:
        """Hold the lock, so that what is read belongs together."""
        with self.lock:
            yield self

    def _start_tables(self) -> None:
        """Start from empty tables, and forget what was worked out from the old ones."""
        self._origin = object()
        self.visitors, self.assignments = ColumnTable(VISITORS), ColumnTable(ASSIGNMENTS)
        self.events = EventLog()
        self._sets.clear()
        self.memo.clear()
        self.counts.clear()
        self._forget()

    def _forget(self) -> None:
        """Forget what was looked up in the tables before they changed."""
        self._found.clear()
        self._entries.clear()
        self._event_keys.clear()

    def _event(self, event_id: int) -> StoredEvent | None:
        """Return one event, deleted or not."""
        row = self.events.find(event_id)
        return None if row is None else self._events_at(np.array([row]))[0]

    def _events_at(self, rows: Array) -> list[StoredEvent]:
        """Return the events of some rows."""
        return [
            event_from_row(cells, self._project_of(cells)) for cells in self.events.table.rows(rows)
        ]

    def _project_of(self, cells: Mapping[str, Any]) -> str:
        """Return the project of an event's visitor; empty when the visitor is unknown."""
        visitor = cells["visitor"]
        project = None if visitor < 0 else self.visitors.texts("project_key").text(visitor)
        return project or ""

    def _set_attributes(self, visitor_id: int, text: str) -> None:
        """Change the attributes of a visitor, and forget what was computed from them."""
        ids = self.visitors.values("visitor_id")
        self.visitors.set_text("attributes", int(np.searchsorted(ids, visitor_id)), text)
        self.memo.clear()
        self.counts.clear()

    def _add_events(self, events: list[StoredEvent]) -> None:
        """Add events, or new forms of events, to the table."""
        if not events:
            return
        ids = np.array([event.visitor_id for event in events])
        visitors = places_of(ids, self.visitors.values("visitor_id")).tolist()
        rows = []
        for event, visitor in zip(events, visitors, strict=True):
            money = worth(event.event_property, event.project_key, self._rates)
            worked_out = dict(zip(("revenue", "quantity", "cogs"), money, strict=True))
            rows.append({**event.as_row(), "visitor": visitor, **worked_out})
        self.events.add(rows)

    def _insert(self, visitors: list[dict[str, Any]], assignments: list[dict[str, Any]]) -> None:
        """Add visitors and assignments that came after the baseline."""
        self.visitors.extend([_with_numbers(row) for row in visitors])
        rows = [_with_numbers(row) for row in assignments]
        ids = np.array([row["visitor_id"] for row in rows], "int64")
        places = places_of(ids, self.visitors.values("visitor_id")).tolist()
        self.assignments.extend(
            [{**row, "visitor": place} for row, place in zip(rows, places, strict=True)]
        )
        for row in rows:
            key = row["test_id"], row["visitor_id"], bool(row["is_serving"])
            if self._entries.get(key) is None:
                self._entries[key] = row["variant"]


def _with_numbers(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with its times as the tables keep them."""
    times = ("created_at", "entered_at", "next_at")
    return {
        name: microseconds(naive_utc(value)) if name in times and value is not None else value
        for name, value in row.items()
    }
