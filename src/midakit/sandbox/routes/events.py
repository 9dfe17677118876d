"""Custom events: recorded for visitors Mida knows, visible to reports at once."""

from midakit.sandbox.exchange import Answer, Body, Call
from midakit.sandbox.refusal import Problem
from midakit.sandbox.routes.shapes import pick
from midakit.sandbox.world import World

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


def list_events(world: World, call: Call) -> Answer:
    """One page of custom events; internal names and rows without a visitor are left out."""
    query = call.query
    found = world.visits.list_events(
        query["limit"],
        query["offset"],
        query["event_text"],
        query["start_date"],
        query["end_date"],
        project_key=call.key,
    )
    events = [pick(event, _LISTED) for event in found]
    return {"success": True, "company_id": call.company, "count": len(events), "events": events}


def create_event(world: World, call: Call) -> Answer:
    """Record an event; an unknown visitor is a 400, and the reply has no id."""
    body = call.body
    visitor = world.visits.find_visitor(
        project_key=call.key,
        uuid=body.get("mida_uuid"),
        email=body.get("email"),
        ext_id=body.get("id"),
    )
    if visitor is None:
        raise Problem(400, "No visitor matches mida_uuid, email or id")
    world.visits.add_event(
        visitor, body["event_name"], body.get("properties"), at=world.clock.now()
    )
    return {"success": True, "message": "Event recorded successfully"}


def get_event(world: World, call: Call) -> Answer:
    """One event; its properties come back as JSON text."""
    return {"success": True, "event": pick(_found(world, call), _DETAILS)}


def update_event(world: World, call: Call) -> Answer:
    """Change fields of an event; status 2 deletes it softly."""
    event = _found(world, call)
    world.visits.update_event(event["event_id"], call.body)
    return {"success": True, "event_id": event["event_id"]}


def delete_event(world: World, call: Call) -> Answer:
    """Status 2; a second time it is not found."""
    event = _found(world, call)
    if not world.visits.delete_event(event["event_id"]):
        raise Problem(404, "Event not found")
    return {"success": True, "event_id": event["event_id"], "deleted": True}


def _found(world: World, call: Call) -> Body:
    event = world.visits.get_event(call.ids["event_id"])
    if event is None or event["project_key"] != call.key or event["status"] == _DELETED:
        raise Problem(404, "Event not found")
    return event


HANDLERS = {
    handler.__name__: handler
    for handler in (list_events, create_event, get_event, update_event, delete_event)
}
