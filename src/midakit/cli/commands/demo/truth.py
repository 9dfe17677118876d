"""What is really true of the demo's experiments, and whether a verdict got it right (pure).

The sandbox knows the rates that it drew its visitors from, so the demo can do what no account can:
compare each verdict with the truth. A verdict that waits for data is `open`, not wrong.
"""

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from midakit.sandbox.data.truth import TrueArm, Truth
    from midakit.stats import Analysis

Score = Literal["right", "open", "wrong"]
SPLIT = 0.005
"""A share of the traffic further off its configured weight than this is a mismatch."""


class Expected(NamedTuple):
    """The verdict that endless data would give."""

    kind: str
    variant_id: str | None = None


def expected(truth: "Truth", metric: str, min_effect: float) -> Expected:
    """From the true rates (or rates times order values), as `stats.analyze` names verdicts.

    Args:
        truth: What is true of a seeded experiment.
        metric: conversion or rpv.
        min_effect: The smallest lift that counts as a difference.
    """
    if lost_traffic(truth):
        return Expected("invalid")
    lifts = true_lifts(truth, metric)
    best = max(range(len(lifts)), key=lifts.__getitem__)
    if lifts[best] > min_effect:
        return Expected("winner", str(best + 1))
    if all(lift < -min_effect for lift in lifts):
        return Expected("loser", str(min(range(len(lifts)), key=lifts.__getitem__) + 1))
    return Expected("no_difference")


def true_lifts(truth: "Truth", metric: str) -> list[float]:
    """Of every treatment over Control, as shares.

    Args:
        truth: What is true of a seeded experiment.
        metric: conversion or rpv.
    """
    control, *treatments = (_mean(arm, metric) for arm in truth.arms)
    return [mean / control - 1.0 for mean in treatments]


def lost_traffic(truth: "Truth") -> bool:
    """Whether visitors arrive in other shares than were configured.

    Args:
        truth: What is true of a seeded experiment.
    """
    weights = truth.settings.get("distribution") or {}
    arms = len(truth.arms)
    configured = [weights.get(str(number), 100 / arms) / 100 for number in range(arms)]
    return any(
        abs(arm.weight - share) > SPLIT for arm, share in zip(truth.arms, configured, strict=True)
    )


def judge(analysis: "Analysis", wanted: Expected) -> Score:
    """Right when it says the same; a wait, or no answer yet, is open.

    Args:
        analysis: The statistics of the experiment.
        wanted: The verdict that endless data would give.
    """
    verdict = analysis.verdict
    if verdict.kind == wanted.kind and wanted.variant_id in (None, verdict.variant_id):
        return "right"
    return "open" if verdict.kind in ("keep_running", "inconclusive") else "wrong"


def _mean(arm: "TrueArm", metric: str) -> float:
    return arm.rate * arm.aov if metric == "rpv" and arm.aov is not None else arm.rate
