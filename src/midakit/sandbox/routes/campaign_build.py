"""How a personalization campaign gets built over time. Pure.

Targets (companies or personas) are worked on one after the other: half of the time is research,
half is copy [choice 35]. Each target has the two times at which it will be done, so the state of a
campaign is a function of the clock alone.
"""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from midakit.sandbox.state.clock import parse_time
from midakit.sandbox.state.timestamps import iso_text
from midakit.sandbox.values import Body

MAX_ACCOUNTS = 200


def schedule(targets: list[Body], queued: list[Body], now: datetime, seconds: float) -> list[Body]:
    """Return new targets with the times at which they will be done.

    Args:
        targets: The new targets.
        queued: The targets that the campaign has; those not done yet come first.
        now: The sandbox's time.
        seconds: How long each target takes.

    Returns:
        Copies of the new targets.
    """
    busy_until = max((parse_time(target["copy_at"]) for target in queued), default=now)
    run = queued[-1]["run_at"] if busy_until > now else iso_text(now)
    moment, half = max(now, busy_until), timedelta(seconds=seconds / 2)
    made = []
    for target in targets:
        research, moment = moment + half, moment + 2 * half
        times = {"run_at": run, "research_at": iso_text(research), "copy_at": iso_text(moment)}
        made.append({**target, **times})
    return made


def is_building(campaign: Body, now: datetime) -> bool:
    """Return whether copy is still being written.

    Args:
        campaign: The stored campaign.
        now: The sandbox's time.

    Returns:
        True until the last target is done.
    """
    return _done(campaign["targets"], "copy_at", now) < len(campaign["targets"])


def progress(campaign: Body, now: datetime) -> Body:
    """Return the status and the counts that the list and the details both show.

    Args:
        campaign: The stored campaign.
        now: The sandbox's time.

    Returns:
        `status` (launched, building or ready), `launched`, and the companies on the campaign; a
        persona campaign has none.
    """
    accounts = campaign["targets"] if campaign["strategy"] == "accounts" else []
    building = "building" if is_building(campaign, now) else "ready"
    return {
        "status": "launched" if campaign["launched"] else building,
        "launched": campaign["launched"],
        "account_count": len(accounts),
        "accounts_with_copy": _done(accounts, "copy_at", now),
    }


def pipeline(campaign: Body, now: datetime) -> Body:
    """Return the progress of the latest run.

    Args:
        campaign: The stored campaign.
        now: The sandbox's time.

    Returns:
        The stage, and how many targets are done in each.
    """
    latest = campaign["targets"][-1]["run_at"]
    run = [target for target in campaign["targets"] if target["run_at"] == latest]
    researched, copied = _done(run, "research_at", now), _done(run, "copy_at", now)
    return {
        "status": "done" if copied == len(run) else "running",
        "stage": "copy" if researched else "research",
        "research": {"total": len(run), "done": researched, "failed": 0},
        "copy": {"total": len(run), "done": copied, "failed": 0},
    }


def _done(targets: list[Body], name: str, now: datetime) -> int:
    """Count the targets whose time has come."""
    return sum(parse_time(target[name]) <= now for target in targets)


def is_verified(page: str, allowed_website: str) -> bool:
    """Return whether a page is on one of the project's verified domains.

    Args:
        page: The address of the page.
        allowed_website: The domains, with commas; `*` verifies all.

    Returns:
        False also for what is not an http address.
    """
    host = _host(page)
    domains = [_bare(part.strip()) for part in allowed_website.split(",") if part.strip()]
    return bool(host) and any(
        domain == "*" or host == domain or host.endswith("." + domain) for domain in domains
    )


def _host(page: str) -> str:
    """Return the host of an http address, or nothing."""
    try:
        parts = urlsplit(page)
        return _bare(parts.hostname or "") if parts.scheme in {"http", "https"} else ""
    except ValueError:
        return ""


def _bare(domain: str) -> str:
    """Return a domain without scheme and www."""
    return domain.lower().removeprefix("https://").removeprefix("http://").removeprefix("www.")


def is_same_company(known: Body, given: Body) -> bool:
    """Compare two companies: by their domains when both have one, else by their names.

    Args:
        known: A company that the campaign has already.
        given: A company from the request.

    Returns:
        Whether they are the same.
    """
    if known.get("domain") and given.get("domain"):
        return _bare(known["domain"]) == _bare(given["domain"])
    return str(known["name"]).casefold() == str(given["name"]).casefold()
