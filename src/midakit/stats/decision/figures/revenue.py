"""Revenue per visitor and per order against Control's, as figures of an analysis.

The sums of squares come with the timeseries. Without them the result alone still bounds the test of
revenue per visitor: among b buyers the sum of squares is at least R^2 / b, so a p-value from that is
the smallest it can be. Where even that is not significant, nothing is; where it is, the sums are
needed. Neither bound makes a winner.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt

from midakit.stats.comparison import means
from midakit.stats.comparison.always_valid import Sequential
from midakit.stats.comparison.means import MeanTest, Moments
from midakit.stats.comparison.ztest import p_value
from midakit.stats.data.arms import Arm
from midakit.stats.data.estimates import estimates, ordering, spending
from midakit.stats.data.strata import Pair
from midakit.stats.data.totals import VariantTotals
from midakit.stats.decision.figures.looks import latest
from midakit.stats.decision.figures.outcomes import (
    ALWAYS_VALID,
    BANDIT_REASON,
    Direction,
    PairedTest,
    call_chances,
    call_directions,
    decisive,
    outcome,
    paired,
    remaining,
    shortage,
    with_reasons,
)
from midakit.stats.decision.findings.figures import MeanFigures
from midakit.stats.decision.options.method import Method
from midakit.stats.distributions import normal
from midakit.stats.types import Interval, Metric

_NO_REVENUE = "an arm has no revenue figure"
_OVERFLOW = "beyond the range of numbers"
_NO_SUMS = "the result has no sum of squares of revenue; pass the timeseries"
_NO_PRODUCTS = "needs sums of squares and products of revenue and orders; pass the timeseries"


def per_visitor(pairs: Sequence[Pair], method: Method, *, bandit: bool) -> list[MeanFigures | None]:
    """Compare revenue per visitor of every treatment with Control.

    Args:
        pairs: Control and a treatment, over the days that compare.
        method: Every choice behind the figures.
        bandit: Whether traffic moves while the experiment runs; then nothing is tested.

    Returns:
        One set of figures per treatment; None where nobody has revenue.
    """
    if all(arm.revenue is None for pair in pairs for arm in (pair.control, pair.treatment)):
        return [None] * len(pairs)
    tested = _tested(pairs, "rpv", method, bandit=bandit)
    if tested:
        return [*tested]
    return [_bounded(pair.control, pair.treatment, method, bandit=bandit) for pair in pairs]


def per_order(pairs: Sequence[Pair], method: Method, *, bandit: bool) -> list[MeanFigures | None]:
    """Compare revenue per order of every treatment with Control.

    Args:
        pairs: Control and a treatment, over the days that compare.
        method: Every choice behind the figures.
        bandit: Whether traffic moves while the experiment runs; then nothing is tested.

    Returns:
        One set of figures per treatment; None where nobody has orders.
    """
    if not any(arm.orders for pair in pairs for arm in (pair.control, pair.treatment)):
        return [None] * len(pairs)
    tested = _tested(pairs, "aov", method, bandit=bandit)
    if tested:
        return [*tested]
    return [
        with_reasons(_seen(pair.control.aov, pair.treatment.aov), {}, _NO_PRODUCTS)
        for pair in pairs
    ]


def interval(moments: Moments | None, level: float) -> Interval | None:
    """Return the normal credible interval of one arm's mean.

    Args:
        moments: The mean and its variance.
        level: The probability inside the interval.

    Returns:
        The interval; None without variance.
    """
    if moments is None or moments.variance <= 0.0:
        return None
    half = normal.two_sided(level) * sqrt(moments.variance)
    return moments.estimate - half, moments.estimate + half


def with_intervals(arm: Arm, total: VariantTotals | None, level: float) -> Arm:
    """Add the intervals of revenue per visitor and per order.

    Args:
        arm: Control or a treatment, with its counts.
        total: Its sums, where there is a timeseries.
        level: The probability inside the intervals.

    Returns:
        The arm with the intervals that its sums allow.
    """
    return replace(
        arm,
        rpv_interval=interval(spending(total), level),
        aov_interval=interval(ordering(total), level),
    )


def _tested(
    pairs: Sequence[Pair], metric: Metric, method: Method, *, bandit: bool
) -> list[MeanFigures]:
    """Compare each pair by its sums, with guarded variances; empty where an arm lacks a sum."""
    moments: list[tuple[Moments, Moments]] = []
    for pair in pairs:
        control, treatment = estimates(pair, metric)
        if control is None or treatment is None:
            return []
        moments.append(means.guarded(control, treatment))
    found = [
        means.compare(*each, alternative=method.alternative, level=method.level) for each in moments
    ]
    called = call_directions(
        [PairedTest() if bandit else _paired(one, method) for one in found], method
    )
    believed = call_chances([one.chance_to_beat_control for one in found], method)
    return [
        _figures(
            (pair.control, pair.treatment), each, method, one, its_call, its_chance,
            latest(pair, metric, method, bandit=bandit), bandit=bandit,
        )
        for pair, each, one, its_call, its_chance in zip(
            pairs, moments, found, called, believed, strict=True
        )
    ]  # fmt: skip


def _figures(
    arms: tuple[Arm, Arm],
    moments: tuple[Moments | None, Moments | None],
    method: Method,
    test: MeanTest,
    called: Direction,
    believed: Direction,
    running: Sequential,
    *,
    bandit: bool,
) -> MeanFigures:
    """Put the figures of one treatment together."""
    enough = not any(shortage(arm, method) for arm in arms)
    margin = means.compare(*moments, level=method.decision_level).lift_ci
    decided = outcome(decisive(called, believed, method), margin, method)
    figures = replace(
        _seen(test.control, test.treatment),
        outcome=decided if enough else "undecided",
        chance_to_beat_control=test.chance_to_beat_control,
        adjusted_chance=remaining(believed),
        expected_loss=test.expected_loss,
        expected_loss_keep_control=test.expected_loss_keep_control,
        risk=test.expected_loss / test.control
        if test.expected_loss is not None and test.control and test.control > 0.0
        else None,
        decision_interval=margin,
        always_valid_p=running.p_value,
        always_valid_p_better=running.p_greater,
        always_valid_p_worse=running.p_less,
        confidence_sequence=running.interval,
        variance_source="sums",
    )
    if not bandit:
        figures = replace(
            figures,
            statistic=test.statistic,
            df=test.df,
            p_value=test.p_value,
            adjusted_p_value=called.adjusted_p,
            diff_ci=test.diff_ci,
            lift_ci=test.lift_ci,
        )
    why: dict[str, str] = {}
    why |= dict.fromkeys(ALWAYS_VALID, running.reason or "")
    why |= dict.fromkeys(("p_value_at_least", "p_value_assumed"), "the sums of squares are known")
    if test.control is not None and test.control <= 0.0:
        why |= dict.fromkeys(("lift", "risk"), "Control's mean is not above 0")
    if not test.reason:
        unbounded = "Control's mean is not separated from 0, so the lift has no bounded interval"
        why |= {"decision_interval": unbounded, "lift_ci": BANDIT_REASON if bandit else unbounded}
    return with_reasons(figures, why, test.reason or (BANDIT_REASON if bandit else _OVERFLOW))


def _paired(test: MeanTest, method: Method) -> PairedTest:
    """Return Welch's test with the p-value of its mirror image."""
    df = test.df or 0.0
    return paired(test, method, lambda t, mirror: means.p_value(t, df, mirror))


def _seen(control: float | None, treatment: float | None) -> MeanFigures:
    """Return what was seen: both means, their difference and the lift."""
    if control is None or treatment is None:
        return MeanFigures(control=control, treatment=treatment)
    return MeanFigures(
        control=control,
        treatment=treatment,
        difference=treatment - control,
        lift=means.lift(control, treatment),
    )


def _bounded(control: Arm, treatment: Arm, method: Method, *, bandit: bool) -> MeanFigures:
    """Return what can be said from revenue and buyers alone."""
    seen = _seen(control.rpv, treatment.rpv)
    if control.revenue is None or treatment.revenue is None:
        return with_reasons(seen, {}, _NO_REVENUE)
    if bandit:
        return with_reasons(seen, {}, f"{_NO_SUMS}; {BANDIT_REASON}")
    squares_factor = 1.0 + method.assumed_spend_cv**2
    figures = replace(
        seen,
        variance_source="assumed",
        p_value_at_least=_at_least(control, treatment, method),
        p_value_assumed=_compared(control, treatment, method, squares_factor).p_value,
    )
    bare = "an arm has no buyers"
    why = {"p_value_at_least": bare, "p_value_assumed": bare}
    return with_reasons(figures, why, _NO_SUMS)


def _at_least(control: Arm, treatment: Arm, method: Method) -> float | None:
    """Return the smallest p-value possible: of the least variance, with a normal tail."""
    statistic = _compared(control, treatment, method, 1.0).statistic
    if statistic is None:
        return None
    # More variance moves a one-tailed p towards 1/2, so on the wrong side 1/2 is the bound.
    return min(
        p_value(statistic, method.alternative), 1.0 if method.alternative == "two-sided" else 0.5
    )


def _compared(control: Arm, treatment: Arm, method: Method, squares_factor: float) -> MeanTest:
    """Return Welch's test with sums of squares of `squares_factor` R^2 / buyers."""
    moments: list[Moments | None] = []
    for arm in (control, treatment):
        buyers = min(arm.conversions, arm.conversions if arm.orders is None else arm.orders)
        if arm.revenue is None or not buyers or arm.visitors < 2.0:
            return MeanTest()
        squares = squares_factor * arm.revenue**2 / buyers
        moments.append(means.mean_moments(arm.visitors, arm.revenue, squares))
    return means.compare(*moments, alternative=method.alternative, level=method.level)
