"""Personalization campaigns: they build on after the reply, by the sandbox's clock."""

from datetime import timedelta
from typing import Any

from midakit.sandbox.answers import Answer, Body
from midakit.sandbox.errors import HttpError
from midakit.sandbox.routes import campaign_build
from midakit.sandbox.routes.api_request import ApiRequest
from midakit.sandbox.routes.response_bodies import token
from midakit.sandbox.sandbox_state import SandboxState

_LISTED = 15
_SUGGESTION_DAYS = 60


def list_personalization_campaigns(state: SandboxState, request: ApiRequest) -> Answer:
    """The 15 campaigns updated last, newest first; there is no paging."""
    _check_feature(state)
    stored = state.records.find_all("campaign", project=request.project_key)
    stored.sort(key=lambda campaign: campaign["updated_at"], reverse=True)
    return {"success": True, "campaigns": [_row(state, item) for item in stored[:_LISTED]]}


def _row(state: SandboxState, campaign: Body) -> Body:
    now = state.clock.now()
    return {
        "abm_campaign_id": campaign["abm_campaign_id"],
        "name": campaign["name"],
        "status": campaign_build.status(campaign, now),
        "url": _url(campaign),
        "account_count": campaign_build.account_count(campaign),
        "accounts_with_copy": campaign_build.written(campaign, now),
        "launched": campaign["launched"],
        "building": campaign_build.building(campaign, now),
        "updated_at": campaign["updated_at"],
    }


def create_personalization_campaign(state: SandboxState, request: ApiRequest) -> Answer:
    """Start building; never publishes."""
    _check_feature(state)
    body = request.body
    _check_pages(request)
    goal = body.get("goal_profile_id")
    if (
        goal is not None
        and state.records.find("goal", int(goal), project=request.project_key) is None
    ):
        raise HttpError(404, "Goal not found in this project")
    accounts = body["strategy"] == "accounts"
    given = _distinct(body["accounts"]) if accounts else body["personas"]
    now = state.clock.now()
    with state.records.change():
        number = state.records.next_id("campaign", first=23)
        named = [_account(number, place + 1, item) for place, item in enumerate(given)]
        targets = campaign_build.scheduled(
            named if accounts else given, [], now, state.settings.build_seconds
        )
        campaign = {
            "abm_campaign_id": number,
            "name": body.get("name") or f"Campaign {number}",
            "strategy": body["strategy"],
            "persona_param": body.get("persona_param", "utm_campaign"),
            "page_urls": body["page_urls"],
            "goal_profile_id": goal,
            "launched": False,
            "targets": targets,
            "updated_at": state.now_text(),
        }
        state.records.put("campaign", number, campaign, project=request.project_key)
    return {
        "success": True,
        "abm_campaign_id": number,
        "name": campaign["name"],
        "url": _url(campaign),
        "account_count": campaign_build.account_count(campaign),
        "page_urls": campaign["page_urls"],
        "building": campaign_build.building(campaign, now),
        "needs_goal": goal is None,
    }


def get_personalization_campaign(state: SandboxState, request: ApiRequest) -> Answer:
    """One campaign and how far its build is."""
    _check_feature(state)
    campaign, now = _found(state, request), state.clock.now()
    return {
        "success": True,
        "abm_campaign_id": campaign["abm_campaign_id"],
        "name": campaign["name"],
        "status": campaign_build.status(campaign, now),
        "launched": campaign["launched"],
        "needs_goal": campaign["goal_profile_id"] is None,
        "account_count": campaign_build.account_count(campaign),
        "accounts_with_copy": campaign_build.written(campaign, now),
        "pipeline": campaign_build.pipeline(campaign, now),
    }


def add_personalization_accounts(state: SandboxState, request: ApiRequest) -> Answer:
    """Add companies; those already there are left untouched and come back with their links."""
    _check_feature(state)
    with state.records.change():
        campaign = _found(state, request)
        if campaign["strategy"] != "accounts":
            raise HttpError(400, "A persona campaign takes no accounts")
        added, known = _sorted_out(campaign, _distinct(request.body["accounts"]))
        old = campaign["targets"]
        if len(old) + len(added) > campaign_build.MAX_ACCOUNTS:
            raise HttpError(400, f"A campaign takes at most {campaign_build.MAX_ACCOUNTS} accounts")
        now = state.clock.now()
        queued = campaign_build.building(campaign, now)
        made = campaign_build.scheduled(added, old, now, state.settings.build_seconds)
        campaign = {**campaign, "targets": [*old, *made], "updated_at": state.now_text()}
        state.records.put(
            "campaign", campaign["abm_campaign_id"], campaign, project=request.project_key
        )
    return {
        "success": True,
        "abm_campaign_id": campaign["abm_campaign_id"],
        "campaign_name": campaign["name"],
        "url": _url(campaign),
        "launched": campaign["launched"],
        "links_live": campaign["launched"],
        "added": [_linked(campaign, target) for target in made],
        "already_on_campaign": [_linked(campaign, target) for target in known],
        "pages": campaign["page_urls"],
        "building": campaign_build.building(campaign, now),
        **({"queued_behind_current_build": True} if queued and made else {}),
        "needs_goal": campaign["goal_profile_id"] is None,
        "_note": _note(campaign),
    }


def _sorted_out(campaign: Body, given: list[Body]) -> tuple[list[Body], list[Body]]:
    """What is new, with ids, and what the campaign has."""
    added: list[Body] = []
    known: list[Body] = []
    old = campaign["targets"]
    for item in given:
        match = next((target for target in old if campaign_build.same_company(target, item)), None)
        if match:
            known.append(match)
        else:
            place = len(old) + len(added) + 1
            added.append(_account(campaign["abm_campaign_id"], place, item))
    return added, known


def _distinct(accounts: list[Body]) -> list[Body]:
    kept: list[Body] = []
    for item in accounts:
        if not any(campaign_build.same_company(other, item) for other in kept):
            kept.append(item)
    return kept


def _account(campaign: int, place: int, item: Body) -> Body:
    return {
        "abm_campaign_account_id": campaign * 1000 + place,
        "name": item.get("name"),
        "domain": item.get("domain"),
        "notes": item.get("notes"),
    }


def _linked(campaign: Body, target: Body) -> Body:
    number = target["abm_campaign_account_id"]
    page = campaign["page_urls"][0]
    secret = token("campaign", campaign["abm_campaign_id"], number, length=20)
    names = ("abm_campaign_account_id", "name", "domain", "notes")
    link = f"{page}{'&' if '?' in page else '?'}m={secret}"
    return {**{name: target[name] for name in names}, "link": link}


def _note(campaign: Body) -> str:
    if campaign["launched"]:
        return (
            "The links work now and are final. Until the copy of an account is written its link "
            "shows the page as it normally is. The campaign is live."
        )
    return "The links are final, but show the ordinary page until the campaign is launched."


def list_suggested_pages(state: SandboxState, request: ApiRequest) -> Answer:
    """The site's own pages of the last 60 days, most visited first."""
    _check_feature(state)
    accounts = request.query_lists.get("account", [])
    since = state.clock.now() - timedelta(days=_SUGGESTION_DAYS)
    pages = [
        {"url": url, "visitors": visitors, "reason": _reason(visitors, accounts)}
        for url, visitors in state.top_pages(request.project_key, since)
    ]
    return {"success": True, "pages": pages}


def _reason(visitors: int, accounts: list[str]) -> str:
    seen = f"{visitors} visitors in the last {_SUGGESTION_DAYS} days"
    return f"{seen}; considered for {', '.join(accounts)}" if accounts else seen


def list_saved_target_accounts(state: SandboxState, request: ApiRequest) -> Answer:
    """Companies targeted before, last used first."""
    _check_feature(state)
    stored = state.records.find_all("campaign", project=request.project_key)
    used: list[Body] = []
    for campaign in sorted(stored, key=lambda item: item["updated_at"], reverse=True):
        if campaign["strategy"] == "accounts":
            used.extend(reversed(campaign["targets"]))
    wanted = (request.query["search"] or "").casefold()
    accounts: list[dict[str, Any]] = [
        {"name": item["name"], "domain": item["domain"], "industry": None, "notes": item["notes"]}
        for item in _distinct(used)
    ]
    return {"success": True, "accounts": [item for item in accounts if _matches(item, wanted)]}


def _matches(account: Body, wanted: str) -> bool:
    return any(
        wanted in str(account[name] or "").casefold() for name in ("name", "domain", "industry")
    )


def _check_feature(state: SandboxState) -> None:
    if not state.personalization:
        raise HttpError(403, "Personalization is not enabled for this account")


def _check_pages(request: ApiRequest) -> None:
    for page in request.body["page_urls"]:
        if not campaign_build.allowed_page(page, request.project.get("allowed_website") or "*"):
            raise HttpError(400, f"Page is not on a verified domain of the project: {page[:200]}")


def _url(campaign: Body) -> str:
    return f"/personalize/abm/{campaign['abm_campaign_id']}"


def _found(state: SandboxState, request: ApiRequest) -> Body:
    campaign = state.records.find(
        "campaign", request.path_ids["campaign_id"], project=request.project_key
    )
    if campaign is None:
        raise HttpError(404, "Campaign not found")
    return campaign


HANDLERS = {
    handler.__name__: handler
    for handler in (
        list_personalization_campaigns,
        create_personalization_campaign,
        get_personalization_campaign,
        add_personalization_accounts,
        list_suggested_pages,
        list_saved_target_accounts,
    )
}
