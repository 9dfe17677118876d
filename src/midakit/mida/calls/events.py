"""Events: what visitors did."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from midakit.core.call import Call
from midakit.core.checks import day, in_order, not_both, number_id, one_of, page, some, text
from midakit.core.unset import UNSET, Unset
from midakit.mida import models
from midakit.mida.calls.build import PROJECT, given, write
from midakit.mida.calls.build import get as reading

if TYPE_CHECKING:
    from midakit.mida.models import (
        DeletedEvent,
        EventDetails,
        EventList,
        RecordedEvent,
        UpdatedEvent,
    )


def _path(event_id: Any) -> str:
    return f"{PROJECT}/event/{number_id('event_id', event_id)}"


def list(
    *,
    limit: int = 50,
    offset: int = 0,
    event_text: str | Unset = UNSET,
    start_date: date | str | Unset = UNSET,
    end_date: date | str | Unset = UNSET,
) -> "Call[EventList]":
    """A page of recorded events."""
    first = UNSET if start_date is UNSET else day("start_date", start_date)
    last = UNSET if end_date is UNSET else day("end_date", end_date)
    in_order(first, last)
    found = given(event_text=event_text, start_date=first, end_date=last)
    query = (*page(limit, offset), *((name, str(value)) for name, value in found.items()))
    return reading("list_events", f"{PROJECT}/events", models.EventList, query=query)


def record(
    event_name: str,
    *,
    mida_uuid: str | Unset = UNSET,
    email: str | Unset = UNSET,
    id: str | Unset = UNSET,
    properties: Mapping[str, Any] | Unset = UNSET,
) -> "Call[RecordedEvent]":
    """Record an event for a known visitor; never repeated, for it would count twice."""
    some("mida_uuid", mida_uuid=mida_uuid, email=email, id=id)
    not_both(mida_uuid=mida_uuid, email=email, id=id)
    body = given(
        event_name=text("event_name", event_name),
        mida_uuid=mida_uuid,
        email=email,
        id=id,
        properties=properties,
    )
    return write("create_event", "POST", f"{PROJECT}/event", models.RecordedEvent, body, safe=False)


def get(event_id: int | str) -> "Call[EventDetails]":
    """One event."""
    return reading("get_event", _path(event_id), models.EventResponse, pick="event")


def update(
    event_id: int | str,
    *,
    event_text: str | Unset = UNSET,
    event_property: Mapping[str, Any] | str | Unset = UNSET,
    url: str | Unset = UNSET,
    event_path: str | Unset = UNSET,
    session: str | Unset = UNSET,
    status: int | Unset = UNSET,
) -> "Call[UpdatedEvent]":
    """Change an event; status 2 soft-deletes it."""
    fields = {
        "event_text": event_text,
        "event_property": event_property,
        "url": url,
        "event_path": event_path,
        "session": session,
        "status": UNSET if status is UNSET else one_of("status", status, (1, 2)),
    }
    some("event", **fields)
    return write(
        "update_event", "PATCH", _path(event_id), models.UpdatedEvent, given(**fields), safe=True
    )


def delete(event_id: int | str) -> "Call[DeletedEvent]":
    """Soft-delete an event."""
    return write(
        "delete_event", "DELETE", _path(event_id), models.DeletedEvent, safe=True,
        repeated=(404, {"event_id": int(event_id), "deleted": True}),
    )  # fmt: skip
