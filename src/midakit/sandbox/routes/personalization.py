"""Personalization campaigns: they are built on after the reply, by the sandbox's clock."""

from datetime import timedelta
from typing import Any

from midakit.sandbox.errors import HttpError
from midakit.sandbox.routes.api_request import ApiRequest
from midakit.sandbox.routes.campaign_build import (
    MAX_ACCOUNTS,
    is_building,
    is_same_company,
    is_verified,
    pipeline,
    progress,
    schedule,
)
from midakit.sandbox.routes.response_bodies import pick, token
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.values import Answer, Body

_LISTED = 15
_SUGGESTION_DAYS = 60
_ACCOUNT = ("abm_campaign_account_id", "name", "domain", "notes")


def list_personalization_campaigns(state: SandboxState, request: ApiRequest) -> Answer:
    """List the 15 campaigns that were updated last, newest first; there is no paging.

    Args:
        state: What the sandbox holds.
        request: Names the project.

    Returns:
        The campaigns.
    """
    stored = _campaigns(state, request)
    now = state.clock.now()
    rows = [
        {
            **pick(campaign, ("abm_campaign_id", "name", "updated_at")),
            **progress(campaign, now),
            "url": _url(campaign),
            "building": is_building(campaign, now),
        }
        for campaign in stored[:_LISTED]
    ]
    return {"campaigns": rows}


def _campaigns(state: SandboxState, request: ApiRequest) -> list[Body]:
    """Return the project's campaigns, those updated last first, if the feature is on."""
    _check_feature(state)
    stored = state.records.find_all("campaign", project=request.project_key)
    return sorted(stored, key=lambda campaign: campaign["updated_at"], reverse=True)


def create_personalization_campaign(state: SandboxState, request: ApiRequest) -> Answer:
    """Start to build a campaign; it is never published by this.

    Args:
        state: What the sandbox holds.
        request: Its body is the campaign.

    Returns:
        The campaign's id and whether it is being built.

    Raises:
        HttpError: 400, a page is not on a verified domain; 403, the feature is off; 404, there is
            no such goal.
    """
    _check_feature(state)
    body = request.body
    for page in body["page_urls"]:
        if not is_verified(page, request.project.get("allowed_website") or "*"):
            raise HttpError(400, f"Page is not on a verified domain of the project: {page[:200]}")
    goal = body.get("goal_profile_id")
    known = goal is None or state.records.find("goal", int(goal), project=request.project_key)
    if not known:
        raise HttpError(404, "Goal not found in this project")
    now = state.clock.now()
    with state.records.change():
        number = state.records.next_id("campaign", first=23)
        if body["strategy"] == "accounts":
            distinct = _distinct(body["accounts"])
            given = [_account(number, place, item) for place, item in enumerate(distinct, 1)]
        else:
            given = body["personas"]
        campaign = {
            "abm_campaign_id": number,
            "name": body.get("name") or f"Campaign {number}",
            "strategy": body["strategy"],
            "persona_param": body.get("persona_param", "utm_campaign"),
            "page_urls": body["page_urls"],
            "goal_profile_id": goal,
            "launched": False,
            "targets": schedule(given, [], now, state.settings.build_seconds),
            "updated_at": state.now_text(),
        }
        state.records.put("campaign", number, campaign, project=request.project_key)
    return {
        **pick(campaign, ("abm_campaign_id", "name", "page_urls")),
        "url": _url(campaign),
        "account_count": progress(campaign, now)["account_count"],
        "building": is_building(campaign, now),
        "needs_goal": goal is None,
    }


def get_personalization_campaign(state: SandboxState, request: ApiRequest) -> Answer:
    """Return one campaign and how far its build is.

    Args:
        state: What the sandbox holds.
        request: Its path has the campaign's id.

    Returns:
        The campaign.
    """
    _check_feature(state)
    campaign, now = request.find(state, "campaign"), state.clock.now()
    return {
        **pick(campaign, ("abm_campaign_id", "name")),
        **progress(campaign, now),
        "needs_goal": campaign["goal_profile_id"] is None,
        "pipeline": pipeline(campaign, now),
    }


def add_personalization_accounts(state: SandboxState, request: ApiRequest) -> Answer:
    """Add companies; those already there stay as they are and come back with their links.

    Args:
        state: What the sandbox holds.
        request: Names the campaign and the companies.

    Returns:
        The companies that were added and those that were there, with their links.

    Raises:
        HttpError: 400, a persona campaign, or too many companies; 403, the feature is off.
    """
    _check_feature(state)
    with state.records.change():
        campaign = request.find(state, "campaign")
        if campaign["strategy"] != "accounts":
            raise HttpError(400, "A persona campaign takes no accounts")
        added, known = _split_known(campaign, _distinct(request.body["accounts"]))
        old = campaign["targets"]
        if len(old) + len(added) > MAX_ACCOUNTS:
            raise HttpError(400, f"A campaign takes at most {MAX_ACCOUNTS} accounts")
        now = state.clock.now()
        queued = is_building(campaign, now)
        made = schedule(added, old, now, state.settings.build_seconds)
        campaign = {**campaign, "targets": [*old, *made], "updated_at": state.now_text()}
        state.records.rewrite("campaign", campaign["abm_campaign_id"], campaign)
    return {
        **pick(campaign, ("abm_campaign_id", "launched")),
        "campaign_name": campaign["name"],
        "url": _url(campaign),
        "links_live": campaign["launched"],
        "added": [_linked(campaign, target) for target in made],
        "already_on_campaign": [_linked(campaign, target) for target in known],
        "pages": campaign["page_urls"],
        "building": is_building(campaign, now),
        **({"queued_behind_current_build": True} if queued and made else {}),
        "needs_goal": campaign["goal_profile_id"] is None,
        "_note": _note(campaign),
    }


def _split_known(campaign: Body, given: list[Body]) -> tuple[list[Body], list[Body]]:
    """Return the companies that are new, with ids, and those that the campaign has."""
    added: list[Body] = []
    known: list[Body] = []
    old = campaign["targets"]
    for item in given:
        match = next((target for target in old if is_same_company(target, item)), None)
        if match:
            known.append(match)
        else:
            place = len(old) + len(added) + 1
            added.append(_account(campaign["abm_campaign_id"], place, item))
    return added, known


def _distinct(accounts: list[Body]) -> list[Body]:
    """Return companies without those that come twice."""
    kept: list[Body] = []
    for item in accounts:
        if not any(is_same_company(other, item) for other in kept):
            kept.append(item)
    return kept


def _account(campaign: int, place: int, item: Body) -> Body:
    """Return a company as it is stored."""
    return {
        "abm_campaign_account_id": campaign * 1000 + place,
        **pick(item, ("name", "domain", "notes")),
    }


def _linked(campaign: Body, target: Body) -> Body:
    """Return a company with its link."""
    page = campaign["page_urls"][0]
    number = target["abm_campaign_account_id"]
    secret = token("campaign", campaign["abm_campaign_id"], number, length=20)
    return {**pick(target, _ACCOUNT), "link": f"{page}{'&' if '?' in page else '?'}m={secret}"}


def _note(campaign: Body) -> str:
    """Return what the reply says about the links."""
    if campaign["launched"]:
        return (
            "The links work now and are final. Until the copy of an account is written its link "
            "shows the page as it normally is. The campaign is live."
        )
    return "The links are final, but show the ordinary page until the campaign is launched."


def list_suggested_pages(state: SandboxState, request: ApiRequest) -> Answer:
    """List the site's own pages of the last 60 days, most visited first.

    Args:
        state: What the sandbox holds.
        request: Names the project, and perhaps accounts.

    Returns:
        The pages.
    """
    _check_feature(state)
    accounts = request.query_lists.get("account", [])
    considered = f"; considered for {', '.join(accounts)}" if accounts else ""
    since = state.clock.now() - timedelta(days=_SUGGESTION_DAYS)
    pages = [
        {
            "url": url,
            "visitors": visitors,
            "reason": f"{visitors} visitors in the last {_SUGGESTION_DAYS} days{considered}",
        }
        for url, visitors in state.top_pages(request.project_key, since)
    ]
    return {"pages": pages}


def list_saved_target_accounts(state: SandboxState, request: ApiRequest) -> Answer:
    """List the companies that were targeted before, last used first.

    Args:
        state: What the sandbox holds.
        request: Its query may search for a text.

    Returns:
        The companies.
    """
    used: list[Body] = []
    for campaign in _campaigns(state, request):
        if campaign["strategy"] == "accounts":
            used.extend(reversed(campaign["targets"]))
    wanted = (request.query["search"] or "").casefold()
    accounts: list[dict[str, Any]] = [
        pick(item, ("name", "domain", "industry", "notes"))
        for item in _distinct(used)
        if any(wanted in str(item[name] or "").casefold() for name in ("name", "domain"))
    ]
    return {"accounts": accounts}


def _check_feature(state: SandboxState) -> None:
    """Refuse when the account has no personalization."""
    if not state.personalization:
        raise HttpError(403, "Personalization is not enabled for this account")


def _url(campaign: Body) -> str:
    """Return the address of a campaign in the dashboard."""
    return f"/personalize/abm/{campaign['abm_campaign_id']}"
