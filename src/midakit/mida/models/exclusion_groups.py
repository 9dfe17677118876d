"""Exclusion groups: experiments that share no visitor.

The server calls a group's id and name differently in each answer; here `group_id` and `name`
always work.
"""

from typing import Any

from midakit.core.models.model import Model, model
from midakit.mida.models._types import Reply
from midakit.mida.models.status import Status


@model
class GroupTest(Model):
    """An experiment's share of a group."""

    test_id: int | None = None
    """Id of the experiment."""
    percent: float | None = None
    """Percent of the group's visitors who may enter this experiment; None for an even split."""
    test_name: str | None = None
    """Display name of the experiment; None except in the list of groups."""
    status: Status | None = None
    """State of the experiment; None except in the list of groups."""


@model
class ExclusionGroup(Model):
    """A row of the list."""

    id: int | None = None
    """Id of the group; `group_id` is the same."""
    name: str | None = None
    """Name of the group."""
    description: str | None = None
    """Free text about the group; None when there is none."""
    tests: list[GroupTest] | None = None
    """The experiments that share no visitor."""

    @property
    def group_id(self) -> Any:
        """Id of the group, whichever name the server gave it."""
        return self.id if self.id is not None else self.raw.get("group_id")


@model
class ExclusionGroupList(Reply):
    """The project's groups."""

    groups: list[ExclusionGroup] | None = None
    """The groups."""


@model
class CreatedExclusionGroup(Reply):
    """The reply to a creation; without an id as a rule, so find the group by listing."""

    group_id: int | None = None
    """Id of the new group, where the server tells it."""
    name: str | None = None
    """Name of the new group."""
    tests: list[GroupTest] | None = None
    """The experiments that share no visitor."""


@model
class UpdatedExclusionGroup(Reply):
    """The reply to a change, with the whole membership."""

    group_id: int | None = None
    """Id of the group."""
    group_name: str | None = None
    """Name of the group; `name` is the same."""
    tests: list[GroupTest] | None = None
    """The complete membership after the change."""

    @property
    def name(self) -> Any:
        """Name of the group, whichever name the server gave it."""
        return self.group_name if self.group_name is not None else self.raw.get("name")


@model
class DeletedExclusionGroup(Reply):
    """The reply to a delete; the experiments run on."""

    group_id: int | None = None
    """Id of the group."""
    group_name: str | None = None
    """Name of the group; `name` is the same."""
    note: str | None = None
    """What the server adds in words."""

    @property
    def name(self) -> Any:
        """Name of the group, whichever name the server gave it."""
        return self.group_name if self.group_name is not None else self.raw.get("name")
