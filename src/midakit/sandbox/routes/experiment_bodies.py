"""Stored experiments as the bodies that the API shows. Pure.

Three families of variant ids meet here, as in the real service: details count from 1 with Control
as 1; reports, distribution and serving use text with "0" as Control; previews use whole numbers
with 0 as Control.
"""

from urllib.parse import urlsplit, urlunsplit

from midakit.sandbox.routes.response_bodies import goal_reference, pick
from midakit.sandbox.values import Body

CONFIGURATION_DEFAULTS: Body = {
    "traffic_allocation": 100, "confidence_interval": 95, "start_test_date": None,
    "end_test_date": None, "is_mab": 0, "is_autopilot": 0, "distribution": None, "bayesian": 1,
    "dom_change_path": None, "trigger_variant_change": None, "completion_visitor": 0,
    "completion_conversion": 0, "completion_stats_significant_flag": 0,
    "completion_after_period": 0, "integration": [],
}  # fmt: skip
REPORTED = ("traffic_allocation", "confidence_interval", "is_mab", "bayesian", "distribution")
"""Settings that reports read: they stand at the top of a stored experiment."""
_ROW = ("test_id", "test_name", "url", "status", "is_completed", "created_at", "updated_at")


def experiment_row(stored: Body) -> Body:
    """Return an experiment as the list shows it.

    Args:
        stored: An experiment from the sandbox's records.

    Returns:
        The row.
    """
    row = pick(stored, _ROW)
    if stored.get("serving_variant_id") is not None:
        row["serving_variant_id"] = stored["serving_variant_id"]
    if stored.get("is_deploy"):
        row["is_deploy"] = stored["is_deploy"]
    return row


def experiment_details(stored: Body, goal: Body | None) -> Body:
    """Return an experiment with everything but its reports.

    Args:
        stored: An experiment from the sandbox's records.
        goal: Its primary goal.

    Returns:
        The experiment as it is shown by itself.
    """
    return {
        **experiment_row(stored),
        "goal_profile_id": stored.get("goal_profile_id"),
        "variants": [_variant(item) for item in stored["variants"]],
        "configuration": _configuration(stored),
        "targeting": _targeting(stored.get("targeting") or {}),
        "primary_goal": goal_reference(goal),
    }


def _variant(stored: Body) -> Body:
    """Return a variant; here Control is 1."""
    nickname = stored.get("nickname")
    body: Body = {
        "variant_id": int(stored["variant_id"]) + 1,
        "name": f"{stored['name']} — {nickname}" if nickname else stored["name"],
        "customCSS": stored.get("customCSS", ""),
        "customJS": stored.get("customJS", ""),
        "data": stored.get("data", []),
    }
    return {**body, "nickname": nickname} if nickname else body


def _configuration(stored: Body) -> Body:
    """Return all settings of an experiment, defaults filled in."""
    reported = {name: stored[name] for name in REPORTED if stored.get(name) is not None}
    reported |= {name: int(reported[name]) for name in ("is_mab", "bayesian") if name in reported}
    return {**CONFIGURATION_DEFAULTS, **stored.get("configuration", {}), **reported}


def _targeting(rules: Body) -> Body:
    """Return targeting as it is read back: three plain lists, and nothing of the other rules."""
    countries = rules.get("allowed_country") or []
    return {
        "devices": rules.get("device_rule") or [],
        "browsers": rules.get("browser_rule") or [],
        "countries": [rule["code"] for rule in countries if rule["rule"] == "whitelist"],
    }


def preview_urls(stored: Body) -> list[Body]:
    """Return one preview link per variant; those of split tests are on the redirect address.

    Args:
        stored: An experiment from the sandbox's records.

    Returns:
        Id, name and link of each variant.
    """
    return [
        {
            "variant_id": int(item["variant_id"]),
            "name": item["name"],
            "preview_url": _preview(_page(stored, item), stored["test_id"], item),
        }
        for item in stored["variants"]
    ]


def _page(stored: Body, item: Body) -> str:
    """Return the page that shows a variant."""
    data = item.get("data") or [{}]
    redirect = data[0].get("url") if stored.get("test_type") == "split" else None
    return str(redirect or stored["url"])


def _preview(address: str, test_id: int, item: Body) -> str:
    """Return the link that shows a variant on a page."""
    shown = "0" if item["variant_id"] == "0" else str(item["name"]).replace(" ", "_")
    wanted = f"test-preview={test_id}&test-variant={shown}"
    try:
        parts = urlsplit(address)
    except ValueError:
        return f"{address}{'&' if '?' in address else '?'}{wanted}"
    return urlunsplit(parts._replace(query=f"{parts.query}&{wanted}" if parts.query else wanted))
