"""Events: what visitors did."""

from typing import Any, Unpack

from midakit.core.call import Call
from midakit.core.checks import at_least_one, not_both, number_id, page, text
from midakit.core.extra import ExtraOptions
from midakit.core.options import expand_options
from midakit.core.unset import UNSET
from midakit.mida import models
from midakit.mida.calls import build
from midakit.mida.calls.build import PROJECT
from midakit.mida.calls.report_query import query
from midakit.mida.fields import EventChanges, EventQuery, NewEvent

WHO = ("mida_uuid", "email", "id")
"""The fields that say which visitor did it."""


def _path(event_id: Any) -> str:
    return f"{PROJECT}/event/{number_id('event_id', event_id)}"


@expand_options
def list(
    *, limit: int = 50, offset: int = 0, **options: Unpack[EventQuery]
) -> "Call[models.EventList]":
    """Return the call that reads a page of recorded events.

    Args:
        limit: How many events, up to 500.
        offset: How many events to leave out before them.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.
        event_text: Only events with this name.
        start_date: The first day, inclusive: a `date` or text such as `2026-01-31`.
        end_date: The last day, inclusive.

    Raises:
        InvalidRequest: A number or a day is out of its bounds.

    Example:
        call = calls.events.list(event_text="Purchase", start_date="2026-05-01")
    """
    pairs = (*page(limit, offset), *query("events.list", EventQuery, options))
    return build.get(
        "list_events", f"{PROJECT}/events", models.EventList, query=pairs, extra=options
    )


@expand_options
def record(event_name: str, **fields: Unpack[NewEvent]) -> "Call[models.RecordedEvent]":
    """Return the call that records an event; it is never repeated, because that would count it twice.

    Args:
        event_name: What the visitor did.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.
        mida_uuid: The visitor, by the id that Mida made.
        email: The visitor, by an address that the site has given to Mida.
        id: The visitor, by your own id that the site has given to Mida.
        properties: Details of the event, such as `revenue`; goals and `event_where` compare them.

    Raises:
        InvalidRequest: The name is empty, or not exactly one field says who the visitor is.

    Example:
        call = calls.events.record("purchase", email="ana@example.com")
    """
    name = text("event_name", event_name)
    body = {"event_name": name, **build.body("events.record", NewEvent, fields)}
    who = {field: fields.get(field, UNSET) for field in WHO}
    at_least_one("mida_uuid", **who)
    not_both(**who)
    return build.write(
        "create_event",
        "POST",
        f"{PROJECT}/event",
        models.RecordedEvent,
        body,
        safe=False,
        extra=fields,
    )


@expand_options
def get(event_id: int | str, **extra: Unpack[ExtraOptions]) -> "Call[models.EventDetails]":
    """Return the call that reads an event.

    Args:
        event_id: The event's `event_id`, as `events.list` gives it.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: The id is not a number.

    Example:
        call = calls.events.get(2428)
    """
    return build.get("get_event", _path(event_id), models.EventResponse, pick="event", extra=extra)


@expand_options
def update(event_id: int | str, **fields: Unpack[EventChanges]) -> "Call[models.UpdatedEvent]":
    """Return the call that changes an event.

    Args:
        event_id: The event's `event_id`, as `events.list` gives it.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.
        event_text: New name of the event, which goals match.
        event_property: All properties: they replace the stored ones.
        url: The page of the event.
        event_path: The path of that page.
        session: The session that the event belongs to.
        status: 1 is active, 2 deletes the event.

    Raises:
        InvalidRequest: No field was given.

    Example:
        call = calls.events.update(2428, event_text="purchase")
    """
    body = build.changes("events.update", EventChanges, fields)
    return build.write(
        "update_event", "PATCH", _path(event_id), models.UpdatedEvent, body, safe=True, extra=fields
    )


@expand_options
def delete(event_id: int | str, **extra: Unpack[ExtraOptions]) -> "Call[models.DeletedEvent]":
    """Return the call that deletes an event; its row stays, marked as deleted.

    Args:
        event_id: The event's `event_id`, as `events.list` gives it.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: The id is not a number.

    Example:
        call = calls.events.delete(2428)
    """
    return build.write(
        "delete_event", "DELETE", _path(event_id), models.DeletedEvent, safe=True,
        repeated=(404, {"event_id": int(event_id), "deleted": True}), extra=extra,
    )  # fmt: skip
