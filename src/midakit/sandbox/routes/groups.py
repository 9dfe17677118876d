"""Exclusion groups: a visitor enters one of the experiments in a group."""

from collections.abc import Sequence

from midakit.sandbox.errors import HttpError
from midakit.sandbox.routes.api_request import ApiRequest
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.values import Answer, Body

_TOLERANCE = 0.01


def list_exclusion_groups(state: SandboxState, request: ApiRequest) -> Answer:
    """List the project's groups, with the names and states of their experiments.

    Args:
        state: What the sandbox holds.
        request: Names the project.

    Returns:
        The groups.
    """
    groups = state.records.find_all("group", project=request.project_key)
    return {"groups": [_shown(state, group) for group in groups]}


def _shown(state: SandboxState, group: Body) -> Body:
    """Return a group as the list shows it."""
    tests = []
    for test in group["tests"]:
        experiment = state.records.find("experiment", test["test_id"])
        if experiment:
            shown = {"test_name": experiment["test_name"], "status": experiment["status"]}
            tests.append({**test, **shown})
    return {**group, "tests": tests}


def create_exclusion_group(state: SandboxState, request: ApiRequest) -> Answer:
    """Create a group; as in the documented reply, the id is left out [choice 36].

    Args:
        state: What the sandbox holds.
        request: Its body is the group.

    Returns:
        The name and the membership.

    Raises:
        HttpError: 400, the membership is wrong.
    """
    with state.records.change():
        tests = _membership(state, request)
        number = state.records.next_id("group", first=42)
        group = {
            "id": number,
            "name": request.body["name"],
            "description": request.body.get("description"),
            "tests": tests,
        }
        state.records.put("group", number, group, project=request.project_key)
    return {"name": group["name"], "tests": tests}


def update_exclusion_group(state: SandboxState, request: ApiRequest) -> Answer:
    """Update a group; `tests` replaces the whole membership.

    Args:
        state: What the sandbox holds.
        request: Names the group and the new values.

    Returns:
        The group.

    Raises:
        HttpError: 400, the membership is wrong.
    """
    with state.records.change():
        group, body = request.find(state, "group"), request.body
        changes: Body = {name: body[name] for name in ("name", "description") if name in body}
        if "tests" in body:
            changes["tests"] = _membership(state, request)
        group = {**group, **changes}
        state.records.put("group", group["id"], group, project=request.project_key)
    return {"group_id": group["id"], "group_name": group["name"], "tests": group["tests"]}


def delete_exclusion_group(state: SandboxState, request: ApiRequest) -> Answer:
    """Remove a group; its experiments keep running.

    Args:
        state: What the sandbox holds.
        request: Its path has the group's id.

    Returns:
        The group's id and name.
    """
    with state.records.change():
        group = request.find(state, "group")
        state.records.drop("group", group["id"])
    return {
        "group_id": group["id"],
        "group_name": group["name"],
        "note": f"Removed. {len(group['tests'])} experiments keep running, but they are no longer "
        "exclusive — a visitor can enter more than one of them again.",
    }


def _shares(tests: list[Body]) -> Sequence[float]:
    """Return the percent of each experiment: as given, else even with the rest on the last."""
    given = [test["percent"] for test in tests if "percent" in test]
    if not given:
        even = 100 // len(tests)
        return [even] * (len(tests) - 1) + [100 - even * (len(tests) - 1)]
    if len(given) != len(tests):
        raise HttpError(400, "Give a percent for every experiment or for none")
    if abs(sum(given) - 100) > _TOLERANCE:
        raise HttpError(400, f"Percents must sum to 100, not {sum(given):g}")
    return list(given)


def _membership(state: SandboxState, request: ApiRequest) -> list[Body]:
    """Return the membership that the body asks for, or refuse it."""
    tests = request.body["tests"]
    ids = [int(test["test_id"]) for test in tests]
    if len(set(ids)) != len(ids):
        raise HttpError(400, "An experiment is listed twice")
    for test_id in ids:
        if state.records.find("experiment", test_id, project=request.project_key) is None:
            raise HttpError(400, f"Experiment {test_id} is not in this project")
    pairs = zip(ids, _shares(tests), strict=True)
    return [{"test_id": test_id, "percent": percent} for test_id, percent in pairs]
