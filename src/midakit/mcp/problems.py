"""What is wrong with a live experiment (pure): what the guard calls urgent, and what the statistics say."""

from collections.abc import Container
from datetime import datetime

from midakit.guard.conditions import URGENT, conditions
from midakit.mcp.bounded import cut
from midakit.mida import models
from midakit.stats import Verdict

DOUBTS = frozenset({"paused", "split-changed"})
"""Codes of notices that speak of the data, not of the evidence."""
LONGEST = 120


def problems(
    details: models.ExperimentDetails,
    verdict: Verdict,
    now: datetime,
    goals: Container[int | None],
) -> list[str]:
    """Return what makes an experiment's data doubtful, or keeps them from growing.

    Args:
        details: The experiment.
        verdict: Its verdict.
        now: The present, with its time zone.
        goals: Ids of the goals that the project has.
    """
    urgent = [one for one in conditions(details, verdict, now, goals=goals) if one.code in URGENT]
    found = [one.text for one in urgent if one.code != "harm"]
    if verdict.kind == "invalid":
        found += verdict.why
    analysis = verdict.analysis
    if analysis is None:
        found.append("it could not be read")
    else:
        found += [one.text for one in analysis.warnings if one.code in DOUBTS]
    return [*dict.fromkeys(cut(one, LONGEST) for one in found)]
