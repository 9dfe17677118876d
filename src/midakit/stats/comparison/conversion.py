"""Bayesian comparison of conversion rates: exact, neither sampled nor approximated."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import expm1, inf

from midakit.stats import validate
from midakit.stats.distributions.best_of_several import best_of_several, log_ratio_quantile
from midakit.stats.distributions.beta import Beta, interval, posterior
from midakit.stats.distributions.log_ratio import LogRatio, SlowConvergence
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
    """One treatment against Control; a figure is None where `reason` says why.

    Example:
        [one] = stats.rates(control=(120, 1500), treatments=[(148, 1480)]).comparisons
        print(one.lift, one.lift_interval, one.expected_loss)
    """

    chance_to_beat_control: float | None = None
    expected_loss: float | None = None
    """In rate units: what shipping the treatment costs on average over the posterior."""
    expected_loss_keep_control: float | None = None
    """In rate units: what keeping Control costs on average."""
    risk: float | None = None
    """`expected_loss` as a share of Control's posterior mean."""
    lift: float | None = None
    """The observed relative lift; None where Control has no conversions."""
    lift_interval: Interval | None = None
    """Credible interval of the lift."""
    decision_interval: Interval | None = None
    """At level 2 * threshold - 1: above 0 exactly when the chance reaches the threshold."""
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Rates:
    """All arms, Control first.

    Example:
        found = stats.rates(control=(120, 1500), treatments=[(148, 1480), (131, 1510)])
        print(found.chance_to_be_best, found.loss_vs_best)
    """

    arms: tuple[ArmRate, ...]
    comparisons: tuple[RateComparison, ...]
    """Each treatment against Control, in the order given."""
    chance_to_be_best: tuple[float, ...] | None
    """Per arm, Control first; None where an arm has no visitors."""
    loss_vs_best: tuple[float, ...] | None
    """Per arm, in rate units: what shipping it instead of the best costs on average."""
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

    Args:
        control: Control's (conversions, visitors).
        treatments: The same of each treatment.
        prior: Beta prior of every rate: "jeffreys", "uniform" or its two parameters.
        level: Level of the credible intervals.
        threshold: The chance that decides; it sets the level of `decision_interval`.

    Returns:
        Every arm and every comparison.

    Raises:
        ValueError: Counts cannot be true, or an option is out of its range.

    Example:
        found = stats.rates(control=(120, 1500), treatments=[(148, 1480)])
        assert round(found.comparisons[0].chance_to_beat_control, 3) == 0.972
    """
    weights = validate.prior(prior)
    validate.credible(level)
    validate.threshold(threshold)
    counts = [validate.count(control, "control")]
    counts += [validate.count(t, f"treatment {i}") for i, t in enumerate(treatments, 1)]
    seen = all(n for _, n in counts)
    best = best_of_several([posterior(*c, weights) for c in counts]) if seen else None
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
    """Compare one treatment with Control.

    Args:
        control: Control's (conversions, visitors).
        treatment: The treatment's (conversions, visitors).
        prior: Beta prior of both rates: "jeffreys", "uniform" or its two parameters.
        level: Level of the credible interval of the lift.
        threshold: The chance that decides; it sets the level of `decision_interval`.

    Returns:
        The comparison.

    Raises:
        ValueError: Counts cannot be true, or an option is out of its range.
    """
    validate.credible(level)
    validate.threshold(threshold)
    counts = validate.count(control, "control"), validate.count(treatment, "treatment")
    return _compare(*counts, validate.prior(prior), level, threshold)


def rate_interval(
    conversions: float, visitors: float, *, prior: Prior = "jeffreys", level: float = 0.95
) -> Interval | None:
    """Return the equal-tailed credible interval of one rate.

    Args:
        conversions: Visitors who converted.
        visitors: Visitors in all, converted or not.
        prior: Beta prior of the rate: "jeffreys", "uniform" or its two parameters.
        level: The probability inside the interval.

    Returns:
        The lower and the upper end; None without visitors.

    Raises:
        ValueError: Counts cannot be true, or an option is out of its range.

    Example:
        low, high = stats.rate_interval(120, 1500)
        assert (round(low, 4), round(high, 4)) == (0.0671, 0.0945)
    """
    weights = validate.prior(prior)
    validate.credible(level)
    return _arm(validate.count((conversions, visitors), "arm"), weights, level).interval


def lift(control: Count, treatment: Count) -> float | None:
    """Return the observed relative lift, computed from counts.

    Args:
        control: Control's (conversions, visitors).
        treatment: The treatment's (conversions, visitors).

    Returns:
        The lift; None where Control has no conversions or the treatment no visitors.
    """
    (x_c, n_c), (x_t, n_t) = control, treatment
    return (x_t * n_c - x_c * n_t) / (x_c * n_t) if x_c and n_t else None


def _arm(counts: Count, prior: tuple[float, float], level: float) -> ArmRate:
    """Describe one arm with its interval."""
    x, n = counts
    if not n:
        return ArmRate(x, n, None, None)
    return ArmRate(x, n, x / n, interval(posterior(x, n, prior), level))


def _compare(
    control: Count, treatment: Count, prior: tuple[float, float], level: float, threshold: float
) -> RateComparison:
    """Compare counts that have been checked."""
    if not control[1] or not treatment[1]:
        return RateComparison(reason=NO_VISITORS)
    c, t = posterior(*control, prior), posterior(*treatment, prior)
    tail, edge = 0.5 * (1.0 - level), 1.0 - threshold
    chance, loss, kept, low, high, low_decision, high_decision = _figures(c, t, tail, edge)
    return RateComparison(
        chance_to_beat_control=chance,
        expected_loss=loss,
        expected_loss_keep_control=kept,
        risk=loss / c.mean,
        lift=lift(control, treatment),
        lift_interval=(low, high),
        decision_interval=(low_decision, high_decision),
    )


def _figures(c: Beta, t: Beta, tail: float, edge: float) -> tuple[float, ...]:
    """Return the chance, both losses, and the ends of both intervals as lifts."""
    places = (tail, 1.0 - tail, edge, 1.0 - edge)
    try:
        distribution = LogRatio(c, t, tail=min(tail, edge))
    except SlowConvergence:
        best = best_of_several([c, t])
        ends = [_as_lift(log_ratio_quantile(c, t, p)) for p in places]
        return best.chance_to_be_best[1], best.loss_vs_best[1], best.loss_vs_best[0], *ends
    loss = distribution.expected_loss()
    kept = max(0.0, loss + t.mean - c.mean)
    ends = [_as_lift(distribution.quantile(p)) for p in places]
    return 1.0 - distribution.cdf(0.0), loss, kept, *ends


def _as_lift(log_ratio: float) -> float:
    """Return a log ratio of rates as a lift; infinite beyond a float."""
    return expm1(log_ratio) if log_ratio < 700.0 else inf
