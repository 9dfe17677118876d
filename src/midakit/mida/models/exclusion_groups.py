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
    percent: float | None = None
    test_name: str | None = None
    """In the list only."""
    status: Status | None = None
    """In the list only."""


@model
class ExclusionGroup(Model):
    """A row of the list."""

    id: int | None = None
    name: str | None = None
    description: str | None = None
    tests: list[GroupTest] | None = None

    @property
    def group_id(self) -> Any:
        """The id that paths take."""
        return self.id if self.id is not None else self.raw.get("group_id")


@model
class ExclusionGroupList(Model):
    """The project's groups."""

    success: bool | None = None
    groups: list[ExclusionGroup] | None = None


@model
class CreatedExclusionGroup(Model):
    """The reply to a creation; without an id as a rule, so find the group by listing."""

    success: bool | None = None
    group_id: int | None = None
    name: str | None = None
    tests: list[GroupTest] | None = None


@model
class UpdatedExclusionGroup(Model):
    """The reply to a change, with the whole membership."""

    success: bool | None = None
    group_id: int | None = None
    group_name: str | None = None
    tests: list[GroupTest] | None = None

    @property
    def name(self) -> Any:
        """The group's name."""
        return self.group_name if self.group_name is not None else self.raw.get("name")


@model
class DeletedExclusionGroup(Model):
    """The reply to a delete; the experiments run on."""

    success: bool | None = None
    group_id: int | None = None
    group_name: str | None = None
    note: str | None = None

    @property
    def name(self) -> Any:
        """The group's name."""
        return self.group_name if self.group_name is not None else self.raw.get("name")
