"""What a verdict carries beside its kind: guardrails, what speaks against a winner, what it brings."""

from collections.abc import Sequence
from dataclasses import replace

from midakit.stats import wording
from midakit.stats.data.arms import ExperimentArms
from midakit.stats.data.strata import Pair
from midakit.stats.decision.findings.figures import Comparison
from midakit.stats.decision.findings.verdict import Guardrail, Verdict
from midakit.stats.decision.options.method import Method
from midakit.stats.decision.verdict.rollout import rollout
from midakit.stats.decision.verdict.verdicts import figures_of


def completed(
    verdict: Verdict,
    seen: ExperimentArms,
    pairs: Sequence[Pair],
    comparisons: Sequence[Comparison],
    guardrails: Sequence[Guardrail],
    method: Method,
) -> Verdict:
    """Add guardrails, what speaks against a winner, and what it brings if the days carry it.

    Args:
        verdict: What was decided.
        seen: The experiment and its arms.
        pairs: Control and a treatment, over the days that compare.
        comparisons: The same, compared.
        guardrails: Those of every treatment.
        method: Every choice behind the figures.

    Returns:
        The same verdict with more to it.
    """
    if verdict.kind != "winner":
        return replace(verdict, guardrails=tuple(guardrails))
    mine = tuple(one for one in guardrails if one.variant_id == verdict.variant_id)
    at = next(i for i, one in enumerate(comparisons) if one.variant_id == verdict.variant_id)
    figures = figures_of(comparisons[at], method)
    return replace(
        verdict,
        but=tuple(_but(guardrail) for guardrail in mine if guardrail.state != "holds"),
        guardrails=mine,
        rollout=rollout(seen, pairs[at], figures, method)
        if figures and verdict.doubt is None
        else None,
    )


def _but(one: Guardrail) -> str:
    """Say what a guardrail has against shipping."""
    tolerated = f"at most -{wording.level(one.margin)} is tolerated"
    if one.reason:
        return f"the guardrail {one.name} cannot be tested: {one.reason}"
    if one.state == "broken":
        return f"{one.name} gets worse: {wording.lift(one.lift)} ({tolerated})"
    return (
        f"{one.name} may get worse: {wording.lift(one.lift)}, at worst {wording.lift(one.lower)} "
        f"({tolerated})"
    )
