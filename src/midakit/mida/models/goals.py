"""Goals: what counts as a conversion."""

from midakit.core.models.model import Model, known, model
from midakit.mida.models import vocabulary
from midakit.mida.models._types import Moment


@model
class GoalRef(Model):
    """A goal as it appears inside another object; only name, type and value are sure."""

    goal_profile_id: int | None = None
    goal_key: str | None = None
    goal_name: str | None = None
    goal_type: str | None = known(vocabulary.GoalType)
    goal_value: str | None = None
    is_primary: bool | None = None
    goal_source: str | None = None
    """`global_default` when the project's default was used."""


@model
class Goal(Model):
    """A row of the list."""

    goal_profile_id: int | None = None
    goal_key: str | None = None
    goal_name: str | None = None
    goal_type: str | None = known(vocabulary.GoalType)
    goal_value: str | None = None
    goal_purpose: str | None = known(vocabulary.GoalPurpose)
    element_url: str | None = None


@model
class GoalDetails(Goal):
    """One goal, with its state and age."""

    status: int | None = known(vocabulary.RecordStatus)
    created_at: Moment | None = None


@model
class GoalList(Model):
    """A page of goals."""

    success: bool | None = None
    company_id: int | None = None
    count: int | None = None
    goals: list[Goal] | None = None


@model
class GoalResponse(Model):
    """The answer around one goal."""

    success: bool | None = None
    goal: GoalDetails | None = None


@model
class CreatedGoal(Model):
    """The reply to a creation."""

    success: bool | None = None
    goal_profile_id: int | None = None
    goal_key: str | None = None
    company_id: int | None = None


@model
class UpdatedGoal(Model):
    """The reply to a change."""

    success: bool | None = None
    goal_profile_id: int | None = None


@model
class DeletedGoal(Model):
    """The reply to a soft delete."""

    success: bool | None = None
    goal_profile_id: int | None = None
    deleted: bool | None = None
