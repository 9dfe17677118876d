"""Personalization: campaigns for accounts and personas."""

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from midakit.core.call import Call
from midakit.core.checks import number_id, one_of, several, text
from midakit.core.extra import ExtraOptions
from midakit.core.options import expand_options
from midakit.core.unset import UNSET, Unset
from midakit.errors import InvalidRequest
from midakit.mida import models
from midakit.mida.calls import body_rules
from midakit.mida.calls.build import PROJECT, body, get, given, write
from midakit.mida.calls.experiment_body import AT_LEAST_ONE_PAGE
from midakit.mida.fields import CampaignFields

ROOT = f"{PROJECT}/personalization"


@expand_options
def campaigns(**extra: Unpack[ExtraOptions]) -> "Call[models.CampaignList]":
    """Return the call that lists the campaigns that were updated last.

    Args:
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: What `extra_query` or `extra_headers` gives is not a mapping of names to
            values.

    Example:
        call = calls.personalization.campaigns()
    """
    return get(
        "list_personalization_campaigns", f"{ROOT}/campaigns", models.CampaignList, extra=extra
    )


@expand_options
def campaign(
    campaign_id: int | str, **extra: Unpack[ExtraOptions]
) -> "Call[models.CampaignStatus]":
    """Return the call that reads a campaign and how far its build is.

    Args:
        campaign_id: The campaign's `campaign_id`, as `personalization.campaigns` gives it.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: The id is not a number.

    Example:
        call = calls.personalization.campaign(31)
    """
    return get(
        "get_personalization_campaign", _path(campaign_id), models.CampaignStatus, extra=extra
    )


def _path(campaign_id: Any) -> str:
    return f"{ROOT}/campaigns/{number_id('campaign_id', campaign_id)}"


@expand_options
def create_campaign(
    strategy: str, page_urls: Sequence[str], **fields: Unpack[CampaignFields]
) -> "Call[models.CreatedCampaign]":
    """Return the call that starts to build a campaign; it is never repeated, because that would build two.

    Args:
        strategy: Whom the campaign addresses: `accounts` or `personas`.
        page_urls: Pages of the project's verified domains, at least one.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
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

    Example:
        call = calls.personalization.create_campaign(
            "accounts", ["https://shop.example.com/"], accounts=[{"name": "Notion"}])
    """
    strategy = one_of("strategy", strategy, models.CampaignStrategy)
    targets = {name: fields.get(name, UNSET) for name in ("accounts", "personas")}
    wanted = targets.pop(strategy)
    if any(other is not UNSET for other in targets.values()) or not wanted:
        raise InvalidRequest(
            strategy, f"strategy {strategy!r} takes {strategy}, at least one, and nothing else"
        )
    pages = several("page_urls", page_urls, AT_LEAST_ONE_PAGE)
    if not pages:
        raise InvalidRequest("page_urls", AT_LEAST_ONE_PAGE)
    sent = {
        "strategy": strategy,
        "page_urls": pages,
        **body("personalization.create_campaign", CampaignFields, fields),
    }
    return write(
        "create_personalization_campaign", "POST", f"{ROOT}/campaigns", models.CreatedCampaign, sent,
        safe=False, extra=fields,
    )  # fmt: skip


@expand_options
def add_accounts(
    campaign_id: int | str,
    accounts: "Sequence[models.AccountInput | Mapping[str, Any]]",
    **extra: Unpack[ExtraOptions],
) -> "Call[models.AddedAccounts]":
    """Return the call that adds companies to a campaign; on a launched campaign this publishes.

    Args:
        campaign_id: The campaign's `campaign_id`, as `personalization.campaigns` gives it.
        accounts: 1 to 200 companies, each with a `name`.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: There are too many, or one has no name.

    Example:
        call = calls.personalization.add_accounts(31, [{"name": "Figma"}])
    """
    return write(
        "add_personalization_accounts", "POST", f"{_path(campaign_id)}/accounts", models.AddedAccounts,
        given(accounts=body_rules.accounts("accounts", accounts)), safe=False, extra=extra,
    )  # fmt: skip


@expand_options
def suggested_pages(
    accounts: Sequence[str] = (), **extra: Unpack[ExtraOptions]
) -> Call[dict[str, Any]]:
    """Return the call that asks for pages worth personalizing, in the server's own shape.

    Args:
        accounts: Names of companies that the pages should suit.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: The names are no list of texts.

    Example:
        call = calls.personalization.suggested_pages(["Notion"])
    """
    names = several("accounts", accounts, "must be a list of names of companies")
    query = tuple(("account", text("accounts", name)) for name in names)
    return get("list_suggested_pages", f"{ROOT}/suggested-pages", dict, query=query, extra=extra)


@expand_options
def saved_accounts(
    search: str | Unset = UNSET, **extra: Unpack[ExtraOptions]
) -> Call[dict[str, Any]]:
    """Return the call that lists companies targeted before, in the server's own shape.

    Args:
        search: Only companies whose name holds this text.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: What to search for is no text.

    Example:
        call = calls.personalization.saved_accounts(search="no")
    """
    if not isinstance(search, str | Unset):
        raise InvalidRequest("search", "must be text")
    query = () if search is UNSET else (("search", search),)
    return get(
        "list_saved_target_accounts", f"{ROOT}/saved-accounts", dict, query=query, extra=extra
    )
