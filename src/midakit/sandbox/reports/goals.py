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


def chosen(context: ReportContext, params: Mapping[str, str]) -> tuple[Goal | None, bool]:
    """The goal asked for, else the experiment's; and whether it is the project's default."""
    key, number = params.get("goal_key", ""), params.get("goal_profile_id", "").strip()
    if key:
        return _found(active(context, goal_key=key), f"goal_key {key[:80]!r}"), False
    if number:
        return _found(active(context, goal_profile_id=number), f"goal {number[:80]!r}"), False
    return primary(context)


def primary(context: ReportContext) -> tuple[Goal | None, bool]:
    """The experiment's own goal, even if deleted since; else the project's default one."""
    own = by_id(context, context.experiment.get("goal_profile_id"))
    if own is not None:
        return own, False
    configuration = context.project.get("configuration") or {}
    default = by_id(context, configuration.get("primary_goal_id"))
    return default, default is not None


def active(context: ReportContext, **wanted: object) -> Goal | None:
    """The active goal with this field, compared as text."""
    (name, value), *_ = wanted.items()
    for goal in context.goals:
        if goal.get("status", 1) == 1 and str(goal.get(name)) == str(value):
            return goal
    return None


def by_id(context: ReportContext, goal_id: object) -> Goal | None:
    """The goal with this id, active or not."""
    if goal_id is None:
        return None
    return next((g for g in context.goals if str(g["goal_profile_id"]) == str(goal_id)), None)


def shown(goal: Goal | None, *fields: str) -> Goal | None:
    """The goal as answers show it: name, type and value, and the fields asked for before them."""
    if goal is None:
        return None
    return {name: goal[name] for name in (*fields, "goal_name", "goal_type", "goal_value")}


def is_event_backed(goal: Goal | None) -> bool:
    """Whether the goal counts custom events, so that revenue, counts and windows apply."""
    return goal is not None and goal["goal_type"] in EVENT_BACKED


def event_condition(name: str, values: SqlValues) -> str:
    """SQL: the event `e` is the custom event of this name."""
    return f"(e.event_type = 2 AND e.event_text = {values.bind(name)})"


def goal_condition(goal: Goal, values: SqlValues) -> str:
    """SQL: the event `e` meets the goal."""
    if is_event_backed(goal):
        return event_condition(str(goal["goal_value"]), values)
    derived = f"e.event_text = {values.bind('goal_' + str(goal['goal_profile_id']))}"
    return f"({derived} OR {_interaction(goal['goal_type'], str(goal['goal_value']), values)})"


def _interaction(kind: str, value: str, values: SqlValues) -> str:
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
    if kind == "pageviewExact":
        return f"coalesce(e.url = {values.bind(value)}, false)"
    if kind == "pageviewWildcard":
        like = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        pattern = values.bind(like.replace("*", "%"))
        return _either("{} LIKE " + pattern + " ESCAPE '\\'")
    if kind == "pageviewRegex":
        return _either(f"regexp_matches({{}}, {values.bind(value)})")
    return f"coalesce(contains(e.url, {values.bind(value)}), false)"


def _either(test: str) -> str:
    path, url = (f"coalesce({test.format(column)}, false)" for column in ("e.event_path", "e.url"))
    return f"({path} OR {url})"


def _detail(name: str) -> str:
    return f"json_extract_string(e.event_property, '$.{name}')"


def _found(goal: Goal | None, what: str) -> Goal:
    if goal is None:
        raise HttpError(404, f"{what} is no active goal of this project")
    return goal
