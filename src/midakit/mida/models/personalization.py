"""Personalization campaigns. Bodies call a campaign's id `abm_campaign_id`, paths `campaign_id`."""

from typing import TYPE_CHECKING, ClassVar

from attrs import define, field

from midakit.core.models.model import PROMISED, Model
from midakit.mida.models._types import Moment, Reply
from midakit.mida.models.record_input import campaign_input

if TYPE_CHECKING:
    from midakit.mida.fields import CampaignFields


@define(kw_only=True, repr=False)
class _OfCampaign(Model):
    """The base of whatever names a campaign by its id."""

    abm_campaign_id: int = PROMISED
    """Id of the campaign; `campaign_id` is the same."""

    @property
    def campaign_id(self) -> int | None:
        """Id of the campaign, as the paths of the API call it."""
        return self.abm_campaign_id


@define(kw_only=True, repr=False)
class _CampaignReply(_OfCampaign):
    """The base of whole answers about one campaign."""

    success: bool = PROMISED
    """True when the server did what was asked."""
    needs_goal: bool = PROMISED
    """True while a goal is missing, without which the campaign cannot be launched."""


@define(kw_only=True, repr=False)
class Campaign(_OfCampaign):
    """A campaign as listings show it."""

    name: str = PROMISED
    """Display name of the campaign."""
    status: str = PROMISED
    """State of the campaign in the server's words."""
    url: str = PROMISED
    """Path in the dashboard."""
    account_count: int = PROMISED
    """How many companies are on the campaign."""
    accounts_with_copy: int = PROMISED
    """For how many of the companies the text is written."""
    launched: bool = PROMISED
    """True once the campaign is published."""
    building: bool = PROMISED
    """True while research or texts are being made."""
    updated_at: Moment = PROMISED
    """When it was last changed, as an aware `datetime`."""


@define(kw_only=True, repr=False)
class CampaignList(Reply):
    """The newest campaigns, at most 15."""

    campaigns: list[Campaign] = field(factory=list)
    """The campaigns."""


@define(kw_only=True, repr=False)
class PipelineProgress(Model):
    """Progress of one stage of a build."""

    total: int = PROMISED
    """How many items the stage has."""
    done: int = PROMISED
    """How many are finished."""
    failed: int = PROMISED
    """How many went wrong."""


@define(kw_only=True, repr=False)
class Pipeline(Model):
    """A build under way or done."""

    status: str | None = None
    """State of the build in the server's words."""
    stage: str | None = None
    """The stage that the build is in."""
    research: PipelineProgress | None = None
    """Progress of the research on the companies."""
    copy: PipelineProgress | None = None
    """Progress of the texts."""


@define(kw_only=True, repr=False)
class CampaignStatus(_CampaignReply):
    """One campaign and how its build goes; poll it after a creation."""

    name: str = PROMISED
    """Display name of the campaign."""
    status: str = PROMISED
    """State of the campaign in the server's words."""
    launched: bool = PROMISED
    """True once the campaign is published."""
    account_count: int = PROMISED
    """How many companies are on the campaign."""
    accounts_with_copy: int = PROMISED
    """For how many of the companies the text is written."""
    pipeline: Pipeline | None = None
    """The build; None before the first one."""

    def to_input(self) -> "CampaignFields":
        """Return what can be read of the fields that `personalization.create_campaign` takes.

        Returns:
            The name, and the companies where the server shows them. Strategy, pages and personas
            are not in what the API gives: pass them beside it.

        Example:
            page, accounts = "https://shop.example.com/", [{"name": "Notion"}]
            made = mida.personalization.create_campaign("accounts", [page], accounts=accounts)
            print(mida.personalization.campaign(made.abm_campaign_id).to_input())
        """
        return campaign_input(self)


@define(kw_only=True, repr=False)
class CreatedCampaign(_CampaignReply):
    """The reply to a creation; the build runs on."""

    name: str = PROMISED
    """Display name, invented by the server when none was given."""
    url: str = PROMISED
    """Path in the dashboard."""
    account_count: int = PROMISED
    """How many companies are on the campaign."""
    page_urls: list[str] = field(factory=list)
    """Pages that the campaign personalizes."""
    building: bool = PROMISED
    """True while research or texts are being made."""


@define(kw_only=True, repr=False)
class CampaignAccount(Model):
    """A company on a campaign; its link is final from the start."""

    abm_campaign_account_id: int | None = None
    """Id of the company on the campaign."""
    name: str = PROMISED
    """Name of the company."""
    domain: str | None = None
    """Web domain of the company; None when unknown."""
    notes: str | None = None
    """What research and texts should know; None when nothing was given."""
    link: str = PROMISED
    """Link that personalizes for this company; it never changes."""


@define(kw_only=True, repr=False)
class AddedAccounts(_CampaignReply):
    """The reply to adding companies; their links personalize only where `links_live`."""

    _also: ClassVar[str] = "_note"

    campaign_name: str | None = None
    """Name of the campaign; `name` is the same."""
    url: str = PROMISED
    """Path in the dashboard."""
    launched: bool = PROMISED
    """True once the campaign is published."""
    links_live: bool = PROMISED
    """False while every link shows the ordinary page."""
    added: list[CampaignAccount] = field(factory=list)
    """The companies that were added."""
    already_on_campaign: list[CampaignAccount] = field(factory=list)
    """The companies that were there before, unchanged."""
    pages: list[str] = field(factory=list)
    """Pages that the links lead to."""
    building: bool = PROMISED
    """True while research or texts are being made."""
    queued_behind_current_build: bool | None = None
    """True when another build runs first."""

    @property
    def name(self) -> str | None:
        """Name of the campaign, whichever name the server gave the field."""
        found: str | None = (
            self.raw.get("name") if self.campaign_name is None else self.campaign_name
        )
        return found

    @property
    def note(self) -> str | None:
        """What the server adds in words (`_note`)."""
        found: str | None = self.raw.get("_note")
        return found
