"""Stored objects to the bodies the API shows. Pure.

Three families of variant ids live here, as in the real service: details count from 1 with
Control as 1; reports, distribution and serving use text with "0" as Control; previews use
whole numbers with 0 as Control.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit, urlunsplit

Body = dict[str, Any]

CONFIGURATION_DEFAULTS: Body = {
    "traffic_allocation": 100,
    "confidence_interval": 95,
    "start_test_date": None,
    "end_test_date": None,
    "is_mab": 0,
    "is_autopilot": 0,
    "distribution": None,
    "bayesian": 1,
    "dom_change_path": None,
    "trigger_variant_change": None,
    "completion_visitor": 0,
    "completion_conversion": 0,
    "completion_stats_significant_flag": 0,
    "completion_after_period": 0,
    "integration": [],
}
REPORTED = ("traffic_allocation", "confidence_interval", "is_mab", "bayesian", "distribution")
"""Settings that reports read: they live at the top of a stored experiment."""

_PROJECT = [
    "project_key",
    "name",
    "website_name",
    "widget_name",
    "allowed_website",
    "monthly_average_traffic",
    "shopify_id",
    "status",
    "company_id",
    "created_at",
    "updated_at",
]
_GOAL = [
    "goal_profile_id",
    "goal_key",
    "goal_name",
    "goal_type",
    "goal_value",
    "goal_purpose",
    "element_url",
]
_ROW = ["test_id", "test_name", "url", "status", "is_completed", "created_at", "updated_at"]


def pick(body: Body, names: Sequence[str]) -> Body:
    """Some fields of an object, in this order; a missing one is null."""
    return {name: body.get(name) for name in names}


def project(stored: Body) -> Body:
    """A project as the project operations show it."""
    name = stored.get("website_name") or ""
    widget = stored.get("widget_name") or name
    defaults = {"monthly_average_traffic": 0, "updated_at": stored.get("created_at")}
    return pick({**defaults, **stored, "name": name or widget, "widget_name": widget}, _PROJECT)


def goal(stored: Body) -> Body:
    """A goal in a list."""
    return pick({"goal_purpose": "sell", **stored}, _GOAL)


def goal_details(stored: Body) -> Body:
    """One goal by itself."""
    return {**goal(stored), "status": stored["status"], "created_at": stored["created_at"]}


def goal_reference(stored: Body | None) -> Body | None:
    """A goal inside another object."""
    names = ("goal_profile_id", "goal_key", "goal_name", "goal_type", "goal_value")
    return pick(stored, names) if stored else None


def experiment_row(stored: Body) -> Body:
    """An experiment in the list."""
    row = pick(stored, _ROW)
    if stored.get("serving_variant_id") is not None:
        row["serving_variant_id"] = stored["serving_variant_id"]
    if stored.get("is_deploy"):
        row["is_deploy"] = stored["is_deploy"]
    return row


def experiment_details(stored: Body, primary: Body | None) -> Body:
    """One experiment with everything but its reports."""
    return {
        **experiment_row(stored),
        "goal_profile_id": stored.get("goal_profile_id"),
        "variants": [variant(item) for item in stored["variants"]],
        "configuration": configuration(stored),
        "targeting": applied_targeting(stored.get("targeting") or {}),
        "primary_goal": goal_reference(primary),
    }


def variant(stored: Body) -> Body:
    """A variant as stored; here Control is 1."""
    nickname = stored.get("nickname")
    body: Body = {
        "variant_id": int(stored["variant_id"]) + 1,
        "name": f"{stored['name']} — {nickname}" if nickname else stored["name"],
        "customCSS": stored.get("customCSS", ""),
        "customJS": stored.get("customJS", ""),
        "data": stored.get("data", []),
    }
    return {**body, "nickname": nickname} if nickname else body


def configuration(stored: Body) -> Body:
    """All settings of an experiment, defaults filled in."""
    reported = {name: stored[name] for name in REPORTED if stored.get(name) is not None}
    reported |= {name: int(reported[name]) for name in ("is_mab", "bayesian") if name in reported}
    return {**CONFIGURATION_DEFAULTS, **stored.get("configuration", {}), **reported}


def applied_targeting(rules: Body) -> Body:
    """Targeting as it is read back: three plain lists, and nothing of the other rules."""
    countries = rules.get("allowed_country") or []
    return {
        "devices": rules.get("device_rule") or [],
        "browsers": rules.get("browser_rule") or [],
        "countries": [rule["code"] for rule in countries if rule["rule"] == "whitelist"],
    }


def project_configuration(stored: Body, goals: dict[int, Body]) -> Body:
    """Project defaults as they are read: goals resolved."""
    configuration = stored_configuration(stored)
    return {
        **configuration,
        "stats_engine": "bayesian" if configuration["analysis_method"] == "1" else "frequentist",
        "confidence_threshold_percent": plain(float(configuration["confidence_level"])),
        "primary_goal": goal_reference(goals.get(configuration["primary_goal_id"] or 0)),
        "secondary_goals": [_resolved(entry, goals) for entry in configuration["secondary_goals"]],
    }


def changed_configuration(stored: Body) -> Body:
    """Project defaults as a change answers them: the shorter shape of the docs."""
    configuration = stored_configuration(stored)
    entries = configuration["secondary_goals"]
    return {
        **configuration,
        "secondary_goals": [
            {**pick(entry, ("type", "text", "name")), "attributeFilter": None} for entry in entries
        ],
    }


def stored_configuration(stored: Body) -> Body:
    """A project's defaults, complete."""
    return {
        "analysis_method": "1",
        "frequentist_type": "0",
        "confidence_level": "95",
        "primary_goal_id": None,
        "secondary_goals": [],
        "weekly_ai_summary_enabled": False,
        "skip_pre_publish_check": False,
        **(stored.get("configuration") or {}),
    }


def plain(number: float) -> float | int:
    """A whole number without its decimal point."""
    return int(number) if number == int(number) else number


def _resolved(entry: Body, goals: dict[int, Body]) -> Body:
    text = str(entry["text"])
    shown = pick(entry, ("type", "text", "name"))
    identifier = text.removeprefix("goal_")
    if text.startswith("goal_") and identifier.isdecimal():
        found = goals.get(int(identifier))
        names = ("goal_profile_id", "goal_key", "goal_type", "goal_value")
        return {**shown, **pick(found, names)} if found else shown
    return (
        shown
        if text in {"BounceRate", "_engagement", "_pageview"}
        else {**shown, "event_name": text}
    )


def preview_urls(stored: Body) -> list[Body]:
    """One preview link per variant; of split tests on the redirect address."""
    return [
        {
            "variant_id": int(item["variant_id"]),
            "name": item["name"],
            "preview_url": _preview(_shown_at(stored, item), stored["test_id"], item),
        }
        for item in stored["variants"]
    ]


def _shown_at(stored: Body, item: Body) -> str:
    data = item.get("data") or [{}]
    redirect = data[0].get("url") if stored.get("test_type") == "split" else None
    return str(redirect or stored["url"])


def _preview(address: str, test_id: int, item: Body) -> str:
    shown = "0" if item["variant_id"] == "0" else str(item["name"]).replace(" ", "_")
    wanted = f"test-preview={test_id}&test-variant={shown}"
    try:
        parts = urlsplit(address)
    except ValueError:
        return f"{address}{'&' if '?' in address else '?'}{wanted}"
    return urlunsplit(parts._replace(query=f"{parts.query}&{wanted}" if parts.query else wanted))


def token(*parts: object, length: int) -> str:
    """Letters and digits that depend on nothing but the parts."""
    digest = hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).digest()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    return "".join(alphabet[byte % len(alphabet)] for byte in digest)[:length]
