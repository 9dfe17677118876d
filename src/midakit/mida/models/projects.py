"""Projects and the defaults that new experiments inherit."""

from typing import TYPE_CHECKING, Any

from attrs import define, field

from midakit.core.models.model import PROMISED, Model, known
from midakit.mida.models._types import ListReply, Moment, Reply
from midakit.mida.models.goal_ref import GoalRef
from midakit.mida.models.record_input import configuration_input, project_input

if TYPE_CHECKING:
    from midakit.mida.fields import ConfigurationChanges, NewProject


@define(kw_only=True, repr=False)
class Project(Model):
    """A site under an account."""

    project_key: str = PROMISED
    """Its public id; not the API key."""
    name: str = PROMISED
    """Display name; `website_name` when that is set."""
    website_name: str = PROMISED
    """Display name of the site."""
    widget_name: str = PROMISED
    """Internal name."""
    allowed_website: str = PROMISED
    """Domains the script may run on; `*` is any."""
    monthly_average_traffic: int = PROMISED
    """Visitors per month, as somebody entered it."""
    shopify_id: str | None = None
    """Id of the shop; None for a project that no Shopify install made."""
    status: int = known("ProjectStatus")
    """1 active, 0 paused, 2 deleted."""
    company_id: int = PROMISED
    """Id of the account that owns the project."""
    created_at: Moment = PROMISED
    """When it was created, as an aware `datetime`."""
    updated_at: Moment = PROMISED
    """When it was last changed, as an aware `datetime`."""

    def to_input(self) -> "NewProject":
        """Return the fields of `projects.create` that make a project like this.

        Returns:
            A dict to pass as keyword arguments, after changes where they are wanted.

        Example:
            project = mida.projects.get()
            print(project.to_input())  # `mida.projects.create(**...)` makes one like it
        """
        return project_input(self)


@define(kw_only=True, repr=False)
class ProjectList(ListReply):
    """A page of projects."""

    projects: list[Project] = field(factory=list)
    """The projects of this page."""


@define(kw_only=True, repr=False)
class ProjectResponse(Reply):
    """The answer that holds one project."""

    project: Project = PROMISED
    """The project."""


@define(kw_only=True, repr=False)
class DeletedProject(Reply):
    """The reply to a soft delete."""

    project_key: str = PROMISED
    """Public id of the project; not the API key."""
    status: int = known("ProjectStatus")
    """2, for deleted."""
    message: str = PROMISED
    """What the server says about it, as a sentence for people."""


@define(kw_only=True, repr=False)
class SecondaryGoal(Model):
    """A goal (`text` is `goal_` and its id), an event, or a built-in metric."""

    type: int = PROMISED
    """Kind of the entry, as the server numbers it."""
    text: str = PROMISED
    """`goal_` and the goal's id, an event's name, or a built-in metric."""
    name: str = PROMISED
    """Display name of the metric."""
    goal_profile_id: int | None = None
    """Id of the goal; None for events and built-in metrics."""
    goal_key: str | None = None
    """Key of the goal; None for events and built-in metrics."""
    goal_type: str | None = known("GoalType")
    """What the goal counts; None for events and built-in metrics."""
    goal_value: str | None = None
    """What the goal is matched with; None for events and built-in metrics."""
    event_name: str | None = None
    """Name of the event; None for goals and built-in metrics."""
    attributeFilter: Any = None  # noqa: N815  the server's word
    """Filter on the event's attributes; only null has been seen."""


@define(kw_only=True, repr=False)
class ProjectConfiguration(Model):
    """The defaults that new experiments inherit.

    The reply to a change holds fewer resolved fields than a read; read again for the goals.
    """

    analysis_method: str = known("AnalysisMethod")
    """"1" Bayesian, "0" frequentist."""
    frequentist_type: str = known("FrequentistType")
    """"0" one-tailed, "2" two-tailed."""
    confidence_level: float = PROMISED
    """Confidence level in percent, 50 to 99; the server writes it as text."""
    stats_engine: str | None = known("StatsEngine")
    """`bayesian` or `frequentist`, by `analysis_method`."""
    confidence_threshold_percent: float | None = None
    """`confidence_level` as the reports use it, in percent."""
    weekly_ai_summary_enabled: bool = PROMISED
    """True when a summary is sent every week."""
    skip_pre_publish_check: bool | None = None
    """True when experiments go live without the check before publishing."""
    primary_goal_id: int | None = None
    """Id of the primary goal of new experiments; None without one."""
    primary_goal: GoalRef | None = None
    """The primary goal of new experiments; None without one, or in the reply to a change."""
    secondary_goals: list[SecondaryGoal] = field(factory=list)
    """The secondary metrics of new experiments."""

    def to_input(self) -> "ConfigurationChanges":
        """Return the fields of `projects.update_configuration` that set these defaults.

        Returns:
            A dict to pass as keyword arguments; goals are named by their keys.

        Example:
            defaults = mida.projects.configuration().to_input()
            print(defaults)  # `other.projects.update_configuration(**...)` sets them there
        """
        return configuration_input(self)


@define(kw_only=True, repr=False)
class ProjectConfigurationResponse(Reply):
    """The answer that holds a configuration."""

    configuration: ProjectConfiguration = PROMISED
    """The defaults of the project."""
