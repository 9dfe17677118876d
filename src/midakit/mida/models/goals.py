"""Goals: what counts as a conversion."""

from typing import TYPE_CHECKING

from attrs import define, field

from midakit.core.models.model import PROMISED, Model, known
from midakit.mida.models._types import ListReply, Moment, Reply
from midakit.mida.models.record_input import goal_input

if TYPE_CHECKING:
    from midakit.mida.fields import NewGoal


@define(kw_only=True, repr=False)
class Goal(Model):
    """A goal as listings show it."""

    goal_profile_id: int = PROMISED
    """Id of the goal."""
    goal_key: str = PROMISED
    """Key of the goal, unique in the project."""
    goal_name: str = PROMISED
    """Display name of the goal."""
    goal_type: str = known("GoalType")
    """What the goal counts, such as `pageview`, `event` or `revenue`."""
    goal_value: str = PROMISED
    """What it is matched with, by type: a URL, a selector, a text, or an event's name. Always text."""
    goal_purpose: str = known("GoalPurpose")
    """What the goal is good for: `sell`, `engage` or `generate`."""
    element_url: str | None = None
    """Page that holds the element or form; None when it does not matter."""

    def to_input(self) -> "NewGoal":
        """Return the fields of `goals.create` that make this goal in a project that does not have its key.

        Returns:
            A dict to pass as keyword arguments, after changes where they are wanted.

        Example:
            [*_, goal] = mida.goals.list()
            other.goals.create(**(goal.to_input() | {"goal_key": "copied_goal"}))
        """
        return goal_input(self)


@define(kw_only=True, repr=False)
class GoalDetails(Goal):
    """One goal, with its state and age."""

    status: int = known("RecordStatus")
    """1 active, 2 deleted."""
    created_at: Moment = PROMISED
    """When it was created, as an aware `datetime`."""


@define(kw_only=True, repr=False)
class GoalList(ListReply):
    """A page of goals."""

    goals: list[Goal] = field(factory=list)
    """The goals of this page."""


@define(kw_only=True, repr=False)
class GoalResponse(Reply):
    """The answer that holds one goal."""

    goal: GoalDetails = PROMISED
    """The goal."""


@define(kw_only=True, repr=False)
class CreatedGoal(Reply):
    """The reply to a creation."""

    goal_profile_id: int = PROMISED
    """Id of the new goal."""
    goal_key: str = PROMISED
    """Key of the new goal, made by the server when none was given."""
    company_id: int = PROMISED
    """Id of the account that owns the project."""


@define(kw_only=True, repr=False)
class UpdatedGoal(Reply):
    """The reply to a change."""

    goal_profile_id: int = PROMISED
    """Id of the goal."""


@define(kw_only=True, repr=False)
class DeletedGoal(Reply):
    """The reply to a soft delete."""

    goal_profile_id: int = PROMISED
    """Id of the goal."""
    deleted: bool = PROMISED
    """True once it is deleted; its data is kept."""
