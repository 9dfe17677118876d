"""The visitor-level store: who came, which variant they saw, what they did.

Rules it keeps:

- Everything is in memory, column by column, behind one lock. Who computes a report holds the lock,
  so it sees whole batches or nothing of them; a report takes milliseconds.
- A write is in the journal before it is in a column (when there is a data directory), and counts in
  every report that begins after it was acknowledged.
- What was loaded is the baseline, in a file of its own; everything later is gone after `reset()`.
"""

import json
import threading
from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from midakit.sandbox.state.columns import Array
from midakit.sandbox.state.data_folder import JOURNAL, VISITS, put_file
from midakit.sandbox.state.event_log import EventLog, EventLogImage
from midakit.sandbox.state.event_sets import EventSet, Matches
from midakit.sandbox.state.journal import Journal
from midakit.sandbox.state.memo import Memo
from midakit.sandbox.state.money import worth
from midakit.sandbox.state.stored_event import (
    CUSTOM,
    DELETED,
    StoredEvent,
    Visitor,
    event_as_json,
    event_from_row,
    midnight,
)
from midakit.sandbox.state.tables import (
    ASSIGNMENTS,
    VISITORS,
    ColumnTable,
    TableImage,
    in_order_of,
    places_of,
)
from midakit.sandbox.state.text_rules import clean, json_text
from midakit.sandbox.state.timestamps import iso_texts, microseconds, naive_utc
from midakit.sandbox.state.visits_file import Baseline, Rates, load, save

_CHANGEABLE = ("event_text", "event_property", "url", "event_path", "session", "status")
_SETS, _COLUMNS, _COUNTS = 512, 128, 1024


@dataclass(frozen=True, slots=True)
class VisitsImage:
    """The visits at one moment; two with the same `origin` have the same baseline."""

    origin: object
    visitors: TableImage
    assignments: TableImage
    events: EventLogImage
    rates: Rates
    entries: Mapping[tuple[int, int, bool], int | None]
    event_keys: frozenset[tuple[str, str]]


@runtime_checkable
class Bound(Protocol):
    """What reports keep that reads the tables again later."""

    def over(self, visits: "Visits") -> Any:
        """Return the same over other visits with the same baseline.

        Args:
            visits: The other visits.
        """


class Visits:
    """Visitors, assignments and events of every project of the sandbox.

    Args:
        data_dir: The folder of the baseline and the journal; None keeps everything in memory.

    Raises:
        ValueError: A file in the folder is damaged; the message names it.
    """

    def __init__(self, data_dir: Path | str | None = None) -> None:
        folder = Path(data_dir) if data_dir is not None else None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
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
        self._path = folder / VISITS if folder else None
        self._journal = Journal(folder / JOURNAL if folder else None)
        if self._path is not None:
            self._open(self._path)

    def _open(self, path: Path) -> None:
        """Read the baseline, and what was acknowledged after it."""
        if path.exists():
            self._take(*load(path))
        else:
            save(path, self._baseline(), {}, ready=lambda: None)
        added: dict[str, list[dict[str, Any]]] = {"visitor": [], "assignment": [], "event": []}
        attributes: dict[int, str] = {}
        for record in self._journal.read():
            kind = record.pop("type")
            if kind == "attributes":
                attributes[record["visitor_id"]] = record["attributes"]
                continue
            if kind == "event" and (key := record.pop("key", None)) is not None:
                self._event_keys.add((record["project_key"], key))
            added[kind].append(record)
        self._insert(added["visitor"], added["assignment"])
        for number, text in attributes.items():
            self._set_attributes(number, text)
        self._add_events(
            [StoredEvent(**{**e, "created_at": naive_utc(e["created_at"])}) for e in added["event"]]
        )

    # ---------------------------------------------------------------- reading

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

    # ---------------------------------------------------------------- writing

    def add_event(
        self,
        visitor: Visitor,
        event_text: str,
        properties: Mapping[str, Any] | str | None = None,
        *,
        at: datetime,
        key: str | None = None,
    ) -> int:
        """Record a custom event; it is durable and visible at once.

        Args:
            visitor: Whose event it is.
            event_text: Its name.
            properties: A mapping, or JSON text.
            at: When it happened.
            key: The idempotency key it was sent with, for `has_event`.

        Returns:
            The id of the event.

        Raises:
            HttpError: 400, the properties are not JSON.
            OSError: The journal could not be written; nothing is recorded.
        """
        text = json_text(properties)
        with self.lock:
            event = StoredEvent(
                event_id=self.events.next_id,
                visitor_id=visitor.visitor_id,
                project_key=visitor.project_key,
                event_text=clean(event_text),
                event_property=text,
                created_at=naive_utc(at),
            )
            self._write(event, key)
            return event.event_id

    def add_visitor(self, project_key: str, ext_id: str, *, at: datetime) -> Visitor:
        """Add a visitor whom nobody knows yet; the id of the site is the uuid too.

        Args:
            project_key: The project.
            ext_id: The id that the site gave the visitor.
            at: When the visitor came.

        Returns:
            The visitor.

        Raises:
            OSError: The journal could not be written; nobody is added.
        """
        text = clean(ext_id)
        with self.lock:
            number = self.top_visitor_id() + 1
            row = {"visitor_id": number, "project_key": project_key, "uuid": text, "ext_id": text,
                   "created_at": naive_utc(at), "query": "{}", "attributes": "{}"}  # fmt: skip
            self.add_traffic([row], [], [])
            found = Visitor(number, text, project_key)
            self._found[(project_key, "ext_id", ext_id)] = found
            return found

    def enter(
        self, visitor: Visitor, test_id: int, variant: int, *, serving: bool, at: datetime
    ) -> None:
        """Let a visitor enter an experiment.

        Args:
            visitor: The visitor.
            test_id: The experiment.
            variant: The id of the variant.
            serving: Whether a winner is being served.
            at: When.

        Raises:
            OSError: The journal could not be written; nothing is added.
        """
        row = {"test_id": test_id, "visitor_id": visitor.visitor_id, "is_serving": serving,
               "variant": variant, "entered_at": naive_utc(at), "next_at": None}  # fmt: skip
        with self.lock:
            self.add_traffic([], [row], [])

    def set_attributes(self, visitor: Visitor, attributes: Mapping[str, Any]) -> None:
        """Merge attributes into those that a visitor has.

        Args:
            visitor: The visitor.
            attributes: New values by name.

        Raises:
            HttpError: 400, a value is not JSON.
            OSError: The journal could not be written; nothing is changed.
        """
        with self.lock:
            ids = self.visitors.values("visitor_id")
            place = int(np.searchsorted(ids, visitor.visitor_id))
            before = json.loads(self.visitors.texts("attributes").text(place) or "{}")
            text = json_text({**before, **attributes}) or "{}"
            number = visitor.visitor_id
            self._journal.append([{"type": "attributes", "visitor_id": number, "attributes": text}])
            self._set_attributes(number, text)

    def update_event(self, event_id: int, fields: Mapping[str, Any]) -> bool:
        """Update some fields of an event.

        Args:
            event_id: Its id.
            fields: New values of `event_text`, `event_property`, `url`, `event_path`, `session` or
                `status`; others are ignored.

        Returns:
            Whether there is such an event.

        Raises:
            HttpError: 400, the properties are not JSON.
            OSError: The journal could not be written; nothing is changed.
        """
        changes = {name: fields[name] for name in _CHANGEABLE if name in fields}
        if "event_property" in changes:
            changes["event_property"] = json_text(changes["event_property"])
        for name, value in changes.items():
            if name != "event_property" and isinstance(value, str):
                changes[name] = clean(value)
        with self.lock:
            event = self._event(event_id)
            if event is None:
                return False
            self._write(replace(event, **changes))
            return True

    def delete_event(self, event_id: int) -> bool:
        """Delete an event softly: it gets status 2, the row stays.

        Args:
            event_id: Its id.

        Returns:
            False when it is unknown or was deleted before.

        Raises:
            OSError: The journal could not be written; nothing is deleted.
        """
        with self.lock:
            event = self._event(event_id)
            if event is None or event.status == DELETED:
                return False
            self._write(replace(event, status=DELETED))
            return True

    def add_traffic(
        self,
        visitors: list[dict[str, Any]],
        assignments: list[dict[str, Any]],
        events: Iterable[Mapping[str, Any]],
    ) -> None:
        """Add whole visits on top of the baseline, all or none.

        Args:
            visitors: Rows of `visitors` by column name.
            assignments: Rows of `assignments`.
            events: The fields of events, without `event_id`.

        Raises:
            OSError: The journal could not be written; nothing is added.
        """
        with self.lock:
            first = self.events.next_id
            made = [
                StoredEvent(event_id=first + place, **event) for place, event in enumerate(events)
            ]
            self._journal.append(
                [{"type": "visitor", **row} for row in visitors]
                + [{"type": "assignment", **row} for row in assignments]
                + [{"type": "event", **event.as_dict()} for event in made]
            )
            self._insert(visitors, assignments)
            self._add_events(made)

    def reset(self) -> None:
        """Restore the baseline: everything that came since is gone."""
        with self.lock:
            self._journal.clear()
            changed = bool(self.visitors.changed)
            for table in (self.visitors, self.assignments):
                if len(table) > table.kept or table.changed:
                    table.rewind()
            self.events.rewind()
            if changed:
                self.memo.clear()
                self.counts.clear()
            self._forget()

    def replace(self, baseline: Baseline, rates: Rates) -> None:
        """Replace everything by a new baseline.

        Args:
            baseline: The columns of `visitors`, `assignments` and `events`, each by its id.
            rates: The exchange rates.

        Raises:
            OSError: It could not be written; the old data stay.
        """
        with self.lock:
            if self._path is not None:
                save(self._path, baseline, rates, ready=self._journal.clear)
            self._take(baseline, rates)

    def image(self, *, baseline: bool = False) -> VisitsImage:
        """Return the visits as they are now, in microseconds: nothing is copied.

        Args:
            baseline: Leave out what came after the baseline.

        Returns:
            What `restore` takes.
        """
        with self.lock:
            return VisitsImage(
                self._origin,
                self.visitors.image(baseline=baseline),
                self.assignments.image(baseline=baseline),
                self.events.image(baseline=baseline),
                self._rates,
                {} if baseline else dict(self._entries),
                frozenset() if baseline else frozenset(self._event_keys),
            )

    def restore(self, image: VisitsImage, folder: Path | None = None) -> None:
        """Go back to an image; what reports have worked out from the same baseline stays.

        Args:
            image: What `image` returned, of these visits or of others.
            folder: Where the image is on disk, for visits that are on disk too.

        Raises:
            OSError: It could not be written.
        """
        with self.lock:
            if self._path is not None and folder is not None:
                put_file(folder / VISITS, self._path)
                self._journal.replace(folder / JOURNAL)
            if image.origin is not self._origin:
                self._start_tables()
            elif self.visitors.changed or image.visitors.changed:
                self.memo.clear()
                self.counts.clear()
            self._origin = image.origin
            self.visitors.restore(image.visitors)
            self.assignments.restore(image.assignments)
            self.events.restore(image.events)
            self._rates = image.rates
            self._forget()
            self._entries.update(image.entries)
            self._event_keys.update(image.event_keys)

    def fork(self) -> "Visits":
        """Return visits in memory with this baseline and what reports know of it, all shared.

        A table is copied when one of the two writes to it.
        """
        fresh = Visits()
        with self.lock:
            fresh.lock = self.lock
            fresh._origin = self._origin
            fresh.restore(self.image(baseline=True))
            if not self.visitors.changed:
                fresh.counts = self.counts.copy()
                fresh.memo = self.memo.copy(
                    lambda kept: kept.over(fresh) if isinstance(kept, Bound) else kept
                )
            fresh._sets = self._sets.copy(lambda found: found.copy(fresh.events))
        return fresh

    def save(self, folder: Path) -> None:
        """Write the visits into a folder, in the form of a data folder.

        Args:
            folder: An empty folder on the disk of the data folder.

        Raises:
            OSError: It could not be written.
        """
        with self.lock:
            if self._path is not None:
                put_file(self._path, folder / VISITS)
                self._journal.save(folder / JOURNAL)

    @contextmanager
    def reading(self) -> Iterator["Visits"]:
        """Hold the lock, so that what is read belongs together."""
        with self.lock:
            yield self

    def close(self) -> None:
        """Close the journal; nothing can be written afterwards."""
        with self.lock:
            self._journal.close()

    # --------------------------------------------------------------- internals

    def _baseline(self) -> Baseline:
        """Return the baseline that is in the tables."""
        tables = {"visitors": self.visitors, "assignments": self.assignments}
        return {name: table.baseline() for name, table in tables.items()} | {
            "events": self.events.table.baseline()
        }

    def _take(self, baseline: Baseline, rates: Rates) -> None:
        """Take a baseline into new tables: forks may still read the old ones."""
        self._start_tables()
        self.visitors.replace(baseline["visitors"])
        self.assignments.replace(in_order_of("test_id", baseline["assignments"]))
        self.events.replace(baseline["events"])
        self._rates = rates

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

    def _write(self, event: StoredEvent, key: str | None = None) -> None:
        """Record one event or its new form, durably and with its idempotency key in the same line."""
        line = {"type": "event", **event.as_dict()}
        self._journal.append([line if key is None else {**line, "key": key}])
        self._add_events([event])
        if key is not None:
            self._event_keys.add((event.project_key, key))

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
