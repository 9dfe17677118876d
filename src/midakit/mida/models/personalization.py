"""Personalization campaigns. A campaign's id is `abm_campaign_id` in bodies; `campaign_id` reads it."""

from typing import Any, ClassVar

from midakit.core.models.model import Model, model
from midakit.mida.models._types import Moment


class _OfCampaign:
    """One name for the id, whatever the body calls it."""

    __slots__ = ()

    abm_campaign_id: int | None

    @property
    def campaign_id(self) -> int | None:
        """The id that paths take."""
        return self.abm_campaign_id


@model
class Campaign(_OfCampaign, Model):
    """A row of the list."""

    abm_campaign_id: int | None = None
    name: str | None = None
    status: str | None = None
    url: str | None = None
    """Path in the dashboard."""
    account_count: int | None = None
    accounts_with_copy: int | None = None
    launched: bool | None = None
    building: bool | None = None
    updated_at: Moment | None = None


@model
class CampaignList(Model):
    """The newest campaigns, at most 15."""

    success: bool | None = None
    campaigns: list[Campaign] | None = None


@model
class PipelineProgress(Model):
    """How far one stage of a build is."""

    total: int | None = None
    done: int | None = None
    failed: int | None = None


@model
class Pipeline(Model):
    """A build under way or done."""

    status: str | None = None
    stage: str | None = None
    research: PipelineProgress | None = None
    copy: PipelineProgress | None = None


@model
class CampaignStatus(_OfCampaign, Model):
    """One campaign and how its build goes; poll it after a creation."""

    success: bool | None = None
    abm_campaign_id: int | None = None
    name: str | None = None
    status: str | None = None
    launched: bool | None = None
    needs_goal: bool | None = None
    account_count: int | None = None
    accounts_with_copy: int | None = None
    pipeline: Pipeline | None = None


@model
class CreatedCampaign(_OfCampaign, Model):
    """The reply to a creation; the build runs on."""

    success: bool | None = None
    abm_campaign_id: int | None = None
    name: str | None = None
    url: str | None = None
    account_count: int | None = None
    page_urls: list[str] | None = None
    building: bool | None = None
    needs_goal: bool | None = None


@model
class CampaignAccount(Model):
    """A company on a campaign; its link is final from the start."""

    abm_campaign_account_id: int | None = None
    name: str | None = None
    domain: str | None = None
    notes: str | None = None
    link: str | None = None


@model
class AddedAccounts(_OfCampaign, Model):
    """The reply to adding companies; their links personalize only where `links_live`."""

    _also: ClassVar[str] = "_note"

    success: bool | None = None
    abm_campaign_id: int | None = None
    campaign_name: str | None = None
    url: str | None = None
    launched: bool | None = None
    links_live: bool | None = None
    added: list[CampaignAccount] | None = None
    already_on_campaign: list[CampaignAccount] | None = None
    pages: list[str] | None = None
    building: bool | None = None
    queued_behind_current_build: bool | None = None
    needs_goal: bool | None = None

    @property
    def name(self) -> Any:
        """The campaign's name, whichever way the server spells the field."""
        return self.campaign_name if self.campaign_name is not None else self.raw.get("name")

    @property
    def note(self) -> Any:
        """What the server says beside the data (`_note`)."""
        return self.raw.get("_note")
