"""New experiments, and the stored form of their parts."""

from typing import Any

from midakit.sandbox.errors import HttpError
from midakit.sandbox.routes.api_request import ApiRequest
from midakit.sandbox.routes.experiment_bodies import CONFIGURATION_DEFAULTS, REPORTED
from midakit.sandbox.routes.goals import add_goal, free_goal_key
from midakit.sandbox.routes.page_rules import check_rules, default_page, normalize_rules
from midakit.sandbox.routes.response_bodies import pick, stored_configuration, without_point
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.settings import LIMITED_PLANS
from midakit.sandbox.state.clock import parse_time
from midakit.sandbox.values import Answer, Body

DRAFT, LIVE, INACTIVE = 9, 1, 0
PLAIN_FIELDS = ("custom_js", "custom_css", "control_attr", "tags")
_LIVE_ON_A_LIMITED_PLAN = 2
_REPEAT_HOURS = 24
_TREATMENT = ("nickname", "customCSS", "customJS", "data", "layer", "targeting")


def create_experiment(state: SandboxState, request: ApiRequest) -> Answer:
    """Create an experiment; the same idempotency key gives the first reply again for a day [choice 28].

    Args:
        state: What the sandbox holds.
        request: Its body is the experiment.

    Returns:
        The experiment's id.

    Raises:
        HttpError: 400, the experiment is not possible; 403, the plan allows no more; 404, there is
            no such goal.
    """
    header = request.headers.get("x-idempotency-key")
    if header == "":
        raise HttpError(400, "x-idempotency-key must not be empty")
    key = request.body.get("idempotency_key") or header
    with state.records.change():
        if key and (reply := _first_reply(state, request, key)):
            return reply
        reply = _create(state, request)
        if key:
            number = state.records.next_id("reply")
            body = {"number": number, "at": state.now_text(), "reply": reply}
            state.records.put("reply", number, body, project=request.project_key, name=key)
    return reply


def _first_reply(state: SandboxState, request: ApiRequest, key: str) -> Body | None:
    """Return the reply that a key got in the last 24 hours."""
    kept = state.records.find_by_name("reply", key, project=request.project_key)
    if kept is None:
        return None
    age = state.clock.now() - parse_time(kept["at"])
    if 0 <= age.total_seconds() < _REPEAT_HOURS * 3600:
        reply: Body = kept["reply"]
        return reply
    state.records.drop("reply", kept["number"])
    return None


def _create(state: SandboxState, request: ApiRequest) -> Body:
    """Check and store a new experiment, and return the reply."""
    body = request.body
    rules = normalize_rules(body.get("page_urls"))
    url = body.get("url") or default_page(rules)
    check_rules(url, rules)
    status = body.get("status", DRAFT)
    if status == LIVE:
        check_live_limit(state, request.project_key)
    goal = _primary_goal(state, request)
    metrics = _secondary_metrics(state, request)
    now = state.now_text()
    defaults = stored_configuration(request.project)
    inherited = {
        "bayesian": int(defaults["analysis_method"]),
        "confidence_interval": without_point(float(defaults["confidence_level"])),
    }
    stored = {
        "test_id": state.records.next_id("experiment", first=1001),
        "project_key": request.project_key,
        "company_id": request.company_id,
        "test_name": body["test_name"],
        "test_type": body.get("test_type", "abtest"),
        "url": url,
        "page_urls": rules,
        "status": status,
        "is_completed": 0,
        "created_at": now,
        "updated_at": now,
        "end_date": None,
        "goal_profile_id": goal["goal_profile_id"] if goal else None,
        "secondary_metrics": metrics,
        "variants": stored_variants(body["variants"], body.get("control")),
        "serving_variant_id": None,
        "serving_periods": [],
        "targeting": body.get("targeting", {}),
        **stored_settings(inherited | body.get("configuration", {})),
        **{name: body[name] for name in PLAIN_FIELDS if name in body},
    }
    state.put_experiment(stored)
    return {
        "status": status,
        "test_id": stored["test_id"],
        "company_id": request.company_id,
        "goal_profile_id": stored["goal_profile_id"],
        "secondary_goals_count": len(metrics),
        "warnings": [] if goal else ["No primary goal: the experiment will not count conversions."],
    }


def stored_settings(configuration: Body, stored: Body | None = None) -> Body:
    """Return settings as they are stored: those that reports read at the top, others together.

    Args:
        configuration: The settings that were sent.
        stored: The experiment so far; None is a new one.

    Returns:
        Fields of the stored experiment.
    """
    stored = stored or {}
    top = {name: stored.get(name, CONFIGURATION_DEFAULTS[name]) for name in REPORTED}
    given = {name: value for name, value in configuration.items() if name in REPORTED}
    rest = {name: value for name, value in configuration.items() if name not in REPORTED}
    return {**top, **given, "configuration": {**stored.get("configuration", {}), **rest}}


def stored_variants(
    treatments: list[Body], control: Body | None, old: Body | None = None
) -> list[Body]:
    """Return variants as they are stored, control first.

    Args:
        treatments: The variants that were sent; they are named by their place.
        control: What was sent about control.
        old: The stored control.

    Returns:
        The variants with their ids.

    Raises:
        HttpError: 400, a variant has another name than that of its place.
    """
    for number, item in enumerate(treatments, 1):
        if item["name"] != f"Variant {number}":
            raise HttpError(400, f"variants[{number - 1}].name must be exactly 'Variant {number}'")
    named = [({**(old or {}), "name": "Control"}, control or {})]
    named += [({"name": item["name"]}, item) for item in treatments]
    return [
        {**base, "variant_id": str(place), **{n: item[n] for n in _TREATMENT if n in item}}
        for place, (base, item) in enumerate(named)
    ]


def _primary_goal(state: SandboxState, request: ApiRequest) -> Body | None:
    """Return the named goal, else the inline one."""
    if key := request.body.get("primary_goal_key"):
        return request.find_goal(state, key)
    inline = request.body.get("primary_goal")
    return _inline_goal(state, request, inline) if inline else None


def _secondary_metrics(state: SandboxState, request: ApiRequest) -> list[Body]:
    """Return the secondary goals of the body, else those of the project [choice 32]."""
    body = request.body
    goals = [request.find_goal(state, key) for key in body.get("secondary_goal_keys", ())]
    goals += [_inline_goal(state, request, item) for item in body.get("secondary_goals", ())]
    if not goals:
        defaults: list[Body] = stored_configuration(request.project)["secondary_goals"]
        return [pick(entry, ("type", "text", "name")) for entry in defaults]
    return [goal_metric(goal) for goal in goals]


def goal_metric(goal: Body) -> dict[str, Any]:
    """Return a goal as a secondary metric.

    Args:
        goal: The stored goal.

    Returns:
        The metric as it is stored.
    """
    return {"type": 2, "text": f"goal_{goal['goal_profile_id']}", "name": goal["goal_name"]}


def _inline_goal(state: SandboxState, request: ApiRequest, given: Body) -> Body:
    """Return a goal that was sent whole; one of the same name and type is the same goal."""
    for goal in state.records.find_all("goal", project=request.project_key):
        if (goal["goal_name"], goal["goal_type"]) == (given["goal_name"], given["goal_type"]):
            return goal
    key = free_goal_key(state, request.project_key, given["goal_name"])
    return add_goal(state, request, given, key)


def check_live_limit(state: SandboxState, project_key: str) -> None:
    """Refuse one more live experiment when the plan allows no more.

    Args:
        state: What the sandbox holds.
        project_key: Project whose live experiments are counted.

    Raises:
        HttpError: 403, the plan allows no more.
    """
    if state.plan not in LIMITED_PLANS:
        return
    live = [
        stored
        for stored in state.records.find_all("experiment", project=project_key)
        if stored["status"] == LIVE and not stored["is_completed"] and not stored.get("is_deploy")
    ]
    if len(live) >= _LIVE_ON_A_LIMITED_PLAN:
        raise HttpError(403, "Your plan allows 2 live experiments. Upgrade to run more.")
