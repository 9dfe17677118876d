"""Goals: conversion definitions that experiments share."""

import re

from midakit.sandbox.errors import HttpError
from midakit.sandbox.routes.api_request import ApiRequest
from midakit.sandbox.routes.response_bodies import goal_body, goal_details
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.settings import LIMITED_PLANS
from midakit.sandbox.values import Answer, Body

_GOALS_ON_A_LIMITED_PLAN = 2
_CHANGEABLE = ("goal_name", "goal_type", "goal_value", "goal_purpose", "goal_key", "element_url")


def list_goals(state: SandboxState, request: ApiRequest) -> Answer:
    """List one page of the project's goals.

    Args:
        state: What the sandbox holds.
        request: Its query has the limit and the offset.

    Returns:
        The goals.
    """
    goals = [goal_body(stored) for stored in request.find_page(state, "goal")]
    return {"company_id": request.company_id, "count": len(goals), "goals": goals}


def create_goal(state: SandboxState, request: ApiRequest) -> Answer:
    """Create a goal; its key is made from the name when none is given.

    Args:
        state: What the sandbox holds.
        request: Its body is the goal.

    Returns:
        The goal's id and key.

    Raises:
        HttpError: 406, an active goal has this key; 403, the plan allows no more.
    """
    with state.records.change():
        key = request.body.get("goal_key") or free_goal_key(
            state, request.project_key, request.body["goal_name"]
        )
        _check_key(state, request, key, own=None)
        goal = add_goal(state, request, request.body, key)
    return {
        "goal_profile_id": goal["goal_profile_id"],
        "goal_key": goal["goal_key"],
        "company_id": request.company_id,
    }


def get_goal(state: SandboxState, request: ApiRequest) -> Answer:
    """Return one goal of the project.

    Args:
        state: What the sandbox holds.
        request: Its path has the goal's id.

    Returns:
        The goal.
    """
    return {"goal": goal_details(request.find(state, "goal"))}


def update_goal(state: SandboxState, request: ApiRequest) -> Answer:
    """Update a goal; reports count by the new definition at once.

    Args:
        state: What the sandbox holds.
        request: Names the goal and the new values.

    Returns:
        The goal's id.

    Raises:
        HttpError: 406, another active goal has the new key.
    """
    with state.records.change():
        stored = request.find(state, "goal")
        changes = {name: request.body[name] for name in _CHANGEABLE if name in request.body}
        key = changes.get("goal_key") or stored["goal_key"]
        _check_key(state, request, key, own=stored["goal_profile_id"])
        state.put_goal(request.project_key, {**stored, **changes, "goal_key": key})
    return {"goal_profile_id": stored["goal_profile_id"]}


def delete_goal(state: SandboxState, request: ApiRequest) -> Answer:
    """Delete a goal softly: it leaves the lists and stays for the experiments that use it.

    Args:
        state: What the sandbox holds.
        request: Its path has the goal's id.

    Returns:
        The goal's id.
    """
    with state.records.change():
        stored = request.find(state, "goal")
        state.put_goal(request.project_key, {**stored, "status": 2})
    return {"goal_profile_id": stored["goal_profile_id"], "deleted": True}


def add_goal(state: SandboxState, request: ApiRequest, given: Body, key: str) -> Body:
    """Store a new goal, if the plan allows one more.

    Args:
        state: What the sandbox holds.
        request: Names the project.
        given: The goal as it was sent.
        key: Its key, which no active goal has.

    Returns:
        The stored goal.

    Raises:
        HttpError: 403, the plan allows no more.
    """
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


def free_goal_key(state: SandboxState, project_key: str, name: str) -> str:
    """Make a key of a name that no active goal of the project has.

    Args:
        state: What the sandbox holds.
        project_key: Project in which the key must be unique.
        name: Text that the key is made of.

    Returns:
        The name in lower case with underscores, numbered where that is taken.
    """
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "goal"
    key, number = slug, 1
    while state.records.find_by_name("goal", key, project=project_key):
        number += 1
        key = f"{slug}_{number}"
    return key


def _check_key(state: SandboxState, request: ApiRequest, key: str, own: int | None) -> None:
    """Refuse a key that another active goal of the project has."""
    other = state.records.find_by_name("goal", key, project=request.project_key)
    if other and other["goal_profile_id"] != own:
        raise HttpError(406, f"A goal with this goal_key exists: {key}")
