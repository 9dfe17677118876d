"""How a personalization campaign gets built over time. Pure.

Targets (companies or personas) are worked on one after the other: half of the time is research,
half is copy.  Each target carries the two moments it will be done at, so the state of a campaign
is a function of the clock alone.
"""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from midakit.sandbox.answers import Body
from midakit.sandbox.state.clock import parse_time
from midakit.sandbox.state.timestamps import iso_text

MAX_ACCOUNTS = 200


def scheduled(targets: list[Body], queued: list[Body], now: datetime, seconds: float) -> list[Body]:
    """New targets with their moments, behind what is queued."""
    busy_until = max((parse_time(target["copy_at"]) for target in queued), default=now)
    run = queued[-1]["run_at"] if busy_until > now else iso_text(now)
    moment, half = max(now, busy_until), timedelta(seconds=seconds / 2)
    made = []
    for target in targets:
        research, moment = moment + half, moment + 2 * half
        times = {"run_at": run, "research_at": iso_text(research), "copy_at": iso_text(moment)}
        made.append({**target, **times})
    return made


def building(campaign: Body, now: datetime) -> bool:
    """Whether copy is still being written."""
    return any(parse_time(target["copy_at"]) > now for target in campaign["targets"])


def written(campaign: Body, now: datetime) -> int:
    """How many companies have their copy."""
    accounts = campaign["targets"] if campaign["strategy"] == "accounts" else []
    return sum(parse_time(target["copy_at"]) <= now for target in accounts)


def account_count(campaign: Body) -> int:
    """Companies on the campaign; a persona campaign has none."""
    return len(campaign["targets"]) if campaign["strategy"] == "accounts" else 0


def status(campaign: Body, now: datetime) -> str:
    """launched, building or ready."""
    if campaign["launched"]:
        return "launched"
    return "building" if building(campaign, now) else "ready"


def pipeline(campaign: Body, now: datetime) -> Body:
    """Progress of the latest run."""
    latest = campaign["targets"][-1]["run_at"]
    run = [target for target in campaign["targets"] if target["run_at"] == latest]
    researched = sum(parse_time(target["research_at"]) <= now for target in run)
    copied = sum(parse_time(target["copy_at"]) <= now for target in run)
    return {
        "status": "done" if copied == len(run) else "running",
        "stage": "copy" if researched else "research",
        "research": {"total": len(run), "done": researched, "failed": 0},
        "copy": {"total": len(run), "done": copied, "failed": 0},
    }


def allowed_page(page: str, allowed_website: str) -> bool:
    """Whether a page is on one of the project's verified domains; `*` verifies all."""
    host = _host(page)
    domains = [part.strip() for part in allowed_website.split(",") if part.strip()]
    if not host:
        return False
    return any(
        domain == "*" or host == _bare(domain) or host.endswith("." + _bare(domain))
        for domain in domains
    )


def _host(page: str) -> str:
    try:
        parts = urlsplit(page)
        return _bare(parts.hostname or "") if parts.scheme in {"http", "https"} else ""
    except ValueError:
        return ""


def _bare(domain: str) -> str:
    return domain.lower().removeprefix("https://").removeprefix("http://").removeprefix("www.")


def same_company(known: Body, given: Body) -> bool:
    """A company is matched by its domain when both have one, else by its name."""
    if known.get("domain") and given.get("domain"):
        return _bare(known["domain"]) == _bare(given["domain"])
    return str(known["name"]).casefold() == str(given["name"]).casefold()
