"""Personalization: campaigns for accounts and personas."""

from typing import TYPE_CHECKING, Any, Unpack

from midakit.core.extra import ExtraOptions, taken
from midakit.core.options import expand_options
from midakit.core.unset import UNSET, Unset
from midakit.mida import calls, models
from midakit.mida._async.resource import AsyncResource
from midakit.mida.fields import CampaignFields

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class AsyncPersonalization(AsyncResource):
    """Account and persona campaigns: `mida.personalization`; the account needs the feature."""

    __slots__ = ()

    @expand_options
    async def campaigns(self, **extra: Unpack[ExtraOptions]) -> "models.CampaignList":
        """List the 15 campaigns that were updated last.

        Args:
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            Forbidden: The account does not have the feature.

        Example:
            for campaign in (await mida.personalization.campaigns()).campaigns:
                print(campaign.abm_campaign_id, campaign.name)
        """
        return await self._client.send(calls.personalization.campaigns(**taken(extra)))

    @expand_options
    async def campaign(
        self, campaign_id: int | str, **extra: Unpack[ExtraOptions]
    ) -> "models.CampaignStatus":
        """Read a campaign and how far its build is.

        Args:
            campaign_id: The campaign's `campaign_id`, as `personalization.campaigns` gives it.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            Forbidden: The account does not have the feature.
            NotFound: The project has no such campaign.

        Example:
            made = await mida.personalization.create_campaign(
                "accounts", ["https://shop.example.com/"], accounts=[{"name": "Notion"}])
            status = await mida.personalization.campaign(made.abm_campaign_id)
            print(status.pipeline.status)
        """
        return await self._client.send(calls.personalization.campaign(campaign_id, **taken(extra)))

    @expand_options
    async def create_campaign(
        self, strategy: str, page_urls: "Sequence[str]", **fields: Unpack[CampaignFields]
    ) -> "models.CreatedCampaign":
        """Start to build a campaign; this never publishes it.

        Args:
            strategy: Whom the campaign addresses: `accounts` or `personas`.
            page_urls: Pages of the project's verified domains, at least one.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.
            name: The name in the dashboard; the server invents one when it is left out.
            goal_profile_id: Id of the goal to count; needed before the launch.
            accounts: With strategy `accounts`: 1 to 200 companies, each with a `name`.
            personas: With strategy `personas`: one persona or more, each with a `label`.
            persona_param: The query parameter that tells a persona, such as `utm_campaign`.

        Raises:
            InvalidRequest: What belongs to the strategy is missing, or a field breaks its rule.
            Forbidden: The account does not have the feature.

        Example:
            made = await mida.personalization.create_campaign(
                "accounts", ["https://shop.example.com/"], accounts=[{"name": "Notion"}])
        """
        return await self._client.send(
            calls.personalization.create_campaign(strategy, page_urls, **taken(fields))
        )

    @expand_options
    async def add_accounts(
        self,
        campaign_id: int | str,
        accounts: "Sequence[models.AccountInput | Mapping[str, Any]]",
        **extra: Unpack[ExtraOptions],
    ) -> "models.AddedAccounts":
        """Add companies and get their links; on a launched campaign this publishes.

        Args:
            campaign_id: The campaign's `campaign_id`, as `personalization.campaigns` gives it.
            accounts: 1 to 200 companies, each with a `name`.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            NotFound: The project has no such campaign.
            InvalidRequest: There are too many, or one has no name.

        Example:
            made = await mida.personalization.create_campaign(
                "accounts", ["https://shop.example.com/"], accounts=[{"name": "Notion"}])
            await mida.personalization.add_accounts(made.abm_campaign_id, [{"name": "Figma"}])
        """
        return await self._client.send(
            calls.personalization.add_accounts(campaign_id, accounts, **taken(extra))
        )

    @expand_options
    async def suggested_pages(
        self, accounts: "Sequence[str]" = (), **extra: Unpack[ExtraOptions]
    ) -> dict[str, Any]:
        """Ask for the site's own pages worth personalizing, as the server sends them.

        Args:
            accounts: Names of companies that the pages should suit.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            Forbidden: The account does not have the feature.

        Example:
            found = await mida.personalization.suggested_pages(["Notion"])
            print([page["url"] for page in found["pages"]])
        """
        return await self._client.send(
            calls.personalization.suggested_pages(accounts, **taken(extra))
        )

    @expand_options
    async def saved_accounts(
        self, search: str | Unset = UNSET, **extra: Unpack[ExtraOptions]
    ) -> dict[str, Any]:
        """List companies targeted before, as the server sends them.

        Args:
            search: Only companies whose name holds this text.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            Forbidden: The account does not have the feature.

        Example:
            found = await mida.personalization.saved_accounts(search="no")
            print(found["accounts"])
        """
        return await self._client.send(
            calls.personalization.saved_accounts(search=search, **taken(extra))
        )
