"""Projects and their defaults."""

from datetime import datetime
from typing import Any

from midakit.core.model import Model, known, model
from midakit.mida.models.goals import GoalRef
from midakit.mida.models.vocabulary import GoalType, StatsEngine


@model
class Project(Model):
    """A site under an account; status 1 active, 0 paused, 2 deleted."""

    project_key: str | None = None
    name: str | None = None
    website_name: str | None = None
    widget_name: str | None = None
    allowed_website: str | None = None
    monthly_average_traffic: int | None = None
    shopify_id: str | None = None
    status: int | None = None
    company_id: int | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


@model
class ProjectList(Model):
    """A page of projects; `count` is this page's."""

    success: bool | None = None
    company_id: int | None = None
    count: int | None = None
    projects: list[Project] | None = None


@model
class ProjectResponse(Model):
    """The envelope of one project."""

    success: bool | None = None
    project: Project | None = None


@model
class DeletedProject(Model):
    """The reply to a deletion; the data stays."""

    success: bool | None = None
    project_key: str | None = None
    status: int | None = None
    message: str | None = None


@model
class SecondaryGoal(Model):
    """A goal (`text` is `goal_` and the id), an event, or a built-in metric."""

    type: int | None = None
    text: str | None = None
    name: str | None = None
    goal_profile_id: int | None = None
    goal_key: str | None = None
    goal_type: str | None = known(GoalType)
    goal_value: str | None = None
    event_name: str | None = None
    attributeFilter: Any = None


@model
class ProjectConfiguration(Model):
    """What new experiments inherit; the reply to a change names fewer resolved fields."""

    analysis_method: str | None = None
    frequentist_type: str | None = None
    confidence_level: str | None = None
    stats_engine: str | None = known(StatsEngine)
    confidence_threshold_percent: float | None = None
    weekly_ai_summary_enabled: bool | None = None
    skip_pre_publish_check: bool | None = None
    primary_goal_id: int | None = None
    primary_goal: GoalRef | None = None
    secondary_goals: list[SecondaryGoal] | None = None


@model
class ProjectConfigurationResponse(Model):
    """The envelope of a configuration."""

    success: bool | None = None
    configuration: ProjectConfiguration | None = None
