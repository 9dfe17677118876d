"""Exclusion groups: experiments that share no visitor.

The server calls a group's id and name differently in each answer; here `group_id` and `name`
always work.
"""

from typing import TYPE_CHECKING, Any, cast

from attrs import define, field

from midakit.core.models.model import PROMISED, Model
from midakit.mida.models._types import Reply
from midakit.mida.models.record_input import group_input
from midakit.mida.models.status import Status

if TYPE_CHECKING:
    from midakit.mida.fields import NewGroup


@define(kw_only=True, repr=False)
class GroupTest(Model):
    """An experiment's share of a group."""

    test_id: int = PROMISED
    """Id of the experiment."""
    percent: float | None = None
    """Percent of the group's visitors who may enter this experiment; None for an even split."""
    test_name: str | None = None
    """Display name of the experiment; None except in the list of groups."""
    status: Status | None = None
    """State of the experiment; None except in the list of groups."""


@define(kw_only=True, repr=False)
class ExclusionGroup(Model):
    """An exclusion group as listings show it."""

    id: int = PROMISED
    """Id of the group; `group_id` is the same."""
    name: str = PROMISED
    """Name of the group."""
    description: str | None = None
    """Free text about the group; None when there is none."""
    tests: list[GroupTest] = field(factory=list)
    """The experiments that share no visitor."""

    @property
    def group_id(self) -> int:
        """Id of the group, whichever name the server gave the field."""
        sent: Any = self.id
        return cast("int", self.raw.get("group_id") if sent is None else sent)

    def to_input(self) -> "NewGroup":
        """Return the fields of `exclusion_groups.create` that make this group again.

        Returns:
            A dict to pass as keyword arguments, after changes where they are wanted.

        Example:
            mida.exclusion_groups.create("Checkout", [1001, 1002])
            [*_, group] = mida.exclusion_groups.list().groups
            again = group.to_input() | {"name": "Cart", "tests": [1003, 1004]}
            mida.exclusion_groups.create(**again)
        """
        return group_input(self)


@define(kw_only=True, repr=False)
class ExclusionGroupList(Reply):
    """The project's groups."""

    groups: list[ExclusionGroup] = field(factory=list)
    """The groups."""


@define(kw_only=True, repr=False)
class CreatedExclusionGroup(Reply):
    """The reply to a creation; without an id as a rule, so find the group by listing."""

    group_id: int | None = None
    """Id of the new group, where the server tells it."""
    name: str = PROMISED
    """Name of the new group."""
    tests: list[GroupTest] = field(factory=list)
    """The experiments that share no visitor."""


@define(kw_only=True, repr=False)
class _ChangedGroup(Reply):
    """The base of the replies to a change and to a delete."""

    group_id: int = PROMISED
    """Id of the group."""
    group_name: str = PROMISED
    """Name of the group; `name` is the same."""

    @property
    def name(self) -> str:
        """Name of the group, whichever name the server gave the field."""
        sent: Any = self.group_name
        return cast("str", self.raw.get("name") if sent is None else sent)


@define(kw_only=True, repr=False)
class UpdatedExclusionGroup(_ChangedGroup):
    """The reply to a change, with the whole membership."""

    tests: list[GroupTest] = field(factory=list)
    """The complete membership after the change."""


@define(kw_only=True, repr=False)
class DeletedExclusionGroup(_ChangedGroup):
    """The reply to a delete; the experiments run on."""

    note: str = PROMISED
    """What the server adds, as a sentence for people."""
