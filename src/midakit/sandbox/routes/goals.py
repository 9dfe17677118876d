"""Goals: conversion definitions that experiments share."""

import re

from midakit.sandbox.exchange import Answer, Body, Call
from midakit.sandbox.refusal import Problem
from midakit.sandbox.routes import shapes
from midakit.sandbox.settings import LIMITED_PLANS
from midakit.sandbox.world import World

_GOALS_ON_A_LIMITED_PLAN = 2
_CHANGEABLE = ("goal_name", "goal_type", "goal_value", "goal_purpose", "goal_key", "element_url")


def list_goals(world: World, call: Call) -> Answer:
    """One page of the project's goals."""
    found = world.records.list(
        "goal", project=call.key, limit=call.query["limit"], offset=call.query["offset"]
    )
    goals = [shapes.goal(stored) for stored in found]
    return {"success": True, "company_id": call.company, "count": len(goals), "goals": goals}


def create_goal(world: World, call: Call) -> Answer:
    """A new goal; its key is made from the name when none is given."""
    with world.records.change():
        key = call.body.get("goal_key") or free_key(world, call.key, call.body["goal_name"])
        if world.records.named("goal", key, project=call.key):
            raise Problem(406, f"A goal with this goal_key exists: {key}")
        goal = add_goal(world, call, call.body, key)
    return {
        "success": True,
        "goal_profile_id": goal["goal_profile_id"],
        "goal_key": goal["goal_key"],
        "company_id": call.company,
    }


def get_goal(world: World, call: Call) -> Answer:
    """One goal."""
    return {"success": True, "goal": shapes.goal_details(_found(world, call))}


def update_goal(world: World, call: Call) -> Answer:
    """Change a goal; reports count by the new definition at once."""
    with world.records.change():
        stored = _found(world, call)
        changes = {name: call.body[name] for name in _CHANGEABLE if name in call.body}
        key = changes.get("goal_key") or stored["goal_key"]
        other = world.records.named("goal", key, project=call.key)
        if other and other["goal_profile_id"] != stored["goal_profile_id"]:
            raise Problem(406, f"A goal with this goal_key exists: {key}")
        world.put_goal(call.key, {**stored, **changes, "goal_key": key})
    return {"success": True, "goal_profile_id": stored["goal_profile_id"]}


def delete_goal(world: World, call: Call) -> Answer:
    """Status 2: gone from lists, kept for the experiments that use it."""
    with world.records.change():
        stored = _found(world, call)
        world.put_goal(call.key, {**stored, "status": 2})
    return {"success": True, "goal_profile_id": stored["goal_profile_id"], "deleted": True}


def add_goal(world: World, call: Call, given: Body, key: str) -> Body:
    """Store a new goal, if the plan allows one more."""
    if world.plan in LIMITED_PLANS:
        count = len(world.records.list("goal", project=call.key))
        if count >= _GOALS_ON_A_LIMITED_PLAN:
            raise Problem(403, "Your plan allows 2 goals per project. Upgrade to add more.")
    stored = {
        "goal_profile_id": world.records.next_id("goal", first=9001),
        "goal_key": key,
        "goal_name": given["goal_name"],
        "goal_type": given["goal_type"],
        "goal_value": given["goal_value"],
        "goal_purpose": given.get("goal_purpose", "sell"),
        "element_url": given.get("element_url"),
        "status": 1,
        "created_at": world.stamp(),
    }
    world.put_goal(call.key, stored)
    return stored


def free_key(world: World, project_key: str, name: str) -> str:
    """A slug of the name that no active goal of the project has."""
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "goal"
    key, number = slug, 1
    while world.records.named("goal", key, project=project_key):
        number += 1
        key = f"{slug}_{number}"
    return key


def goals_by_id(world: World, project_key: str) -> dict[int, Body]:
    """The project's goals, deleted ones too: an experiment may still use them."""
    goals = world.records.list("goal", project=project_key, every=True)
    return {goal["goal_profile_id"]: goal for goal in goals}


def _found(world: World, call: Call) -> Body:
    stored = world.records.get("goal", call.ids["goal_profile_id"], project=call.key)
    if stored is None:
        raise Problem(404, "Goal not found")
    return stored


HANDLERS = {
    handler.__name__: handler
    for handler in (list_goals, create_goal, get_goal, update_goal, delete_goal)
}
