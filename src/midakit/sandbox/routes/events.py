"""Custom events: recorded for visitors Mida knows, visible to reports at once."""

from midakit.sandbox.answers import Answer, Body
from midakit.sandbox.errors import HttpError
from midakit.sandbox.routes.api_request import ApiRequest
from midakit.sandbox.routes.response_bodies import pick
from midakit.sandbox.sandbox_state import SandboxState

_LISTED = ("event_id", "event_text", "event_property", "created_at")
_DETAILS = (
    "event_id",
    "event_type",
    "event_text",
    "event_property",
    "url",
    "event_path",
    "status",
    "created_at",
)
_DELETED = 2


def list_events(state: SandboxState, request: ApiRequest) -> Answer:
    """One page of custom events; internal names and rows without a visitor are left out."""
    query = request.query
    found = state.visits.list_events(
        query["limit"],
        query["offset"],
        query["event_text"],
        query["start_date"],
        query["end_date"],
        project_key=request.project_key,
    )
    events = [pick(event, _LISTED) for event in found]
    return {
        "success": True,
        "company_id": request.company_id,
        "count": len(events),
        "events": events,
    }


def create_event(state: SandboxState, request: ApiRequest) -> Answer:
    """Record an event; an unknown visitor is a 400, and the reply has no id."""
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
    return {"success": True, "message": "Event recorded successfully"}


def get_event(state: SandboxState, request: ApiRequest) -> Answer:
    """One event; its properties come back as JSON text."""
    return {"success": True, "event": pick(_found(state, request), _DETAILS)}


def update_event(state: SandboxState, request: ApiRequest) -> Answer:
    """Change fields of an event; status 2 deletes it softly."""
    event = _found(state, request)
    state.visits.update_event(event["event_id"], request.body)
    return {"success": True, "event_id": event["event_id"]}


def delete_event(state: SandboxState, request: ApiRequest) -> Answer:
    """Status 2; a second time it is not found."""
    event = _found(state, request)
    if not state.visits.delete_event(event["event_id"]):
        raise HttpError(404, "Event not found")
    return {"success": True, "event_id": event["event_id"], "deleted": True}


def _found(state: SandboxState, request: ApiRequest) -> Body:
    event = state.visits.get_event(request.path_ids["event_id"])
    if event is None or event["project_key"] != request.project_key or event["status"] == _DELETED:
        raise HttpError(404, "Event not found")
    return event


HANDLERS = {
    handler.__name__: handler
    for handler in (list_events, create_event, get_event, update_event, delete_event)
}
