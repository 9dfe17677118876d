"""Simulated traffic: visitors who arrive in the days after now, enter one experiment and convert.

Each arm converts at the rate it has shown so far (5 % where it has shown nothing). Under MAB the
shares are drawn anew every simulated day by Thompson sampling, Beta(1 + c, 1 + n - c). It moves no
clock: the visits carry times of the days to come, and the caller moves the clock if it wants.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from midakit.sandbox.errors import HttpError
from midakit.sandbox.reports.goals import is_event_backed, primary_goal
from midakit.sandbox.reports.report_context import ReportContext
from midakit.sandbox.reports.result import result
from midakit.sandbox.reports.traffic_split import traffic_weights
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
class _ArmSoFar:
    """What an arm has shown so far."""

    visitors: int = 0
    conversions: int = 0
    rate: float = 0.05


def simulate(
    visits: Visits, context: ReportContext, visitors: int, days: int, rng: random.Random
) -> dict[str, Any]:
    """Let visitors come to one experiment.

    Args:
        visits: Where their visits go.
        context: The experiment, its project and goals, and the time they begin to come.
        visitors: How many come, 200,000 at most.
        days: The days that they spread over, 365 at most.
        rng: Decides for each of them.

    Returns:
        How many entered and converted, and how the traffic was split.

    Raises:
        HttpError: 400, there are too many visitors or days, or none.
    """
    if not 1 <= visitors <= _MOST or not 1 <= days <= 365:
        raise HttpError(400, f"visitors must be 1 to {_MOST} and days 1 to 365")
    simulation = _Simulation(visits, context, rng)
    weights = traffic_weights(context.experiment)
    fixed = None if None in weights else [weight or 0.0 for weight in weights]
    shares = fixed or [1.0] * len(weights)
    for day in range(days):
        if fixed is None:
            shares = thompson([(arm.visitors, arm.conversions) for arm in simulation.arms], rng)
        for _ in range(visitors * (day + 1) // days - visitors * day // days):
            later = timedelta(days=day, milliseconds=rng.randrange(86_400_000))
            simulation.add_visit(naive_utc(context.now) + later, shares)
    visits.add_traffic(simulation.visitors, simulation.assignments, simulation.events)
    return {
        "test_id": context.experiment["test_id"],
        "visitors": visitors,
        "entered": sum(simulation.entered),
        "conversions": sum(event["event_text"] != "!pageview" for event in simulation.events),
        "by_variant": {str(place): count for place, count in enumerate(simulation.entered)},
        "weights": {str(place): round(s / sum(shares), 4) for place, s in enumerate(shares)},
    }


def thompson(shown: list[tuple[int, int]], rng: random.Random) -> list[float]:
    """Return the shares of Thompson sampling: how often each arm draws the highest rate.

    Args:
        shown: Visitors and conversions of each arm.
        rng: Draws the rates.

    Returns:
        One share per arm; they sum to 1.
    """
    wins = [0] * len(shown)
    for _ in range(_DRAWS):
        drawn = [rng.betavariate(1 + c, 1 + max(n - c, 0)) for n, c in shown]
        wins[drawn.index(max(drawn))] += 1
    return [won / _DRAWS for won in wins]


class _Simulation:
    """The visits of one simulation, kept until they are added in one piece."""

    def __init__(self, visits: Visits, context: ReportContext, rng: random.Random) -> None:
        self._context = context
        self._rng = rng
        self._goal, _ = primary_goal(context)
        self._last_id = visits.top_visitor_id()
        self.arms = [
            _ArmSoFar(row["visitors"], row["conversions"])
            for row in result(visits, context, {"report_phase": "all_time"})["variants"]
        ]
        for arm in self.arms:
            if arm.conversions:
                arm.rate = arm.conversions / arm.visitors
        self.entered = [0] * len(self.arms)
        self.visitors: list[dict[str, Any]] = []
        self.assignments: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []

    def add_visit(self, at: datetime, shares: list[float]) -> None:
        """Let one visitor come, look, and perhaps enter and convert."""
        rng, experiment = self._rng, self._context.experiment
        self._last_id += 1
        uuid = f"live-{rng.getrandbits(48):012x}"
        self._add_visitor(uuid, at)
        self._add_event("!pageview", 1, None, at, "https://shop.example.com/")
        place = variant_for(uuid, experiment, shares)
        if place is None:
            return
        self.entered[place] += 1
        self.assignments.append(
            {
                "test_id": experiment["test_id"],
                "visitor_id": self._last_id,
                "is_serving": experiment.get("serving_variant_id") is not None,
                "variant": int(experiment["variants"][place]["variant_id"]),
                "entered_at": at,
                "next_at": None,
            }
        )
        arm = self.arms[place]
        arm.visitors += 1
        if self._goal is not None and rng.random() < arm.rate:
            arm.conversions += 1
            self._add_conversion(self._goal, at + timedelta(seconds=rng.randrange(1, 3600)))

    def _add_visitor(self, uuid: str, at: datetime) -> None:
        """Add a visitor with made-up properties."""
        rng = self._rng
        device = rng.choice(list(_DEVICES))
        self.visitors.append(
            {
                "visitor_id": self._last_id,
                "project_key": self._context.project["project_key"],
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
        )

    def _add_conversion(self, goal: dict[str, Any], at: datetime) -> None:
        """Add the event that meets the goal: the named one, or a derived `goal_<id>` row."""
        if not is_event_backed(goal):
            self._add_event(f"goal_{goal['goal_profile_id']}", 1, None, at)
            return
        paid = goal["goal_type"] == "revenue"
        order = {"revenue": round(self._rng.lognormvariate(3.6, 0.5), 2)} if paid else {}
        self._add_event(str(goal["goal_value"]), 2, order, at)

    def _add_event(
        self,
        name: str,
        kind: int,
        properties: dict[str, Any] | None,
        at: datetime,
        url: str | None = None,
    ) -> None:
        """Add an event of the latest visitor."""
        self.events.append(
            {
                "visitor_id": self._last_id,
                "project_key": self._context.project["project_key"],
                "event_type": kind,
                "event_text": name,
                "event_property": json_text(properties),
                "url": url,
                "event_path": "/" if url else None,
                "created_at": at,
            }
        )
