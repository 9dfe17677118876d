"""Goals: conversion definitions."""

from typing import TYPE_CHECKING, Any

from midakit.core.call import Call
from midakit.core.checks import number_id, one_of, page, some, text
from midakit.core.unset import UNSET, Unset
from midakit.mida import models
from midakit.mida.calls.build import PROJECT, given, write
from midakit.mida.calls.build import get as reading

if TYPE_CHECKING:
    from midakit.mida.models import CreatedGoal, DeletedGoal, GoalDetails, GoalList, UpdatedGoal


def _path(goal_profile_id: Any) -> str:
    return f"{PROJECT}/goal/{number_id('goal_profile_id', goal_profile_id)}"


def list(*, limit: int = 50, offset: int = 0) -> "Call[GoalList]":
    """A page of the project's goals."""
    return reading("list_goals", f"{PROJECT}/goals", models.GoalList, query=page(limit, offset))


def create(
    goal_name: str,
    goal_type: str,
    goal_value: str | int | float,
    *,
    goal_key: str | Unset = UNSET,
    goal_purpose: str | Unset = UNSET,
    element_url: str | Unset = UNSET,
) -> "Call[CreatedGoal]":
    """Make a goal; with a key of its own it may be repeated, because a second one is refused."""
    body = given(
        goal_name=text("goal_name", goal_name),
        goal_type=one_of("goal_type", goal_type, models.GoalType),
        goal_value=text("goal_value", str(goal_value)),
        goal_key=goal_key,
        goal_purpose=_purpose(goal_purpose),
        element_url=element_url,
    )
    return write(
        "create_goal",
        "POST",
        f"{PROJECT}/goal",
        models.CreatedGoal,
        body,
        safe=goal_key is not UNSET,
    )


def _purpose(goal_purpose: str | Unset) -> Any:
    if goal_purpose is UNSET:
        return UNSET
    return one_of("goal_purpose", goal_purpose, models.GoalPurpose)


def get(goal_profile_id: int | str) -> "Call[GoalDetails]":
    """One goal."""
    return reading("get_goal", _path(goal_profile_id), models.GoalResponse, pick="goal")


def update(
    goal_profile_id: int | str,
    *,
    goal_name: str | Unset = UNSET,
    goal_type: str | Unset = UNSET,
    goal_value: str | int | float | Unset = UNSET,
    goal_purpose: str | Unset = UNSET,
    goal_key: str | Unset = UNSET,
    element_url: str | Unset = UNSET,
) -> "Call[UpdatedGoal]":
    """Change a goal, at once for live experiments too."""
    fields = {
        "goal_name": goal_name,
        "goal_type": UNSET
        if goal_type is UNSET
        else one_of("goal_type", goal_type, models.GoalType),
        "goal_value": UNSET if goal_value is UNSET else str(goal_value),
        "goal_purpose": _purpose(goal_purpose),
        "goal_key": goal_key,
        "element_url": element_url,
    }
    some("goal", **fields)
    return write(
        "update_goal",
        "PATCH",
        _path(goal_profile_id),
        models.UpdatedGoal,
        given(**fields),
        safe=True,
    )


def delete(goal_profile_id: int | str) -> "Call[DeletedGoal]":
    """Soft-delete a goal."""
    return write(
        "delete_goal", "DELETE", _path(goal_profile_id), models.DeletedGoal, safe=True,
        repeated=(404, {"goal_profile_id": int(goal_profile_id), "deleted": True}),
    )  # fmt: skip
