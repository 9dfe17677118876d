"""What a project has on the server, as documents: the form that files have (pure)."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from midakit.core.models.encode import plain
from midakit.mida import models
from midakit.mida.models.experiments import is_running

Document = dict[str, Any]


@attrs.frozen
class LiveExperiment:
    """One experiment of the server."""

    document: Document
    """Its fields as a file has them."""
    is_live: bool
    """True while visitors are in it."""
    goal_id: int | None = None
    """Id of its primary goal."""


@attrs.frozen
class LiveGroup:
    """One exclusion group of the server."""

    document: Document
    """Its name and description."""
    members: tuple[tuple[int, float | None], ...] = ()
    """Ids of its experiments with their percents."""


@attrs.frozen
class LiveProject:
    """What a project has on the server."""

    project_key: str
    """The project."""
    goals: Mapping[int, Document] = attrs.field(factory=dict)
    """The goals by id."""
    experiments: Mapping[int, LiveExperiment] = attrs.field(factory=dict)
    """The experiments by id."""
    groups: Mapping[int, LiveGroup] = attrs.field(factory=dict)
    """The exclusion groups by id."""
    defaults: Document = attrs.field(factory=dict)
    """The defaults of new experiments."""


def document(fields: Any) -> Document:
    """Return fields as a file has them: plain values, whole numbers without a point.

    Args:
        fields: What `to_input` gave.
    """
    found: Document = {name: _whole(one) for name, one in plain(fields).items()}
    return found


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _whole(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_whole(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def experiment_document(details: models.ExperimentDetails) -> Document:
    """Return an experiment as its file has it.

    Args:
        details: The experiment, as `experiments.get` gives it.
    """
    fields = document(details.to_input())
    status = details.status.label if details.status is not None else "draft"
    head = {"test_name": fields.pop("test_name"), "status": status}
    return {**head, **{name: fields[name] for name in ORDER if name in fields}}


ORDER = (
    "test_type", "url", "primary_goal_key", "primary_goal", "control", "variants", "targeting",
    "configuration",
)  # fmt: skip
"""The order of an experiment's fields in a new file: what people change first comes first."""


def live_experiment(details: models.ExperimentDetails) -> LiveExperiment:
    """Return an experiment with what a plan must know beside its fields.

    Args:
        details: The experiment, as `experiments.get` gives it.
    """
    document = experiment_document(details)
    return LiveExperiment(document, is_running(details), details.goal_profile_id)


def live_group(group: models.ExclusionGroup) -> LiveGroup:
    """Return a group, its members by id.

    Args:
        group: The group, as `exclusion_groups.list` gives it.
    """
    fields = document(group.to_input())
    members = tuple((one["test_id"], one.get("percent")) for one in fields.pop("tests"))
    return LiveGroup(fields, members)


def is_even(percents: Sequence[float | None]) -> bool:
    """Tell whether percents are the even split that the server makes when none are given.

    Args:
        percents: The percents of all members.
    """
    found = sorted(one for one in percents if one is not None)
    if len(found) < len(percents) or not found:
        return True
    share = 100 // len(found)
    return found == [*[share] * (len(found) - 1), 100 - share * (len(found) - 1)]


def group_document(group: LiveGroup, names: Mapping[int, str]) -> Document:
    """Return a group as its file has it.

    Args:
        group: The group.
        names: File names of the experiments by id; one without a file is named by its id.
    """
    called = [(names.get(test_id, f"id {test_id}"), percent) for test_id, percent in group.members]
    if is_even([percent for _, percent in called]):
        return {**group.document, "tests": [name for name, _ in called]}
    return {**group.document, "tests": dict(called)}
