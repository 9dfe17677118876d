"""Exclusion groups; whichever name an answer uses, `group_id` and `name` have it."""

from midakit.core.model import Model, model
from midakit.mida.models.status import Status


@model
class GroupTest(Model):
    """A member and its share."""

    test_id: int | None = None
    percent: float | None = None
    test_name: str | None = None
    status: Status | None = None


@model
class ExclusionGroup(Model):
    """A row of the list."""

    id: int | None = None
    name: str | None = None
    description: str | None = None
    tests: list[GroupTest] | None = None

    @property
    def group_id(self) -> int | None:
        """The id, as the path takes it."""
        return self.id


@model
class ExclusionGroupList(Model):
    """The project's groups."""

    success: bool | None = None
    groups: list[ExclusionGroup] | None = None


@model
class CreatedExclusionGroup(Model):
    """The reply to a creation; the documented one names no id, so find it by listing."""

    success: bool | None = None
    group_id: int | None = None
    name: str | None = None
    tests: list[GroupTest] | None = None


@model
class UpdatedExclusionGroup(Model):
    """The group after the change."""

    success: bool | None = None
    group_id: int | None = None
    group_name: str | None = None
    tests: list[GroupTest] | None = None

    @property
    def name(self) -> str | None:
        """The group's name."""
        return self.group_name


@model
class DeletedExclusionGroup(Model):
    """The reply to a deletion."""

    success: bool | None = None
    group_id: int | None = None
    group_name: str | None = None
    note: str | None = None

    @property
    def name(self) -> str | None:
        """The group's name."""
        return self.group_name
