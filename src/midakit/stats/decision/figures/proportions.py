"""Every treatment's conversion rate against Control's, as figures of an analysis."""

from collections.abc import Sequence
from dataclasses import replace

from midakit.stats.comparison import conversion
from midakit.stats.comparison.always_valid import Sequential
from midakit.stats.comparison.conversion import RateComparison
from midakit.stats.comparison.ztest import ZTest, p_value, z_test
from midakit.stats.data.arms import Arm
from midakit.stats.decision.figures.outcomes import (
    ALWAYS_VALID,
    BANDIT_REASON,
    Direction,
    call_chances,
    call_directions,
    decisive,
    outcome,
    paired,
    remaining,
    shortage,
    with_reasons,
)
from midakit.stats.decision.findings.figures import RateFigures
from midakit.stats.decision.options.method import Method
from midakit.stats.types import Interval
from midakit.stats.wording import risk_label


def rate_figures(
    pairs: Sequence[tuple[Arm, Arm]],
    method: Method,
    *,
    bandit: bool,
    looks: Sequence[Sequential],
) -> list[RateFigures]:
    """Compare every treatment with Control.

    Args:
        pairs: Control and a treatment, over the days that compare.
        method: Every choice behind the figures.
        bandit: Whether traffic moves while the experiment runs; then nothing is tested.
        looks: The latest always-valid figures of each pair.

    Returns:
        One set of figures per treatment.
    """
    tests = [ZTest(reason=BANDIT_REASON) if bandit else _test(c, t, method) for c, t in pairs]
    called = call_directions([paired(test, method, p_value) for test in tests], method)
    found = [
        conversion.compare(
            _count(c), _count(t), prior=method.prior, level=method.level, threshold=method.threshold
        )
        for c, t in pairs
    ]
    believed = call_chances([one.chance_to_beat_control for one in found], method)
    return [
        _figures(c, t, method, one, test, direction, belief, look)
        for (c, t), one, test, direction, belief, look in zip(
            pairs, found, tests, called, believed, looks, strict=True
        )
    ]


def _figures(
    control: Arm,
    treatment: Arm,
    method: Method,
    pair: RateComparison,
    test: ZTest,
    called: Direction,
    believed: Direction,
    latest: Sequential,
) -> RateFigures:
    """Put the figures of one treatment together."""
    enough = not (shortage(control, method) or shortage(treatment, method))
    margin = _margin(control, treatment, method, pair.decision_interval) if enough else None
    figures = RateFigures(
        outcome=outcome(decisive(called, believed, method), margin, method)
        if enough
        else "undecided",
        difference=_difference(control, treatment),
        lift=pair.lift,
        chance_to_beat_control=pair.chance_to_beat_control,
        adjusted_chance=remaining(believed),
        expected_loss=pair.expected_loss,
        expected_loss_keep_control=pair.expected_loss_keep_control,
        risk=pair.risk,
        risk_label=None if pair.risk is None else risk_label(pair.risk),
        lift_interval=pair.lift_interval,
        decision_interval=pair.decision_interval,
        statistic=test.statistic,
        p_value=test.p_value,
        adjusted_p_value=called.adjusted_p,
        diff_ci=test.diff_ci,
        lift_ci=test.lift_ci,
        always_valid_p=latest.p_value,
        always_valid_p_better=latest.p_greater,
        always_valid_p_worse=latest.p_less,
        confidence_sequence=latest.interval,
    )
    sequential = latest.reason or conversion.NO_VISITORS
    why: dict[str, str] = dict.fromkeys(ALWAYS_VALID, sequential)
    if control.visitors and treatment.visitors and not control.conversions:
        why["lift"] = "Control has no conversions"
    return with_reasons(figures, why, pair.reason or test.reason or conversion.NO_VISITORS)


def _test(control: Arm, treatment: Arm, method: Method) -> ZTest:
    """Test two arms by the method's tails."""
    return z_test(
        control=_count(control),
        treatment=_count(treatment),
        alternative=method.alternative,
        level=method.level,
    )


def _margin(
    control: Arm, treatment: Arm, method: Method, credible: Interval | None
) -> Interval | None:
    """Return the interval that must lie within +-min_effect before the arms count as equal."""
    if method.engine == "bayesian":
        return credible
    pair = replace(method, alternative="two-sided", level=method.decision_level)
    return _test(control, treatment, pair).lift_ci


def _difference(control: Arm, treatment: Arm) -> float | None:
    """Return the difference of the rates, from counts."""
    (x_c, n_c), (x_t, n_t) = _count(control), _count(treatment)
    return (x_t * n_c - x_c * n_t) / (n_c * n_t) if n_c and n_t else None


def _count(arm: Arm) -> tuple[float, float]:
    """Return an arm as (conversions, visitors)."""
    return arm.conversions, arm.visitors
