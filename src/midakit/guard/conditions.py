"""What a guard looks for in a live experiment (pure)."""

from collections.abc import Container
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import attrs

from midakit.core.printable import one_line
from midakit.mida import models
from midakit.stats import Comparison, Verdict

Code = Literal["split", "harm", "winner", "futile", "no-traffic", "no-goal", "end-near"]
URGENT: frozenset[Code] = frozenset({"split", "harm", "no-traffic", "no-goal"})
"""What needs somebody's attention; the others are good to know."""
ALPHA = 0.01
"""A healthy experiment is called harmful with at most this probability, however often it is looked at."""
QUIET = timedelta(days=2)
"""Without visitors for longer than that, traffic has stopped."""
NEAR = timedelta(days=2)
"""An end closer than that is near."""


@attrs.frozen
class GuardCondition:
    """Something that is true of an experiment now.

    Example:
        look = await guard.look()
        print(look.found)  # what is true of each experiment now
    """

    code: Code
    """What it is, for programs."""
    text: str
    """The same in a sentence."""


@attrs.frozen
class Judged:
    """What one look knows of one experiment."""

    conditions: tuple[GuardCondition, ...] = ()
    """What is true of it."""
    missing: tuple[str, ...] = ()
    """Parts of its verdict that did not come or could not be used: without them, a condition that is not
    found may still be true."""


def conditions(
    details: models.ExperimentDetails,
    verdict: Verdict,
    now: datetime,
    *,
    goals: Container[int | None] | None = None,
    alpha: float = ALPHA,
) -> tuple[GuardCondition, ...]:
    """Return what is true of an experiment, the urgent first.

    While a winner is served the test is over, so nothing is said about its visitors and figures.

    Args:
        details: The experiment.
        verdict: Its verdict.
        now: The present, with its time zone.
        goals: Ids of the goals that the project has; None where that is not known.
        alpha: The error rate of harm.
    """
    found = [*_goal(details, verdict, goals), *_end(details, now)]
    if details.serving_variant_id is None:
        found += [
            *_traffic(details, verdict, now.date()), *_harm(verdict, alpha), *_decided(verdict)
        ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: one.code not in URGENT))


def _goal(
    details: models.ExperimentDetails, verdict: Verdict, goals: Container[int | None] | None
) -> list[GuardCondition]:
    if details.goal_profile_id is None and verdict.analysis and verdict.analysis.goal:
        return []  # it has none of its own, so its reports count the project's default goal
    deleted = goals is not None and details.goal_profile_id not in goals
    if details.primary_goal is None or deleted:
        return [GuardCondition("no-goal", "the goal is gone: it was deleted, or never set")]
    return []


def _traffic(
    details: models.ExperimentDetails, verdict: Verdict, today: date
) -> list[GuardCondition]:
    analysis = verdict.analysis
    found = []
    if analysis is not None and (analysis.srm.leak or analysis.srm_sequential.mismatch):
        counts = ", ".join(f"{one_line(arm.name)} {arm.visitors:,.0f}" for arm in analysis.arms)
        found.append(GuardCondition("split", f"visitors are not split as configured: {counts}"))
    if analysis is not None and (analysis.timeline or not verdict.missing):
        started = details.created_at.date() if details.created_at else today
        last = analysis.timeline[-1].day if analysis.timeline else str(started)
        # visitors of a draft, or of a test that had been stopped, can come since it was changed to live
        changed = str(details.updated_at.date()) if details.updated_at else last
        if max(last, changed) < str(today - QUIET):
            found.append(GuardCondition("no-traffic", f"nobody has entered it since {last}"))
    return found


def _harm(verdict: Verdict, alpha: float) -> list[GuardCondition]:
    """Return evidence that a variant is worse, at a level shared by the variants."""
    analysis = verdict.analysis
    comparisons = analysis.comparisons if analysis else ()
    worse = [one for one in comparisons if _is_worse(one, alpha / len(comparisons))]
    found = [
        GuardCondition("harm", f"{one_line(one.name)} is worse: conversion {_lift(one)}")
        for one in worse
    ]
    told = {one.variant_id for one in worse}
    found += [
        GuardCondition("harm", f"{one_line(one.name)} is worse on a guardrail")
        for one in verdict.guardrails
        if one.state == "broken" and one.variant_id not in told
    ]
    return found[:1]


def _is_worse(one: Comparison, alpha: float) -> bool:
    p = one.conversion.always_valid_p_worse
    return p is not None and p < alpha


def _lift(one: Comparison) -> str:
    lift = one.conversion.lift
    return "lower" if lift is None else f"{lift:+.1%}"


def _decided(verdict: Verdict) -> list[GuardCondition]:
    if verdict.kind == "winner" and verdict.peek_safe and not verdict.but:
        return [GuardCondition("winner", one_line(verdict.headline))]
    if verdict.kind in ("inconclusive", "no_difference"):
        return [GuardCondition("futile", one_line(verdict.headline))]
    return []


def _end(details: models.ExperimentDetails, now: datetime) -> list[GuardCondition]:
    end = details.configuration.end_test_date if details.configuration else None
    if not isinstance(end, datetime) or not now <= end <= now + NEAR:
        return []
    return [
        GuardCondition("end-near", f"it ends by itself at {end.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    ]
