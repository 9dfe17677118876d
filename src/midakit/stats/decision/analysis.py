"""From a result to an analysis: read, compare, test the split, decide, say what to beware of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from midakit.stats.comparison import conversion, sample_ratio
from midakit.stats.comparison.always_valid import rate_moments
from midakit.stats.comparison.group_sequential import Spending
from midakit.stats.comparison.means import Moments
from midakit.stats.comparison.multiplicity import Correction
from midakit.stats.comparison.sample_ratio import SampleRatio
from midakit.stats.comparison.stability import stability
from midakit.stats.data import timeline
from midakit.stats.data.arms import Arm, ExperimentArms, read_arms
from midakit.stats.data.days import FOUR_WEEKS, DayTotals, running_totals
from midakit.stats.data.estimates import day_effects
from midakit.stats.data.estimates import ordering as ordering_of
from midakit.stats.data.estimates import spending as spending_of
from midakit.stats.data.timeline import TUNING, Day
from midakit.stats.data.totals import Rollup, VariantTotals, rollup
from midakit.stats.decision import looks, notices, outlook, proportions, revenue, verdicts
from midakit.stats.decision.by_plan import by_plan
from midakit.stats.decision.findings import Analysis, Best, Comparison, Notice, Verdict
from midakit.stats.decision.horizon import HorizonInput, Look
from midakit.stats.decision.horizon import looks as looks_of
from midakit.stats.decision.method import Engine, Method, resolve
from midakit.stats.distributions.best_of_several import best_of_several
from midakit.stats.distributions.beta import posterior
from midakit.stats.types import Alternative, Metric, Prior, StatsDataError

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
    tuning: float | None = None,
    horizon: HorizonInput | None = None,
    spending: Spending | None = None,
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
        srm_alpha: The p-value of the chi-square test below which the traffic split counts as broken.

    Returns:
        The verdict, the figures behind it, and every choice that was made (`method`).

    Raises:
        ValueError: An option is out of its range.

    Example:
        ```python
        found = stats.analyze(mida.experiments.result(1001), min_effect=0.02)
        print(found.verdict.kind, *found.verdict.why, sep="\n")
        for one in found.comparisons:
            print(one.name, one.conversion.lift, one.conversion.lift_interval)
        ```
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
    return _analysis(seen, history, history.method)


@dataclass(frozen=True, slots=True)
class _History:
    """What the timeseries adds: sums per variant, days, and what was wrong with it."""

    method: Method
    sums: Mapping[str, VariantTotals] = field(default_factory=dict)
    days: tuple[DayTotals, ...] = ()
    timeline: tuple[Day, ...] = ()
    plan: tuple[Look, ...] = ()
    warnings: tuple[Notice, ...] = ()


def _history(
    seen: ExperimentArms, result: Any, timeseries: Any, method: Method, *, automatic: bool
) -> _History:
    """Read the timeseries, or warn that it cannot be used; choose the tuning by the traffic."""
    of_totals = _tuned(method, _pace(seen), "result") if automatic else method
    if timeseries is None or seen.obstacle:
        return _History(of_totals, plan=_plan(seen, (), method))
    try:
        rolled = rollup(timeseries, check_against=result)
        _same_question(seen, rolled)
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
        return _History(of_totals, plan=plan, warnings=(unusable,))
    sums = {t.variant_id: t for t in rolled.totals}
    return _History(method, sums, days, described, _plan(seen, days, method))


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


def _same_question(seen: ExperimentArms, rolled: Rollup) -> None:
    """Refuse rows that are about another goal or another money than the result."""
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


def _analysis(seen: ExperimentArms, history: _History, method: Method) -> Analysis:
    """Compare, test the split, decide, and warn."""
    obstacle = seen.obstacle
    arms = tuple(_described(arm, history.sums, method) for arm in seen.arms)
    srm, sequential = _split(seen, history.timeline, method)
    comparisons = () if obstacle else _comparisons(seen, history, method)
    best = None if obstacle else _best(seen.arms, comparisons, method)
    estimates = _estimates(seen, history.sums)[method.metric]
    ahead = None if obstacle else outlook.outlook(seen, estimates, method, history.plan)
    refused = (obstacle,) if obstacle else verdicts.invalid_reasons(srm, sequential, seen.arms)
    verdict = (
        Verdict("invalid", why=refused)
        if refused
        else verdicts.decide(arms, comparisons, best, method, ahead)
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
        outlook=ahead,
        warnings=(*history.warnings, *notices.notices(seen, comparisons, verdict, method)),
        method=method,
    )


def _described(arm: Arm, sums: Mapping[str, VariantTotals], method: Method) -> Arm:
    """Add the intervals of one arm."""
    if arm.visitors:
        ends = conversion.rate_interval(
            arm.conversions, arm.visitors, prior=method.prior, level=method.level
        )
        arm = replace(arm, interval=ends)
    return revenue.with_intervals(arm, sums.get(arm.variant_id), method.level)


def _split(
    seen: ExperimentArms, days: Sequence[Day], method: Method
) -> tuple[SampleRatio, SampleRatio]:
    """Test the traffic split, once and sequentially."""
    if seen.obstacle:
        nothing = SampleRatio(reason=seen.obstacle)
        return nothing, nothing
    visitors = [arm.visitors for arm in seen.arms]
    weights = None if seen.bandit else [arm.weight for arm in seen.arms]
    once = sample_ratio.srm(visitors, weights, alpha=method.srm_alpha)
    always = sample_ratio.srm_sequential(
        visitors, weights, concentration=method.srm_concentration, alpha=method.srm_sequential_alpha
    )
    lowest = days[-1].srm_p_value if days else None
    if lowest is not None and always.p_value is not None and lowest < always.p_value:
        always = replace(always, p_value=lowest, mismatch=lowest < always.alpha)
    return once, always


def _comparisons(seen: ExperimentArms, history: _History, method: Method) -> tuple[Comparison, ...]:
    """Compare every treatment with Control on every metric."""
    control, treatments, bandit = seen.control, seen.treatments, seen.bandit
    days, sums = history.days, history.sums
    estimates = _estimates(seen, sums)
    running = {
        arm.variant_id: looks.latest(
            (control, arm), proportions.moments(control, arm), days, "conversion", method,
            bandit=bandit,
        )
        for arm in treatments
    }  # fmt: skip
    rates = proportions.rate_figures(control, treatments, method, bandit=bandit, looks=running)
    rpv = revenue.per_visitor(seen.arms, method, sums, days, bandit=bandit)
    aov = revenue.per_order(seen.arms, method, sums, days, bandit=bandit)
    effects = [day_effects((control, arm), days, method.metric) for arm in treatments]
    found = [
        Comparison(
            variant_id=arm.variant_id,
            name=arm.name,
            conversion=c,
            rpv=r,
            aov=a,
            stability=stability(each) if each and not bandit else None,
        )
        for arm, c, r, a, each in zip(treatments, rates, rpv, aov, effects, strict=True)
    ]
    if history.plan and not bandit:
        return by_plan(seen.arms, found, estimates, history.plan, method)
    return tuple(found)


def _estimates(
    seen: ExperimentArms, sums: Mapping[str, VariantTotals]
) -> dict[Metric, list[Moments | None]]:
    """Return the estimates of every arm, by metric."""
    totals = [sums.get(arm.variant_id) for arm in seen.arms]
    return {
        "conversion": [rate_moments((arm.conversions, arm.visitors)) for arm in seen.arms],
        "rpv": [spending_of(total) for total in totals],
        "aov": [ordering_of(total) for total in totals],
    }


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
    return Analysis(verdict=verdict, srm=nothing, srm_sequential=nothing, method=method)
