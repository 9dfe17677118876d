"""Stored projects and goals as the bodies that the API shows. Pure."""

import hashlib
import json
from collections.abc import Sequence

from midakit.sandbox.reports.vocabulary import BUILT_IN
from midakit.sandbox.values import Body

_PROJECT = ("project_key", "name", "website_name", "widget_name", "allowed_website",
            "monthly_average_traffic", "shopify_id", "status", "company_id", "created_at",
            "updated_at")  # fmt: skip
_GOAL = ("goal_profile_id", "goal_key", "goal_name", "goal_type", "goal_value", "goal_purpose",
         "element_url")  # fmt: skip
_CONFIGURATION: Body = {
    "analysis_method": "1",
    "frequentist_type": "0",
    "confidence_level": "95",
    "primary_goal_id": None,
    "secondary_goals": [],
    "weekly_ai_summary_enabled": False,
    "skip_pre_publish_check": False,
}


def pick(body: Body, names: Sequence[str]) -> Body:
    """Return some fields of an object.

    Args:
        body: The object.
        names: The fields, in the order to show them.

    Returns:
        The fields; a missing one is null.
    """
    return {name: body.get(name) for name in names}


def project_body(stored: Body) -> Body:
    """Return a project as the project operations show it.

    Args:
        stored: A project from the sandbox's records.

    Returns:
        The project.
    """
    name = stored.get("website_name") or ""
    widget = stored.get("widget_name") or name
    defaults = {"monthly_average_traffic": 0, "updated_at": stored.get("created_at")}
    return pick({**defaults, **stored, "name": name or widget, "widget_name": widget}, _PROJECT)


def goal_body(stored: Body) -> Body:
    """Return a goal as the list shows it.

    Args:
        stored: A goal from the sandbox's records.

    Returns:
        The goal.
    """
    return pick({"goal_purpose": "sell", **stored}, _GOAL)


def goal_details(stored: Body) -> Body:
    """Return a goal as it is shown by itself.

    Args:
        stored: A goal from the sandbox's records.

    Returns:
        The goal, with its status and date.
    """
    return {**goal_body(stored), "status": stored["status"], "created_at": stored["created_at"]}


def goal_reference(stored: Body | None) -> Body | None:
    """Return a goal as it is shown inside another object.

    Args:
        stored: A goal from the sandbox's records; None where there is none.

    Returns:
        Its id, key, name, type and value, or None when there is no goal.
    """
    return pick(stored, _GOAL[:5]) if stored else None


def project_configuration(stored: Body, goals: dict[int, Body]) -> Body:
    """Return a project's defaults as they are read: goals resolved.

    Args:
        stored: A project from the sandbox's records.
        goals: The goals of the project by id.

    Returns:
        The defaults.
    """
    configuration = stored_configuration(stored)
    return {
        **configuration,
        "stats_engine": "bayesian" if configuration["analysis_method"] == "1" else "frequentist",
        "confidence_threshold_percent": without_point(float(configuration["confidence_level"])),
        "primary_goal": goal_reference(goals.get(configuration["primary_goal_id"] or 0)),
        "secondary_goals": [_resolved(entry, goals) for entry in configuration["secondary_goals"]],
    }


def changed_configuration(stored: Body) -> Body:
    """Return a project's defaults as an update answers them: the shorter form of the docs.

    Args:
        stored: The stored project.

    Returns:
        The defaults.
    """
    configuration = stored_configuration(stored)
    entries = configuration["secondary_goals"]
    return {
        **configuration,
        "secondary_goals": [
            {**pick(entry, ("type", "text", "name")), "attributeFilter": None} for entry in entries
        ],
    }


def stored_configuration(stored: Body) -> Body:
    """Return a project's defaults, complete.

    Args:
        stored: The stored project.

    Returns:
        The defaults as they are stored.
    """
    return {**_CONFIGURATION, **(stored.get("configuration") or {})}


def without_point(number: float) -> float | int:
    """Return a whole number without its decimal point.

    Args:
        number: Any number.

    Returns:
        The same number.
    """
    return int(number) if number == int(number) else number


def _resolved(entry: Body, goals: dict[int, Body]) -> Body:
    """Return a secondary goal with what it refers to."""
    text = str(entry["text"])
    shown = pick(entry, ("type", "text", "name"))
    identifier = text.removeprefix("goal_")
    if text.startswith("goal_") and identifier.isdecimal():
        found = goals.get(int(identifier))
        names = ("goal_profile_id", "goal_key", "goal_type", "goal_value")
        return {**shown, **pick(found, names)} if found else shown
    return shown if text in BUILT_IN else {**shown, "event_name": text}


def token(*parts: object, length: int) -> str:
    """Return letters and digits that depend on nothing but the parts.

    Args:
        *parts: What the token stands for.
        length: How many characters, 32 at most.

    Returns:
        The token.
    """
    digest = hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).digest()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    return "".join(alphabet[byte % len(alphabet)] for byte in digest)[:length]
