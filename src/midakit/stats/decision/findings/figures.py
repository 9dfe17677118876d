"""The figures of one treatment against Control; `reasons` says why a figure is None."""

from dataclasses import dataclass, field
from math import sqrt
from typing import Literal

from midakit.stats.comparison.means import Moments
from midakit.stats.comparison.stability import Stability
from midakit.stats.decision.options.horizon import Look
from midakit.stats.types import Interval, Outcome, Risk

FUTILE = 0.10
"""Under this chance to cross at the planned end it is futile to go on."""


@dataclass(frozen=True, slots=True)
class PlannedLook:
    """One look of a plan, with figures."""

    look: Look
    moments: tuple[Moments, Moments]
    information: float
    """n_c n_t / (n_c + n_t)."""

    @property
    def gap(self) -> float:
        """Treatment minus Control."""
        return self.moments[1].estimate - self.moments[0].estimate

    @property
    def error(self) -> float:
        """The standard error of the difference."""
        return sqrt(self.moments[0].variance + self.moments[1].variance)

    @property
    def z(self) -> float:
        """The difference in standard errors."""
        return self.gap / self.error

    def interval(self, bound: float) -> Interval:
        """Return the difference plus and minus so many standard errors.

        Args:
            bound: How many.
        """
        return self.gap - bound * self.error, self.gap + bound * self.error


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTest:
    """One treatment against Control under a plan with an end.

    Example:
        result, days = mida.experiments.result(1001), mida.experiments.timeseries(1001)
        [one] = stats.analyze(result, timeseries=days, horizon="2026-06-30").comparisons
        print(one.conversion.planned.time, one.conversion.planned.crossed)
    """

    time: float | None = None
    """The share of the plan that is over, 1 at its end; None where there is no look yet."""
    day: str | None = None
    """The day of the latest look; None without a timeseries."""
    z: float | None = None
    """The difference in standard errors at that look."""
    bound: float | None = None
    """What z, or -z, has to exceed there; infinite where nothing may be spent yet."""
    crossed: Literal["better", "worse"] | None = None
    """The side whose bound was crossed."""
    crossed_on: str | None = None
    """The first day on which it was."""
    interval: Interval | None = None
    """Repeated confidence interval of the difference."""
    lift_interval: Interval | None = None
    """Repeated confidence interval of the lift; None where Control is not separated from 0."""
    ended: bool = False
    """Whether the planned end is reached."""
    chance_of_better: float | None = None
    """The chance to cross the upper bound at the planned end, under the smallest effect that matters or
    the trend so far, whichever is higher; None where it has ended or crossed."""
    chance_of_worse: float | None = None
    """The same for the lower bound."""
    smallest_lift: float | None = None
    """The smallest lift that the planned end shows with 80 % power."""
    reason: str | None = None
    """Why there is no look."""
    looks: tuple[PlannedLook, ...] = field(default=(), repr=False, compare=False)
    """What the test was made from, for a correction over more treatments."""

    @property
    def futile(self) -> bool:
        """Whether going on to the planned end will hardly show anything."""
        if self.chance_of_better is None or self.chance_of_worse is None:
            return False
        return max(self.chance_of_better, self.chance_of_worse) < FUTILE


@dataclass(frozen=True, slots=True, kw_only=True)
class RateFigures:
    """A treatment's conversion rate against Control's. Losses are in rate units.

    Example:
        [one] = stats.analyze(mida.experiments.result(1001)).comparisons
        print(one.conversion.outcome, one.conversion.lift_interval, one.conversion.expected_loss)
    """

    outcome: Outcome = "undecided"
    """"better", "worse", "equal" or "undecided", by the engine's rule."""
    difference: float | None = None
    """The observed difference of the rates."""
    lift: float | None = None
    """The observed relative lift."""
    chance_to_beat_control: float | None = None
    adjusted_chance: float | None = None
    """The chance to beat Control, corrected over the variants; it decides."""
    expected_loss: float | None = None
    """What shipping the treatment costs on average, as a rate."""
    expected_loss_keep_control: float | None = None
    """What keeping Control costs on average, as a rate."""
    risk: float | None = None
    """`expected_loss` as a share of Control's rate."""
    risk_label: Risk | None = None
    """Mida's words: very safe under 1 %, safe under 5 %, else risky."""
    lift_interval: Interval | None = None
    """Credible interval of the lift."""
    decision_interval: Interval | None = None
    """Credible interval of the lift that excludes 0 exactly when the chance, not corrected, reaches the
    threshold."""
    statistic: float | None = None
    """z of the pooled test."""
    p_value: float | None = None
    adjusted_p_value: float | None = None
    """Corrected over the variants."""
    diff_ci: Interval | None = None
    """Confidence interval of the difference (Mee's)."""
    lift_ci: Interval | None = None
    """Confidence interval of the lift (Koopman's)."""
    always_valid_p: float | None = None
    """A p-value that holds however often somebody looks, for a difference to either side: twice the
    smaller of the two that follow."""
    always_valid_p_better: float | None = None
    """Its one-sided part: the evidence that the treatment is better than Control."""
    always_valid_p_worse: float | None = None
    """The evidence that it is worse; a day of one side never counts for the other."""
    confidence_sequence: Interval | None = None
    """Always-valid interval of the difference, each day cut down by the days before."""
    planned: PlannedTest | None = None
    """The test by the planned end; None without a horizon."""
    reasons: dict[str, str] = field(default_factory=dict)
    """Field -> why it is None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanFigures:
    """A treatment's revenue per visitor, or per order, against Control's.

    With `variance_source` "sums" every figure is a test. With "assumed" the sums of squares were
    missing: there is no p-value, only `p_value_at_least`, below which it cannot lie, and
    `p_value_assumed` for spending of the assumed spread; these never make a winner.

    Example:
        [one] = stats.analyze(mida.experiments.result(1001, goal_key="purchase")).comparisons
        if one.rpv:  # the goal has revenue
            print(one.rpv.lift, one.rpv.lift_ci, one.rpv.variance_source)
    """

    outcome: Outcome = "undecided"
    """"better", "worse", "equal" or "undecided", by the engine's rule."""
    control: float | None = None
    """Control's mean."""
    treatment: float | None = None
    """The treatment's mean."""
    difference: float | None = None
    lift: float | None = None
    chance_to_beat_control: float | None = None
    """From a normal posterior of the difference."""
    adjusted_chance: float | None = None
    """The same, corrected over the variants; it decides."""
    expected_loss: float | None = None
    """What shipping the treatment costs on average, in money."""
    expected_loss_keep_control: float | None = None
    """What keeping Control costs on average, in money."""
    risk: float | None = None
    """`expected_loss` as a share of Control's mean."""
    statistic: float | None = None
    """Welch's t."""
    df: float | None = None
    """Welch's degrees of freedom."""
    p_value: float | None = None
    adjusted_p_value: float | None = None
    """Corrected over the variants."""
    diff_ci: Interval | None = None
    lift_ci: Interval | None = None
    """Fieller's interval of the lift."""
    decision_interval: Interval | None = None
    """Fieller interval of the lift at the decision level."""
    always_valid_p: float | None = None
    always_valid_p_better: float | None = None
    always_valid_p_worse: float | None = None
    confidence_sequence: Interval | None = None
    variance_source: Literal["sums", "assumed"] | None = None
    p_value_at_least: float | None = None
    """The smallest that the p-value can be, whatever was spent by whom."""
    p_value_assumed: float | None = None
    """The p-value for spending of the method's `assumed_spend_cv`."""
    planned: PlannedTest | None = None
    """The test by the planned end; None without a horizon, or without sums."""
    reasons: dict[str, str] = field(default_factory=dict)
    """Field -> why it is None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One treatment against Control; `rpv` and `aov` are None where there is no revenue.

    Example:
        for one in stats.analyze(mida.experiments.result(1005)).comparisons:
            print(one.name, one.conversion.lift, one.rpv and one.rpv.lift)
    """

    variant_id: str
    name: str
    conversion: RateFigures
    rpv: MeanFigures | None = None
    aov: MeanFigures | None = None
    stability: Stability | None = None
    """Whether the effect on the verdict's metric was the same on all days; None without a
    timeseries."""


@dataclass(frozen=True, slots=True)
class Best:
    """All arms against each other, by variant_id.

    Example:
        best = stats.analyze(mida.experiments.result(1005)).best
        if best:
            print(best.variant_id, best.chance_to_be_best)
    """

    variant_id: str
    """The leader, which has the highest chance."""
    chance_to_be_best: dict[str, float]
    loss_vs_best: dict[str, float]
    """What shipping an arm instead of the best costs on average, as a rate."""
