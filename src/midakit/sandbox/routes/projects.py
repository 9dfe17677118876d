"""Projects and their defaults."""

from typing import Any

from midakit.sandbox.answers import Answer, Body
from midakit.sandbox.errors import HttpError
from midakit.sandbox.routes import response_bodies
from midakit.sandbox.routes.api_request import ApiRequest
from midakit.sandbox.routes.goals import goals_by_id
from midakit.sandbox.sandbox_state import SandboxState

_ALIASES = {"name": "website_name", "widget_allowed_website": "allowed_website"}
_UPDATABLE = ("website_name", "widget_name", "allowed_website", "monthly_average_traffic")


def list_projects(state: SandboxState, request: ApiRequest) -> Answer:
    """The account's projects; paused ones on request, deleted ones never."""
    wanted = {0, 1} if request.query["include_inactive"] else {1}
    found = [
        response_bodies.project(stored)
        for stored in state.records.find_all("project", company=request.company_id)
        if stored["status"] in wanted
    ]
    start = request.query["offset"]
    page = found[start : start + request.query["limit"]]
    return {"success": True, "company_id": request.company_id, "count": len(page), "projects": page}


def create_project(state: SandboxState, request: ApiRequest) -> Answer:
    """A project of the same account; it has no API key of its own."""
    given = _named(request.body)
    now = state.now_text()
    with state.records.change():
        number = state.records.next_id("project")
        key = response_bodies.token("project", state.settings.seed, number, length=22)
        name = given.get("website_name") or given.get("allowed_website") or key
        stored = {
            "project_key": key,
            "website_name": name,
            "widget_name": name,
            "allowed_website": given.get("allowed_website") or "*",
            "monthly_average_traffic": 0,
            "shopify_id": None,
            "status": 1,
            "company_id": request.company_id,
            "currency": "USD",
            "created_at": now,
            "updated_at": now,
        }
        state.put_project(number, stored)
    return 201, {"success": True, "project": response_bodies.project(stored)}


def get_project(_: SandboxState, request: ApiRequest) -> Answer:
    """The project of the path."""
    return {"success": True, "project": response_bodies.project(request.project)}


def update_project(state: SandboxState, request: ApiRequest) -> Answer:
    """Change what may be changed; other fields are ignored without a word."""
    given = _named(request.body)
    changes = {name: given[name] for name in _UPDATABLE if name in given}
    stored = state.change_project(request.project_key, {**changes, "updated_at": state.now_text()})
    return {"success": True, "project": response_bodies.project(stored)}


def delete_project(state: SandboxState, request: ApiRequest) -> Answer:
    """Status 2; its live experiments stop being served."""
    with state.records.change():
        state.change_project(request.project_key, {"status": 2, "updated_at": state.now_text()})
        for experiment in state.records.find_all("experiment", project=request.project_key):
            if experiment["status"] == 1:
                state.put_experiment({**experiment, "status": 0, "updated_at": state.now_text()})
    return {
        "success": True,
        "project_key": request.project_key,
        "status": 2,
        "message": "Project deleted (soft delete; data retained)",
    }


def get_project_configuration(state: SandboxState, request: ApiRequest) -> Answer:
    """What new experiments inherit, goals resolved."""
    goals = goals_by_id(state, request.project_key)
    return {
        "success": True,
        "configuration": response_bodies.project_configuration(request.project, goals),
    }


def update_project_configuration(state: SandboxState, request: ApiRequest) -> Answer:
    """Change defaults; experiments that exist stay as they are."""
    with state.records.change():
        kept = response_bodies.stored_configuration(request.project)
        changed = {**kept, **_defaults(state, request)}
        stored = state.change_project(request.project_key, {"configuration": changed})
    return {"success": True, "configuration": response_bodies.changed_configuration(stored)}


def _defaults(state: SandboxState, request: ApiRequest) -> Body:
    body = request.body
    plain = (
        "analysis_method",
        "frequentist_type",
        "weekly_ai_summary_enabled",
        "skip_pre_publish_check",
    )
    changes: Body = {name: body[name] for name in plain if name in body}
    if "confidence_level" in body:
        changes["confidence_level"] = f"{body['confidence_level']:g}"
    if "primary_goal_key" in body:
        key = body["primary_goal_key"]
        changes["primary_goal_id"] = (
            None if key is None else _goal(state, request, key)["goal_profile_id"]
        )
    if "secondary_goals" in body:
        changes["secondary_goals"] = [
            _secondary(state, request, item) for item in body["secondary_goals"]
        ]
    return changes


def _secondary(state: SandboxState, request: ApiRequest, item: Body) -> Body:
    if "goal_key" not in item:
        return {"type": 2, "text": item["text"], "name": item["name"]}
    goal = _goal(state, request, item["goal_key"])
    return {"type": 2, "text": f"goal_{goal['goal_profile_id']}", "name": goal["goal_name"]}


def _goal(state: SandboxState, request: ApiRequest, key: str) -> Body:
    found = state.records.find_by_name("goal", key, project=request.project_key)
    if found is None:
        raise HttpError(404, f"Goal not found in this project: {key}")
    return found


def _named(body: Body) -> dict[str, Any]:
    """The body with aliases under their own names; a field's own name wins."""
    aliases = {own: body[alias] for alias, own in _ALIASES.items() if alias in body}
    return {**aliases, **body}


HANDLERS = {
    handler.__name__: handler
    for handler in (
        list_projects,
        create_project,
        get_project,
        update_project,
        delete_project,
        get_project_configuration,
        update_project_configuration,
    )
}
