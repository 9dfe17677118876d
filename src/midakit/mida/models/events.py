"""Events."""

import json
from datetime import datetime
from typing import Any

from midakit.core.model import Model, model


@model
class Event(Model):
    """A row of the list; `properties` is the metadata, decoded."""

    event_id: int | None = None
    event_text: str | None = None
    event_property: str | dict[str, Any] | None = None
    created_at: datetime | None = None

    @property
    def properties(self) -> Any:
        """The metadata: parsed when it is JSON, as text when it is not, None when there is none."""
        if not isinstance(self.event_property, str):
            return self.event_property
        try:
            return json.loads(self.event_property)
        except ValueError:
            return self.event_property


@model
class EventDetails(Event):
    """One event; status 1 active, 2 deleted."""

    event_type: int | None = None
    url: str | None = None
    event_path: str | None = None
    status: int | None = None


@model
class EventList(Model):
    """A page of events; `count` is no total."""

    success: bool | None = None
    company_id: int | None = None
    count: int | None = None
    events: list[Event] | None = None


@model
class EventResponse(Model):
    """The envelope of one event."""

    success: bool | None = None
    event: EventDetails | None = None


@model
class RecordedEvent(Model):
    """The reply to a recording; it names no id."""

    success: bool | None = None
    message: str | None = None


@model
class UpdatedEvent(Model):
    """The reply to a change."""

    success: bool | None = None
    event_id: int | None = None


@model
class DeletedEvent(Model):
    """The reply to a deletion."""

    success: bool | None = None
    event_id: int | None = None
    deleted: bool | None = None
