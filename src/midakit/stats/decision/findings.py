"""What an analysis answers: frozen values, `None` where there is no honest number.

    Analysis
    ├── verdict         what to do, why, and whether looking often does not spoil it
    ├── arms            what was seen, Control first
    ├── comparisons     each treatment against Control: conversion, rpv, aov
    ├── best            all arms against each other
    ├── srm             does the traffic follow the configured split (also sequentially)
    ├── timeline        the days, with running always-valid figures
    ├── warnings        what a reader should know before trusting a figure
    └── method          every choice behind the figures

Each group of figures has `reasons`: field -> why it is None.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from midakit.stats.comparison.sample_ratio import SampleRatio
from midakit.stats.comparison.stability import Stability
from midakit.stats.data.arms import Arm
from midakit.stats.data.timeline import Day
from midakit.stats.decision.method import Method
from midakit.stats.decision.planned import PlannedTest
from midakit.stats.decision.to_json import to_json
from midakit.stats.types import Interval, Kind, Outcome, Risk


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A metric that must not get worse, for one treatment."""

    metric: str
    """"conversion", "rpv", "aov", or the key of a secondary metric."""
    name: str
    variant_id: str
    margin: float
    """The largest loss that is tolerated, 0.02 for 2 %."""
    state: Literal["holds", "broken", "open"]
    """"holds": not worse by more than the margin; "broken": worse than Control; "open": neither is shown."""
    lift: float | None = None
    """The lift that was seen."""
    lower: float | None = None
    """The lower end of its one-sided interval."""
    reason: str | None = None
    """Why it could not be tested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """What the winner brings when everybody gets it."""

    variant_id: str
    days: int
    """The days that the projection covers."""
    visitors: float
    """Visitors of all the traffic in these days, at the pace so far."""
    unit: Literal["conversions", "revenue"]
    gain: float
    """What comes on top of what Control would bring."""
    interval: Interval | None = None
    """Where the gain lies, at the level of the intervals."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the data allow to decide."""

    kind: Kind
    """"winner", "loser", "no_difference", "inconclusive", "keep_running" or "invalid"."""
    variant_id: str | None = None
    """The winner, or the worst of the losers."""
    why: tuple[str, ...] = ()
    """The reasons, a sentence each."""
    peek_safe: bool = False
    """Whether evidence of the same direction holds however often somebody looked before, and no day
    contradicts it; without it a winner or loser is only as good as the promise to look once."""
    but: tuple[str, ...] = ()
    """What speaks against shipping a winner: guardrails that are broken or open, a sentence each."""
    guardrails: tuple[Guardrail, ...] = ()
    """The guardrails of the variant that the verdict names, or of all treatments."""
    rollout: Rollout | None = None
    """What a winner brings when everybody gets it."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know: a stable code for programs, a sentence for people."""

    code: str
    """Such as "small-sample", "peeking" or "paused"; it does not change between versions."""
    text: str
    variant_id: str | None = None
    """The variant that it is about, if it is about one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateFigures:
    """A treatment's conversion rate against Control's. Losses are in rate units."""

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
    """One treatment against Control; `rpv` and `aov` are None where there is no revenue."""

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
    """All arms against each other, by variant_id."""

    variant_id: str
    """The leader, which has the highest chance."""
    chance_to_be_best: dict[str, float]
    loss_vs_best: dict[str, float]
    """What shipping an arm instead of the best costs on average, as a rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """How far away a decision is."""

    lift: float
    """The smallest lift that matters (`min_effect`)."""
    visitors_per_arm: float
    """What it takes to see that lift with 80 % power, in the smaller arm."""
    seen_per_arm: float
    """Visitors so far in that arm."""
    days_left: int | None = None
    """Days until then, in whole weeks at the pace and the split so far; 0 when the visitors are there.
    With a planned end the days up to it."""
    reason: str | None = None
    """Why `days_left` is None."""
    rule: Literal["engine", "plan"] = "engine"
    """Whether the engine's rule at one look decides, or the planned end."""
    peek_safe_days_left: int | None = None
    """Days until the lift is seen by figures that hold however often somebody looks."""
    trend: float | None = None
    """The largest lift seen so far, up or down, without its sign."""
    trend_days_left: int | None = None
    """Days until a lift as large as that is seen, if it is larger than the smallest that matters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """All that the aggregates of one experiment say."""

    test_id: str | None = None
    test_name: str | None = None
    goal: str | None = None
    verdict: Verdict
    arms: tuple[Arm, ...] = ()
    """Control first."""
    comparisons: tuple[Comparison, ...] = ()
    """Each treatment against Control; empty where the arms cannot be compared."""
    best: Best | None = None
    srm: SampleRatio
    """Chi-square test of the traffic split."""
    srm_sequential: SampleRatio
    """The test of the split that may be looked at every day."""
    timeline: tuple[Day, ...] = ()
    """Empty without a timeseries."""
    outlook: Outlook | None = None
    warnings: tuple[Notice, ...] = ()
    method: Method
    """Every choice behind the figures."""

    @property
    def control(self) -> Arm | None:
        """Control's arm; None where the result has none."""
        return next((arm for arm in self.arms if arm.is_control), None)

    def comparison(self, variant_id: str | int) -> Comparison:
        """Return the comparison of one treatment with Control.

        Args:
            variant_id: The treatment, as text or number.

        Returns:
            Its comparison.

        Raises:
            KeyError: The variant is Control, unknown, or cannot be compared.
        """
        for one in self.comparisons:
            if one.variant_id == str(variant_id):
                return one
        raise KeyError(f"variant {variant_id!r} is not compared with Control")

    def to_dict(self) -> dict[str, Any]:
        """Return everything as dicts, lists, text, numbers and None, as JSON has them.

        Returns:
            A dict; infinities are "inf" and "-inf".
        """
        written: dict[str, Any] = to_json(self)
        return written
