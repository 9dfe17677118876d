"""Which goal a report is about, and which events meet it."""

from collections.abc import Mapping
from typing import Any

from midakit.sandbox.errors import HttpError
from midakit.sandbox.reports.report_context import ReportContext
from midakit.sandbox.reports.sql_values import SqlValues
from midakit.sandbox.reports.vocabulary import EVENT_BACKED
from midakit.sandbox.state.text_rules import as_number

Goal = dict[str, Any]

_ELEMENT = {"clickOnElement": "!click", "formSubmit": "!submit", "elementAppears": "!appear"}
_INSIDE = {"clickOnText": ("!click", "text"), "externalLink": ("!click", "href")}
_AT_LEAST = {"scrolling": ("!scroll", "percent"), "duration": ("!duration", "seconds")}


def choose_goal(context: ReportContext, params: Mapping[str, str]) -> tuple[Goal | None, bool]:
    """Return the goal that was asked for, else the experiment's.

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
        context: Supplies the goals of the project.
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


def is_event_backed(goal: Goal | None) -> bool:
    """Return whether a goal counts custom events, so that revenue, counts and windows apply.

    Args:
        goal: The stored goal.

    Returns:
        False when there is no goal.
    """
    return goal is not None and goal["goal_type"] in EVENT_BACKED


def event_condition(name: str, values: SqlValues) -> str:
    """Return SQL for a custom event of a name.

    Args:
        name: What `event_text` must equal.
        values: Takes the name.

    Returns:
        A condition on an event `e`.
    """
    return f"(e.event_type = 2 AND e.event_text = {values.bind(name)})"


def goal_condition(goal: Goal, values: SqlValues) -> str:
    """Return SQL for the events that meet a goal.

    Args:
        goal: The stored goal.
        values: Takes the values of the condition.

    Returns:
        A condition on an event `e`.
    """
    if is_event_backed(goal):
        return event_condition(str(goal["goal_value"]), values)
    derived = f"e.event_text = {values.bind('goal_' + str(goal['goal_profile_id']))}"
    return f"({derived} OR {_interaction(goal['goal_type'], str(goal['goal_value']), values)})"


def _interaction(kind: str, value: str, values: SqlValues) -> str:
    """Return SQL for the interaction that a goal is about."""
    if kind.startswith("pageview"):
        return f"(e.event_text = '!pageview' AND {_page(kind, value, values)})"
    if kind in _ELEMENT:
        selector = f"{_detail('selector')} = {values.bind(value)}"
        return f"(e.event_text = '{_ELEMENT[kind]}' AND coalesce({selector}, false))"
    if kind in _INSIDE:
        name, detail = _INSIDE[kind]
        found = f"contains(lower({_detail(detail)}), lower({values.bind(value)}))"
        return f"(e.event_text = '{name}' AND coalesce({found}, false))"
    name, detail = _AT_LEAST[kind]
    least = as_number(value)
    if least is None:
        return "false"
    reached = f"num({_detail(detail)}) >= {values.bind(least)}"
    return f"(e.event_text = '{name}' AND coalesce({reached}, false))"


def _page(kind: str, value: str, values: SqlValues) -> str:
    """Return SQL for the pages that a goal is about [9]."""
    if kind == "pageviewExact":
        return f"coalesce(e.url = {values.bind(value)}, false)"
    if kind == "pageviewWildcard":
        like = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        pattern = values.bind(like.replace("*", "%"))
        return _path_or_url("{} LIKE " + pattern + " ESCAPE '\\'")
    if kind == "pageviewRegex":
        return _path_or_url(f"regexp_matches({{}}, {values.bind(value)})")
    return f"coalesce(contains(e.url, {values.bind(value)}), false)"


def _path_or_url(condition: str) -> str:
    """Return SQL for events whose path or whole URL meets a condition."""
    path, url = (
        f"coalesce({condition.format(column)}, false)" for column in ("e.event_path", "e.url")
    )
    return f"({path} OR {url})"


def _detail(name: str) -> str:
    """Return SQL for a property of an interaction."""
    return f"json_extract_string(e.event_property, '$.{name}')"
