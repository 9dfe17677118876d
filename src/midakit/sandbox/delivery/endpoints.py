"""The four endpoints: each checks its body, finds the visitor, and answers."""

from typing import Any

from midakit.sandbox.delivery.assignment import assign, find_experiment
from midakit.sandbox.delivery.flags import enabled_for, flags_of
from midakit.sandbox.errors import HttpError
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.state.stored_event import Visitor
from midakit.sandbox.values import Body

PATHS = ("/experiment/query", "/experiment/event", "/feature-flag", "/track/")
"""How the paths of the endpoints begin."""
_PAUSED = 0


def query(state: SandboxState, body: Body, _key: str | None) -> Any:
    """Return the variant of a visitor, which is recorded as seen.

    Args:
        state: What the sandbox holds.
        body: `key`, `experiment_key` (or `test_id`, as older clients call it) and `distinct_id`.
        _key: Not used: a repeat changes nothing.

    Returns:
        The variant's name as `version`; null for a visitor who is not in the experiment.
    """
    project = _project(state, body.get("key"))
    key = _text(body, "experiment_key" if "experiment_key" in body else "test_id")
    visitor_id = _text(body, "distinct_id")
    experiment = find_experiment(state, project, key)
    if experiment is None:
        return {"version": None}
    with state.visits.lock:
        return {"version": assign(state, _visitor(state, project, visitor_id), experiment)}


def event(state: SandboxState, body: Body, key: str | None) -> Any:
    """Record an event; one with a key that is known is not recorded again [choice 48].

    Args:
        state: What the sandbox holds.
        body: `key`, `name`, `distinct_id`, and `properties` as an object or as JSON text.
        key: The idempotency key.

    Returns:
        That it was recorded.
    """
    project = _project(state, body.get("key"))
    name, visitor_id = _text(body, "name"), _text(body, "distinct_id")
    properties = body.get("properties")
    if properties is not None and not isinstance(properties, dict | str):
        raise HttpError(400, "properties must be an object or JSON text")
    visits = state.visits
    with visits.lock:
        if key is None or not visits.has_event(project, key):
            visitor = _visitor(state, project, visitor_id)
            visits.add_event(visitor, name, properties, at=state.clock.now(), key=key)
    return {"success": True}


def feature_flags(state: SandboxState, body: Body, _key: str | None) -> Any:
    """Return the flags that are on for a visitor.

    Args:
        state: What the sandbox holds.
        body: `key` and `user_id`.
        _key: Not used: it only reads.

    Returns:
        Names of flags.
    """
    project = _project(state, body.get("key"))
    return enabled_for(flags_of(state, project), _text(body, "user_id"))


def track(state: SandboxState, body: Body, _key: str | None) -> Any:
    """Merge attributes into those of a visitor.

    Args:
        state: What the sandbox holds.
        body: `id`, the attributes, and the project's key, taken from the path, as `key`.
        _key: Not used: a repeat changes nothing.

    Returns:
        That it was done.
    """
    project, visitor_id = _project(state, body.pop("key")), _text(body, "id")
    body.pop("id")
    with state.visits.lock:
        state.visits.set_attributes(_visitor(state, project, visitor_id), body)
    return {"success": True}


def _project(state: SandboxState, key: Any) -> str:
    """Return the key of an active project."""
    project = state.records.find_by_name("project", key) if isinstance(key, str) else None
    if project is None:
        raise HttpError(404, "Project not found")
    if project["status"] == _PAUSED:
        raise HttpError(403, "The project is paused")
    return str(project["project_key"])


def _text(body: Body, name: str) -> str:
    """Return a field that is text, or a number as text."""
    value = body.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value.strip():
        raise HttpError(400, f"{name} is required")
    return value


def _visitor(state: SandboxState, project_key: str, visitor_id: str) -> Visitor:
    """Return the visitor with an id, who is added if nobody has it."""
    visits = state.visits
    return (
        visits.find_visitor(project_key=project_key, ext_id=visitor_id)
        or visits.find_visitor(project_key=project_key, uuid=visitor_id)
        or visits.add_visitor(project_key, visitor_id, at=state.clock.now())
    )


HANDLERS = {
    "/experiment/query": query,
    "/experiment/event": event,
    "/feature-flag": feature_flags,
    "/track/{key}": track,
}
