"""Exclusion groups: a visitor enters one of the experiments in a group."""

from collections.abc import Sequence

from midakit.sandbox.answers import Answer, Body
from midakit.sandbox.errors import HttpError
from midakit.sandbox.routes.api_request import ApiRequest
from midakit.sandbox.sandbox_state import SandboxState

_TOLERANCE = 0.01


def list_exclusion_groups(state: SandboxState, request: ApiRequest) -> Answer:
    """The project's groups, with the names and states of their experiments."""
    groups = [
        _shown(state, group)
        for group in state.records.find_all("group", project=request.project_key)
    ]
    return {"success": True, "groups": groups}


def _shown(state: SandboxState, group: Body) -> Body:
    tests = []
    for test in group["tests"]:
        experiment = state.records.find("experiment", test["test_id"])
        if experiment:
            shown = {"test_name": experiment["test_name"], "status": experiment["status"]}
            tests.append({**test, **shown})
    return {**group, "tests": tests}


def create_exclusion_group(state: SandboxState, request: ApiRequest) -> Answer:
    """A new group; as in the documented reply, its id is not told."""
    with state.records.change():
        tests = _membership(state, request, request.body["tests"])
        number = state.records.next_id("group", first=42)
        group = {
            "id": number,
            "name": request.body["name"],
            "description": request.body.get("description"),
            "tests": tests,
        }
        state.records.put("group", number, group, project=request.project_key)
    return {"success": True, "name": group["name"], "tests": tests}


def update_exclusion_group(state: SandboxState, request: ApiRequest) -> Answer:
    """Change a group; `tests` replaces the whole membership."""
    with state.records.change():
        group = _found(state, request)
        changes: Body = {
            name: request.body[name] for name in ("name", "description") if name in request.body
        }
        if "tests" in request.body:
            changes["tests"] = _membership(state, request, request.body["tests"])
        group = {**group, **changes}
        state.records.put("group", group["id"], group, project=request.project_key)
    return {
        "success": True,
        "group_id": group["id"],
        "group_name": group["name"],
        "tests": group["tests"],
    }


def delete_exclusion_group(state: SandboxState, request: ApiRequest) -> Answer:
    """Remove a group; its experiments keep running."""
    with state.records.change():
        group = _found(state, request)
        state.records.drop("group", group["id"])
    return {
        "success": True,
        "group_id": group["id"],
        "group_name": group["name"],
        "note": f"Removed. {len(group['tests'])} experiments keep running, but they are no longer "
        "exclusive — a visitor can enter more than one of them again.",
    }


def shares(tests: list[Body]) -> Sequence[float]:
    """The percent of each experiment: as given, else even with the rest on the last."""
    given = [test["percent"] for test in tests if "percent" in test]
    if not given:
        even = 100 // len(tests)
        return [even] * (len(tests) - 1) + [100 - even * (len(tests) - 1)]
    if len(given) != len(tests):
        raise HttpError(400, "Give a percent for every experiment or for none")
    if abs(sum(given) - 100) > _TOLERANCE:
        raise HttpError(400, f"Percents must sum to 100, not {sum(given):g}")
    return list(given)


def _membership(state: SandboxState, request: ApiRequest, tests: list[Body]) -> list[Body]:
    ids = [int(test["test_id"]) for test in tests]
    if len(set(ids)) != len(ids):
        raise HttpError(400, "An experiment is listed twice")
    for test_id in ids:
        if state.records.find("experiment", test_id, project=request.project_key) is None:
            raise HttpError(400, f"Experiment {test_id} is not in this project")
    pairs = zip(ids, shares(tests), strict=True)
    return [{"test_id": test_id, "percent": percent} for test_id, percent in pairs]


def _found(state: SandboxState, request: ApiRequest) -> Body:
    group = state.records.find("group", request.path_ids["group_id"], project=request.project_key)
    if group is None:
        raise HttpError(404, "Exclusion group not found")
    return group


HANDLERS = {
    handler.__name__: handler
    for handler in (
        list_exclusion_groups,
        create_exclusion_group,
        update_exclusion_group,
        delete_exclusion_group,
    )
}
