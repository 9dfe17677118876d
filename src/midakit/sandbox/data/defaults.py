"""What a data set may leave out, and the types the server relies on. Pure."""

from collections.abc import Mapping
from typing import Any

from midakit.sandbox.answers import Body
from midakit.sandbox.data.dataset_format import Definitions
from midakit.sandbox.errors import HttpError
from midakit.sandbox.state.clock import parse_time

_START = "2026-01-01T00:00:00.000Z"
_PROJECT: Body = {
    "company_id": 1001,
    "allowed_website": "*",
    "status": 1,
    "created_at": _START,
    "currency": "USD",
}
_GOAL: Body = {"goal_purpose": "sell", "element_url": None, "status": 1, "created_at": _START}
_EXPERIMENT: Body = {
    "test_type": "abtest",
    "url": "",
    "status": 9,
    "is_completed": 0,
    "created_at": _START,
    "end_date": None,
    "goal_profile_id": None,
    "secondary_metrics": [],
    "traffic_allocation": 100,
    "confidence_interval": 95,
    "distribution": None,
    "is_mab": 0,
    "bayesian": 1,
    "serving_variant_id": None,
    "serving_periods": [],
}
_WHOLE = ("company_id", "goal_profile_id", "test_id", "status", "is_completed")
_TEXT = ("project_key", "website_name", "goal_key", "goal_name", "goal_type", "goal_value",
         "test_name", "url", "created_at", "updated_at", "now")  # fmt: skip


def filled(definitions: Definitions) -> Definitions:
    """The same data set with defaults; a HttpError when the server could not hold it."""
    projects = [_filled(item, {"website_name": item["project_key"], **_PROJECT})
                for item in definitions.projects]  # fmt: skip
    goals = [_filled(item, _GOAL) for item in definitions.goals]
    experiments = [
        _filled(item, {**_EXPERIMENT, "updated_at": item.get("created_at", _START)})
        for item in definitions.experiments
    ]
    keys = [project["project_key"] for project in projects]
    _check_once(keys, "project_key")
    _check_once([goal["goal_profile_id"] for goal in goals], "goal_profile_id")
    _check_once([experiment["test_id"] for experiment in experiments], "test_id")
    for item in (*goals, *experiments):
        if item["project_key"] not in keys:
            raise HttpError(400, f"import: there is no project {str(item['project_key'])[:80]}")
    for experiment in experiments:
        if not experiment["variants"]:
            raise HttpError(400, f"import: experiment {experiment['test_id']} has no variants")
    return Definitions(projects, goals, experiments)


def _filled(item: Mapping[str, Any], defaults: Body) -> Body:
    missing = {name: value for name, value in defaults.items() if name not in item}
    body = {**item, **missing}  # in this order an export of an import is the same text
    for name in _WHOLE:
        value = body.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise HttpError(400, f"import: {name} must be a whole number")
    for name in _TEXT:
        if body.get(name) is not None and not isinstance(body[name], str):
            raise HttpError(400, f"import: {name} must be text")
    for name in ("created_at", "updated_at", "now"):
        if body.get(name) is not None:
            parse_time(body[name])
    return body


def _check_once(keys: list[Any], name: str) -> None:
    if len(set(keys)) != len(keys):
        raise HttpError(400, f"import: a {name} comes twice")
