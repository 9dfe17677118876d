"""Experiments: create, read, change, start, stop, delete."""

from typing import Any

from midakit.sandbox.answers import Answer, Body
from midakit.sandbox.errors import HttpError
from midakit.sandbox.routes import page_rules, response_bodies
from midakit.sandbox.routes.api_request import ApiRequest
from midakit.sandbox.routes.goals import add_goal, free_key
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.settings import LIMITED_PLANS
from midakit.sandbox.state.clock import parse_time

_LIVE_ON_A_LIMITED_PLAN = 2
_REPEAT_HOURS = 24
DRAFT, LIVE, INACTIVE = 9, 1, 0
_TREATMENT = ("nickname", "customCSS", "customJS", "data", "layer", "targeting")
_KEPT = ("custom_js", "custom_css", "control_attr", "tags")


def list_experiments(state: SandboxState, request: ApiRequest) -> Answer:
    """One page of the whole account's experiments, whatever project the key is of."""
    found = state.records.find_all(
        "experiment",
        company=request.company_id,
        limit=request.query["limit"],
        offset=request.query["offset"],
    )
    rows = [response_bodies.experiment_row(stored) for stored in found]
    return {
        "success": True,
        "company_id": request.company_id,
        "count": len(rows),
        "experiments": rows,
    }


def create_experiment(state: SandboxState, request: ApiRequest) -> Answer:
    """A new experiment; the same idempotency key gives the first reply again for a day."""
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
    body = request.body
    rules = page_rules.normal(body.get("page_urls"))
    url = body.get("url") or page_rules.editor_page(rules)
    page_rules.check(url, rules)
    status = body.get("status", DRAFT)
    if status == LIVE:
        _check_room_to_go_live(state, request.project_key)
    goal = _primary_goal(state, request)
    metrics = _secondary_metrics(state, request)
    now = state.now_text()
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
        "variants": _variants(body["variants"], body.get("control")),
        "serving_variant_id": None,
        "serving_periods": [],
        "targeting": body.get("targeting", {}),
        **_settings(_inherited(request.project) | body.get("configuration", {})),
        **{name: body[name] for name in _KEPT if name in body},
    }
    state.put_experiment(stored)
    return {
        "success": True,
        "status": status,
        "test_id": stored["test_id"],
        "company_id": request.company_id,
        "goal_profile_id": stored["goal_profile_id"],
        "secondary_goals_count": len(metrics),
        "warnings": [] if goal else ["No primary goal: the experiment will not count conversions."],
    }


def _inherited(project: Body) -> Body:
    """Project defaults that reach a new experiment."""
    defaults = response_bodies.stored_configuration(project)
    return {
        "bayesian": int(defaults["analysis_method"]),
        "confidence_interval": response_bodies.plain(float(defaults["confidence_level"])),
    }


def _settings(configuration: Body, stored: Body | None = None) -> Body:
    """Settings as stored: those that reports read at the top, the others together."""
    kept = (stored or {}).get("configuration", {})
    base = {name: response_bodies.CONFIGURATION_DEFAULTS[name] for name in response_bodies.REPORTED}
    top = {name: (stored or {}).get(name, base[name]) for name in response_bodies.REPORTED}
    given = {
        name: value for name, value in configuration.items() if name in response_bodies.REPORTED
    }
    rest = {
        name: value for name, value in configuration.items() if name not in response_bodies.REPORTED
    }
    return {**top, **given, "configuration": {**kept, **rest}}


def _variants(treatments: list[Body], control: Body | None, old: Body | None = None) -> list[Body]:
    """Control first; treatments are named by their place."""
    for index, item in enumerate(treatments):
        if item["name"] != f"Variant {index + 1}":
            raise HttpError(400, f"variants[{index}].name must be exactly 'Variant {index + 1}'")
    first: Body = {**(old or {}), "variant_id": "0", "name": "Control", **_own(control or {})}
    return [
        first,
        *(
            {"variant_id": str(index + 1), "name": item["name"], **_own(item)}
            for index, item in enumerate(treatments)
        ),
    ]


def _own(item: Body) -> Body:
    return {name: item[name] for name in _TREATMENT if name in item}


def _primary_goal(state: SandboxState, request: ApiRequest) -> Body | None:
    """The named goal, else the inline one; a known name and type is the same goal."""
    if key := request.body.get("primary_goal_key"):
        return _named_goal(state, request, key)
    inline = request.body.get("primary_goal")
    return _inline_goal(state, request, inline) if inline else None


def _secondary_metrics(state: SandboxState, request: ApiRequest) -> list[Body]:
    named = [
        _named_goal(state, request, key) for key in request.body.get("secondary_goal_keys", ())
    ]
    inline = [
        _inline_goal(state, request, item) for item in request.body.get("secondary_goals", ())
    ]
    if not named and not inline:
        defaults: list[Body] = response_bodies.stored_configuration(request.project)[
            "secondary_goals"
        ]
        return [response_bodies.pick(entry, ("type", "text", "name")) for entry in defaults]
    return [
        {"type": 2, "text": f"goal_{goal['goal_profile_id']}", "name": goal["goal_name"]}
        for goal in (*named, *inline)
    ]


def _named_goal(state: SandboxState, request: ApiRequest, key: str) -> Body:
    found = state.records.find_by_name("goal", key, project=request.project_key)
    if found is None:
        raise HttpError(404, f"Goal not found in this project: {key}")
    return found


def _inline_goal(state: SandboxState, request: ApiRequest, given: Body) -> Body:
    for goal in state.records.find_all("goal", project=request.project_key):
        if (goal["goal_name"], goal["goal_type"]) == (given["goal_name"], given["goal_type"]):
            return goal
    return add_goal(state, request, given, free_key(state, request.project_key, given["goal_name"]))


def get_experiment(state: SandboxState, request: ApiRequest) -> Answer:
    """One experiment of this project."""
    stored = found(state, request)
    primary = state.goal(request.project_key, stored.get("goal_profile_id"))
    return {"success": True, "experiment": response_bodies.experiment_details(stored, primary)}


def update_experiment(state: SandboxState, request: ApiRequest) -> Answer:
    """Shallow: what is left out stays, a sent array replaces; settings and rules merge by name."""
    body = request.body
    with state.records.change():
        stored = found(state, request)
        changes: dict[str, Any] = {
            name: body[name] for name in ("test_name", "url", *_KEPT) if name in body
        }
        if "configuration" in body:
            changes |= _settings(body["configuration"], stored)
        if "targeting" in body:
            changes["targeting"] = {**stored.get("targeting", {}), **body["targeting"]}
        if "variants" in body or "control" in body:
            changes["variants"] = _changed_variants(stored["variants"], body)
        state.put_experiment({**stored, **changes, "updated_at": state.now_text()})
    return {"success": True, "test_id": stored["test_id"]}


def _changed_variants(stored: list[Body], body: Body) -> list[Body]:
    treatments = body.get("variants", stored[1:])
    return _variants(treatments, body.get("control"), old=stored[0])


def update_experiment_status(state: SandboxState, request: ApiRequest) -> Answer:
    """Start, stop, or send back to draft, which works only from inactive."""
    wanted = int(request.body["status"])
    with state.records.change():
        stored = found(state, request)
        if wanted == DRAFT and stored["status"] != INACTIVE:
            raise HttpError(400, "Only an inactive experiment can go back to draft; stop it first")
        if wanted == LIVE and stored["status"] != LIVE:
            _check_room_to_go_live(state, request.project_key)
        state.put_experiment({**stored, "status": wanted, "updated_at": state.now_text()})
    return {"success": True, "test_id": stored["test_id"], "status": wanted}


def _check_room_to_go_live(state: SandboxState, project_key: str) -> None:
    if state.plan not in LIMITED_PLANS:
        return
    live = [
        stored
        for stored in state.records.find_all("experiment", project=project_key)
        if stored["status"] == LIVE and not stored["is_completed"] and not stored.get("is_deploy")
    ]
    if len(live) >= _LIVE_ON_A_LIMITED_PLAN:
        raise HttpError(403, "Your plan allows 2 live experiments. Upgrade to run more.")


def delete_experiment(state: SandboxState, request: ApiRequest) -> Answer:
    """Gone, and no longer served; a second time it is not found."""
    with state.records.change():
        stored = found(state, request)
        state.put_experiment({**stored, "updated_at": state.now_text()}, active=False)
        _leave_groups(state, request.project_key, stored["test_id"])
    was_live = stored["status"] == LIVE
    return {
        "success": True,
        "test_id": stored["test_id"],
        "test_name": stored["test_name"],
        "deleted": True,
        "was_live": was_live,
        "message": "Experiment deleted and no longer served."
        if was_live
        else "Experiment deleted.",
    }


def _leave_groups(state: SandboxState, project_key: str, test_id: int) -> None:
    for group in state.records.find_all("group", project=project_key):
        kept = [test for test in group["tests"] if test["test_id"] != test_id]
        if kept != group["tests"]:
            state.records.put("group", group["id"], {**group, "tests": kept}, project=project_key)


def found(state: SandboxState, request: ApiRequest) -> Body:
    """The experiment of the path, if it belongs to the project of the path."""
    stored = state.records.find(
        "experiment", request.path_ids["test_id"], project=request.project_key
    )
    if stored is None:
        raise HttpError(404, "Experiment not found")
    return stored


def get_experiment_preview_urls(state: SandboxState, request: ApiRequest) -> Answer:
    """Links that show each variant, Control first."""
    stored = found(state, request)
    if not stored.get("url"):
        raise HttpError(409, "The experiment has no page URL")
    return {
        "success": True,
        "test_id": stored["test_id"],
        "test_name": stored["test_name"],
        "page_url": stored["url"],
        "variants": response_bodies.preview_urls(stored),
    }


def get_experiment_share_link(state: SandboxState, request: ApiRequest) -> Answer:
    """The public link; it does not load until it is switched on."""
    stored = found(state, request)
    secret = response_bodies.token("share", stored["test_id"], stored["created_at"], length=8)
    return {
        "success": True,
        "test_id": stored["test_id"],
        "company_id": request.company_id,
        "share_link": f"{request.origin}/share/abResult/{stored['test_id']}/{secret}",
        "is_public": bool(stored.get("is_public", False)),
    }


HANDLERS = {
    handler.__name__: handler
    for handler in (
        list_experiments,
        create_experiment,
        get_experiment,
        update_experiment,
        update_experiment_status,
        delete_experiment,
        get_experiment_preview_urls,
        get_experiment_share_link,
    )
}
