"""Personalization campaigns. A campaign's id is `abm_campaign_id` in bodies; `campaign_id` reads it."""

from typing import Any, ClassVar

from midakit.core.models.model import Model, model
from midakit.mida.models._types import Moment, Reply


class _OfCampaign:
    """One name for the id, whatever the body calls it."""

    __slots__ = ()

    abm_campaign_id: int | None
    """Id of the campaign; `campaign_id` is the same."""

    @property
    def campaign_id(self) -> int | None:
        """The id that paths take."""
        return self.abm_campaign_id


@model
class Campaign(_OfCampaign, Model):
    """A row of the list."""

    abm_campaign_id: int | None = None
    """Id of the campaign; `campaign_id` is the same."""
    name: str | None = None
    """Display name of the campaign."""
    status: str | None = None
    """State of the campaign in the server's words."""
    url: str | None = None
    """Path in the dashboard."""
    account_count: int | None = None
    """How many companies are on the campaign."""
    accounts_with_copy: int | None = None
    """For how many of the companies the text is written."""
    launched: bool | None = None
    """True once the campaign is published."""
    building: bool | None = None
    """True while research or texts are being made."""
    updated_at: Moment | None = None
    """When it was last changed, as an aware `datetime`."""


@model
class CampaignList(Reply):
    """The newest campaigns, at most 15."""

    campaigns: list[Campaign] | None = None
    """The campaigns."""


@model
class PipelineProgress(Model):
    """How far one stage of a build is."""

    total: int | None = None
    """How many items the stage has."""
    done: int | None = None
    """How many are finished."""
    failed: int | None = None
    """How many went wrong."""


@model
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


@model
class CampaignStatus(_OfCampaign, Model):
    """One campaign and how its build goes; poll it after a creation."""

    success: bool | None = None
    """True when the server did what was asked."""
    abm_campaign_id: int | None = None
    """Id of the campaign; `campaign_id` is the same."""
    name: str | None = None
    """Display name of the campaign."""
    status: str | None = None
    """State of the campaign in the server's words."""
    launched: bool | None = None
    """True once the campaign is published."""
    needs_goal: bool | None = None
    """True while a goal is missing, without which the campaign cannot be launched."""
    account_count: int | None = None
    """How many companies are on the campaign."""
    accounts_with_copy: int | None = None
    """For how many of the companies the text is written."""
    pipeline: Pipeline | None = None
    """The build; None before the first one."""


@model
class CreatedCampaign(_OfCampaign, Model):
    """The reply to a creation; the build runs on."""

    success: bool | None = None
    """True when the server did what was asked."""
    abm_campaign_id: int | None = None
    """Id of the campaign; `campaign_id` is the same."""
    name: str | None = None
    """Display name, invented by the server when none was given."""
    url: str | None = None
    """Path in the dashboard."""
    account_count: int | None = None
    """How many companies are on the campaign."""
    page_urls: list[str] | None = None
    """Pages that the campaign personalizes."""
    building: bool | None = None
    """True while research or texts are being made."""
    needs_goal: bool | None = None
    """True while a goal is missing, without which the campaign cannot be launched."""


@model
class CampaignAccount(Model):
    """A company on a campaign; its link is final from the start."""

    abm_campaign_account_id: int | None = None
    """Id of the company on the campaign."""
    name: str | None = None
    """Name of the company."""
    domain: str | None = None
    """Web domain of the company; None when unknown."""
    notes: str | None = None
    """What research and texts should know; None when nothing was given."""
    link: str | None = None
    """Link that personalizes for this company; it never changes."""


@model
class AddedAccounts(_OfCampaign, Model):
    """The reply to adding companies; their links personalize only where `links_live`."""

    _also: ClassVar[str] = "_note"

    success: bool | None = None
    """True when the server did what was asked."""
    abm_campaign_id: int | None = None
    """Id of the campaign; `campaign_id` is the same."""
    campaign_name: str | None = None
    """Name of the campaign; `name` is the same."""
    url: str | None = None
    """Path in the dashboard."""
    launched: bool | None = None
    """True once the campaign is published."""
    links_live: bool | None = None
    """False while every link shows the ordinary page."""
    added: list[CampaignAccount] | None = None
    """The companies that were added."""
    already_on_campaign: list[CampaignAccount] | None = None
    """The companies that were there before, unchanged."""
    pages: list[str] | None = None
    """Pages that the links lead to."""
    building: bool | None = None
    """True while research or texts are being made."""
    queued_behind_current_build: bool | None = None
    """True when another build runs first."""
    needs_goal: bool | None = None
    """True while a goal is missing, without which the campaign cannot be launched."""

    @property
    def name(self) -> Any:
        """The campaign's name, whichever way the server spells the field."""
        return self.campaign_name if self.campaign_name is not None else self.raw.get("name")

    @property
    def note(self) -> Any:
        """What the server says beside the data (`_note`)."""
        return self.raw.get("_note")
