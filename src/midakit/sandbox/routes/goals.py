"""Goals: conversion definitions that experiments share."""

import re

from midakit.sandbox.answers import Answer, Body
from midakit.sandbox.errors import HttpError
from midakit.sandbox.routes import response_bodies
from midakit.sandbox.routes.api_request import ApiRequest
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.settings import LIMITED_PLANS

_GOALS_ON_A_LIMITED_PLAN = 2
_CHANGEABLE = ("goal_name", "goal_type", "goal_value", "goal_purpose", "goal_key", "element_url")


def list_goals(state: SandboxState, request: ApiRequest) -> Answer:
    """One page of the project's goals."""
    found = state.records.find_all(
        "goal",
        project=request.project_key,
        limit=request.query["limit"],
        offset=request.query["offset"],
    )
    goals = [response_bodies.goal(stored) for stored in found]
    return {"success": True, "company_id": request.company_id, "count": len(goals), "goals": goals}


def create_goal(state: SandboxState, request: ApiRequest) -> Answer:
    """A new goal; its key is made from the name when none is given."""
    with state.records.change():
        key = request.body.get("goal_key") or free_key(
            state, request.project_key, request.body["goal_name"]
        )
        if state.records.find_by_name("goal", key, project=request.project_key):
            raise HttpError(406, f"A goal with this goal_key exists: {key}")
        goal = add_goal(state, request, request.body, key)
    return {
        "success": True,
        "goal_profile_id": goal["goal_profile_id"],
        "goal_key": goal["goal_key"],
        "company_id": request.company_id,
    }


def get_goal(state: SandboxState, request: ApiRequest) -> Answer:
    """One goal."""
    return {"success": True, "goal": response_bodies.goal_details(_found(state, request))}


def update_goal(state: SandboxState, request: ApiRequest) -> Answer:
    """Change a goal; reports count by the new definition at once."""
    with state.records.change():
        stored = _found(state, request)
        changes = {name: request.body[name] for name in _CHANGEABLE if name in request.body}
        key = changes.get("goal_key") or stored["goal_key"]
        other = state.records.find_by_name("goal", key, project=request.project_key)
        if other and other["goal_profile_id"] != stored["goal_profile_id"]:
            raise HttpError(406, f"A goal with this goal_key exists: {key}")
        state.put_goal(request.project_key, {**stored, **changes, "goal_key": key})
    return {"success": True, "goal_profile_id": stored["goal_profile_id"]}


def delete_goal(state: SandboxState, request: ApiRequest) -> Answer:
    """Status 2: gone from lists, kept for the experiments that use it."""
    with state.records.change():
        stored = _found(state, request)
        state.put_goal(request.project_key, {**stored, "status": 2})
    return {"success": True, "goal_profile_id": stored["goal_profile_id"], "deleted": True}


def add_goal(state: SandboxState, request: ApiRequest, given: Body, key: str) -> Body:
    """Store a new goal, if the plan allows one more."""
    if state.plan in LIMITED_PLANS:
        count = len(state.records.find_all("goal", project=request.project_key))
        if count >= _GOALS_ON_A_LIMITED_PLAN:
            raise HttpError(403, "Your plan allows 2 goals per project. Upgrade to add more.")
    stored = {
        "goal_profile_id": state.records.next_id("goal", first=9001),
        "goal_key": key,
        "goal_name": given["goal_name"],
        "goal_type": given["goal_type"],
        "goal_value": given["goal_value"],
        "goal_purpose": given.get("goal_purpose", "sell"),
        "element_url": given.get("element_url"),
        "status": 1,
        "created_at": state.now_text(),
    }
    state.put_goal(request.project_key, stored)
    return stored


def free_key(state: SandboxState, project_key: str, name: str) -> str:
    """A slug of the name that no active goal of the project has."""
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "goal"
    key, number = slug, 1
    while state.records.find_by_name("goal", key, project=project_key):
        number += 1
        key = f"{slug}_{number}"
    return key


def goals_by_id(state: SandboxState, project_key: str) -> dict[int, Body]:
    """The project's goals, deleted ones too: an experiment may still use them."""
    goals = state.records.find_all("goal", project=project_key, deleted=True)
    return {goal["goal_profile_id"]: goal for goal in goals}


def _found(state: SandboxState, request: ApiRequest) -> Body:
    stored = state.records.find(
        "goal", request.path_ids["goal_profile_id"], project=request.project_key
    )
    if stored is None:
        raise HttpError(404, "Goal not found")
    return stored


HANDLERS = {
    handler.__name__: handler
    for handler in (list_goals, create_goal, get_goal, update_goal, delete_goal)
}
