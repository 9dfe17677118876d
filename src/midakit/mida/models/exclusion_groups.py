"""Exclusion groups: experiments that share no visitor.

The server calls a group's id and name differently in each answer; here `group_id` and `name`
always work.
"""

from typing import Any

from midakit.core.models.model import Model, model
from midakit.mida.models.status import Status


@model
class GroupTest(Model):
    """An experiment's share of a group."""

    test_id: int | None = None
    """Id of the experiment."""
    percent: float | None = None
    """Percent of the group's visitors who may enter this experiment; None for an even split."""
    test_name: str | None = None
    """In the list only."""
    status: Status | None = None
    """In the list only."""


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
        """The id that paths take."""
        return self.id if self.id is not None else self.raw.get("group_id")


@model
class ExclusionGroupList(Model):
    """The project's groups."""

    success: bool | None = None
    """True when the server did what was asked."""
    groups: list[ExclusionGroup] | None = None
    """The groups."""


@model
class CreatedExclusionGroup(Model):
    """The reply to a creation; without an id as a rule, so find the group by listing."""

    success: bool | None = None
    """True when the server did what was asked."""
    group_id: int | None = None
    """Id of the new group, where the server tells it."""
    name: str | None = None
    """Name of the new group."""
    tests: list[GroupTest] | None = None
    """The experiments that share no visitor."""


@model
class UpdatedExclusionGroup(Model):
    """The reply to a change, with the whole membership."""

    success: bool | None = None
    """True when the server did what was asked."""
    group_id: int | None = None
    """Id of the group."""
    group_name: str | None = None
    """Name of the group; `name` is the same."""
    tests: list[GroupTest] | None = None
    """The complete membership after the change."""

    @property
    def name(self) -> Any:
        """The group's name."""
        return self.group_name if self.group_name is not None else self.raw.get("name")


@model
class DeletedExclusionGroup(Model):
    """The reply to a delete; the experiments run on."""

    success: bool | None = None
    """True when the server did what was asked."""
    group_id: int | None = None
    """Id of the group."""
    group_name: str | None = None
    """Name of the group; `name` is the same."""
    note: str | None = None
    """What the server adds in words."""

    @property
    def name(self) -> Any:
        """The group's name."""
        return self.group_name if self.group_name is not None else self.raw.get("name")
