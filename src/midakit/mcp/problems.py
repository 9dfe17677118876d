"""What is wrong with a live experiment (pure)."""

from datetime import date, timedelta

from midakit.mcp.bounded import cut
from midakit.mida import models
from midakit.stats import Verdict

BROKEN = frozenset({"paused", "split-changed"})
"""Codes of notices that speak of the data, not of the evidence."""
QUIET = timedelta(days=2)
"""Without visitors for longer than that, traffic has stopped."""


def problems(details: models.ExperimentDetails, verdict: Verdict, today: date) -> list[str]:
    """Return what makes an experiment's data doubtful, or keeps them from growing.

    Args:
        details: The experiment.
        verdict: Its verdict.
        today: The present day.
    """
    found = [cut(one) for one in verdict.why] if verdict.kind == "invalid" else []
    analysis = verdict.analysis
    if analysis is None:
        return found or ["it could not be read"]
    if not sum(arm.visitors for arm in analysis.arms):
        found.append("no visitor has entered it")
    elif analysis.timeline and analysis.timeline[-1].day < str(today - QUIET):
        found.append(f"nobody has entered it since {analysis.timeline[-1].day}")
    empty = [arm.name for arm in analysis.arms if not arm.visitors]
    if empty and len(empty) < len(analysis.arms):
        found.append(f"nobody sees {cut(empty[0], 60)}")
    if details.primary_goal is None:
        found.append("it has no goal: it was never set, or was deleted")
    found += [cut(one.text) for one in analysis.warnings if one.code in BROKEN]
    return [*dict.fromkeys(found)]
