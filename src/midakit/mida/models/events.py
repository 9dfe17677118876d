"""Events that visitors sent."""

import json
from typing import Any

from midakit.core.models.model import Model, known, model
from midakit.mida.models import vocabulary
from midakit.mida.models._types import Moment, TextOrObject


@model
class Event(Model):
    """A row of the list."""

    event_id: int | None = None
    event_text: str | None = None
    """The event's name."""
    event_property: TextOrObject | None = None
    """Metadata as it came, JSON text as a rule; `properties` is the readable form."""
    created_at: Moment | None = None

    @property
    def properties(self) -> Any:
        """The metadata parsed; the text itself when it is no JSON."""
        if not isinstance(self.event_property, str):
            return self.event_property
        try:
            return json.loads(self.event_property)
        except (ValueError, RecursionError):
            return self.event_property


@model
class EventDetails(Event):
    """One event, with where it happened."""

    event_type: int | None = None
    """2 is a custom tracked event."""
    url: str | None = None
    event_path: str | None = None
    status: int | None = known(vocabulary.RecordStatus)


@model
class EventList(Model):
    """A page of events."""

    success: bool | None = None
    company_id: int | None = None
    count: int | None = None
    events: list[Event] | None = None


@model
class EventResponse(Model):
    """The answer around one event."""

    success: bool | None = None
    event: EventDetails | None = None


@model
class RecordedEvent(Model):
    """The reply to a recording; it names no id, so find the event by listing."""

    success: bool | None = None
    message: str | None = None


@model
class UpdatedEvent(Model):
    """The reply to a change."""

    success: bool | None = None
    event_id: int | None = None


@model
class DeletedEvent(Model):
    """The reply to a soft delete."""

    success: bool | None = None
    event_id: int | None = None
    deleted: bool | None = None
