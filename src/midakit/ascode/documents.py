"""The rules of a file's content (pure): the same builders that make the requests check it."""

from collections.abc import Callable, Mapping
from typing import Any

from midakit.ascode.shapes import fitted
from midakit.core.options import EXTRA, check_names, option_table
from midakit.core.unset import UNSET
from midakit.errors import InvalidRequest
from midakit.mida import calls, models
from midakit.mida.calls.body_rules import PERCENT, group_members
from midakit.mida.fields import ConfigurationChanges, NewExperiment, NewGoal, NewGroup

FIELDS = {
    "goal": NewGoal, "experiment": NewExperiment, "group": NewGroup, "project": ConfigurationChanges,
}  # fmt: skip
"""The fields that a file of each kind may have: those of the call that creates it."""
NOT_IN_FILES = ("idempotency_key", *EXTRA)
"""Arguments of calls that are no part of what is created."""


def checked(kind: str, document: Any, source: str) -> dict[str, Any]:
    """Return a document whose fields are those of its kind, and whose values the builders take.

    Args:
        kind: `goal`, `experiment`, `group` or `project`.
        document: What the file says.
        source: Name of the file, for the message.

    Raises:
        InvalidRequest: A field is unknown, missing, or breaks its rule; the message names the file.
    """
    if not isinstance(document, dict) or not all(isinstance(name, str) for name in document):
        raise InvalidRequest(source, "must contain one object: names and their values")
    known = [name for name in option_table(FIELDS[kind]) if name not in NOT_IN_FILES]
    try:
        check_names(kind, document, known)
        return RULES[kind](fitted(kind, document))
    except InvalidRequest as error:
        raise InvalidRequest(source, str(error)) from None


def _goal(document: Mapping[str, Any]) -> dict[str, Any]:
    _need(document, "goal_key", "goal_name", "goal_type", "goal_value")
    calls.goals.create(**document)
    return dict(document)


def _experiment(document: Mapping[str, Any]) -> dict[str, Any]:
    _need(document, "test_name", "variants")
    found = dict(document)
    if "status" in found:
        number = isinstance(found["status"], int | str) and not isinstance(found["status"], bool)
        status = models.Status(found["status"]) if number else None
        if status is None or not status.known:
            raise InvalidRequest("status", f"{found['status']!r} is not draft, live or inactive")
        found["status"] = status.label
    calls.experiments.create(**found)
    return found


def _group(document: Mapping[str, Any]) -> dict[str, Any]:
    _need(document, "name", "tests")
    tests = document["tests"]
    if not isinstance(tests, list | dict) or not all(isinstance(one, str) for one in tests):
        raise InvalidRequest("tests", "must name files of experiments, in a list or with percents")
    if len(set(tests)) != len(tests):
        raise InvalidRequest("tests", "names an experiment twice")
    for percent in tests.values() if isinstance(tests, dict) else ():
        PERCENT("tests", percent)
    description = document.get("description", UNSET)
    calls.exclusion_groups.create(document["name"], [0, 1], description=description)
    return dict(document)


def members_refused(tests: Any) -> str | None:
    """Say why the API takes experiments as no group, or None.

    The server may have such a group all the same, after an experiment of it was deleted; so a file may
    say it, but a plan cannot send it.

    Args:
        tests: Names of files, or percents by them.
    """
    numbered = dict(enumerate(tests.values())) if isinstance(tests, dict) else range(len(tests))
    try:
        group_members("tests", numbered)
    except InvalidRequest as error:
        return str(error)
    return None


def _project(document: Mapping[str, Any]) -> dict[str, Any]:
    if document:
        calls.projects.update_configuration(**document)
    return dict(document)


def _need(document: Mapping[str, Any], *names: str) -> None:
    for name in names:
        if document.get(name) is None:
            raise InvalidRequest(name, "is missing")


RULES: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "goal": _goal, "experiment": _experiment, "group": _group, "project": _project,
}  # fmt: skip
