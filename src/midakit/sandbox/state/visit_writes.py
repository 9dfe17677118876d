"""Writes of visits: each is in the journal before it is in a table, all of it or nothing."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np

from midakit.sandbox.state.journal import Journal
from midakit.sandbox.state.stored_event import (
    DELETED,
    StoredEvent,
    Visitor,
)
from midakit.sandbox.state.text_rules import clean, json_text
from midakit.sandbox.state.timestamps import naive_utc
from midakit.sandbox.state.visit_lookups import VisitLookups

_CHANGEABLE = ("event_text", "event_property", "url", "event_path", "session", "status")


class VisitWrites(VisitLookups):
    """The tables with what changes them.

    Args:
        journal: Where a write is durable before it counts.
    """

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal

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

    def _write(self, event: StoredEvent, key: str | None = None) -> None:
        """Record one event or its new form, durably and with its idempotency key in the same line."""
        line = {"type": "event", **event.as_dict()}
        self._journal.append([line if key is None else {**line, "key": key}])
        self._add_events([event])
        if key is not None:
            self._event_keys.add((event.project_key, key))
