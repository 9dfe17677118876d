"""Pure: what rounds of measurements say."""

import statistics
from dataclasses import dataclass

from benchmarks.goals import GOALS, TOLERANCE, Goal
from benchmarks.serving import LATENCY


@dataclass(frozen=True)
class Spread:
    """The median, the least and the most of the rounds."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values):
        """Of one figure a round."""
        return cls(statistics.median(values), min(values), max(values))


def ratio(row, base):
    """How many times as many answers a second, round by round: both saw the same minute."""
    pairs = zip(row["rates"], base["rates"], strict=False)
    return Spread.of([ours / theirs for ours, theirs in pairs])


def ceiling(row, flight):
    """Answers a second over the most that the latency allows."""
    return Spread.of([rate * LATENCY / flight for rate in row["rates"]])


def reached(goal: Goal, results) -> Spread | None:
    """What this run says about a goal; None when one of the two did not run."""
    if goal.figure == "decoding":
        case = results.get("decoding", {}).get(goal.scenario)
        times = case and [
            theirs / ours for ours, theirs in zip(case[goal.ours], case[goal.peer], strict=True)
        ]
        return Spread.of(times) if times else None
    found = results["scenarios"].get(goal.scenario)
    if found is None:
        return None
    rows = {name: row for name, row in found["rows"].items() if row.get("rates")}
    if goal.ours not in rows or (goal.peer and goal.peer not in rows):
        return None
    if goal.figure == "ceiling":
        return ceiling(rows[goal.ours], found["flight"])
    return ratio(rows[goal.ours], rows[goal.peer])


def far_below(results, goals=GOALS):
    """The goals that this run does not reach even by half, with what it found."""
    found = [(goal, reached(goal, results)) for goal in goals]
    return [
        (goal, spread)
        for goal, spread in found
        if spread is None or spread.median < goal.at_least * TOLERANCE
    ]
