"""Bayesian comparison of conversion rates: exact, neither drawn nor approximated."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import expm1, inf

from midakit.stats import validate
from midakit.stats.distributions.best_of_several import contest, ratio_quantile
from midakit.stats.distributions.beta import Beta, interval, posterior
from midakit.stats.distributions.log_ratio import LogRatio, Slow
from midakit.stats.types import Count, Interval, Prior

NO_VISITORS = "an arm has no visitors"


@dataclass(frozen=True, slots=True)
class ArmRate:
    """One arm: what was seen, and the credible interval of its rate."""

    conversions: float
    visitors: float
    rate: float | None
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class RateComparison:
    """One treatment against Control.

    `expected_loss` is in rate units: what shipping the treatment costs on average over the
    posterior; `risk` is the same as a share of Control's posterior mean. `decision_interval` has
    level 2 * threshold - 1, so it lies above 0 exactly when the chance reaches the threshold.
    """

    chance_to_beat_control: float | None = None
    expected_loss: float | None = None
    expected_loss_keep_control: float | None = None
    risk: float | None = None
    lift: float | None = None
    lift_interval: Interval | None = None
    decision_interval: Interval | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Rates:
    """All arms, Control first; `comparisons[i]` is treatment i against Control."""

    arms: tuple[ArmRate, ...]
    comparisons: tuple[RateComparison, ...]
    chance_to_be_best: tuple[float, ...] | None
    loss_vs_best: tuple[float, ...] | None
    prior: tuple[float, float]
    level: float
    threshold: float


def rates(
    *,
    control: Count,
    treatments: Sequence[Count],
    prior: Prior = "jeffreys",
    level: float = 0.95,
    threshold: float = 0.95,
) -> Rates:
    """Compare treatments with Control and all arms with each other.

    An arm is (conversions, visitors).
    """
    weights = validate.prior(prior)
    validate.credible(level)
    validate.threshold(threshold)
    counts = [validate.count(control, "control")]
    counts += [validate.count(t, f"treatment {i}") for i, t in enumerate(treatments, 1)]
    best = contest([posterior(*c, weights) for c in counts]) if all(n for _, n in counts) else None
    return Rates(
        arms=tuple(_arm(c, weights, level) for c in counts),
        comparisons=tuple(_compare(counts[0], t, weights, level, threshold) for t in counts[1:]),
        chance_to_be_best=best.chance_to_be_best if best else None,
        loss_vs_best=best.loss_vs_best if best else None,
        prior=weights,
        level=level,
        threshold=threshold,
    )


def compare(
    control: Count,
    treatment: Count,
    *,
    prior: Prior = "jeffreys",
    level: float = 0.95,
    threshold: float = 0.95,
) -> RateComparison:
    """Compare one treatment with Control."""
    validate.credible(level)
    validate.threshold(threshold)
    counts = validate.count(control, "control"), validate.count(treatment, "treatment")
    return _compare(*counts, validate.prior(prior), level, threshold)


def rate_interval(
    conversions: float, visitors: float, *, prior: Prior = "jeffreys", level: float = 0.95
) -> Interval | None:
    """The equal-tailed credible interval of one rate; None without visitors."""
    weights = validate.prior(prior)
    validate.credible(level)
    return _arm(validate.count((conversions, visitors), "arm"), weights, level).interval


def lift(control: Count, treatment: Count) -> float | None:
    """The observed relative lift, from counts; None where Control has no conversions."""
    (x_c, n_c), (x_t, n_t) = control, treatment
    return (x_t * n_c - x_c * n_t) / (x_c * n_t) if x_c and n_t else None


def _arm(counts: Count, prior: tuple[float, float], level: float) -> ArmRate:
    x, n = counts
    if not n:
        return ArmRate(x, n, None, None)
    return ArmRate(x, n, x / n, interval(posterior(x, n, prior), level))


def _compare(
    control: Count, treatment: Count, prior: tuple[float, float], level: float, threshold: float
) -> RateComparison:
    if not control[1] or not treatment[1]:
        return RateComparison(reason=NO_VISITORS)
    c, t = posterior(*control, prior), posterior(*treatment, prior)
    tail, edge = 0.5 * (1.0 - level), 1.0 - threshold
    chance, loss, kept, low, high, low_decision, high_decision = _law(c, t, tail, edge)
    return RateComparison(
        chance_to_beat_control=chance,
        expected_loss=loss,
        expected_loss_keep_control=kept,
        risk=loss / c.mean,
        lift=lift(control, treatment),
        lift_interval=(low, high),
        decision_interval=(low_decision, high_decision),
    )


def _law(c: Beta, t: Beta, tail: float, edge: float) -> tuple[float, ...]:
    """Chance, both losses, and the ends of both intervals as lifts."""
    places = (tail, 1.0 - tail, edge, 1.0 - edge)
    try:
        law = LogRatio(c, t, tail=min(tail, edge))
    except Slow:
        best = contest([c, t])
        ends = [_lift(ratio_quantile(c, t, p)) for p in places]
        return best.chance_to_be_best[1], best.loss_vs_best[1], best.loss_vs_best[0], *ends
    loss = law.loss()
    kept = max(0.0, loss + t.mean - c.mean)
    return 1.0 - law.below(0.0), loss, kept, *(_lift(law.quantile(p)) for p in places)


def _lift(log_ratio: float) -> float:
    """A ratio of rates as a lift; infinite beyond a float."""
    return expm1(log_ratio) if log_ratio < 700.0 else inf
