"""What an analysis answers: plain frozen values, `None` where there is no honest number.

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
from midakit.stats.data.arms import Arm
from midakit.stats.data.timeline import Day
from midakit.stats.decision.method import Method
from midakit.stats.decision.to_json import plain
from midakit.stats.types import Interval, Kind, Outcome, Risk


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the data allow to decide.

    `variant_id` is the winner or the (worst) loser. `peek_safe` says that the always-valid figures
    agree, so the verdict holds however often somebody looked before; without it a winner or loser
    is only as good as the promise to look once.
    """

    kind: Kind
    variant_id: str | None = None
    why: tuple[str, ...] = ()
    peek_safe: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know: a stable code for programs, a sentence for people."""

    code: str
    text: str
    variant_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RateFigures:
    """A treatment's conversion rate against Control's. Losses are in rate units."""

    outcome: Outcome = "undecided"
    difference: float | None = None
    lift: float | None = None
    chance_to_beat_control: float | None = None
    expected_loss: float | None = None
    """What shipping the treatment costs on average, as a rate."""
    expected_loss_keep_control: float | None = None
    risk: float | None = None
    """`expected_loss` as a share of Control's rate."""
    risk_label: Risk | None = None
    """Mida's words: very safe under 1 %, safe under 5 %, else risky."""
    lift_interval: Interval | None = None
    """Credible interval of the lift."""
    decision_interval: Interval | None = None
    """Credible interval of the lift that excludes 0 exactly when the threshold is reached."""
    statistic: float | None = None
    p_value: float | None = None
    adjusted_p_value: float | None = None
    """Corrected over the variants."""
    diff_ci: Interval | None = None
    lift_ci: Interval | None = None
    always_valid_p: float | None = None
    confidence_sequence: Interval | None = None
    """Always-valid interval of the difference, each day cut down by the days before."""
    reasons: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanFigures:
    """A treatment's revenue per visitor, or per order, against Control's.

    With `variance_source` "sums" every figure is a test. With "assumed" the sums of squares were
    missing: there is no p-value, only `p_value_at_least`, below which it cannot lie, and
    `p_value_assumed` for spending of the assumed spread; these never make a winner.
    """

    outcome: Outcome = "undecided"
    control: float | None = None
    treatment: float | None = None
    difference: float | None = None
    lift: float | None = None
    chance_to_beat_control: float | None = None
    expected_loss: float | None = None
    expected_loss_keep_control: float | None = None
    risk: float | None = None
    """`expected_loss` as a share of Control's mean."""
    statistic: float | None = None
    df: float | None = None
    p_value: float | None = None
    adjusted_p_value: float | None = None
    diff_ci: Interval | None = None
    lift_ci: Interval | None = None
    decision_interval: Interval | None = None
    """Fieller interval of the lift at the decision level."""
    always_valid_p: float | None = None
    confidence_sequence: Interval | None = None
    variance_source: Literal["sums", "assumed"] | None = None
    p_value_at_least: float | None = None
    p_value_assumed: float | None = None
    reasons: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One treatment against Control; `rpv` and `aov` are None where there is no revenue."""

    variant_id: str
    name: str
    conversion: RateFigures
    rpv: MeanFigures | None = None
    aov: MeanFigures | None = None


@dataclass(frozen=True, slots=True)
class Best:
    """All arms against each other, by variant_id; the leader has the highest chance."""

    variant_id: str
    chance_to_be_best: dict[str, float]
    loss_vs_best: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """How far away a decision is: visitors per arm to see `lift` with 80 % power."""

    lift: float
    visitors_per_arm: float
    seen_per_arm: float
    days_left: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """All that the aggregates of one experiment say."""

    test_id: str | None
    test_name: str | None
    goal: str | None
    verdict: Verdict
    arms: tuple[Arm, ...]
    comparisons: tuple[Comparison, ...]
    best: Best | None
    srm: SampleRatio
    srm_sequential: SampleRatio
    timeline: tuple[Day, ...]
    outlook: Outlook | None
    warnings: tuple[Notice, ...]
    method: Method

    @property
    def control(self) -> Arm | None:
        """What was seen of Control."""
        return next((arm for arm in self.arms if arm.is_control), None)

    def comparison(self, variant_id: str | int) -> Comparison:
        """One treatment against Control; `KeyError` for one that is not compared."""
        for one in self.comparisons:
            if one.variant_id == str(variant_id):
                return one
        raise KeyError(f"variant {variant_id!r} is not compared with Control")

    def to_dict(self) -> dict[str, Any]:
        """Only dicts, lists, text, numbers and None; infinities as "inf" and "-inf"."""
        written: dict[str, Any] = plain(self)
        return written
