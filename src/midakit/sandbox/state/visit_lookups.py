"""What handlers look up among the visits: a visitor, an entry, the top pages, a page of events."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np

from midakit.sandbox.state.columns import Array
from midakit.sandbox.state.event_log import EventLog
from midakit.sandbox.state.stored_event import (
    CUSTOM,
    Visitor,
    event_as_json,
    midnight,
)
from midakit.sandbox.state.text_rules import clean
from midakit.sandbox.state.timestamps import iso_texts, microseconds
from midakit.sandbox.state.visit_tables import VisitTables


class VisitLookups(VisitTables):
    """The tables with what is asked of them, reports left out."""

    def find_visitor(
        self,
        *,
        project_key: str | None = None,
        uuid: str | None = None,
        email: str | None = None,
        ext_id: str | None = None,
    ) -> Visitor | None:
        """Return the visitor with an id; the first one given counts.

        Args:
            project_key: Look in this project only.
            uuid: Mida's id of the visitor.
            email: The visitor's email address.
            ext_id: The id that the site gave the visitor.

        Returns:
            The visitor, or None.
        """
        given = [("uuid", uuid), ("email", email), ("ext_id", ext_id)]
        column, value = next((pair for pair in given if pair[1]), ("uuid", ""))
        if not value:
            return None
        key = (project_key, column, value)
        with self.lock:
            if key not in self._found:
                row = self._visitor_row(project_key, column, clean(value))
                if row is None:
                    return None
                cells = self.visitors.row(row)
                self._found[key] = Visitor(
                    cells["visitor_id"], cells["uuid"], cells["project_key"] or ""
                )
            return self._found[key]

    def _visitor_row(self, project_key: str | None, column: str, value: str) -> int | None:
        """Return the first row with an id."""
        number = self.visitors.texts(column).words.find(value)
        if number < 0:
            return None
        for row in np.flatnonzero(self.visitors.values(column) == number).tolist():
            if project_key in (None, self.visitors.texts("project_key").text(row)):
                return int(row)
        return None

    def entry_of(self, visitor: Visitor, test_id: int, *, serving: bool) -> int | None:
        """Return the variant that a visitor has entered an experiment with.

        Args:
            visitor: The visitor.
            test_id: The experiment.
            serving: Which side of the serving of a winner is asked about.

        Returns:
            The id of the variant, or None when the visitor is not in the experiment.
        """
        key = (test_id, visitor.visitor_id, serving)
        with self.lock:
            if key not in self._entries:
                table = self.assignments
                fits = table.values("visitor_id")[: table.kept] == visitor.visitor_id
                for row in np.flatnonzero(fits).tolist():
                    cells = table.row(row)
                    found = cells["test_id"], visitor.visitor_id, bool(cells["is_serving"])
                    self._entries[found] = cells["variant"]
            return self._entries.setdefault(key)

    def has_event(self, project_key: str, key: str) -> bool:
        """Return whether an event with an idempotency key was recorded.

        Args:
            project_key: The project; a key belongs to one.
            key: The idempotency key.

        Returns:
            True when it was.
        """
        return (project_key, key) in self._event_keys

    def top_visitor_id(self) -> int:
        """Return the highest id of a visitor; 0 when there is none."""
        with self.lock:
            ids = self.visitors.values("visitor_id")
            return int(ids[-1]) if len(ids) else 0

    def latest(self) -> int:
        """Return the time of the last entry or event, in microseconds; 0 when there is none."""
        with self.lock:
            times = (
                self.assignments.values("entered_at"),
                self.events.table.values("created_at"),
            )
            version = (self.events.resets, *map(len, times))
            found: int = self.memo.get_or_build(
                ("latest",), version, lambda: max(int(one.max(initial=0)) for one in times)
            )
            return found

    def top_pages(self, project_key: str, since: datetime, most: int) -> list[tuple[str, int]]:
        """Return the landing pages with the most visitors.

        Args:
            project_key: The project.
            since: Only visitors who came at this time or later.
            most: How many pages to return.

        Returns:
            Pairs of an address and its number of visitors, most visited first.
        """
        with self.lock:
            project = self.visitors.texts("project_key").words.find(project_key)
            fits = self.visitors.values("project_key") == project
            fits &= self.visitors.values("created_at") >= microseconds(since)
            pages = self.visitors.texts("landing_page").words.texts
            counts = np.bincount(self.visitors.values("landing_page")[fits]).tolist()
        found = [
            (page, count) for page, count in zip(pages, counts, strict=False) if count and page
        ]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:most]

    def get_event(self, event_id: int) -> dict[str, Any] | None:
        """Return one event, deleted or not.

        Args:
            event_id: Its id.

        Returns:
            The event with `created_at` as ISO text, or None when there is none.
        """
        with self.lock:
            event = self._event(event_id)
        return event.as_json() if event else None

    def list_events(
        self,
        limit: int = 50,
        offset: int = 0,
        event_text: str | None = None,
        start_date: str | None = None,
        end_date: str | None = None,
        *,
        project_key: str | None = None,
    ) -> list[dict[str, Any]]:
        """Return active custom events of known visitors, newest first; internal names are left out.

        Args:
            limit: The most events to return.
            offset: How many to leave out at the beginning.
            event_text: Only events with this name.
            start_date: The first day, in UTC.
            end_date: The last day, in UTC; it is included.
            project_key: Only events of this project.

        Returns:
            The events with `created_at` as ISO text.

        Raises:
            HttpError: 400, a date is not one.
        """
        first = None if start_date is None else microseconds(midnight(start_date, "start_date"))
        last = None if end_date is None else microseconds(midnight(end_date, "end_date"))
        with self.lock:
            rows = self._listed(project_key)
            created = self.events.table.values("created_at")
            if event_text is not None:
                name = self.events.table.texts("event_text").words.find(clean(event_text))
                rows = rows[self.events.table.values("event_text")[rows] == name]
            if first is not None:
                rows = rows[created[rows] >= first]
            if last is not None:
                rows = rows[created[rows] < last + timedelta(days=1) // timedelta(microseconds=1)]
            found = rows[offset:][:limit]
            cells = self.events.table.rows(found)
            times = iso_texts(created[found])
            return [event_as_json(row, self._project_of(row), at)
                    for row, at in zip(cells, times, strict=True)]  # fmt: skip

    def _listed(self, project_key: str | None) -> Array:
        """Return the rows of the events that a listing shows, newest first."""
        rows, version = self.event_set("listed", _is_listed).current()

        def ordered() -> Array:
            table = self.events.table
            found = rows
            if project_key is not None:
                project = self.visitors.texts("project_key").words.find(project_key)
                visitors = table.values("visitor")[found]
                own = self.visitors.values("project_key")[visitors] == project
                found = found[own & (visitors >= 0)]
            ids, created = table.values("event_id")[found], table.values("created_at")[found]
            return found[np.lexsort((ids, created))[::-1]]

        found: Array = self.memo.get_or_build(("listed", project_key), version, ordered)
        return found


def _is_listed(log: EventLog, first: int, last: int) -> Array:
    """Return the rows of custom events that a listing shows."""
    table, rows = log.table, slice(first, last)
    fits = (table.values("event_type")[rows] == CUSTOM) & (table.values("status")[rows] == 1)
    fits &= table.values("visitor_id")[rows] != 0
    fits &= table.texts("event_text").words.where(_has_public_name)[
        table.values("event_text")[rows]
    ]
    return np.flatnonzero(fits) + first


def _has_public_name(name: str | None) -> bool:
    """Return whether an event's name is no internal one."""
    return name is not None and not name.startswith(("!", "goal_"))
