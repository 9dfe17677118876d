"""Live traffic: visitors who arrive in the days after now, enter one experiment and convert.

Each arm converts at the rate it has shown so far (5 % where it has shown nothing). Under MAB the
shares are drawn anew every simulated day by Thompson sampling, Beta(1 + c, 1 + n - c). It moves no
clock: the visits carry times of the days to come, and the caller moves the clock if it wants.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from midakit.sandbox.errors import HttpError
from midakit.sandbox.reports.goals import primary
from midakit.sandbox.reports.report_context import ReportContext
from midakit.sandbox.reports.result import result
from midakit.sandbox.reports.traffic_split import weights
from midakit.sandbox.state.bucketing import variant_for
from midakit.sandbox.state.text_rules import json_text
from midakit.sandbox.state.timestamps import naive_utc
from midakit.sandbox.state.visits import Visits

_MOST = 200_000  # whole visits are held in memory until they are added in one piece
_DRAWS = 500
_COUNTRIES = ("US", "US", "US", "GB", "DE", "CA", "FR", "BR", "IN", "JP")
_DEVICES = {"mobile": "ios", "desktop": "windows", "tablet": "ios"}
_SOURCES = ("direct", "search", "search", "paid", "social", "email", "referral")


@dataclass(slots=True)
class _Arm:
    """What an arm has shown so far."""

    visitors: int = 0
    conversions: int = 0
    rate: float = 0.05


@dataclass(slots=True)
class _Batch:
    visitors: list[dict[str, Any]] = field(default_factory=list)
    assignments: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)


def simulate(
    visits: Visits, context: ReportContext, visitors: int, days: int, rng: random.Random
) -> dict[str, Any]:
    """Add `visitors` spread over `days` to the experiment and say what happened."""
    if not 1 <= visitors <= _MOST or not 1 <= days <= 365:
        raise HttpError(400, f"visitors must be 1 to {_MOST} and days 1 to 365")
    goal, _ = primary(context)
    arms = _arms(visits, context)
    next_id = visits.query("SELECT coalesce(max(visitor_id), 0) + 1 FROM visitors")[0][0]
    start, batch, fixed = naive_utc(context.now), _Batch(), _fixed(context)
    counts, shares = [0] * len(arms), fixed or [1.0] * len(arms)
    for day in range(days):
        if fixed is None:
            shares = thompson([(arm.visitors, arm.conversions) for arm in arms], rng)
        arrivals = visitors * (day + 1) // days - visitors * day // days
        for _ in range(arrivals):
            at = start + timedelta(days=day, milliseconds=rng.randrange(86_400_000))
            place = _visit(batch, context, goal, next_id, at, shares, arms, rng)
            next_id += 1
            if place is not None:
                counts[place] += 1
    visits.add_traffic(batch.visitors, batch.assignments, batch.events)
    return {
        "test_id": context.experiment["test_id"],
        "visitors": visitors,
        "entered": sum(counts),
        "conversions": sum(event["event_text"] != "!pageview" for event in batch.events),
        "by_variant": {str(place): count for place, count in enumerate(counts)},
        "weights": {str(place): round(s / sum(shares), 4) for place, s in enumerate(shares)},
    }


def thompson(shown: list[tuple[int, int]], rng: random.Random) -> list[float]:
    """How often each arm draws the highest rate, from (visitors, conversions)."""
    wins = [0] * len(shown)
    for _ in range(_DRAWS):
        drawn = [rng.betavariate(1 + c, 1 + max(n - c, 0)) for n, c in shown]
        wins[drawn.index(max(drawn))] += 1
    return [won / _DRAWS for won in wins]


def _arms(visits: Visits, context: ReportContext) -> list[_Arm]:
    arms = []
    for row in result(visits, context, {"report_phase": "all_time"})["variants"]:
        arm = _Arm(row["visitors"], row["conversions"])
        if arm.conversions:
            arm.rate = arm.conversions / arm.visitors
        arms.append(arm)
    return arms


def _fixed(context: ReportContext) -> list[float] | None:
    """The configured shares; None under MAB."""
    shares = weights(context.experiment)
    return None if None in shares else [share or 0.0 for share in shares]


def _visit(
    batch: _Batch,
    context: ReportContext,
    goal: dict[str, Any] | None,
    visitor_id: int,
    at: datetime,
    shares: list[float],
    arms: list[_Arm],
    rng: random.Random,
) -> int | None:
    """One visitor comes, looks and perhaps converts; the place of the variant, None outside."""
    uuid = f"live-{rng.getrandbits(48):012x}"
    person = _person(visitor_id, uuid, context.project["project_key"], at, rng)
    batch.visitors.append(person)
    batch.events.append(_event(person, "!pageview", 1, None, at, person["landing_page"]))
    place = variant_for(uuid, context.experiment, shares)
    if place is None:
        return None
    batch.assignments.append(
        {
            "test_id": context.experiment["test_id"],
            "visitor_id": visitor_id,
            "is_serving": context.experiment.get("serving_variant_id") is not None,
            "variant": int(context.experiment["variants"][place]["variant_id"]),
            "entered_at": at,
            "next_at": None,
        }
    )
    arm = arms[place]
    arm.visitors += 1
    if goal is not None and rng.random() < arm.rate:
        arm.conversions += 1
        later = at + timedelta(seconds=rng.randrange(1, 3600))
        batch.events.append(_conversion(person, goal, later, rng))
    return place


def _person(
    visitor_id: int, uuid: str, project_key: str, at: datetime, rng: random.Random
) -> dict[str, Any]:
    device = rng.choice(list(_DEVICES))
    return {
        "visitor_id": visitor_id,
        "project_key": project_key,
        "uuid": uuid,
        "created_at": at,
        "device": device,
        "browser": rng.choice(("chrome", "safari", "firefox")),
        "os": _DEVICES[device],
        "country": rng.choice(_COUNTRIES),
        "landing_page": "https://shop.example.com/",
        "source": rng.choice(_SOURCES),
        "query": "{}",
        "attributes": "{}",
    }


def _conversion(
    person: dict[str, Any], goal: dict[str, Any], at: datetime, rng: random.Random
) -> dict[str, Any]:
    """The event that meets the goal: the named one, or a derived `goal_<id>` row."""
    if goal["goal_type"] not in ("event", "revenue", "script"):
        return _event(person, f"goal_{goal['goal_profile_id']}", 1, None, at)
    paid = (
        {"revenue": round(rng.lognormvariate(3.6, 0.5), 2)}
        if goal["goal_type"] == "revenue"
        else {}
    )
    return _event(person, str(goal["goal_value"]), 2, paid, at)


def _event(
    person: dict[str, Any],
    name: str,
    kind: int,
    properties: dict[str, Any] | None,
    at: datetime,
    url: str | None = None,
) -> dict[str, Any]:
    return {
        "visitor_id": person["visitor_id"],
        "project_key": person["project_key"],
        "event_type": kind,
        "event_text": name,
        "event_property": json_text(properties),
        "url": url,
        "event_path": "/" if url else None,
        "created_at": at,
    }
