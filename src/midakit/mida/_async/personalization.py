"""Personalization: campaigns for accounts and personas."""

from typing import TYPE_CHECKING, Any

from midakit.core.unset import UNSET, Unset
from midakit.mida import calls
from midakit.mida._async.resource import AsyncResource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from midakit.mida.models import (
        AccountInput,
        AddedAccounts,
        CampaignList,
        CampaignStatus,
        CreatedCampaign,
        PersonaInput,
    )


class AsyncPersonalization(AsyncResource):
    """`mida.personalization`; the account needs the feature."""

    __slots__ = ()

    async def campaigns(self) -> "CampaignList":
        """The 15 campaigns updated last."""
        return await self._client.send(calls.personalization.campaigns())

    async def campaign(self, campaign_id: int | str) -> "CampaignStatus":
        """One campaign and how far its build is."""
        return await self._client.send(calls.personalization.campaign(campaign_id))

    async def create_campaign(
        self,
        strategy: str,
        page_urls: "Sequence[str]",
        *,
        name: str | Unset = UNSET,
        goal_profile_id: int | Unset = UNSET,
        accounts: "Sequence[AccountInput | Mapping[str, Any]] | Unset" = UNSET,
        personas: "Sequence[PersonaInput | Mapping[str, Any]] | Unset" = UNSET,
        persona_param: str | Unset = UNSET,
    ) -> "CreatedCampaign":
        """Start building a campaign; it is never published by this."""
        return await self._client.send(
            calls.personalization.create_campaign(
                strategy,
                page_urls,
                name=name,
                goal_profile_id=goal_profile_id,
                accounts=accounts,
                personas=personas,
                persona_param=persona_param,
            )
        )

    async def add_accounts(
        self,
        campaign_id: int | str,
        accounts: "Sequence[AccountInput | Mapping[str, Any]]",
    ) -> "AddedAccounts":
        """Add companies and get their links; on a launched campaign this publishes."""
        return await self._client.send(calls.personalization.add_accounts(campaign_id, accounts))

    async def suggested_pages(self, accounts: "Sequence[str]" = ()) -> dict[str, Any]:
        """The site's own pages worth personalizing, as the server sends them."""
        return await self._client.send(calls.personalization.suggested_pages(accounts))

    async def saved_accounts(self, search: str | Unset = UNSET) -> dict[str, Any]:
        """Companies targeted before, as the server sends them."""
        return await self._client.send(calls.personalization.saved_accounts(search=search))
