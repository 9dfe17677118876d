"""From a result to an analysis: read, compare, test the split, decide, say what to beware of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from midakit.stats.comparison import conversion
from midakit.stats.comparison.group_sequential import Spending
from midakit.stats.comparison.multiplicity import Correction
from midakit.stats.comparison.sample_ratio import SampleRatio
from midakit.stats.comparison.stability import stability
from midakit.stats.data import timeline
from midakit.stats.data.arms import Arm, ExperimentArms, read_arms
from midakit.stats.data.days import FOUR_WEEKS, DayTotals, running_totals
from midakit.stats.data.estimates import day_effects
from midakit.stats.data.same_question import of_one_moment
from midakit.stats.data.strata import Pair
from midakit.stats.data.timeline import TUNING, Day
from midakit.stats.data.totals import VariantTotals, rollup
from midakit.stats.decision.checks.guardrails import GuardrailInput, read_guardrails
from midakit.stats.decision.checks.guardrails import guardrails as guardrails_of
from midakit.stats.decision.checks.traffic import traffic
from midakit.stats.decision.figures import looks, proportions, revenue
from midakit.stats.decision.figures.outcomes import without_outcome
from midakit.stats.decision.figures.secondary_metrics import Secondary, secondary
from midakit.stats.decision.findings.analysis import Analysis
from midakit.stats.decision.findings.figures import Best, Comparison
from midakit.stats.decision.findings.verdict import Notice, Verdict
from midakit.stats.decision.options.horizon import HorizonInput, Look
from midakit.stats.decision.options.horizon import looks as looks_of
from midakit.stats.decision.options.method import Engine, Method, resolve
from midakit.stats.decision.planned_end.by_plan import by_plan
from midakit.stats.decision.verdict import outlook
from midakit.stats.decision.verdict.completed import completed
from midakit.stats.decision.verdict.running import on_running
from midakit.stats.decision.words import notices
from midakit.stats.decision.words.headline import worded
from midakit.stats.distributions.best_of_several import best_of_several
from midakit.stats.distributions.beta import posterior
from midakit.stats.types import Alternative, Metric, Prior, StatsDataError


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
    tuning: float | None = None,
    horizon: HorizonInput | None = None,
    spending: Spending | None = None,
    guardrails: GuardrailInput | None = None,
    metrics: Any = None,
    srm_alpha: float = 0.001,
) -> Analysis:
    """Return what the result of one experiment allows to decide.

    Wrong data is no exception but a verdict "invalid" with its reason.

    Args:
        result: The answer of `experiments.result`, as a model or a dict.
        config: The answer of `projects.configuration`; it knows the tails of the frequentist test.
        timeseries: The answer of `experiments.timeseries` for the same question; it has the sums that
            revenue needs and the days that running figures need.
        engine: Which rule decides, "bayesian" or "frequentist"; the figures of both are always
            computed. By default the result's, else the configuration's, else "bayesian".
        threshold: Bayesian: the chance to beat Control that is needed. Frequentist: p must be under
            1 - threshold. By default the result's, else the configuration's, else 0.95.
        alternative: Tails of the frequentist test: "two-sided", "greater" (better than Control) or
            "less". By default the configuration's, else "two-sided".
        metric: What the verdict is about: "conversion", "rpv" (revenue per visitor) or "aov" (revenue
            per order).
        prior: Beta prior of every rate: "jeffreys", "uniform" or its two parameters.
        level: Level of the credible and confidence intervals.
        correction: How p-values are corrected over the variants: "holm", "bh" or "bonferroni".
        min_visitors: An arm with fewer visitors makes no winner and no loser.
        min_conversions: An arm with fewer conversions makes no winner and no loser, and has no
            always-valid figures yet.
        min_effect: Relative lifts smaller than this count as no difference, 0.05 for 5 %.
        assumed_spend_cv: The coefficient of variation of spending among buyers, for
            `p_value_assumed` where sums of squares are missing.
        tuning: Visitors in two arms at which the always-valid interval is tightest: about as many as
            you expect to have when you decide. By default those of four weeks at the pace of the
            first week; choose it before the experiment, not by what it shows.
        horizon: The planned end: visitors of all arms, or the last day as a date or text. Then verdicts
            are group-sequential: safe at every look, nearly as strong as one look at the end, and
            futile experiments are told. By default the field `horizon` of `config`, if it has one.
        spending: How the error rate is spent up to the horizon: "obrien-fleming", the default, keeps
            it for the end; "pocock" spends it evenly.
        guardrails: Metrics that must not get worse: "conversion", "rpv", "aov" or keys of secondary
            metrics; or name -> the largest loss that is tolerated (0.02 for 2 %), by default
            `min_effect`.
        metrics: The answer of `experiments.metrics`, for guardrails on secondary metrics.
        srm_alpha: The p-value of the chi-square test below which the traffic split is off at one look.
            Under a tenth of it the verdict is "invalid", as it is when the sequential test fails.

    Returns:
        The verdict, the figures behind it, and every choice that was made (`method`).

    Raises:
        ValueError: An option is out of its range.

    Example:
        found = stats.analyze(mida.experiments.result(1001), min_effect=0.02)
        print(found.verdict.kind, found.verdict.why)
        for one in found.comparisons:
            print(one.name, one.conversion.lift, one.conversion.lift_interval)
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
        tuning=TUNING if tuning is None else tuning,
        horizon=horizon,
        spending=spending,
        srm_alpha=srm_alpha,
    )
    try:
        seen = read_arms(result)
    except StatsDataError as wrong:
        return _unreadable(str(wrong), method)
    history = _history(seen, result, timeseries, method, automatic=tuning is None)
    asked = read_guardrails(guardrails, method)
    more = _secondary(metrics, result, seen) if asked and metrics is not None else ()
    return _analysis(history.seen, history, history.method, asked, more)


@dataclass(frozen=True, slots=True)
class _History:
    """What the timeseries adds: sums per variant, days, and what was wrong with it."""

    seen: ExperimentArms
    """What the result says, with the counts of the timeseries where visitors came between the two."""
    method: Method
    sums: Mapping[str, VariantTotals] = field(default_factory=dict)
    days: tuple[DayTotals, ...] = ()
    timeline: tuple[Day, ...] = ()
    plan: tuple[Look, ...] = ()
    warnings: tuple[Notice, ...] = ()
    missing: tuple[str, ...] = ()


def _history(
    seen: ExperimentArms, result: Any, timeseries: Any, method: Method, *, automatic: bool
) -> _History:
    """Read the timeseries, or warn that it cannot be used; choose the tuning by the traffic."""
    of_totals = _tuned(method, _pace(seen), "result") if automatic else method
    if seen.obstacle or not any(arm.visitors for arm in seen.arms):
        return _History(seen, of_totals, plan=_plan(seen, (), method))
    if timeseries is None:
        plan = _plan(seen, (), method)
        return _History(
            seen,
            of_totals,
            plan=plan,
            missing=("timeseries: not given",),
        )
    try:
        rolled = rollup(timeseries, check_against=result)
        sums = {t.variant_id: t for t in rolled.totals}
        of_rows = replace(seen, arms=of_one_moment(seen.arms, sums))
        days = running_totals(timeseries, cumulative=rolled.cumulative)
        method = replace(method, rows="cumulative" if rolled.cumulative else "daily")
        if automatic:
            method = _tuned(method, timeline.tuning_for(days), "timeseries")
        described = timeline.described(
            days,
            control=seen.control.variant_id,
            weights=None if seen.bandit else _weights(seen),
            alpha=method.alpha,
            tuning=method.tuning,
            burn_in=method.min_conversions,
            concentration=method.srm_concentration,
        )
    except StatsDataError as wrong:
        plan = _plan(seen, (), method)
        unusable = notices.unusable_timeseries(str(wrong))
        missing = (f"timeseries: {wrong}",)
        return _History(seen, of_totals, plan=plan, warnings=(unusable,), missing=missing)
    return _History(of_rows, method, sums, days, described, _plan(seen, days, method))


def _plan(seen: ExperimentArms, days: Sequence[DayTotals], method: Method) -> tuple[Look, ...]:
    """Return the looks up to now, where there is a planned end."""
    return looks_of(seen, days, method.horizon) if method.horizon and seen.arms else ()


def _weights(seen: ExperimentArms) -> dict[str, float]:
    """Return the configured weights that are known, by variant_id."""
    return {arm.variant_id: arm.weight for arm in seen.arms if arm.weight is not None}


def _tuned(method: Method, tuning: float | None, source: str) -> Method:
    """Set where always-valid intervals are tightest."""
    if tuning is None:
        return replace(method, sources={**method.sources, "tuning": "default"})
    return replace(method, tuning=tuning, sources={**method.sources, "tuning": source})


def _pace(seen: ExperimentArms) -> float | None:
    """Return the visitors of two arms in four weeks at the pace so far."""
    visitors = sum(arm.visitors for arm in seen.arms)
    if not seen.days_running or not visitors:
        return None
    return max(1.0, FOUR_WEEKS * visitors / seen.days_running * 2.0 / len(seen.arms))


def _secondary(metrics: Any, result: Any, seen: ExperimentArms) -> tuple[Secondary, ...]:
    """Read the secondary metrics; what cannot be read guards nothing, and says so."""
    try:
        return secondary(metrics, result=result, control=seen.control.variant_id)
    except (StatsDataError, IndexError):
        return ()


def _analysis(
    seen: ExperimentArms,
    history: _History,
    method: Method,
    asked: Mapping[str, float],
    metrics: Sequence[Secondary],
) -> Analysis:
    """Compare, test the split, decide, and warn."""
    obstacle = seen.obstacle
    arms = tuple(_described(arm, history.sums, method) for arm in seen.arms)
    lowest = history.timeline[-1].srm_p_value if history.timeline else None
    flow = traffic(seen, history.days, lowest, method)
    pairs = [] if obstacle else [flow.pair(seen.control, arm) for arm in seen.treatments]
    comparisons = _comparisons(seen, pairs, history, method)
    best = None if obstacle else _best(_compared(seen, pairs), comparisons, method)
    live = [pair for pair in pairs if seen.bandit or pair.treatment.weight != 0.0]
    ahead = None if obstacle else outlook.outlook(seen, live or pairs, method, history.plan)
    refused = (obstacle,) if obstacle else flow.invalid
    verdict = (
        Verdict("invalid", why=refused)
        if refused
        else on_running(arms, comparisons, best, method, ahead, bandit=seen.bandit)
    )
    if not refused:
        guarded = guardrails_of(asked, pairs, metrics, method)
        verdict = replace(
            completed(verdict, seen, pairs, comparisons, guarded, method),
            why=(*verdict.why, *flow.why),
        )
    verdict = replace(verdict, missing=history.missing)
    found = Analysis(
        test_id=seen.test_id,
        test_name=seen.test_name,
        goal=seen.goal,
        verdict=verdict,
        arms=arms,
        comparisons=comparisons,
        best=best,
        srm=flow.srm,
        srm_sequential=flow.srm_sequential,
        timeline=history.timeline,
        outlook=ahead,
        warnings=(
            *history.warnings,
            *notices.notices(seen, comparisons, verdict, method, flow),
            *([notices.NO_TIMESERIES] if history.missing and not history.warnings else []),
        ),
        method=method,
    )
    return worded(found)


def _described(arm: Arm, sums: Mapping[str, VariantTotals], method: Method) -> Arm:
    """Add the intervals of one arm."""
    if arm.visitors:
        ends = conversion.rate_interval(
            arm.conversions, arm.visitors, prior=method.prior, level=method.level
        )
        arm = replace(arm, interval=ends)
    return revenue.with_intervals(arm, sums.get(arm.variant_id), method.level)


def _comparisons(
    seen: ExperimentArms, pairs: Sequence[Pair], history: _History, method: Method
) -> tuple[Comparison, ...]:
    """Compare every treatment with Control on every metric."""
    bandit = seen.bandit
    running = [looks.latest(pair, "conversion", method, bandit=bandit) for pair in pairs]
    arms = [(pair.control, pair.treatment) for pair in pairs]
    rates = proportions.rate_figures(arms, method, bandit=bandit, looks=running)
    rpv = revenue.per_visitor(pairs, method, bandit=bandit)
    aov = revenue.per_order(pairs, method, bandit=bandit)
    effects = [day_effects(each, history.days, method.metric) for each in arms]
    found = [
        Comparison(
            variant_id=pair.treatment.variant_id,
            name=pair.treatment.name,
            conversion=c,
            rpv=r,
            aov=a,
            stability=stability(each) if each and not bandit else None,
        )
        for pair, c, r, a, each in zip(pairs, rates, rpv, aov, effects, strict=True)
    ]
    if history.plan and not bandit:
        found = list(by_plan(pairs, found, history.plan, method))
    return tuple(
        without_outcome(one) if pair.treatment.weight == 0.0 and not pair.days else one
        for one, pair in zip(found, pairs, strict=True)
    )


def _compared(seen: ExperimentArms, pairs: Sequence[Pair]) -> list[Arm]:
    """Return all arms with the counts of the days that compare."""
    return [pairs[0].control, *(pair.treatment for pair in pairs)] if pairs else list(seen.arms)


def _best(arms: Sequence[Arm], comparisons: Sequence[Comparison], method: Method) -> Best | None:
    """Compare all arms with each other; two arms have their figures already."""
    if not all(arm.visitors for arm in arms):
        return None
    only = comparisons[0].conversion
    chances: Sequence[float]
    losses: Sequence[float]
    if len(arms) == 2 and only.chance_to_beat_control is not None:
        chances = (1.0 - only.chance_to_beat_control, only.chance_to_beat_control)
        losses = (only.expected_loss_keep_control or 0.0, only.expected_loss or 0.0)
    else:
        found = best_of_several([posterior(a.conversions, a.visitors, method.prior) for a in arms])
        chances, losses = found.chance_to_be_best, found.loss_vs_best
    ids = [arm.variant_id for arm in arms]
    leader = max(range(len(ids)), key=lambda i: chances[i])
    return Best(
        ids[leader],
        dict(zip(ids, chances, strict=True)),
        dict(zip(ids, losses, strict=True)),
    )


def _unreadable(why: str, method: Method) -> Analysis:
    """Return the analysis of a result whose numbers contradict each other."""
    nothing = SampleRatio(reason=why)
    verdict = Verdict("invalid", why=(why,))
    return worded(Analysis(verdict=verdict, srm=nothing, srm_sequential=nothing, method=method))
