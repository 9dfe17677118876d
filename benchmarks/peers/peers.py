"""The same figures by midakit and by others, each asked the way its own documentation does."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import tea_tasting
from gbstats.bayesian.tests import EffectBayesianABTest, EffectBayesianConfig
from gbstats.frequentist.tests import (
    FrequentistConfig,
    SequentialConfig,
    SequentialTwoSidedTTest,
    TwoSidedTTest,
)
from gbstats.gbstats import check_srm
from gbstats.models.statistics import ProportionStatistic, RatioStatistic, SampleMeanStatistic
from scipy import stats as scipy_stats
from statsmodels.stats import multitest, proportion, weightstats
from tea_tasting.aggr import Aggregates

from benchmarks.peers import exact
from benchmarks.peers.cases import Orders, Rates, Values
from midakit import stats
from midakit.stats.comparison import conversion

Figures = tuple[float, ...]


# --------------------------------------------------------------------------- midakit


def _counts(case: Rates) -> dict[str, tuple[int, int]]:
    return {"control": (case.x_c, case.n_c), "treatment": (case.x_t, case.n_t)}


def _sums(case: Values) -> dict[str, tuple[float, ...]]:
    arms = {"control": case.control, "treatment": case.treatment}
    return {name: (len(arm), sum(arm), sum(x * x for x in arm)) for name, arm in arms.items()}


def _orders(case: Orders) -> dict[str, stats.Orders]:
    return {
        name: stats.Orders(
            visitors=len(arm),
            revenue=sum(m for m, _ in arm),
            orders=sum(c for _, c in arm),
            sum_sq_revenue=sum(m * m for m, _ in arm),
            sum_sq_orders=sum(c * c for _, c in arm),
            sum_revenue_orders_cross=sum(m * c for m, c in arm),
        )
        for name, arm in (("control", case.control), ("treatment", case.treatment))
    }


def our_z_test(case: Rates) -> Figures:
    return (stats.z_test(**_counts(case)).p_value,)


def our_score_difference(case: Rates) -> Figures:
    return stats.z_test(**_counts(case)).diff_ci


def our_score_lift(case: Rates) -> Figures:
    return stats.z_test(**_counts(case)).lift_ci


def _ours(case: Rates) -> conversion.RateComparison:
    return conversion.compare(case[:2], case[2:], prior="uniform")


def our_chance(case: Rates) -> Figures:
    return (_ours(case).chance_to_beat_control,)


def our_loss(case: Rates) -> Figures:
    return (_ours(case).expected_loss,)


def our_lift(case: Rates) -> Figures:
    return _ours(case).lift_interval


def our_welch(case: Values) -> Figures:
    found = stats.welch(**_sums(case))
    return found.p_value, *found.diff_ci


def our_mean_lift(case: Values) -> Figures:
    return stats.welch(**_sums(case)).lift_ci


def our_ratio(case: Orders) -> Figures:
    found = stats.ratio(**_orders(case))
    return found.p_value, *found.diff_ci


def our_srm(case: Any) -> Figures:
    return (stats.srm(list(case[0]), list(case[1])).p_value,)


def our_holm(case: Sequence[float]) -> Figures:
    return tuple(stats.adjust(list(case), method="holm"))


def our_bh(case: Sequence[float]) -> Figures:
    return tuple(stats.adjust(list(case), method="bh"))


def our_always_valid(case: Rates) -> Figures:
    found = stats.sequential(**_counts(case))
    return found.p_value, *found.interval


def _size(case: tuple[float, float]) -> float:
    return stats.plan.sample_size(baseline=case[0], lift=case[1]).exact


def our_power(case: tuple[float, float]) -> Figures:
    """The exact power of the size that was planned."""
    return (float(exact.power_of(case, _size(case))),)


# --------------------------------------------------------------------------- gbstats


def _gb_rates(case: Rates) -> list[ProportionStatistic]:
    return [ProportionStatistic(n=n, sum=x) for x, n in (case[:2], case[2:])]


def _gb_values(case: Values) -> list[SampleMeanStatistic]:
    return [
        SampleMeanStatistic(n=n, sum=s, sum_squares=q)
        for n, s, q in (_sums(case)["control"], _sums(case)["treatment"])
    ]


def _gb_bayesian(case: Rates, form: str) -> Any:
    config = EffectBayesianConfig(difference_type=form)
    return EffectBayesianABTest(*_gb_rates(case), config).compute_result()


def _gb_test(arms: list[Any], form: str) -> Any:
    return TwoSidedTTest(*arms, FrequentistConfig(difference_type=form)).compute_result()


def gb_z_test(case: Rates) -> Figures:
    return (_gb_test(_gb_rates(case), "absolute").p_value,)


def gb_difference(case: Rates) -> Figures:
    return tuple(_gb_test(_gb_rates(case), "absolute").ci)


def gb_lift_of_rates(case: Rates) -> Figures:
    return tuple(_gb_test(_gb_rates(case), "relative").ci)


def gb_chance(case: Rates) -> Figures:
    return (_gb_bayesian(case, "relative").chance_to_win,)


def gb_loss(case: Rates) -> Figures:
    return (_gb_bayesian(case, "absolute").risk[1],)


def gb_lift(case: Rates) -> Figures:
    return tuple(_gb_bayesian(case, "relative").ci)


def gb_welch(case: Values) -> Figures:
    found = _gb_test(_gb_values(case), "absolute")
    return found.p_value, *found.ci


def gb_mean_lift(case: Values) -> Figures:
    return tuple(_gb_test(_gb_values(case), "relative").ci)


def gb_ratio(case: Orders) -> Figures:
    arms = [
        RatioStatistic(
            n=one.visitors,
            m_statistic=SampleMeanStatistic(
                n=one.visitors, sum=one.revenue, sum_squares=one.sum_sq_revenue
            ),
            d_statistic=SampleMeanStatistic(
                n=one.visitors, sum=one.orders, sum_squares=one.sum_sq_orders
            ),
            m_d_sum_of_products=one.sum_revenue_orders_cross,
        )
        for one in _orders(case).values()
    ]
    found = _gb_test(arms, "absolute")
    return found.p_value, *found.ci


def gb_srm(case: Any) -> Figures:
    return (check_srm(list(case[0]), list(case[1])),)


def gb_always_valid(case: Rates) -> Figures:
    config = SequentialConfig(difference_type="absolute")
    found = SequentialTwoSidedTTest(*_gb_rates(case), config).compute_result()
    return found.p_value, *found.ci


# --------------------------------------------------------------------------- tea-tasting


class _Tested(NamedTuple):
    """What tea-tasting's corrections read."""

    pvalue: float


def _tea(case: Rates) -> Any:
    arms = [
        Aggregates(count_=n, mean_={"x": x / n}, var_={"x": x / n * (1 - x / n) * n / (n - 1)})
        for x, n in (case[:2], case[2:])
    ]
    metric = tea_tasting.Proportion("x", method="norm", correction=False, equal_var=True)
    return metric.analyze_aggregates(*arms)


def tea_z_test(case: Rates) -> Figures:
    return (_tea(case).pvalue,)


def _tea_means(case: Values) -> Any:
    arms = [
        Aggregates(count_=len(arm), mean_={"x": np.mean(arm)}, var_={"x": np.var(arm, ddof=1)})
        for arm in case
    ]
    return tea_tasting.Mean("x", equal_var=False, use_t=True).analyze_aggregates(*arms)


def tea_welch(case: Values) -> Figures:
    found = _tea_means(case)
    return found.pvalue, found.effect_size_ci_lower, found.effect_size_ci_upper


def tea_mean_lift(case: Values) -> Figures:
    found = _tea_means(case)
    return found.rel_effect_size_ci_lower, found.rel_effect_size_ci_upper


def tea_ratio(case: Orders) -> Figures:
    arms = []
    for arm in case:
        money, count = (np.array(column, dtype=float) for column in zip(*arm, strict=True))
        arms.append(
            Aggregates(
                count_=len(arm),
                mean_={"m": money.mean(), "d": count.mean()},
                var_={"m": money.var(ddof=1), "d": count.var(ddof=1)},
                cov_={("d", "m"): float(np.cov(money, count)[0, 1])},
            )
        )
    metric = tea_tasting.RatioOfMeans("m", "d", equal_var=False, use_t=True)
    found = metric.analyze_aggregates(*arms)
    return found.pvalue, found.effect_size_ci_lower, found.effect_size_ci_upper


def tea_srm(case: Any) -> Figures:
    seen, weights = case
    if len(seen) > 2:
        raise NotImplementedError("two arms only")
    metric = tea_tasting.SampleRatio(weights[1] / weights[0], method="norm", correction=False)
    arms = {at: Aggregates(count_=n) for at, n in enumerate(seen)}
    return (metric.analyze(arms, 0, 1).pvalue,)


def _tea_adjusted(case: Sequence[float], function: Any, **options: Any) -> Figures:
    results = tea_tasting.experiment.ExperimentResult(
        {str(at): _Tested(p) for at, p in enumerate(case)}
    )
    [found] = function(results, **options).values()
    return tuple(found[str(at)]["pvalue_adj"] for at in range(len(case)))


def tea_holm(case: Sequence[float]) -> Figures:
    return _tea_adjusted(
        case, tea_tasting.adjust_fwer, arbitrary_dependence=True, method="bonferroni"
    )


def tea_bh(case: Sequence[float]) -> Figures:
    return _tea_adjusted(case, tea_tasting.adjust_fdr)


# --------------------------------------------------------------------------- statsmodels and scipy


def sm_z_test(case: Rates) -> Figures:
    return (proportion.proportions_ztest([case.x_t, case.x_c], [case.n_t, case.n_c])[1],)


def _sm_score(case: Rates, compare: str) -> Figures:
    return proportion.confint_proportions_2indep(
        case.x_t, case.n_t, case.x_c, case.n_c, method="score", compare=compare, correction=False
    )


def sm_score_difference(case: Rates) -> Figures:
    return tuple(_sm_score(case, "diff"))


def sm_score_lift(case: Rates) -> Figures:
    return tuple(end - 1.0 for end in _sm_score(case, "ratio"))


def sm_welch(case: Values) -> Figures:
    treatment, control = (
        weightstats.DescrStatsW(np.array(a)) for a in (case.treatment, case.control)
    )
    both = weightstats.CompareMeans(treatment, control)
    return both.ttest_ind(usevar="unequal")[1], *both.tconfint_diff(usevar="unequal")


def sm_holm(case: Sequence[float]) -> Figures:
    return tuple(multitest.multipletests(case, method="holm")[1])


def sm_bh(case: Sequence[float]) -> Figures:
    return tuple(multitest.multipletests(case, method="fdr_bh")[1])


def sm_power(case: tuple[float, float]) -> Figures:
    """The power of midakit's sample size, by statsmodels; the other side has next to none."""
    baseline, lift = case
    found = proportion.power_proportions_2indep(
        baseline * lift, baseline, _size(case), alternative="larger", alpha=0.025,
        return_results=False,
    )  # fmt: skip
    return (float(found),)


def sp_z_test(case: Rates) -> Figures:
    table = [[case.x_c, case.n_c - case.x_c], [case.x_t, case.n_t - case.x_t]]
    return (scipy_stats.chi2_contingency(table, correction=False)[1],)


def sp_welch(case: Values) -> Figures:
    found = scipy_stats.ttest_ind(case.treatment, case.control, equal_var=False)
    return found.pvalue, *found.confidence_interval(0.95)


def sp_srm(case: Any) -> Figures:
    seen, weights = (np.array(one, dtype=float) for one in case)
    return (scipy_stats.chisquare(seen, weights / weights.sum() * seen.sum()).pvalue,)
