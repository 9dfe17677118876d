"""The visitor-level store: who came, which variant they saw, what they did.

Rules it keeps:

- One DuckDB database, a cursor per request (a connection refuses concurrent use), one writer at a
  time. A report is one statement, so it sees whole batches or nothing of them.
- Events sent one by one wait in `_dirty` and reach DuckDB as one Arrow batch before anything is
  read: a caller always reads its own writes, and no single-row INSERT (1.6 ms each) ever runs.
- What was loaded is the baseline and never changes; everything later lives in the `_live` tables,
  in the journal when there is a data directory, and is gone after `reset()`.
"""

# ruff: noqa: S608 - statements are put together from fixed text; every value is bound

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from midakit.sandbox.state.arrow import arrow_table, import_extra
from midakit.sandbox.state.journal import Journal
from midakit.sandbox.state.stored_event import (
    DELETED,
    SELECT_EVENTS,
    StoredEvent,
    Visitor,
    event_from_row,
    midnight,
)
from midakit.sandbox.state.tables import CREATE, EVENTS, LIVE, READABLE, TABLES, event_rows
from midakit.sandbox.state.text_rules import clean, json_text
from midakit.sandbox.state.timestamps import iso_text, naive_utc

_CHANGEABLE = ("event_text", "event_property", "url", "event_path", "session", "status")


class Visits:
    """Visitors, assignments and events of every project of the sandbox.

    Args:
        data_dir: The folder of the database and the journal; None keeps everything in memory.
        threads: How many threads DuckDB uses.
        memory_limit: How much memory DuckDB uses.
    """

    def __init__(
        self, data_dir: Path | str | None = None, *, threads: int = 4, memory_limit: str = "2GB"
    ) -> None:
        folder = Path(data_dir) if data_dir is not None else None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._connection = import_extra("duckdb").connect(":memory:")
        self._connection.execute("SET threads = ?", [threads])
        self._connection.execute("SET memory_limit = ?", [memory_limit])
        where = str(folder / "visits.duckdb") if folder else ":memory:"
        self._connection.execute(f"ATTACH '{where.replace(chr(39), chr(39) * 2)}' AS base")
        self._connection.execute(CREATE)
        self._journal = Journal(folder / "events.jsonl" if folder else None)
        self._own: dict[int, StoredEvent] = {}
        self._dirty: set[int] = set()
        self._visitors: dict[tuple[str | None, str, str], Visitor] = {}
        self.version = 0
        """Changes with every write, so that a cached report can tell that it is out of date."""
        self._forget_changes()
        self._read_journal()

    def _read_journal(self) -> None:
        """Take in what was acknowledged before the last end of the process."""
        added: dict[str, list[dict[str, Any]]] = {"visitor": [], "assignment": []}
        for record in self._journal.read():
            kind = record.pop("type")
            if kind == "event":
                created = naive_utc(record["created_at"])
                self._take(StoredEvent(**{**record, "created_at": created}))
            else:
                added[kind].append(record)
        self._insert_live("visitors", added["visitor"])
        self._insert_live("assignments", added["assignment"])

    # ---------------------------------------------------------------- reading

    @contextmanager
    def reading(self) -> Iterator[Any]:
        """Open a cursor of its own that sees everything acknowledged so far."""
        self.flush()
        with self._lock:
            cursor = self._connection.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    def query(self, sql: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows.

        Args:
            sql: The statement; `$name` stands for a value.
            values: Placeholder -> value, without the `$`; None for a statement without placeholders.

        Returns:
            All rows.
        """
        with self.reading() as cursor:
            rows: list[tuple[Any, ...]] = cursor.execute(sql, dict(values or {})).fetchall()
            return rows

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
        if key not in self._visitors:
            rows = self.query(
                f"SELECT visitor_id, uuid, coalesce(project_key, '') FROM visitors "
                f"WHERE {column} = $value AND ($project IS NULL OR project_key = $project) "
                "ORDER BY visitor_id LIMIT 1",
                {"value": clean(value), "project": project_key},
            )
            if not rows:
                return None
            self._visitors[key] = Visitor(*rows[0])
        return self._visitors[key]

    def get_event(self, event_id: int) -> dict[str, Any] | None:
        """Return one event, deleted or not.

        Args:
            event_id: The number that `add_event` returned.

        Returns:
            The event with `created_at` as ISO text, or None when there is none.
        """
        event = self._event(event_id)
        return _with_iso_time(event) if event else None

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
        tests = [
            "e.event_type = 2",
            "e.status = 1",
            "e.visitor_id <> 0",
            "NOT starts_with(e.event_text, '!')",
            "NOT starts_with(e.event_text, 'goal_')",
        ]
        values: dict[str, Any] = {"limit": limit, "offset": offset}
        if event_text is not None:
            tests.append("e.event_text = $name")
            values["name"] = clean(event_text)
        if project_key is not None:
            tests.append("v.project_key = $project")
            values["project"] = project_key
        if start_date is not None:
            tests.append("e.created_at >= $start")
            values["start"] = midnight(start_date, "start_date")
        if end_date is not None:
            tests.append("e.created_at < $end")
            values["end"] = midnight(end_date, "end_date") + timedelta(days=1)
        rows = self.query(
            f"{SELECT_EVENTS} WHERE {' AND '.join(tests)} "
            "ORDER BY e.created_at DESC, e.event_id DESC LIMIT $limit OFFSET $offset",
            values,
        )
        return [_with_iso_time(event_from_row(row)) for row in rows]

    # ---------------------------------------------------------------- writing

    def add_event(
        self,
        visitor: Visitor,
        event_text: str,
        properties: Mapping[str, Any] | str | None = None,
        *,
        at: datetime,
    ) -> int:
        """Record a custom event; it is durable and visible at once.

        Args:
            visitor: Who did it.
            event_text: What happened, such as `Purchase`.
            properties: A mapping, or JSON text.
            at: When it happened.

        Returns:
            The id of the event.

        Raises:
            HttpError: 400, the properties are not JSON.
        """
        with self._lock:
            event = StoredEvent(
                event_id=self._next_id,
                visitor_id=visitor.visitor_id,
                project_key=visitor.project_key,
                event_text=clean(event_text),
                event_property=json_text(properties),
                created_at=naive_utc(at),
            )
            self._write(event)
            return event.event_id

    def update_event(self, event_id: int, fields: Mapping[str, Any]) -> bool:
        """Update some fields of an event.

        Args:
            event_id: The number that `add_event` returned.
            fields: New values of `event_text`, `event_property`, `url`, `event_path`, `session` or
                `status`; others are ignored.

        Returns:
            Whether there is such an event.

        Raises:
            HttpError: 400, the properties are not JSON.
        """
        changes = {name: fields[name] for name in _CHANGEABLE if name in fields}
        if "event_property" in changes:
            changes["event_property"] = json_text(changes["event_property"])
        if "event_text" in changes:
            changes["event_text"] = clean(changes["event_text"])
        with self._lock:
            event = self._event(event_id)
            if event is None:
                return False
            self._write(replace(event, **changes))
            return True

    def delete_event(self, event_id: int) -> bool:
        """Delete an event softly: it gets status 2, the row stays.

        Args:
            event_id: The number that `add_event` returned.

        Returns:
            False when it is unknown or was deleted before.
        """
        with self._lock:
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
        """
        with self._lock:
            made = [
                StoredEvent(event_id=self._next_id + place, **event)
                for place, event in enumerate(events)
            ]
            self._journal.append(
                [{"type": "visitor", **row} for row in visitors]
                + [{"type": "assignment", **row} for row in assignments]
                + [{"type": "event", **asdict(event)} for event in made]
            )
            for event in made:
                self._take(event)
            self._insert_live("visitors", visitors)
            self._insert_live("assignments", assignments)
            self.version += 1

    def flush(self) -> None:
        """Bring waiting events into DuckDB as one batch."""
        if not self._dirty:
            return
        with self._lock:
            if not self._dirty:
                return
            rows = [asdict(self._own[event_id]) for event_id in sorted(self._dirty)]
            columns = [name for name in EVENTS if name not in ("revenue", "quantity")]
            kinds = {name: EVENTS[name] for name in columns} | {"project_key": "VARCHAR"}
            with self._connection.cursor() as cursor:
                cursor.register("batch", arrow_table(rows, kinds))
                cursor.execute("BEGIN")
                cursor.execute(
                    "DELETE FROM events_live WHERE event_id IN (SELECT event_id FROM batch)"
                )
                cursor.execute(f"INSERT INTO events_live {event_rows(READABLE)}")
                cursor.execute(
                    "INSERT INTO hidden SELECT b.event_id FROM batch b "
                    "JOIN base.events USING (event_id) "
                    "WHERE b.event_id NOT IN (SELECT event_id FROM hidden)"
                )
                cursor.execute("COMMIT")
            self._dirty.clear()

    def reset(self) -> None:
        """Restore the baseline: everything that came since is gone."""
        with self._lock:
            self._connection.execute(
                "BEGIN;" + "".join(f"DELETE FROM {name};" for name in LIVE) + "COMMIT;"
            )
            self._journal.clear()
            self._forget_changes()

    @contextmanager
    def loading(self) -> Iterator[Any]:
        """Open a cursor on emptied `base` tables; what the block leaves there is the new baseline.

        When the block fails the old baseline stays.
        """
        with self._lock:
            with self._connection.cursor() as cursor:
                try:
                    cursor.execute("BEGIN")
                    for name in (*TABLES, "rates"):
                        cursor.execute(f"DELETE FROM base.{name}")
                    yield cursor
                    cursor.execute("COMMIT")
                except BaseException:
                    cursor.execute("ROLLBACK")
                    raise
            self.reset()
            self._connection.execute("CHECKPOINT base")

    def close(self) -> None:
        """Close the database and the journal."""
        with self._lock:
            self._connection.close()
            self._journal.close()

    # --------------------------------------------------------------- internals

    def _forget_changes(self) -> None:
        """Start from the baseline alone."""
        self._own.clear()
        self._dirty.clear()
        self._visitors.clear()
        top = self._connection.execute("SELECT coalesce(max(event_id), 0) FROM base.events")
        self._next_id = int(top.fetchone()[0]) + 1
        self.version += 1

    def _event(self, event_id: int) -> StoredEvent | None:
        """Return one event, deleted or not."""
        if event_id in self._own:
            return self._own[event_id]
        if not -(2**63) <= event_id < 2**63:
            return None
        rows = self.query(f"{SELECT_EVENTS} WHERE e.event_id = $id", {"id": event_id})
        return event_from_row(rows[0]) if rows else None

    def _write(self, event: StoredEvent) -> None:
        """Record one event or its new form, durably."""
        self._journal.append([{"type": "event", **asdict(event)}])
        self._take(event)
        self.version += 1

    def _take(self, event: StoredEvent) -> None:
        """Remember an event until the next flush."""
        self._own[event.event_id] = event
        self._dirty.add(event.event_id)
        self._next_id = max(self._next_id, event.event_id + 1)

    def _insert_live(self, table: str, rows: list[dict[str, Any]]) -> None:
        """Insert rows that came after the baseline."""
        if rows:
            with self._connection.cursor() as cursor:
                cursor.register("batch", arrow_table(rows, TABLES[table]))
                cursor.execute(f"INSERT INTO {table}_live BY NAME SELECT * FROM batch")


def _with_iso_time(event: StoredEvent) -> dict[str, Any]:
    """Return an event as a dict, with `created_at` as ISO text."""
    return {**asdict(event), "created_at": iso_text(event.created_at)}
