"""What a copy from one project into another has to do (pure)."""

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from midakit.ascode.documents import members_refused
from midakit.ascode.live import LiveProject
from midakit.ascode.plan import ChangePlan
from midakit.ascode.planning import make_plan
from midakit.ascode.pulling import new_files
from midakit.errors import InvalidRequest

Contents = dict[str, dict[str, dict[str, Any]]]


def whole_project(source: LiveProject, target: LiveProject) -> ChangePlan:
    """Return the plan that gives a project everything that another one has.

    Args:
        source: The project to copy from.
        target: The project to copy into.
    """
    contents, _ = new_files(source, {}, {})
    for document in contents["experiment"].values():
        del document["status"]
    contents["group"] = dict(_groups(contents["group"]))
    return _plan(contents, target)


def _groups(groups: Mapping[str, dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the groups that can be made: deleted experiments leave too few, or percents under 100."""
    for name, group in groups.items():
        tests = group["tests"]
        if len(tests) > 1:
            yield name, {**group, "tests": [*tests]} if members_refused(tests) else group


def one_experiment(
    source: LiveProject, target: LiveProject, test_id: int, name: str | None
) -> ChangePlan:
    """Return the plan that copies one experiment, and its goal where the target has none of its key.

    Args:
        source: The project to copy from.
        target: The project to copy into.
        test_id: The experiment.
        name: Another name for the copy.

    Raises:
        InvalidRequest: The source does not have it, or the target has one of its name.
    """
    contents, names = new_files(source, {}, {})
    by_id = {one.id: called for called, one in names["experiment"].items()}
    if test_id not in by_id:
        raise InvalidRequest("test_id", f"the project has no experiment {test_id}")
    document = dict(contents["experiment"][by_id[test_id]])
    document["test_name"] = name or document["test_name"]
    del document["status"]
    taken = {one.document["test_name"] for one in target.experiments.values()}
    if document["test_name"] in taken:
        raise InvalidRequest(
            "name", f"{document['test_name']!r} is there already; choose another name (--name)"
        )
    there = {goal["goal_key"] for goal in target.goals.values()}
    goals = {
        called: goal for called, goal in contents["goal"].items()
        if goal["goal_key"] == document.get("primary_goal_key") and goal["goal_key"] not in there
    }  # fmt: skip
    return _plan({"goal": goals, "experiment": {by_id[test_id]: document}}, target)


def _plan(contents: Contents, target: LiveProject) -> ChangePlan:
    plan = make_plan(contents, target, {})
    return attrs.evolve(plan, unmanaged=())
