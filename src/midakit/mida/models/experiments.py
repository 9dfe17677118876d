"""Experiments as they are stored, and the replies to changing them."""

from typing import Any

from midakit.core.models.model import Model, model
from midakit.mida.models._types import Moment, TextOrObject
from midakit.mida.models.goals import GoalRef
from midakit.mida.models.status import Status


@model
class Experiment(Model):
    """A row of the list; it covers the account, so the id may belong to another project."""

    test_id: int | None = None
    test_name: str | None = None
    url: str | None = None
    status: Status | None = None
    is_completed: bool | None = None
    """Concluded in the dashboard; the API never sets it."""
    created_at: Moment | None = None
    updated_at: Moment | None = None
    serving_variant_id: str | None = None
    is_deploy: bool | None = None
    """An old separate deploy campaign."""


@model
class ExperimentList(Model):
    """A page of experiments."""

    success: bool | None = None
    company_id: int | None = None
    count: int | None = None
    experiments: list[Experiment] | None = None


@model
class Variant(Model):
    """A variant as stored, Control included.

    `variant_id` is not the id of reports and serving: here Control is 1, there it is "0".
    """

    variant_id: int | None = None
    name: str | None = None
    nickname: str | None = None
    customCSS: str | None = None  # noqa: N815  the server's word
    customJS: str | None = None  # noqa: N815
    data: list[dict[str, Any]] | None = None


@model
class AppliedTargeting(Model):
    """Targeting as read back; an empty list is no limit. Not the shape that is written."""

    devices: list[str] | None = None
    browsers: list[str] | None = None
    countries: list[str] | None = None


@model
class AppliedConfiguration(Model):
    """Configuration as read back."""

    traffic_allocation: float | None = None
    """Percent of visitors in the test."""
    confidence_interval: float | None = None
    start_test_date: Moment | None = None
    end_test_date: Moment | None = None
    is_mab: bool | None = None
    is_autopilot: bool | None = None
    distribution: TextOrObject | None = None
    bayesian: bool | None = None
    dom_change_path: str | None = None
    trigger_variant_change: str | None = None
    completion_visitor: int | None = None
    completion_conversion: int | None = None
    completion_stats_significant_flag: bool | None = None
    completion_after_period: int | None = None
    integration: list[str] | None = None


@model
class ExperimentDetails(Experiment):
    """One experiment with variants, goal, targeting and configuration."""

    goal_profile_id: int | None = None
    variants: list[Variant] | None = None
    configuration: AppliedConfiguration | None = None
    targeting: AppliedTargeting | None = None
    primary_goal: GoalRef | None = None


@model
class ExperimentResponse(Model):
    """The answer around one experiment."""

    success: bool | None = None
    experiment: ExperimentDetails | None = None


@model
class CreatedExperiment(Model):
    """The reply to a creation; `warnings` says what the server found odd."""

    success: bool | None = None
    status: Status | None = None
    test_id: int | None = None
    company_id: int | None = None
    goal_profile_id: int | None = None
    secondary_goals_count: int | None = None
    warnings: list[Any] | None = None


@model
class UpdatedExperiment(Model):
    """The reply to a change."""

    success: bool | None = None
    test_id: int | None = None


@model
class ExperimentStatus(Model):
    """The reply to a change of status."""

    success: bool | None = None
    test_id: int | None = None
    status: Status | None = None


@model
class DeletedExperiment(Model):
    """The reply to a delete; `was_live` says whether visitors were in it."""

    success: bool | None = None
    test_id: int | None = None
    test_name: str | None = None
    deleted: bool | None = None
    was_live: bool | None = None
    message: str | None = None


@model
class ServingStarted(Model):
    """A winner is served; to how many says `traffic_allocation`."""

    success: bool | None = None
    test_id: int | None = None
    serving_variant_id: str | None = None
    traffic_allocation: float | None = None
    is_serving: bool | None = None
    message: str | None = None


@model
class RolloutUpdated(Model):
    """The share of eligible visitors was changed."""

    success: bool | None = None
    test_id: int | None = None
    traffic_allocation: float | None = None
    is_serving: bool | None = None
    message: str | None = None


@model
class ServingStopped(Model):
    """Nothing is served any more."""

    success: bool | None = None
    test_id: int | None = None
    serving_variant_id: str | None = None
    is_serving: bool | None = None
    message: str | None = None
