"""Custom events: recorded for visitors that Mida knows, visible to reports at once."""

from midakit.sandbox.errors import HttpError
from midakit.sandbox.routes.api_request import ApiRequest
from midakit.sandbox.routes.response_bodies import pick
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.state.stored_event import DELETED
from midakit.sandbox.values import Answer, Body

_LISTED = ("event_id", "event_text", "event_property", "created_at")
_DETAILS = ("event_id", "event_type", "event_text", "event_property", "url", "event_path", "status",
            "created_at")  # fmt: skip


def list_events(state: SandboxState, request: ApiRequest) -> Answer:
    """List one page of custom events; internal names and rows without a visitor are left out.

    Args:
        state: What the sandbox holds.
        request: Its query narrows the list.

    Returns:
        The events, newest first.
    """
    names = ("limit", "offset", "event_text", "start_date", "end_date")
    found = state.visits.list_events(
        **{name: request.query[name] for name in names}, project_key=request.project_key
    )
    events = [pick(event, _LISTED) for event in found]
    return {"company_id": request.company_id, "count": len(events), "events": events}


def create_event(state: SandboxState, request: ApiRequest) -> Answer:
    """Record an event; the reply has no id.

    Args:
        state: What the sandbox holds.
        request: Names the visitor and the event.

    Returns:
        That it was recorded.

    Raises:
        HttpError: 400, the visitor is unknown.
    """
    body = request.body
    visitor = state.visits.find_visitor(
        project_key=request.project_key,
        uuid=body.get("mida_uuid"),
        email=body.get("email"),
        ext_id=body.get("id"),
    )
    if visitor is None:
        raise HttpError(400, "No visitor matches mida_uuid, email or id")
    state.visits.add_event(
        visitor, body["event_name"], body.get("properties"), at=state.clock.now()
    )
    return {"message": "Event recorded successfully"}


def get_event(state: SandboxState, request: ApiRequest) -> Answer:
    """Return one event; its properties come back as JSON text.

    Args:
        state: What the sandbox holds.
        request: Its path has the event's id.

    Returns:
        The event.
    """
    return {"event": pick(_find_event(state, request), _DETAILS)}


def update_event(state: SandboxState, request: ApiRequest) -> Answer:
    """Update fields of an event; status 2 deletes it softly.

    Args:
        state: What the sandbox holds.
        request: Names the event and the new values.

    Returns:
        The event's id.
    """
    event = _find_event(state, request)
    state.visits.update_event(event["event_id"], request.body)
    return {"event_id": event["event_id"]}


def delete_event(state: SandboxState, request: ApiRequest) -> Answer:
    """Delete an event softly; a second time it is not found.

    Args:
        state: What the sandbox holds.
        request: Its path has the event's id.

    Returns:
        The event's id.

    Raises:
        HttpError: 404, there is no such event.
    """
    event = _find_event(state, request)
    if not state.visits.delete_event(event["event_id"]):
        raise HttpError(404, "Event not found")
    return {"event_id": event["event_id"], "deleted": True}


def _find_event(state: SandboxState, request: ApiRequest) -> Body:
    """Return the event of the path, if it belongs to the project of the path."""
    event = state.visits.get_event(request.path_ids["event_id"])
    if event is None or event["project_key"] != request.project_key or event["status"] == DELETED:
        raise HttpError(404, "Event not found")
    return event
