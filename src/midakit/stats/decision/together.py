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
from midakit.stats.decision.findings.figures import (
    Comparison,
    MeanFigures,
    PlannedTest,
    RateFigures,
)
from midakit.stats.decision.findings.verdict import Rollout
from midakit.stats.decision.options.method import Method
from midakit.stats.decision.planned_end.by_plan import with_test
from midakit.stats.decision.planned_end.planned_tests import tested_together
from midakit.stats.decision.verdict.running import on_running
from midakit.stats.decision.verdict.verdicts import adjust_sides, figures_of
from midakit.stats.decision.words.headline import worded


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
    planned = _planned(everything, method)
    called = iter(call_directions([_paired(one, method) for one in everything], method))
    believed = iter(call_chances([one.chance_to_beat_control for one in everything], method))
    decided = [
        _with_comparisons(
            one, called, believed, planned, replace(one.method, correction=correction)
        )
        for one in analyses
    ]
    sides = iter(
        adjust_sides(
            [f for one in decided for c in one.comparisons if (f := figures_of(c, one.method))],
            correction,
        )
    )
    return [_with_verdict(one, sides) for one in decided]


def _planned(figures: Sequence[RateFigures | MeanFigures], method: Method) -> Iterator[PlannedTest]:
    """Test everything by the plan at one error rate; nothing without a plan."""
    if method.horizon is None:
        return iter(())
    looks = [one.planned.looks if one.planned else () for one in figures]
    return iter(tested_together(looks, method.horizon.spending, method))


def _paired(figures: RateFigures | MeanFigures, method: Method) -> PairedTest:
    """Return a p-value and that of the mirrored test, which has the other tail."""
    p = figures.p_value
    mirrored = p if p is None or method.alternative == "two-sided" else 1.0 - p
    return PairedTest(p, mirrored, figures.difference)


def _with_comparisons(
    analysis: Analysis,
    called: Iterator[Direction],
    believed: Iterator[Direction],
    planned: Iterator[PlannedTest],
    method: Method,
) -> Analysis:
    """Give every comparison the outcome that its corrected evidence allows."""

    def corrected(one: Comparison) -> Comparison:
        """Correct one comparison, on the metric that decides."""
        arms = [arm for arm in analysis.arms if arm.is_control or arm.variant_id == one.variant_id]
        enough = not any(shortage(arm, method) for arm in arms)

        def taken(figures: AnyFigures) -> AnyFigures:
            """Take the next of everything that was corrected together."""
            found = _figures(figures, next(called), next(believed), method, enough)
            test = next(planned) if method.horizon else None
            return with_test(found, test, method) if figures.planned else found

        if method.metric == "rpv" and one.rpv:
            return replace(one, rpv=taken(one.rpv))
        if method.metric == "aov" and one.aov:
            return replace(one, aov=taken(one.aov))
        if method.metric == "conversion":
            return replace(one, conversion=taken(one.conversion))
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
    verdict = replace(
        verdict,
        why=(*verdict.why, *changes),
        guardrails=before.guardrails,
        missing=before.missing,
    )
    if (verdict.kind, verdict.variant_id) == (before.kind, before.variant_id):
        verdict = replace(verdict, but=before.but, rollout=_rollout(before.rollout, analysis))
    decides = verdict.kind in ("winner", "loser") and not verdict.peek_safe
    warnings = tuple(one for one in analysis.warnings if decides or one.code != "peeking")
    return worded(replace(analysis, verdict=verdict, warnings=warnings))


def _rollout(found: Rollout | None, analysis: Analysis) -> Rollout | None:
    """Widen a projection to the repeated interval that the corrected plan has."""
    figures = found and figures_of(analysis.comparison(found.variant_id), analysis.method)
    if not found or not figures or not figures.planned or not figures.difference:
        return found
    ends, scale = figures.planned.interval, found.gain / figures.difference
    return replace(found, interval=ends and (scale * ends[0], scale * ends[1]))
