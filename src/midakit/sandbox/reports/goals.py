"""Which goal a report is about."""

from collections.abc import Mapping
from typing import Any

from midakit.sandbox.errors import HttpError
from midakit.sandbox.reports.event_conditions import NOTHING, NamedEvents, goal_events
from midakit.sandbox.reports.report_context import ReportContext
from midakit.sandbox.reports.vocabulary import EVENT_BACKED

Goal = dict[str, Any]


def choose_goal(context: ReportContext, params: Mapping[str, str]) -> tuple[Goal | None, bool]:
    """Return the goal that was asked for, else the experiment's [choice 7].

    Args:
        context: The experiment, its project and its goals.
        params: The query as it was sent.

    Returns:
        The goal, and whether it is the project's default one.

    Raises:
        HttpError: 404, there is no such active goal.
    """
    key, number = params.get("goal_key", ""), params.get("goal_profile_id", "").strip()
    if key:
        found, what = find_active_goal(context, goal_key=key), f"goal_key {key[:80]!r}"
    elif number:
        found, what = find_active_goal(context, goal_profile_id=number), f"goal {number[:80]!r}"
    else:
        return primary_goal(context)
    if found is None:
        raise HttpError(404, f"{what} is no active goal of this project")
    return found, False


def primary_goal(context: ReportContext) -> tuple[Goal | None, bool]:
    """Return the experiment's own goal, even if it was deleted since, else the project's.

    Args:
        context: The experiment, its project and its goals.

    Returns:
        The goal, and whether it is the project's default one.
    """
    own = _goal_with_id(context, context.experiment.get("goal_profile_id"))
    if own is not None:
        return own, False
    configuration = context.project.get("configuration") or {}
    default = _goal_with_id(context, configuration.get("primary_goal_id"))
    return default, default is not None


def find_active_goal(context: ReportContext, **wanted: object) -> Goal | None:
    """Return the active goal with a field of a value, compared as text.

    Args:
        context: It has the goals.
        **wanted: The field and its value.

    Returns:
        The goal, or None.
    """
    (name, value), *_ = wanted.items()
    for goal in context.goals:
        if goal.get("status", 1) == 1 and str(goal.get(name)) == str(value):
            return goal
    return None


def _goal_with_id(context: ReportContext, goal_id: object) -> Goal | None:
    """Return the goal with an id, active or not."""
    if goal_id is None:
        return None
    return next((g for g in context.goals if str(g["goal_profile_id"]) == str(goal_id)), None)


def goal_fields(goal: Goal | None, *names: str) -> Goal | None:
    """Return a goal as answers show it.

    Args:
        goal: The stored goal.
        *names: Fields to show before its name, type and value.

    Returns:
        Those fields, or None when there is no goal.
    """
    if goal is None:
        return None
    return {name: goal[name] for name in (*names, "goal_name", "goal_type", "goal_value")}


def condition_of(goal: Goal | None, warnings: list[str]) -> NamedEvents:
    """Return which events meet a goal; a pattern that cannot be read matches nothing.

    Args:
        goal: The stored goal.
        warnings: Gets a sentence about such a pattern.

    Returns:
        The condition.
    """
    if goal is None:
        return NOTHING
    try:
        return goal_events(goal)
    except ValueError:
        warnings.append(f"goal {goal['goal_key']}: its value is no valid pattern, nothing matches")
        return NOTHING


def is_event_backed(goal: Goal | None) -> bool:
    """Return whether a goal counts custom events, so that revenue, counts and windows apply.

    Args:
        goal: The stored goal.

    Returns:
        False when there is no goal.
    """
    return goal is not None and goal["goal_type"] in EVENT_BACKED
