"""Experiments of known truth for the guard: a result and its days, made of random visitors."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from midakit import stats
from midakit.mida import models

START = date(2026, 3, 1)


def experiment(days, *, seed, rates=(0.1, 0.1), split=(0.5, 0.5), daily=400):
    """Return details and verdict of an experiment after so many days.

    Args:
        days: How many days it has run.
        seed: The visitors.
        rates: The true conversion rate of each arm.
        split: The true share of each arm; the configured one is even.
        daily: Visitors per day.
    """
    chance = random.Random(seed)
    rows, sums = [], [[0, 0] for _ in rates]
    for day in range(days):
        moment = f"{START + timedelta(days=day)}T00:00:00.000Z"
        arms = [[0, 0] for _ in rates]
        for _ in range(daily):
            arm = 0 if chance.random() < split[0] else 1
            arms[arm][0] += 1
            arms[arm][1] += chance.random() < rates[arm]
        for arm, (visitors, converted) in enumerate(arms):
            sums[arm][0] += visitors
            sums[arm][1] += converted
            rows.append({"variant_id": str(arm), "visitors": visitors, "converted": converted,
                         "conversion": 100 * converted / max(visitors, 1), "created_at": moment})  # fmt: skip
    variants = [
        {"variant_id": str(arm), "name": f"Variant {arm}" if arm else "Control", "visitors": visitors,
         "conversions": converted, "conversion_rate": 100 * converted / max(visitors, 1),
         "traffic_weight": 50, "is_control": not arm}
        for arm, (visitors, converted) in enumerate(sums)
    ]  # fmt: skip
    result = {"test_id": 1, "test_name": "A", "status": "live", "variants": variants,
              "stats_engine": "bayesian", "confidence_threshold_percent": 95, "days_running": days}  # fmt: skip
    found = stats.analyze(result, timeseries={"timeseries": rows})
    details = models.ExperimentDetails(
        test_id=1, test_name="A", goal_profile_id=7, primary_goal=models.GoalRef(goal_name="Buy"),
        created_at=datetime(START.year, START.month, START.day, tzinfo=UTC),
        configuration=models.AppliedConfiguration(),
    )  # fmt: skip
    return details, replace(found.verdict, made_from=found)


def at(days):
    """Return the moment after so many days."""
    return datetime(START.year, START.month, START.day, 23, tzinfo=UTC) + timedelta(days=days - 1)
