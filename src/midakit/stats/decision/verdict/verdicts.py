"""What to do, in one word, and why, in sentences.

    invalid         the comparison itself is broken: traffic off its split, no Control beside it
    winner          a treatment is better by the engine's rule; of several, the likeliest best
    loser           every treatment is worse
    no_difference   every treatment is worse or within +-min_effect of Control
    inconclusive    none of these, and more of the same will hardly change it
    keep_running    none of these yet

With a planned end the plan's bounds decide in the place of the engine's rule.

Peek-safe is a verdict with always-valid evidence of its own direction that no day contradicts: it
holds however often somebody looked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isinf

from midakit.stats import wording
from midakit.stats.comparison.multiplicity import Correction, adjust
from midakit.stats.data.arms import Arm
from midakit.stats.decision.checks import doubts
from midakit.stats.decision.figures.outcomes import shortage
from midakit.stats.decision.findings.figures import (
    Best,
    Comparison,
    MeanFigures,
    PlannedTest,
    RateFigures,
)
from midakit.stats.decision.findings.verdict import Outlook, Verdict
from midakit.stats.decision.options.horizon import Horizon
from midakit.stats.decision.options.method import Method
from midakit.stats.decision.verdict import futility

_METRIC_NAMES = {
    "conversion": "conversion rate",
    "rpv": "revenue per visitor",
    "aov": "order value",
}


def decide(
    arms: Sequence[Arm],
    comparisons: Sequence[Comparison],
    best: Best | None,
    method: Method,
    outlook: Outlook | None = None,
    corrected: Sequence[float | None] | None = None,
) -> Verdict:
    """Return the verdict of a valid comparison.

    Args:
        arms: All arms, Control first.
        comparisons: Each treatment against Control.
        best: All arms against each other.
        method: Every choice behind the figures.
        outlook: How far a decision is.
        corrected: Always-valid p of each comparison's own side, corrected over more than its variants.

    Returns:
        The verdict, its reasons, and whether looking often does not spoil it.
    """
    lacking = [(arm, short) for arm in arms if (short := shortage(arm, method))]
    if lacking:
        why = tuple(f"{arm.name} has {short}" for arm, short in lacking)
        return Verdict("keep_running", why=why)
    pairs = [(one, figures) for one in comparisons if (figures := figures_of(one, method))]
    if len(pairs) < len(comparisons):
        return Verdict(
            "keep_running", why=(f"there is no {_METRIC_NAMES[method.metric]} to compare",)
        )
    evidence = _always_valid(pairs, method, corrected)
    outcomes = [figures.outcome for _, figures in pairs]
    if "better" in outcomes:
        return _winner(pairs, evidence, best, method)
    if all(o == "worse" for o in outcomes):
        at = min(range(len(pairs)), key=lambda i: pairs[i][1].difference or 0.0)
        unsafe = next((one for one in evidence if not one.safe), None)
        on_peeking = _on_peeking(pairs[at][1], unsafe or evidence[at])
        why = (*_reasons(*pairs[at], method), on_peeking)
        doubted = (unsafe or evidence[at]).doubt
        return Verdict("loser", pairs[at][0].variant_id, why, unsafe is None, doubt=doubted)
    if all(o in ("equal", "worse") for o in outcomes):
        return _no_difference(arms[0], pairs, method)
    return _undecided(pairs, method, outlook)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What all looks together say for one outcome."""

    p_value: float | None
    """Always-valid p of the outcome's own direction, two-sided and corrected."""
    doubt: str | None
    """Why the days do not carry it."""
    alpha: float
    same_side: bool
    """Whether the totals lie on the outcome's side."""
    planned: PlannedTest | None = None
    """The test by the planned end, which allows every look by itself."""

    @property
    def safe(self) -> bool:
        """Whether the outcome holds however often somebody looked."""
        if self.planned:
            repeated = self.planned.crossed is not None
        else:
            repeated = self.p_value is not None and self.p_value < self.alpha
        return repeated and self.same_side and self.doubt is None


def figures_of(one: Comparison, method: Method) -> RateFigures | MeanFigures | None:
    """Return the figures that the verdict is about.

    Args:
        one: A treatment against Control.
        method: The metric.

    Returns:
        Its figures; None where there are none.
    """
    return {"conversion": one.conversion, "rpv": one.rpv, "aov": one.aov}[method.metric]


def _always_valid(
    pairs: Sequence[tuple[Comparison, RateFigures | MeanFigures]],
    method: Method,
    corrected: Sequence[float | None] | None,
) -> list[Evidence]:
    """Return for each outcome the evidence of its own direction, corrected over the variants."""
    if method.horizon:
        return [
            Evidence(
                None, doubts.doubt(one, figures, method), method.alpha, _same_side(figures),
                planned=figures.planned,
            )
            for one, figures in pairs
        ]  # fmt: skip
    if corrected is None:
        corrected = adjust_sides([figures for _, figures in pairs], method.correction)
    return [
        Evidence(p, doubts.doubt(one, figures, method), method.alpha, _same_side(figures))
        for (one, figures), p in zip(pairs, corrected, strict=True)
    ]


def adjust_sides(
    figures: Sequence[RateFigures | MeanFigures], correction: Correction
) -> list[float | None]:
    """Correct the always-valid p of each outcome's own side.

    Args:
        figures: What is read together.
        correction: The method of the correction.

    Returns:
        Two-sided p-values, for "worse" where the outcome is worse, else for "better".
    """
    sides = {
        side: adjust([_doubled(getattr(one, name)) for one in figures], method=correction)
        for side, name in (("better", "always_valid_p_better"), ("worse", "always_valid_p_worse"))
    }
    return [
        sides["worse" if one.outcome == "worse" else "better"][at] for at, one in enumerate(figures)
    ]


def _same_side(figures: RateFigures | MeanFigures) -> bool:
    """Tell whether the totals lie on the outcome's side."""
    return (figures.difference or 0.0) * (-1.0 if figures.outcome == "worse" else 1.0) > 0.0


def _doubled(p: float | None) -> float | None:
    """Return a one-sided p-value as part of a test of both sides."""
    return None if p is None else min(1.0, 2.0 * p)


def _winner(
    pairs: Sequence[tuple[Comparison, RateFigures | MeanFigures]],
    evidence: Sequence[Evidence],
    best: Best | None,
    method: Method,
) -> Verdict:
    """Return the verdict where one treatment or more are better."""
    better = [i for i, (_, figures) in enumerate(pairs) if figures.outcome == "better"]
    by_rate = best if method.metric == "conversion" else None

    def rank(i: int) -> float:
        """Return the chance to be the best, or the difference where there is none."""
        one, figures = pairs[i]
        if by_rate:
            return by_rate.chance_to_be_best[one.variant_id]
        return figures.difference or 0.0

    at = max(better, key=rank)
    one, figures = pairs[at]
    why = [*_reasons(one, figures, method)]
    if by_rate and len(pairs) > 1:
        chance = by_rate.chance_to_be_best[one.variant_id]
        why.append(f"chance to be the best of all {len(pairs) + 1} arms: {wording.chance(chance)}")
    why.append(_on_peeking(figures, evidence[at]))
    safe, doubted = evidence[at].safe, evidence[at].doubt
    return Verdict("winner", one.variant_id, tuple(why), safe, doubt=doubted)


def _no_difference(
    control: Arm, pairs: Sequence[tuple[Comparison, RateFigures | MeanFigures]], method: Method
) -> Verdict:
    """Return the verdict where no treatment differs enough to matter."""
    ends = {
        "conversion": control.interval,
        "rpv": control.rpv_interval,
        "aov": control.aov_interval,
    }[method.metric]
    # min_effect of the lowest that Control may be: the smallest difference that matters.
    margin = method.min_effect * ends[0] if ends else 0.0
    safe = bool(method.horizon) or all(
        figures.confidence_sequence is not None
        and -margin < figures.confidence_sequence[0]
        and figures.confidence_sequence[1] < margin
        for _, figures in pairs
    )
    why = [
        f"{one.name}: any lift lies within {wording.lift_range(figures.decision_interval)}, "
        f"too small to matter (less than {wording.level(method.min_effect)})"
        for one, figures in pairs
        if figures.decision_interval
    ]
    return Verdict("no_difference", None, tuple(why), safe)


def _undecided(
    pairs: Sequence[tuple[Comparison, RateFigures | MeanFigures]],
    method: Method,
    outlook: Outlook | None,
) -> Verdict:
    """Return the verdict where the data fit more than one outcome."""
    why: list[str] = []
    tested = True
    for one, figures in pairs:
        if isinstance(figures, MeanFigures) and figures.variance_source != "sums":
            tested = False
            reason = figures.reasons.get("p_value") or "no test is possible"
            why.append(f"{one.name}: {reason}")
        else:
            why.extend(_reasons(one, figures, method)[: 1 if len(pairs) > 1 else None])
        if figures.outcome == "worse":
            why.append(f"{one.name} is worse than Control and can be stopped")
    plans = [
        figures.planned
        for _, figures in pairs
        if figures.planned and figures.outcome == "undecided"
    ]
    futile = futility.of_plan(plans) if method.horizon else futility.of_outlook(outlook)
    if futile and tested:
        return Verdict("inconclusive", None, (*why, futile))
    return Verdict("keep_running", None, tuple(why))


def _reasons(
    one: Comparison, figures: RateFigures | MeanFigures, method: Method
) -> tuple[str, ...]:
    """Return the engine's figures against its threshold, as sentences."""
    seen = f"{one.name}: {_METRIC_NAMES[method.metric]}"
    seen += f" {wording.lift(figures.lift)}" if figures.lift is not None else ""
    if method.horizon:
        return (f"{seen}, {_by_plan(figures.planned, method.horizon)}",)
    if method.engine == "bayesian":
        chance = figures.chance_to_beat_control
        if chance is None:
            return (f"{seen}, no chance to beat Control can be given",)
        needed = f"needed {wording.level(method.threshold)}"
        corrected = figures.adjusted_chance
        if corrected is not None and corrected < method.threshold <= chance:
            needed = f"{wording.chance(corrected)} corrected over the tests, {needed}"
        elif corrected is not None and corrected < chance:
            needed += " corrected over the tests"
        why = [f"{seen}, chance to beat Control {wording.chance(chance)} ({needed})"]
        if figures.risk is not None:
            rated = f", {figures.risk_label}" if isinstance(figures, RateFigures) else ""
            why.append(f"risk of shipping it: {wording.chance(figures.risk)} of Control's{rated}")
        return tuple(why)
    p = figures.adjusted_p_value
    if p is None:
        return (f"{seen}, no p-value: {figures.reasons.get('p_value', 'none can be given')}",)
    tails = "two-tailed" if method.alternative == "two-sided" else "one-tailed"
    return (f"{seen}, {wording.p_equals(p)} ({tails}, needed under {method.alpha:.2g})",)


def _by_plan(test: PlannedTest | None, horizon: Horizon) -> str:
    """Return the figures of the planned test against its bound."""
    if test is None or test.time is None or test.z is None or test.bound is None:
        return (test.reason if test else None) or "no test by the plan is possible"
    over = f"{wording.share(test.time)} of {horizon.text}"
    if test.crossed:
        when = f" on {test.crossed_on}" if test.crossed_on else ""
        return f"crossed the bound of the plan{when}, now z = {test.z:.2f} at {over}"
    needed = "nothing may be decided yet" if isinf(test.bound) else f"needed {test.bound:.2f}"
    return f"z = {test.z:.2f} ({needed} at {over})"


def _on_peeking(figures: RateFigures | MeanFigures, evidence: Evidence) -> str:
    """Return what all looks together say of the verdict."""
    if evidence.planned:
        if evidence.doubt or not evidence.same_side:
            return f"its bound was crossed, but {evidence.doubt or 'the totals have turned around'}"
        return "holds at every look: the error rate is spent by plan"
    p = evidence.p_value
    if p is None:
        reason = figures.reasons.get("always_valid_p", "no always-valid figure")
        return f"safe for one planned look only: {reason}"
    if evidence.safe:
        return f"holds however often somebody looked: always-valid {wording.p_equals(p)}"
    if evidence.doubt:
        return f"safe for one planned look only: {evidence.doubt}"
    return (
        f"safe for one planned look only: always-valid {wording.p_equals(p)} "
        f"is not under {evidence.alpha:.2g}, so with daily looks this may be chance"
    )
