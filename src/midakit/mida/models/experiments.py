"""Experiments as they are stored, and the replies to changing them."""

from typing import TYPE_CHECKING, Any

from attrs import define, field

from midakit.core.models.model import PROMISED, Model
from midakit.mida.models._types import ListReply, Moment, Reply, TextOrObject
from midakit.mida.models.experiment_input import experiment_input
from midakit.mida.models.goal_ref import GoalRef
from midakit.mida.models.status import Status

if TYPE_CHECKING:
    from midakit.mida.fields import NewExperiment


@define(kw_only=True, repr=False)
class Experiment(Model):
    """An experiment as listings show it.

    Listings cover the whole account, so the experiment may belong to another project.
    """

    test_id: int = PROMISED
    """Id of the experiment."""
    test_name: str = PROMISED
    """Display name of the experiment."""
    url: str = PROMISED
    """A page that the experiment runs on."""
    status: Status = PROMISED
    """State of the experiment: draft, live or inactive."""
    is_completed: bool | None = None
    """True once it was concluded in the dashboard; no call of the API sets it."""
    created_at: Moment = PROMISED
    """When it was created, as an aware `datetime`."""
    updated_at: Moment = PROMISED
    """When it was last changed, as an aware `datetime`."""
    serving_variant_id: str | None = None
    """Id of the variant that is served as the winner, or None while none is."""
    is_deploy: bool | None = None
    """True for an old, separate deploy campaign."""


def is_running(experiment: Experiment) -> bool:
    """Tell whether visitors are in an experiment: it is live, and nobody has concluded it.

    Args:
        experiment: The experiment, from a listing or by itself.
    """
    return experiment.status == Status.LIVE and not experiment.is_completed


@define(kw_only=True, repr=False)
class ExperimentList(ListReply):
    """A page of experiments."""

    experiments: list[Experiment] = field(factory=list)
    """The experiments of this page."""


@define(kw_only=True, repr=False)
class Variant(Model):
    """A variant as stored, Control included.

    `variant_id` is not the id of reports and serving: here Control is 1, there it is "0".
    """

    variant_id: int = PROMISED
    """Number of the stored variant: 1 is Control. Reports and serving count differently: "0" is Control."""
    name: str = PROMISED
    """Fixed name: `Control`, `Variant 1`, `Variant 2` and so on."""
    nickname: str | None = None
    """Free label that the dashboard shows instead of the name."""
    customCSS: str | None = None  # noqa: N815  the server's word
    """CSS that is added for this variant."""
    customJS: str | None = None  # noqa: N815
    """JavaScript that is run for this variant."""
    data: list[dict[str, Any]] = field(factory=list)
    """Visual changes, or the redirect of a split test."""


@define(kw_only=True, repr=False)
class AppliedTargeting(Model):
    """Targeting as it is read; `TargetingRules` is what is written. Never send this back."""

    devices: list[str] = field(factory=list)
    """Devices that may enter; an empty list allows all."""
    browsers: list[str] = field(factory=list)
    """Browsers that may enter; an empty list allows all."""
    countries: list[str] = field(factory=list)
    """Countries that may enter; an empty list allows all."""


@define(kw_only=True, repr=False)
class AppliedConfiguration(Model):
    """Configuration as it is read; `ExperimentConfiguration` is what is written."""

    traffic_allocation: float | None = None
    """Percent of visitors who are let into the test."""
    confidence_interval: float | None = None
    """Confidence level of the experiment, in percent."""
    start_test_date: Moment | None = None
    """When the experiment starts by itself; None when it is started by hand."""
    end_test_date: Moment | None = None
    """When the experiment ends by itself; None when it runs until it is stopped."""
    is_mab: bool | None = None
    """True when a multi-armed bandit moves the traffic."""
    is_autopilot: bool | None = None
    """True when the server may conclude the experiment by itself."""
    distribution: TextOrObject | None = None
    """How traffic is split, as the server stores it; its shape is not documented."""
    bayesian: bool | None = None
    """True for Bayesian statistics, False for frequentist ones."""
    dom_change_path: str | None = None
    """Path of the pages that the visual changes belong to."""
    trigger_variant_change: str | None = None
    """What makes the visual changes apply, as the server stores it."""
    completion_visitor: int | None = None
    """Stop after so many visitors; 0 is off."""
    completion_conversion: int | None = None
    """Stop after so many conversions; 0 is off."""
    completion_stats_significant_flag: bool | None = None
    """True to stop at statistical significance."""
    completion_after_period: int | None = None
    """Stop after so many days; 0 is off."""
    integration: list[str] = field(factory=list)
    """Names of the integrations that get the experiment's data."""


@define(kw_only=True, repr=False)
class ExperimentDetails(Experiment):
    """One experiment with variants, goal, targeting and configuration."""

    goal_profile_id: int | None = None
    """Id of the primary goal; None without one."""
    variants: list[Variant] = field(factory=list)
    """The variants, Control included."""
    configuration: AppliedConfiguration = PROMISED
    """Settings such as traffic, dates and when to stop."""
    targeting: AppliedTargeting = PROMISED
    """Who may enter."""
    primary_goal: GoalRef | None = None
    """The goal that decides; None without one."""

    def to_input(self) -> "NewExperiment":
        """Return the fields of `experiments.create` that make this experiment again, as a draft.

        What the API does not show cannot be there: rules of pages, secondary goals, code for all
        visitors, and all targeting but devices, browsers and countries.

        Returns:
            A dict to pass as keyword arguments, after changes where they are wanted.

        Example:
            again = mida.experiments.get(1001).to_input() | {"test_name": "Homepage headline, again"}
            made = mida.experiments.create(**again)
        """
        return experiment_input(self)


@define(kw_only=True, repr=False)
class ExperimentResponse(Reply):
    """The answer that holds one experiment."""

    experiment: ExperimentDetails = PROMISED
    """The experiment."""


@define(kw_only=True, repr=False)
class CreatedExperiment(Reply):
    """The reply to a creation."""

    status: Status = PROMISED
    """State of the experiment: draft, live or inactive."""
    test_id: int = PROMISED
    """Id of the new experiment."""
    company_id: int = PROMISED
    """Id of the account that owns the project."""
    goal_profile_id: int | None = None
    """Id of the primary goal, which may have existed before; None without a goal."""
    secondary_goals_count: int = PROMISED
    """How many secondary goals were attached."""
    warnings: list[Any] = field(factory=list)
    """What the server found odd, such as a missing goal."""


@define(kw_only=True, repr=False)
class UpdatedExperiment(Reply):
    """The reply to a change."""

    test_id: int = PROMISED
    """Id of the experiment."""


@define(kw_only=True, repr=False)
class ExperimentStatus(Reply):
    """The reply to a change of status."""

    test_id: int = PROMISED
    """Id of the experiment."""
    status: Status = PROMISED
    """The state after the change."""


@define(kw_only=True, repr=False)
class DeletedExperiment(Reply):
    """The reply to a delete."""

    test_id: int = PROMISED
    """Id of the experiment."""
    test_name: str = PROMISED
    """Display name of the experiment."""
    deleted: bool = PROMISED
    """True once it is deleted; its data is kept."""
    was_live: bool = PROMISED
    """True when it was live, so that visitors were in it."""
    message: str = PROMISED
    """What the server says about it, as a sentence for people."""


@define(kw_only=True, repr=False)
class ServingStarted(Reply):
    """The reply to serving a winner; `traffic_allocation` says how many visitors see it."""

    test_id: int = PROMISED
    """Id of the experiment."""
    serving_variant_id: str = PROMISED
    """Id of the variant that is served as the winner, or None while none is."""
    traffic_allocation: float = PROMISED
    """Percent of eligible visitors who see the winner."""
    is_serving: bool = PROMISED
    """True while a winner is served."""
    message: str = PROMISED
    """What the server says about it, as a sentence for people."""


@define(kw_only=True, repr=False)
class RolloutUpdated(Reply):
    """The reply to a change of the share of visitors who see the winner."""

    test_id: int = PROMISED
    """Id of the experiment."""
    traffic_allocation: float = PROMISED
    """Percent of eligible visitors who see the winner after the change."""
    is_serving: bool = PROMISED
    """True while a winner is served."""
    message: str = PROMISED
    """What the server says about it, as a sentence for people."""


@define(kw_only=True, repr=False)
class ServingStopped(Reply):
    """The reply to the end of serving a winner."""

    test_id: int = PROMISED
    """Id of the experiment."""
    serving_variant_id: str | None = None
    """None, because nothing is served any more."""
    is_serving: bool = PROMISED
    """False, because nothing is served any more."""
    message: str = PROMISED
    """What the server says about it, as a sentence for people."""
