"""Goals: what counts as a conversion."""

from typing import TYPE_CHECKING

from midakit.core.models.model import Model, known, model
from midakit.mida.models._types import ListReply, Moment, Reply
from midakit.mida.models.record_input import goal_input

if TYPE_CHECKING:
    from midakit.mida.fields import NewGoal


@model
class Goal(Model):
    """A goal as listings show it."""

    goal_profile_id: int | None = None
    """Id of the goal."""
    goal_key: str | None = None
    """Key of the goal, unique in the project."""
    goal_name: str | None = None
    """Display name of the goal."""
    goal_type: str | None = known("GoalType")
    """What the goal counts, such as `pageview`, `event` or `revenue`."""
    goal_value: str | None = None
    """What it is matched with, by type: a URL, a selector, a text, or an event's name. Always text."""
    goal_purpose: str | None = known("GoalPurpose")
    """What the goal is good for: `sell`, `engage` or `generate`."""
    element_url: str | None = None
    """Page that holds the element or form; None when it does not matter."""

    def to_input(self) -> "NewGoal":
        """Return the fields of `goals.create` that make this goal in a project that does not have its key.

        Returns:
            A dict to pass as keyword arguments, after changes where they are wanted.

        Example:
            `staging.goals.create(**live.goals.get(77).to_input())`
        """
        return goal_input(self)


@model
class GoalDetails(Goal):
    """One goal, with its state and age."""

    status: int | None = known("RecordStatus")
    """1 active, 2 deleted."""
    created_at: Moment | None = None
    """When it was created, as an aware `datetime`."""


@model
class GoalList(ListReply):
    """A page of goals."""

    goals: list[Goal] | None = None
    """The goals of this page."""


@model
class GoalResponse(Reply):
    """The answer that holds one goal."""

    goal: GoalDetails | None = None
    """The goal."""


@model
class CreatedGoal(Reply):
    """The reply to a creation."""

    goal_profile_id: int | None = None
    """Id of the new goal."""
    goal_key: str | None = None
    """Key of the new goal, made by the server when none was given."""
    company_id: int | None = None
    """Id of the account that owns the project."""


@model
class UpdatedGoal(Reply):
    """The reply to a change."""

    goal_profile_id: int | None = None
    """Id of the goal."""


@model
class DeletedGoal(Reply):
    """The reply to a soft delete."""

    goal_profile_id: int | None = None
    """Id of the goal."""
    deleted: bool | None = None
    """True once it is deleted; its data is kept."""
