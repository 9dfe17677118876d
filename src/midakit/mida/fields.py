"""The fields of what is created or changed: their names, types, meaning, and the rules of their values.

They are written here once; the builders and both clients take them. A field that is left out is not
sent, and None is sent as null where the API lets null clear a value.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Required, TypedDict

from midakit.core.checks import day, one_of, text
from midakit.core.extra import ExtraOptions
from midakit.core.options import Option
from midakit.core.unset import Unset
from midakit.mida import models
from midakit.mida.calls import body_rules as rules
from midakit.mida.calls import experiment_body

if TYPE_CHECKING:
    from midakit.mida.calls.exclusion_groups import Tests

    Json = Mapping[str, Any]


class ExperimentCode(TypedDict, total=False):
    """What runs on the page."""

    control: "models.ControlInput | Json | Unset"
    """Label and code of Control, which is not among the variants."""
    control_attr: "Json | str | Unset"
    """The same in the form in which the server stores it; give one of the two."""
    custom_js: str | Unset
    """JavaScript that runs for every visitor in the experiment, Control included."""
    custom_css: str | Unset
    """CSS for every visitor in the experiment, Control included."""


class ExperimentSettings(TypedDict, total=False):
    """For whom and how long."""

    configuration: Annotated[
        "models.ExperimentConfiguration | Json | Unset", Option(rule=rules.configuration)
    ]
    """Traffic, statistics and when the experiment ends by itself."""
    targeting: "models.TargetingRules | Json | Unset"
    """Which visitors enter the experiment; a rule that is left out does not restrict."""


class ExperimentStart(TypedDict, total=False):
    """What an experiment is."""

    status: Annotated["models.Status | int | str | Unset", Option(rule=rules.status)]
    """9 (draft) when left out; 1 starts the experiment at once."""
    test_type: Annotated[str | Unset, Option(rule=rules.word("TestType"))]
    """`abtest` when left out; `split`, `personalization` or `mvt`."""
    url: Annotated[str | Unset, Option(rule=experiment_body.page)]
    """The one page that editor and previews open, without a star; also where it runs, if `page_urls` is
    left out."""
    page_urls: "Sequence[str | models.PageUrlRule | Json] | Unset"
    """Where the experiment runs: up to 50 addresses, or rules with `url`, `rule` and `allowed`."""


class ExperimentGoals(TypedDict, total=False):
    """What an experiment counts."""

    primary_goal: Annotated["models.GoalInput | Json | Unset", Option(rule=rules.goal)]
    """The goal that decides, as a new goal; one with the same name and type is used again."""
    primary_goal_key: str | Unset
    """Key of an existing goal that decides; give one of the two."""
    secondary_goals: Annotated[
        "Sequence[models.GoalInput | Json] | Unset", Option(rule=rules.goals)
    ]
    """Further goals, as new goals."""
    secondary_goal_keys: Annotated[Sequence[str] | Unset, Option(rule=rules.texts)]
    """Keys of further goals that exist."""


class ExperimentFields(
    ExperimentStart, ExperimentCode, ExperimentGoals, ExperimentSettings, ExtraOptions, total=False
):
    """Fields of `experiments.create`."""

    idempotency_key: Annotated[str | Unset, Option(rule=text)]
    """For 24 hours the same key gets the first answer again; a key is made when left out."""


class NewExperiment(ExperimentFields, total=False):
    """All arguments of `experiments.create`, as `ExperimentDetails.to_input` gives them."""

    test_name: Required[str]
    """The name in the dashboard."""
    variants: Required[Sequence["models.VariantInput | Json"]]
    """The treatments, never Control."""


class ExperimentText(TypedDict, total=False):
    """What of an experiment can be changed."""

    test_name: Annotated[str | Unset, Option(rule=text)]
    """The name in the dashboard."""
    url: Annotated[str | Unset, Option(rule=experiment_body.page)]
    """The one page that editor and previews open, without a star."""
    variants: Annotated[
        "Sequence[models.VariantInput | Json] | Unset", Option(rule=experiment_body.treatments)
    ]
    """All treatments, without Control: the list replaces the stored one."""


class ExperimentChanges(
    ExperimentText, ExperimentCode, ExperimentSettings, ExtraOptions, total=False
):
    """Fields of `experiments.update`."""

    tags: Annotated[Sequence[str] | Unset, Option(rule=rules.texts)]
    """All tags: the list replaces the stored one."""


class NewProject(TypedDict, total=False):
    """All arguments of `projects.create`, as `Project.to_input` gives them."""

    website_name: str
    """The name in the dashboard."""
    allowed_website: str
    """The domains that the script may run on; `*` means any."""


class ProjectChanges(ExtraOptions, total=False):
    """Fields of `projects.update`."""

    website_name: str | Unset
    """The name in the dashboard."""
    name: str | Unset
    """Another word for `website_name`."""
    widget_name: str | Unset
    """The name of the site's widget."""
    allowed_website: str | Unset
    """The domains that the script may run on; `*` means any."""
    monthly_average_traffic: Annotated[int | Unset, Option(rule=rules.number(0, whole=True))]
    """Visitors per month, a hint for estimates."""


class ConfigurationChanges(ExtraOptions, total=False):
    """Fields of `projects.update_configuration`."""

    analysis_method: Annotated[str | int | Unset, Option(rule=rules.digit("1", "0"))]
    """`"1"` for Bayesian statistics, `"0"` for frequentist ones."""
    frequentist_type: Annotated[str | int | Unset, Option(rule=rules.digit("0", "2"))]
    """`"0"` for one-tailed tests, `"2"` for two-tailed ones."""
    confidence_level: Annotated[float | Unset, Option(rule=rules.number(50, 99))]
    """Percent from 50 to 99."""
    primary_goal_key: str | Unset | None
    """Key of the goal that new experiments decide by; None clears it."""
    secondary_goals: Annotated[
        Sequence[Mapping[str, Any]] | Unset, Option(rule=rules.further_goals)
    ]
    """All further goals, each with `goal_key`, or with `text` and `name`; they replace the stored ones."""
    weekly_ai_summary_enabled: bool | Unset
    """Whether a summary is sent each week."""
    skip_pre_publish_check: bool | Unset
    """Whether experiments start without the check of the page."""


class GoalDefinition(TypedDict, total=False):
    """What a goal counts."""

    goal_name: str | Unset
    """The name in the dashboard."""
    goal_type: Annotated[str | Unset, Option(rule=rules.word("GoalType"))]
    """What is counted, such as `pageview`, `clickOnElement`, `event` or `revenue`."""
    goal_value: Annotated[str | int | float | Unset, Option(rule=rules.goal_value)]
    """Address, selector, text or event name, whichever the type compares."""


class GoalFields(ExtraOptions, total=False):
    """Fields of `goals.create`."""

    goal_purpose: Annotated[str | Unset, Option(rule=rules.word("GoalPurpose"))]
    """`sell`, `engage` or `generate`."""
    goal_key: str | Unset
    """A key of your own, unique in the project; the server makes one when it is left out."""
    element_url: str | Unset
    """The page that holds the element or the form."""


class NewGoal(GoalFields, total=False):
    """All arguments of `goals.create`, as `Goal.to_input` gives them."""

    goal_name: Required[str]
    """The name in the dashboard."""
    goal_type: Required[str]
    """What is counted, such as `pageview`, `clickOnElement`, `event` or `revenue`."""
    goal_value: Required[str]
    """Address, selector, text or event name, whichever the type compares."""


class GoalChanges(GoalDefinition, GoalFields, total=False):
    """Fields of `goals.update`."""


class EventQuery(ExtraOptions, total=False):
    """Options of `events.list`."""

    event_text: Annotated[str | Unset, Option(rule=text)]
    """Only events with this name."""
    start_date: Annotated[date | str | Unset, Option(rule=day)]
    """The first day, inclusive: a `date` or text such as `2026-01-31`."""
    end_date: Annotated[date | str | Unset, Option(rule=day)]
    """The last day, inclusive."""


class NewEvent(ExtraOptions, total=False):
    """Fields of `events.record`: one of the first three, and properties."""

    mida_uuid: str | Unset
    """The visitor, by the id that Mida made."""
    email: str | Unset
    """The visitor, by an address that the site has given to Mida."""
    id: str | Unset
    """The visitor, by your own id that the site has given to Mida."""
    properties: Mapping[str, Any] | Unset
    """Details of the event, such as `revenue`; goals and `event_where` compare them."""


class EventContent(TypedDict, total=False):
    """What happened, without who did it, as `Event.to_input` gives it for `events.record`."""

    event_name: Required[str]
    """What the visitor did."""
    properties: Mapping[str, Any]
    """Details of the event, such as `revenue`."""


class EventChanges(ExtraOptions, total=False):
    """Fields of `events.update`."""

    event_text: str | Unset
    """New name of the event, which goals match."""
    event_property: Mapping[str, Any] | str | Unset
    """All properties: they replace the stored ones."""
    url: str | Unset
    """The page of the event."""
    event_path: str | Unset
    """The path of that page."""
    session: str | Unset
    """The session that the event belongs to."""
    status: Annotated[int | Unset, Option(rule=lambda name, value: one_of(name, value, (1, 2)))]
    """1 is active, 2 deletes the event."""


class NewGroup(TypedDict, total=False):
    """All arguments of `exclusion_groups.create`, as `ExclusionGroup.to_input` gives them."""

    name: Required[str]
    """The name in the dashboard."""
    tests: Required["Tests"]
    """All members."""
    description: str
    """What the group is for."""


class GroupChanges(ExtraOptions, total=False):
    """Fields of `exclusion_groups.update`."""

    name: Annotated[str | Unset, Option(rule=text)]
    """The name in the dashboard."""
    description: str | Unset
    """What the group is for."""
    tests: Annotated["Tests | Unset", Option(rule=rules.group_members)]
    """All members: ids, which share evenly, or `{id: percent}`; they replace the stored ones."""


class CampaignFields(ExtraOptions, total=False):
    """Fields of `personalization.create_campaign`."""

    name: str | Unset
    """The name in the dashboard; the server invents one when it is left out."""
    goal_profile_id: int | Unset
    """Id of the goal to count; needed before the launch."""
    accounts: Annotated["Sequence[models.AccountInput | Json] | Unset", Option(rule=rules.accounts)]
    """With strategy `accounts`: 1 to 200 companies, each with a `name`."""
    personas: Annotated["Sequence[models.PersonaInput | Json] | Unset", Option(rule=rules.personas)]
    """With strategy `personas`: one persona or more, each with a `label`."""
    persona_param: Annotated[str | Unset, Option(rule=rules.word("PersonaParam"))]
    """The query parameter that tells a persona, such as `utm_campaign`."""
