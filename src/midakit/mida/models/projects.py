"""Projects and the defaults that new experiments inherit."""

from typing import Any

from midakit.core.models.model import Model, known, model
from midakit.mida.models import vocabulary
from midakit.mida.models._types import Moment
from midakit.mida.models.goals import GoalRef


@model
class Project(Model):
    """A site under an account."""

    project_key: str | None = None
    """Its public id; not the API key."""
    name: str | None = None
    """Display name; `website_name` when that is set."""
    website_name: str | None = None
    widget_name: str | None = None
    allowed_website: str | None = None
    """Domains the script may run on; `*` is any."""
    monthly_average_traffic: int | None = None
    shopify_id: str | None = None
    status: int | None = known(vocabulary.ProjectStatus)
    company_id: int | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None


@model
class ProjectList(Model):
    """A page of projects."""

    success: bool | None = None
    company_id: int | None = None
    count: int | None = None
    projects: list[Project] | None = None


@model
class ProjectResponse(Model):
    """The answer around one project."""

    success: bool | None = None
    project: Project | None = None


@model
class DeletedProject(Model):
    """The reply to a soft delete."""

    success: bool | None = None
    project_key: str | None = None
    status: int | None = known(vocabulary.ProjectStatus)
    message: str | None = None


@model
class SecondaryGoal(Model):
    """A goal (`text` is `goal_` and its id), an event, or a built-in metric."""

    type: int | None = None
    text: str | None = None
    name: str | None = None
    goal_profile_id: int | None = None
    goal_key: str | None = None
    goal_type: str | None = known(vocabulary.GoalType)
    goal_value: str | None = None
    event_name: str | None = None
    attributeFilter: Any = None  # noqa: N815  the server's word


@model
class ProjectConfiguration(Model):
    """The defaults that new experiments inherit.

    The reply to a change holds fewer resolved fields than a read; read again for the goals.
    """

    analysis_method: str | None = known(vocabulary.AnalysisMethod)
    frequentist_type: str | None = known(vocabulary.FrequentistType)
    confidence_level: float | None = None
    """Percent; the server writes it as text."""
    stats_engine: str | None = known(vocabulary.StatsEngine)
    confidence_threshold_percent: float | None = None
    weekly_ai_summary_enabled: bool | None = None
    skip_pre_publish_check: bool | None = None
    primary_goal_id: int | None = None
    primary_goal: GoalRef | None = None
    secondary_goals: list[SecondaryGoal] | None = None


@model
class ProjectConfigurationResponse(Model):
    """The answer around a configuration."""

    success: bool | None = None
    configuration: ProjectConfiguration | None = None
