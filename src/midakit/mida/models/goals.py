"""Goals, and goals inside other answers."""

from datetime import datetime

from midakit.core.model import Model, known, model
from midakit.mida.models.vocabulary import GoalPurpose, GoalType


@model
class GoalRef(Model):
    """A goal as it appears inside another answer; only name, type and value are sure."""

    goal_profile_id: int | None = None
    goal_key: str | None = None
    goal_name: str | None = None
    goal_type: str | None = known(GoalType)
    goal_value: str | None = None
    is_primary: bool | None = None
    goal_source: str | None = None


@model
class Goal(Model):
    """A row of the list."""

    goal_profile_id: int | None = None
    goal_key: str | None = None
    goal_name: str | None = None
    goal_type: str | None = known(GoalType)
    goal_value: str | None = None
    goal_purpose: str | None = known(GoalPurpose)
    element_url: str | None = None


@model
class GoalDetails(Goal):
    """One goal; status 1 active, 2 deleted."""

    status: int | None = None
    created_at: datetime | None = None


@model
class GoalList(Model):
    """A page of goals; `count` is no total."""

    success: bool | None = None
    company_id: int | None = None
    count: int | None = None
    goals: list[Goal] | None = None


@model
class GoalResponse(Model):
    """The envelope of one goal."""

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
    """The reply to a deletion."""

    success: bool | None = None
    goal_profile_id: int | None = None
    deleted: bool | None = None
