"""Exclusion groups: a visitor enters one of the experiments in a group."""

from collections.abc import Sequence

from midakit.sandbox.answers import Answer, Body
from midakit.sandbox.errors import Problem
from midakit.sandbox.routes.api_request import Call
from midakit.sandbox.sandbox_state import SandboxState

_TOLERANCE = 0.01


def list_exclusion_groups(state: SandboxState, call: Call) -> Answer:
    """The project's groups, with the names and states of their experiments."""
    groups = [_shown(state, group) for group in state.records.list("group", project=call.key)]
    return {"success": True, "groups": groups}


def _shown(state: SandboxState, group: Body) -> Body:
    tests = []
    for test in group["tests"]:
        experiment = state.records.get("experiment", test["test_id"])
        if experiment:
            shown = {"test_name": experiment["test_name"], "status": experiment["status"]}
            tests.append({**test, **shown})
    return {**group, "tests": tests}


def create_exclusion_group(state: SandboxState, call: Call) -> Answer:
    """A new group; as in the documented reply, its id is not told."""
    with state.records.change():
        tests = _membership(state, call, call.body["tests"])
        number = state.records.next_id("group", first=42)
        group = {
            "id": number,
            "name": call.body["name"],
            "description": call.body.get("description"),
            "tests": tests,
        }
        state.records.put("group", number, group, project=call.key)
    return {"success": True, "name": group["name"], "tests": tests}


def update_exclusion_group(state: SandboxState, call: Call) -> Answer:
    """Change a group; `tests` replaces the whole membership."""
    with state.records.change():
        group = _found(state, call)
        changes: Body = {
            name: call.body[name] for name in ("name", "description") if name in call.body
        }
        if "tests" in call.body:
            changes["tests"] = _membership(state, call, call.body["tests"])
        group = {**group, **changes}
        state.records.put("group", group["id"], group, project=call.key)
    return {
        "success": True,
        "group_id": group["id"],
        "group_name": group["name"],
        "tests": group["tests"],
    }


def delete_exclusion_group(state: SandboxState, call: Call) -> Answer:
    """Remove a group; its experiments keep running."""
    with state.records.change():
        group = _found(state, call)
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
        raise Problem(400, "Give a percent for every experiment or for none")
    if abs(sum(given) - 100) > _TOLERANCE:
        raise Problem(400, f"Percents must sum to 100, not {sum(given):g}")
    return list(given)


def _membership(state: SandboxState, call: Call, tests: list[Body]) -> list[Body]:
    ids = [int(test["test_id"]) for test in tests]
    if len(set(ids)) != len(ids):
        raise Problem(400, "An experiment is listed twice")
    for test_id in ids:
        if state.records.get("experiment", test_id, project=call.key) is None:
            raise Problem(400, f"Experiment {test_id} is not in this project")
    pairs = zip(ids, shares(tests), strict=True)
    return [{"test_id": test_id, "percent": percent} for test_id, percent in pairs]


def _found(state: SandboxState, call: Call) -> Body:
    group = state.records.get("group", call.ids["group_id"], project=call.key)
    if group is None:
        raise Problem(404, "Exclusion group not found")
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
