"""The projects, goals and experiments of a data set, and what it may leave out. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from midakit.sandbox.errors import HttpError
from midakit.sandbox.state.clock import parse_time
from midakit.sandbox.values import Body

_START = "2026-01-01T00:00:00.000Z"
_PROJECT: Body = {"company_id": 1001, "allowed_website": "*", "status": 1, "created_at": _START,
                  "currency": "USD"}  # fmt: skip
_GOAL: Body = {"goal_purpose": "sell", "element_url": None, "status": 1, "created_at": _START}
_EXPERIMENT: Body = {
    "test_type": "abtest", "url": "", "status": 9, "is_completed": 0, "created_at": _START,
    "end_date": None, "goal_profile_id": None, "secondary_metrics": [], "traffic_allocation": 100,
    "confidence_interval": 95, "distribution": None, "is_mab": 0, "bayesian": 1,
    "serving_variant_id": None, "serving_periods": [],
}  # fmt: skip
_WHOLE = ("company_id", "goal_profile_id", "test_id", "status", "is_completed")
_STATUSES = (9, 1, 0)
_TEXT = ("project_key", "website_name", "goal_key", "goal_name", "goal_type", "goal_value",
         "test_name", "url", "created_at", "updated_at", "now")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Definitions:
    """The lines of a data set but its visits; goals and experiments name their `project_key`."""

    projects: list[dict[str, Any]] = field(default_factory=list)
    goals: list[dict[str, Any]] = field(default_factory=list)
    experiments: list[dict[str, Any]] = field(default_factory=list)
    objects: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """The type and the rest of every other line; `account_objects` has the format."""
    accounts: list[dict[str, Any]] = field(default_factory=list)
    """With an account line the file is a whole account: nothing is filled in."""


def with_defaults(definitions: Definitions) -> Definitions:
    """Return a data set with everything that may be left out filled in.

    Args:
        definitions: The data set as it was read.

    Returns:
        A copy that the server can hold.

    Raises:
        HttpError: 400, an id comes twice, a project is missing, no report on an experiment could
            be made, or a value has the wrong type.
    """
    whole = bool(definitions.accounts)
    projects = [_filled(item, {} if whole else {"website_name": item["project_key"], **_PROJECT})
                for item in definitions.projects]  # fmt: skip
    goals = [_filled(item, {} if whole else _GOAL) for item in definitions.goals]
    experiments = [
        _filled(
            item, {} if whole else {**_EXPERIMENT, "updated_at": item.get("created_at", _START)}
        )
        for item in definitions.experiments
    ]
    keys = _unique(projects, "project_key")
    _unique(goals, "goal_profile_id")
    _unique(experiments, "test_id")
    for item in (*goals, *experiments):
        if item["project_key"] not in keys:
            raise HttpError(400, f"import: there is no project {str(item['project_key'])[:80]}")
    for experiment in experiments:
        if (wrong := _wrong(experiment)) is not None:
            raise HttpError(400, f"import: experiment {experiment['test_id']} {wrong}")
    experiments = [_with_text_ids(experiment) for experiment in experiments]
    others = definitions.objects, definitions.accounts
    return Definitions(projects, goals, experiments, *others)


def _wrong(experiment: Body) -> str | None:
    """Return why no report on an experiment could be made; None when one can."""
    variants = experiment["variants"]
    if not variants:
        return "has no variants"
    if not isinstance(variants, list) or not all(isinstance(one, dict) for one in variants):
        return "has variants that are no list of objects"
    if not all(isinstance(one.get("name"), str) for one in variants):
        return "has a variant without a name"
    ids = [str(one.get("variant_id")) for one in variants]
    if not all(map(_is_variant_id, ids)):
        return "has a variant whose variant_id is no whole number from 0"
    if len(set(ids)) != len(ids):
        return "has a variant_id twice"
    serving = experiment.get("serving_variant_id")
    if serving is not None and not _is_variant_id(serving):
        return "has a serving_variant_id that is no whole number from 0"
    if experiment["status"] not in _STATUSES:
        return f"has the status {experiment['status']}; there are 9, 1 and 0"
    for name in ("traffic_allocation", "confidence_interval"):
        if isinstance(experiment[name], bool) or not isinstance(experiment[name], int | float):
            return f"has a {name} that is no number"
    return None


def _with_text_ids(experiment: Body) -> Body:
    """Return an experiment whose ids of variants are text, as reports and serving name them."""
    changed = {**experiment, "variants": [
        {**one, "variant_id": str(one["variant_id"])} for one in experiment["variants"]
    ]}  # fmt: skip
    if experiment.get("serving_variant_id") is not None:
        changed["serving_variant_id"] = str(experiment["serving_variant_id"])
    return changed


def _is_variant_id(value: object) -> bool:
    text = str(value)
    return text.isascii() and text.isdecimal() and len(text) < 5


def _filled(item: Mapping[str, Any], defaults: Body) -> Body:
    """Return one line with its defaults, its types checked."""
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


def _unique(items: list[Body], name: str) -> list[Any]:
    """Return the ids of lines, and refuse one that comes twice."""
    ids = [item[name] for item in items]
    if len(set(ids)) != len(ids):
        raise HttpError(400, f"import: a {name} comes twice")
    return ids
