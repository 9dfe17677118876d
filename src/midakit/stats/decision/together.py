"""Several analyses read together: outcomes and verdicts on evidence that is corrected over all of them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from midakit.stats.comparison.multiplicity import Correction
from midakit.stats.decision.checks.traffic import SPLIT_CHANGED
from midakit.stats.decision.figures.outcomes import (
    AnyFigures,
    Direction,
    PairedTest,
    call_chances,
    call_directions,
    decisive,
    outcome,
    remaining,
    shortage,
)
from midakit.stats.decision.findings.analysis import Analysis
from midakit.stats.decision.findings.figures import Comparison, MeanFigures, RateFigures
from midakit.stats.decision.options.method import Method
from midakit.stats.decision.verdict.running import on_running
from midakit.stats.decision.verdict.verdicts import adjust_sides, figures_of


def corrected_together(analyses: Sequence[Analysis], correction: Correction) -> list[Analysis]:
    """Correct the evidence of several analyses over all of their comparisons.

    Args:
        analyses: Each on its own, with the same options.
        correction: The method of the correction.

    Returns:
        The same analyses, with the outcomes and verdicts that the corrected evidence allows.
    """
    tests = [
        (one.method, figures)
        for one in analyses
        for comparison in one.comparisons
        if (figures := figures_of(comparison, one.method))
    ]
    if not tests:
        return list(analyses)
    method = replace(tests[0][0], correction=correction)
    everything = [figures for _, figures in tests]
    called = iter(call_directions([_paired(one, method) for one in everything], method))
    believed = iter(call_chances([one.chance_to_beat_control for one in everything], method))
    decided = [
        _with_comparisons(one, called, believed, replace(one.method, correction=correction))
        for one in analyses
    ]
    sides = iter(
        adjust_sides(
            [f for one in decided for c in one.comparisons if (f := figures_of(c, one.method))],
            correction,
        )
    )
    return [_with_verdict(one, sides) for one in decided]


def _paired(figures: RateFigures | MeanFigures, method: Method) -> PairedTest:
    """Return a p-value and that of the mirrored test, which has the other tail."""
    p = figures.p_value
    mirrored = p if p is None or method.alternative == "two-sided" else 1.0 - p
    return PairedTest(p, mirrored, figures.difference)


def _with_comparisons(
    analysis: Analysis, called: Iterator[Direction], believed: Iterator[Direction], method: Method
) -> Analysis:
    """Give every comparison the outcome that its corrected evidence allows."""

    def corrected(one: Comparison) -> Comparison:
        """Correct one comparison, on the metric that decides."""
        arms = [arm for arm in analysis.arms if arm.is_control or arm.variant_id == one.variant_id]
        enough = not any(shortage(arm, method) for arm in arms)
        if method.metric == "rpv" and one.rpv:
            return replace(one, rpv=_figures(one.rpv, next(called), next(believed), method, enough))
        if method.metric == "aov" and one.aov:
            return replace(one, aov=_figures(one.aov, next(called), next(believed), method, enough))
        if method.metric == "conversion":
            figures = _figures(one.conversion, next(called), next(believed), method, enough)
            return replace(one, conversion=figures)
        return one

    return replace(
        analysis, method=method, comparisons=tuple(corrected(one) for one in analysis.comparisons)
    )


def _figures(
    figures: AnyFigures, called: Direction, believed: Direction, method: Method, enough: bool
) -> AnyFigures:
    """Set what is corrected, and the outcome."""
    tested = not isinstance(figures, MeanFigures) or figures.variance_source == "sums"
    decided = outcome(decisive(called, believed, method), figures.decision_interval, method)
    return replace(
        figures,
        adjusted_p_value=called.adjusted_p,
        adjusted_chance=remaining(believed),
        outcome=decided if enough and tested else "undecided",
    )


def _with_verdict(analysis: Analysis, sides: Iterator[float | None]) -> Analysis:
    """Decide again, unless the data forbid a verdict."""
    taken = [
        next(sides) if figures_of(one, analysis.method) else None for one in analysis.comparisons
    ]
    if analysis.verdict.kind == "invalid":
        return analysis
    bandit = any(notice.code == "bandit" for notice in analysis.warnings)
    verdict = on_running(
        analysis.arms, analysis.comparisons, analysis.best, analysis.method, analysis.outlook, taken,
        bandit=bandit,
    )  # fmt: skip
    before = analysis.verdict
    changes = tuple(why for why in before.why if why.startswith(SPLIT_CHANGED))
    verdict = replace(verdict, why=(*verdict.why, *changes), guardrails=before.guardrails)
    if (verdict.kind, verdict.variant_id) == (before.kind, before.variant_id):
        verdict = replace(verdict, but=before.but, rollout=before.rollout)
    decides = verdict.kind in ("winner", "loser") and not verdict.peek_safe
    warnings = tuple(one for one in analysis.warnings if decides or one.code != "peeking")
    return replace(analysis, verdict=verdict, warnings=warnings)
