"""From a result to an analysis: read, compare, test the split, decide, say what to beware of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from midakit.stats.comparison import conversion, sample_ratio
from midakit.stats.comparison.always_valid import Sequential
from midakit.stats.comparison.multiplicity import Correction
from midakit.stats.comparison.sample_ratio import SampleRatio
from midakit.stats.data import timeline as days
from midakit.stats.data.arms import Arm, ObservedResult, observe
from midakit.stats.data.timeline import Day
from midakit.stats.data.totals import Rollup, VariantTotals, rollup
from midakit.stats.decision import notices, outlook, proportions, revenue, verdicts
from midakit.stats.decision.findings import Analysis, Best, Comparison, Notice, Verdict
from midakit.stats.decision.method import Engine, Method, Metric, resolve
from midakit.stats.distributions.best_of_several import contest
from midakit.stats.distributions.beta import posterior
from midakit.stats.types import Alternative, Prior, StatsDataError

_ROUNDED = 0.01  # daily rows are rounded, and 1 % of the money moves no test


def analyze(
    result: Any,
    *,
    config: Any = None,
    timeseries: Any = None,
    engine: Engine | None = None,
    threshold: float | None = None,
    alternative: Alternative | None = None,
    metric: Metric = "conversion",
    prior: Prior = "jeffreys",
    level: float = 0.95,
    correction: Correction = "holm",
    min_visitors: float = 100.0,
    min_conversions: float = 25.0,
    min_effect: float = 0.05,
    assumed_spend_cv: float = 1.0,
    tuning: float = 5000.0,
    srm_alpha: float = 0.001,
) -> Analysis:
    """What the result of one experiment allows to decide.

    `result` is the answer of `experiments.result`, `config` that of `projects.configuration` (it
    knows the tails of the frequentist test) and `timeseries` that of `experiments.timeseries` for
    the same question (it has the sums that revenue needs and the days that running figures need):
    models or plain dicts. Engine and threshold come from the result unless given. A wrong argument
    is a `ValueError`; wrong data is an "invalid" verdict with its reason, never an exception.
    """
    method = resolve(
        result,
        config,
        engine=engine,
        threshold=threshold,
        alternative=alternative,
        prior=prior,
        metric=metric,
        level=level,
        correction=correction,
        min_visitors=min_visitors,
        min_conversions=min_conversions,
        min_effect=min_effect,
        assumed_spend_cv=assumed_spend_cv,
        tuning=tuning,
        srm_alpha=srm_alpha,
    )
    try:
        seen = observe(result)
    except StatsDataError as wrong:
        return _unreadable(str(wrong), method)
    history = _history(seen, result, timeseries, method)
    return _analysis(seen, history, history.method)


@dataclass(frozen=True, slots=True)
class _History:
    """What the timeseries adds: sums per variant, days, and what was wrong with it."""

    method: Method
    sums: Mapping[str, VariantTotals] = field(default_factory=dict)
    timeline: tuple[Day, ...] = ()
    warnings: tuple[Notice, ...] = ()

    def latest(self, control: Arm, treatment: Arm, *, bandit: bool) -> Sequential:
        """The running always-valid figures of the last day, else those of the totals."""
        if self.timeline and not bandit:
            for arm in self.timeline[-1].arms:
                if arm.variant_id == treatment.variant_id:
                    return Sequential(
                        arm.difference, arm.always_valid_p, arm.confidence_sequence, arm.reason
                    )
        return proportions.look(control, treatment, self.method, bandit=bandit)


def _history(seen: ObservedResult, result: Any, timeseries: Any, method: Method) -> _History:
    if timeseries is None or seen.obstacle:
        return _History(method)
    try:
        rolled = rollup(timeseries, check_against=result)
        _same_question(seen, rolled)
        weights = {arm.variant_id: arm.weight for arm in seen.arms if arm.weight is not None}
        timeline = days.sequence(
            timeseries,
            control=seen.control.variant_id,
            weights=None if seen.bandit else weights,
            cumulative=rolled.cumulative,
            alpha=method.alpha,
            tuning=method.tuning,
            burn_in=method.min_conversions,
            concentration=method.srm_concentration,
        )
    except StatsDataError as wrong:
        return _History(method, warnings=(notices.unusable_timeseries(str(wrong)),))
    method = replace(method, rows="cumulative" if rolled.cumulative else "daily")
    return _History(method, {t.variant_id: t for t in rolled.totals}, timeline)


def _same_question(seen: ObservedResult, rolled: Rollup) -> None:
    """`StatsDataError` where rows and result are about another goal or another money."""
    for arm in seen.arms:
        total = rolled.of(arm.variant_id)
        if total is None:
            continue
        if total.conversions != arm.conversions:
            raise StatsDataError(
                f"{arm.name}: its rows count {total.conversions:,.10g} conversions, the result "
                f"{arm.conversions:,.10g}; ask both for the same goal, dates and filters"
            )
        if arm.revenue is not None and total.revenue is not None:
            slack = _ROUNDED * max(1.0, abs(arm.revenue))
            if abs(total.revenue - arm.revenue) > slack:
                raise StatsDataError(
                    f"{arm.name}: its rows have revenue {total.revenue:,.10g}, the result "
                    f"{arm.revenue:,.10g}; ask both for the same goal, dates and filters"
                )


def _analysis(seen: ObservedResult, history: _History, method: Method) -> Analysis:
    obstacle = seen.obstacle
    arms = tuple(_described(arm, history.sums, method) for arm in seen.arms)
    srm, sequential = _split(seen, history.timeline, method)
    comparisons = () if obstacle else _comparisons(seen, history, method)
    best = None if obstacle else _best(seen.arms, comparisons, method)
    refused = (obstacle,) if obstacle else verdicts.refusal(srm, sequential, seen.arms)
    verdict = (
        Verdict("invalid", why=refused)
        if refused
        else verdicts.decide(arms, comparisons, best, method)
    )
    return Analysis(
        test_id=seen.test_id,
        test_name=seen.test_name,
        goal=seen.goal,
        verdict=verdict,
        arms=arms,
        comparisons=comparisons,
        best=best,
        srm=srm,
        srm_sequential=sequential,
        timeline=history.timeline,
        outlook=None if obstacle else outlook.outlook(seen, method),
        warnings=(*history.warnings, *notices.notices(seen, comparisons, verdict, method)),
        method=method,
    )


def _described(arm: Arm, sums: Mapping[str, VariantTotals], method: Method) -> Arm:
    if arm.visitors:
        ends = conversion.rate_interval(
            arm.conversions, arm.visitors, prior=method.prior, level=method.level
        )
        arm = replace(arm, interval=ends)
    return revenue.with_intervals(arm, sums.get(arm.variant_id), method.level)


def _split(
    seen: ObservedResult, timeline: Sequence[Day], method: Method
) -> tuple[SampleRatio, SampleRatio]:
    if seen.obstacle:
        nothing = SampleRatio(reason=seen.obstacle)
        return nothing, nothing
    visitors = [arm.visitors for arm in seen.arms]
    weights = None if seen.bandit else [arm.weight for arm in seen.arms]
    once = sample_ratio.srm(visitors, weights, alpha=method.srm_alpha)
    always = sample_ratio.srm_sequential(
        visitors, weights, concentration=method.srm_concentration, alpha=method.srm_sequential_alpha
    )
    lowest = timeline[-1].srm_p_value if timeline else None
    if lowest is not None and always.p_value is not None and lowest < always.p_value:
        always = replace(always, p_value=lowest, mismatch=lowest < always.alpha)
    return once, always


def _comparisons(seen: ObservedResult, history: _History, method: Method) -> tuple[Comparison, ...]:
    control, treatments, bandit = seen.control, seen.treatments, seen.bandit
    looks = {arm.variant_id: history.latest(control, arm, bandit=bandit) for arm in treatments}
    rates = proportions.rate_figures(control, treatments, method, bandit=bandit, looks=looks)
    rpv = revenue.per_visitor(control, treatments, method, history.sums, bandit=bandit)
    aov = revenue.per_order(control, treatments, method, history.sums, bandit=bandit)
    return tuple(
        Comparison(variant_id=arm.variant_id, name=arm.name, conversion=c, rpv=r, aov=a)
        for arm, c, r, a in zip(treatments, rates, rpv, aov, strict=True)
    )


def _best(arms: Sequence[Arm], comparisons: Sequence[Comparison], method: Method) -> Best | None:
    if not all(arm.visitors for arm in arms):
        return None
    only = comparisons[0].conversion
    chances: Sequence[float]
    losses: Sequence[float]
    if len(arms) == 2 and only.chance_to_beat_control is not None:
        chances = (1.0 - only.chance_to_beat_control, only.chance_to_beat_control)
        losses = (only.expected_loss_keep_control or 0.0, only.expected_loss or 0.0)
    else:
        found = contest([posterior(a.conversions, a.visitors, method.prior) for a in arms])
        chances, losses = found.chance_to_be_best, found.loss_vs_best
    ids = [arm.variant_id for arm in arms]
    leader = max(range(len(ids)), key=lambda i: chances[i])
    return Best(
        ids[leader],
        dict(zip(ids, chances, strict=True)),
        dict(zip(ids, losses, strict=True)),
    )


def _unreadable(why: str, method: Method) -> Analysis:
    nothing = SampleRatio(reason=why)
    return Analysis(
        test_id=None,
        test_name=None,
        goal=None,
        verdict=Verdict("invalid", why=(why,)),
        arms=(),
        comparisons=(),
        best=None,
        srm=nothing,
        srm_sequential=nothing,
        timeline=(),
        outlook=None,
        warnings=(),
        method=method,
    )
