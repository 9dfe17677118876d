"""Personalization: campaigns for accounts and personas."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from midakit.core.call import Call
from midakit.core.checks import number_id, one_of
from midakit.core.unset import UNSET, Unset
from midakit.errors import InvalidRequest
from midakit.mida import models
from midakit.mida.calls.build import PROJECT, get, given, write

if TYPE_CHECKING:
    from midakit.mida.models import (
        AccountInput,
        AddedAccounts,
        CampaignList,
        CampaignStatus,
        CreatedCampaign,
        PersonaInput,
    )

ROOT = f"{PROJECT}/personalization"
MOST_ACCOUNTS = 200


def campaigns() -> "Call[CampaignList]":
    """The campaigns updated last."""
    return get("list_personalization_campaigns", f"{ROOT}/campaigns", models.CampaignList)


def campaign(campaign_id: int | str) -> "Call[CampaignStatus]":
    """One campaign."""
    return get("get_personalization_campaign", _path(campaign_id), models.CampaignStatus)


def _path(campaign_id: Any) -> str:
    return f"{ROOT}/campaigns/{number_id('campaign_id', campaign_id)}"


def create_campaign(
    strategy: str,
    page_urls: Sequence[str],
    *,
    name: str | Unset = UNSET,
    goal_profile_id: int | Unset = UNSET,
    accounts: "Sequence[AccountInput | Mapping[str, Any]] | Unset" = UNSET,
    personas: "Sequence[PersonaInput | Mapping[str, Any]] | Unset" = UNSET,
    persona_param: str | Unset = UNSET,
) -> "Call[CreatedCampaign]":
    """Start building a campaign; never repeated, for it would build two."""
    strategy = one_of("strategy", strategy, models.CampaignStrategy)
    wanted, other = ("accounts", personas) if strategy == "accounts" else ("personas", accounts)
    targets = accounts if wanted == "accounts" else personas
    if other is not UNSET or targets is UNSET or not targets:
        raise InvalidRequest(
            wanted, f"strategy {strategy!r} takes {wanted}, at least one, and nothing else"
        )
    if isinstance(page_urls, str) or not page_urls:
        raise InvalidRequest("page_urls", "must be a list of at least one page")
    if persona_param is not UNSET:
        persona_param = one_of("persona_param", persona_param, models.PersonaParam)
    body = given(
        strategy=strategy,
        name=name,
        page_urls=[*page_urls],
        goal_profile_id=goal_profile_id,
        accounts=accounts if accounts is UNSET else _accounts(accounts),
        personas=personas if personas is UNSET else _named("personas", "label", personas),
        persona_param=persona_param,
    )
    return write(
        "create_personalization_campaign", "POST", f"{ROOT}/campaigns", models.CreatedCampaign, body,
        safe=False,
    )  # fmt: skip


def _accounts(accounts: Sequence[Any]) -> list[Any]:
    if not 1 <= len(accounts) <= MOST_ACCOUNTS:
        raise InvalidRequest("accounts", f"{len(accounts)} are not 1 to {MOST_ACCOUNTS}")
    return _named("accounts", "name", accounts)


def _named(field: str, key: str, items: Sequence[Any]) -> list[Any]:
    from midakit.core.models.encode import plain

    found = [plain(item) for item in items]
    for item in found:
        if not isinstance(item, dict) or not str(item.get(key) or "").strip():
            raise InvalidRequest(field, f"each needs a {key}")
    return found


def add_accounts(
    campaign_id: int | str, accounts: "Sequence[AccountInput | Mapping[str, Any]]"
) -> "Call[AddedAccounts]":
    """Add companies to a campaign."""
    return write(
        "add_personalization_accounts", "POST", f"{_path(campaign_id)}/accounts", models.AddedAccounts,
        given(accounts=_accounts(accounts)), safe=False,
    )  # fmt: skip


def suggested_pages(accounts: Sequence[str] = ()) -> Call[dict[str, Any]]:
    """Pages worth personalizing, in the server's own shape."""
    query = tuple(("account", name) for name in accounts)
    return get("list_suggested_pages", f"{ROOT}/suggested-pages", dict, query=query)


def saved_accounts(search: str | Unset = UNSET) -> Call[dict[str, Any]]:
    """Companies targeted before, in the server's own shape."""
    query = () if search is UNSET else (("search", search),)
    return get("list_saved_target_accounts", f"{ROOT}/saved-accounts", dict, query=query)
