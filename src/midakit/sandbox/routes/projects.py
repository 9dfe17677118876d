"""Projects and their defaults."""

from midakit.sandbox.routes.api_request import ApiRequest
from midakit.sandbox.routes.experiment_creation import goal_metric
from midakit.sandbox.routes.response_bodies import (
    changed_configuration,
    project_body,
    project_configuration,
    stored_configuration,
    token,
)
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.values import Answer, Body

_ALIASES = {"name": "website_name", "widget_allowed_website": "allowed_website"}
_UPDATABLE = ("website_name", "widget_name", "allowed_website", "monthly_average_traffic")
_PLAIN_DEFAULTS = ("analysis_method", "frequentist_type", "weekly_ai_summary_enabled",
                   "skip_pre_publish_check")  # fmt: skip


def list_projects(state: SandboxState, request: ApiRequest) -> Answer:
    """List the account's projects; paused ones on request, deleted ones never.

    Args:
        state: What the sandbox holds.
        request: Its query narrows the list.

    Returns:
        The projects.
    """
    wanted = {0, 1} if request.query["include_inactive"] else {1}
    found = [
        project_body(stored)
        for stored in state.records.find_all("project", company=request.company_id)
        if stored["status"] in wanted
    ]
    start = request.query["offset"]
    page = found[start : start + request.query["limit"]]
    return {"company_id": request.company_id, "count": len(page), "projects": page}


def create_project(state: SandboxState, request: ApiRequest) -> Answer:
    """Create a project of the same account; it has no API key of its own.

    Args:
        state: What the sandbox holds.
        request: Its body is the project.

    Returns:
        Status 201 and the project.
    """
    given = _own_names(request.body)
    now = state.now_text()
    with state.records.change():
        number = state.records.next_id("project")
        key = token("project", state.settings.seed, number, length=22)
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
    return 201, {"project": project_body(stored)}


def get_project(_: SandboxState, request: ApiRequest) -> Answer:
    """Return the project of the path.

    Args:
        _: Not used.
        request: Its path has the project's key.

    Returns:
        The project.
    """
    return {"project": project_body(request.project)}


def update_project(state: SandboxState, request: ApiRequest) -> Answer:
    """Update the fields that may change; others are ignored without a word.

    Args:
        state: What the sandbox holds.
        request: Names the project and the new values.

    Returns:
        The project.
    """
    given = _own_names(request.body)
    changes = {name: given[name] for name in _UPDATABLE if name in given}
    changes["updated_at"] = state.now_text()
    return {"project": project_body(state.change_project(request.project_key, changes))}


def delete_project(state: SandboxState, request: ApiRequest) -> Answer:
    """Delete a project softly (status 2); its live experiments stop being served.

    Args:
        state: What the sandbox holds.
        request: Its path has the project's key.

    Returns:
        Its key and status.
    """
    with state.records.change():
        state.change_project(request.project_key, {"status": 2, "updated_at": state.now_text()})
        for experiment in state.records.find_all("experiment", project=request.project_key):
            if experiment["status"] == 1:
                state.change_experiment(experiment, {"status": 0})
    return {
        "project_key": request.project_key,
        "status": 2,
        "message": "Project deleted (soft delete; data retained)",
    }


def get_project_configuration(state: SandboxState, request: ApiRequest) -> Answer:
    """Return what new experiments inherit, goals resolved.

    Args:
        state: What the sandbox holds.
        request: Its path has the project's key.

    Returns:
        The defaults.
    """
    # deleted goals too: an experiment may still use them
    found = state.records.find_all("goal", project=request.project_key, deleted=True)
    goals = {goal["goal_profile_id"]: goal for goal in found}
    return {"configuration": project_configuration(request.project, goals)}


def update_project_configuration(state: SandboxState, request: ApiRequest) -> Answer:
    """Update the defaults; experiments that exist stay as they are.

    Args:
        state: What the sandbox holds.
        request: Names the project and the new values.

    Returns:
        The defaults.

    Raises:
        HttpError: 404, there is no such goal.
    """
    with state.records.change():
        # another request may have changed it since this one was checked
        present = state.records.find_by_name("project", request.project_key) or request.project
        changed = {**stored_configuration(present), **_changed_defaults(state, request)}
        stored = state.change_project(request.project_key, {"configuration": changed})
    return {"configuration": changed_configuration(stored)}


def _changed_defaults(state: SandboxState, request: ApiRequest) -> Body:
    """Return the defaults that the body sets, as they are stored."""
    body = request.body
    changes: Body = {name: body[name] for name in _PLAIN_DEFAULTS if name in body}
    if "confidence_level" in body:
        changes["confidence_level"] = f"{body['confidence_level']:g}"
    if "primary_goal_key" in body:
        key = body["primary_goal_key"]
        changes["primary_goal_id"] = (
            None if key is None else request.find_goal(state, key)["goal_profile_id"]
        )
    if "secondary_goals" in body:
        changes["secondary_goals"] = [
            goal_metric(request.find_goal(state, item["goal_key"]))
            if "goal_key" in item
            else {"type": 2, "text": item["text"], "name": item["name"]}
            for item in body["secondary_goals"]
        ]
    return changes


def _own_names(body: Body) -> Body:
    """Return the body with aliases under their own names; a field's own name wins."""
    aliases = {own: body[alias] for alias, own in _ALIASES.items() if alias in body}
    return {**aliases, **body}
