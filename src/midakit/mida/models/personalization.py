"""Campaigns; whichever name an answer uses for id and name, `id` and `name` have it."""

from datetime import datetime
from typing import Any

from midakit.core.model import Model, model


class _WithId(Model):
    __slots__ = ()

    abm_campaign_id: int | None

    @property
    def id(self) -> int | None:
        """The campaign's id, as the path takes it."""
        return self.abm_campaign_id


@model
class Campaign(_WithId):
    """A row of the list."""

    abm_campaign_id: int | None = None
    name: str | None = None
    status: str | None = None
    url: str | None = None
    account_count: int | None = None
    accounts_with_copy: int | None = None
    launched: bool | None = None
    building: bool | None = None
    updated_at: datetime | None = None


@model
class CampaignList(Model):
    """The 15 campaigns updated last."""

    success: bool | None = None
    campaigns: list[Campaign] | None = None


@model
class PipelineProgress(Model):
    """How far one stage is."""

    total: int | None = None
    done: int | None = None
    failed: int | None = None


@model
class Pipeline(Model):
    """A build under way."""

    status: str | None = None
    stage: str | None = None
    research: PipelineProgress | None = None
    copy: PipelineProgress | None = None


@model
class CampaignStatus(_WithId):
    """One campaign and its build."""

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
class CreatedCampaign(_WithId):
    """A campaign whose build has begun; poll it."""

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
    """A company and its link, final from the start."""

    abm_campaign_account_id: int | None = None
    name: str | None = None
    domain: str | None = None
    notes: str | None = None
    link: str | None = None


@model
class AddedAccounts(_WithId):
    """The links; they personalize only where `links_live`."""

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
    def name(self) -> str | None:
        """The campaign's name."""
        return self.campaign_name

    @property
    def note(self) -> Any:
        """What the server adds in words (`_note`)."""
        return self.raw.get("_note")
