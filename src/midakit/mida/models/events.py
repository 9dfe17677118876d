"""Events that visitors sent."""

import json
from typing import TYPE_CHECKING, Any

from attrs import define, field

from midakit.core.models.model import PROMISED, Model, known
from midakit.mida.models._types import ListReply, Moment, Reply, TextOrObject
from midakit.mida.models.record_input import event_input

if TYPE_CHECKING:
    from midakit.mida.fields import EventContent


@define(kw_only=True, repr=False)
class Event(Model):
    """An event as listings show it."""

    event_id: int = PROMISED
    """Id of the event."""
    event_text: str = PROMISED
    """The event's name."""
    event_property: TextOrObject | None = None
    """Metadata as it came, usually JSON text; `properties` is the same, parsed."""
    created_at: Moment = PROMISED
    """When the visitor sent it."""

    @property
    def properties(self) -> Any:
        """Metadata as a value: the parsed JSON, or the text itself when it is not JSON."""
        if not isinstance(self.event_property, str):
            return self.event_property

        try:
            return json.loads(self.event_property)
        except (ValueError, RecursionError):
            return self.event_property

    def to_input(self) -> "EventContent":
        """Return the fields of `events.record` that record this once more, for a visitor that you name.

        Returns:
            A dict to pass as keyword arguments; the API does not show which visitor it was.

        Example:
            event = mida.events.get(2428)
            print(event.to_input())  # `mida.events.record(**..., email="ann@example.com")` records it again
        """
        return event_input(self)


@define(kw_only=True, repr=False)
class EventDetails(Event):
    """One event, with where it happened."""

    event_type: int = PROMISED
    """Kind of the event: 2 is a custom tracked event."""
    url: str | None = None
    """Address of the page where it happened; None when unknown."""
    event_path: str | None = None
    """Path of the page where it happened; None when unknown."""
    status: int = known("RecordStatus")
    """1 active, 2 deleted."""


@define(kw_only=True, repr=False)
class EventList(ListReply):
    """A page of events."""

    events: list[Event] = field(factory=list)
    """The events of this page."""


@define(kw_only=True, repr=False)
class EventResponse(Reply):
    """The answer that holds one event."""

    event: EventDetails = PROMISED
    """The event."""


@define(kw_only=True, repr=False)
class RecordedEvent(Reply):
    """The reply to a recording; it names no id, so find the event by listing."""

    message: str = PROMISED
    """What the server says about it, as a sentence for people."""


@define(kw_only=True, repr=False)
class UpdatedEvent(Reply):
    """The reply to a change."""

    event_id: int = PROMISED
    """Id of the event."""


@define(kw_only=True, repr=False)
class DeletedEvent(Reply):
    """The reply to a soft delete."""

    event_id: int = PROMISED
    """Id of the event."""
    deleted: bool = PROMISED
    """True once it is deleted; its data is kept."""
