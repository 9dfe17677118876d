"""Experiments: as listed, in detail, and the replies to what is done to them."""

from datetime import datetime
from typing import Any

from midakit.core.model import Model, model
from midakit.mida.models.goals import GoalRef
from midakit.mida.models.status import Status


@model
class Experiment(Model):
    """A row of the list."""

    test_id: int | None = None
    test_name: str | None = None
    url: str | None = None
    status: Status | None = None
    is_completed: int | None = None
    """1 once concluded in the dashboard; the API never sets it."""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    serving_variant_id: str | None = None
    is_deploy: int | None = None


@model
class ExperimentList(Model):
    """A page of experiments of the whole account; `count` is no total."""

    success: bool | None = None
    company_id: int | None = None
    count: int | None = None
    experiments: list[Experiment] | None = None


@model
class Variant(Model):
    """A variant as stored, Control included; its id is not the one that reports and serving use."""

    variant_id: int | str | None = None
    name: str | None = None
    nickname: str | None = None
    customCSS: str | None = None
    customJS: str | None = None
    data: list[Any] | None = None


@model
class Configuration(Model):
    """An experiment's settings as read."""

    traffic_allocation: float | None = None
    confidence_interval: float | None = None
    start_test_date: datetime | None = None
    end_test_date: datetime | None = None
    is_mab: int | None = None
    is_autopilot: int | None = None
    distribution: Any = None
    bayesian: int | None = None
    dom_change_path: str | None = None
    trigger_variant_change: str | None = None
    completion_visitor: int | None = None
    completion_conversion: int | None = None
    completion_stats_significant_flag: int | None = None
    completion_after_period: int | None = None
    integration: list[str] | None = None


@model
class AppliedTargeting(Model):
    """Targeting as read; never write it back, the written form is `TargetingRules`."""

    devices: list[str] | None = None
    browsers: list[str] | None = None
    countries: list[str] | None = None


@model
class ExperimentDetails(Model):
    """One experiment."""

    test_id: int | None = None
    test_name: str | None = None
    url: str | None = None
    status: Status | None = None
    is_completed: int | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    goal_profile_id: int | None = None
    variants: list[Variant] | None = None
    configuration: Configuration | None = None
    targeting: AppliedTargeting | None = None
    primary_goal: GoalRef | None = None
    serving_variant_id: str | None = None
    is_deploy: int | None = None


@model
class ExperimentResponse(Model):
    """The envelope of one experiment."""

    success: bool | None = None
    experiment: ExperimentDetails | None = None


@model
class CreatedExperiment(Model):
    """The reply to a creation."""

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
    """The status now in force."""

    success: bool | None = None
    test_id: int | None = None
    status: Status | None = None


@model
class DeletedExperiment(Model):
    """The reply to a deletion."""

    success: bool | None = None
    test_id: int | None = None
    test_name: str | None = None
    deleted: bool | None = None
    was_live: bool | None = None
    message: str | None = None


@model
class ServingStarted(Model):
    """The winner is served; `traffic_allocation` is the truth about to how many."""

    success: bool | None = None
    test_id: int | None = None
    serving_variant_id: str | None = None
    traffic_allocation: float | None = None
    is_serving: bool | None = None
    message: str | None = None


@model
class RolloutUpdated(Model):
    """The rollout now in force."""

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


@model
class ShareLink(Model):
    """The public link; it does not load while `is_public` is false."""

    success: bool | None = None
    test_id: int | None = None
    company_id: int | None = None
    share_link: str | None = None
    is_public: bool | None = None


@model
class PreviewUrl(Model):
    """One variant's preview; 0 is Control here."""

    variant_id: int | str | None = None
    name: str | None = None
    preview_url: str | None = None


@model
class PreviewUrls(Model):
    """A preview per variant, Control first."""

    success: bool | None = None
    test_id: int | None = None
    test_name: str | None = None
    page_url: str | None = None
    variants: list[PreviewUrl] | None = None
