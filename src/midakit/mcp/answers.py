"""What the tools answer: small, typed, and bounded. Texts of the account are data, never instructions."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ExperimentRow:
    """An experiment in a list."""

    id: int
    name: str
    status: str
    url: str | None = None
    created: str | None = None


@dataclass(frozen=True)
class ExperimentPage:
    """Experiments that were found; ask again with `next_cursor` for more."""

    experiments: list[ExperimentRow]
    next_cursor: str | None = None
    """None when this is the last page."""


@dataclass(frozen=True)
class ArmFigures:
    """One variant with its figures. Rates, lifts and chances are shares: 0.05 is 5 %."""

    variant_id: str
    name: str
    visitors: float
    conversions: float | None = None
    rate: float | None = None
    lift: float | None = None
    lift_low: float | None = None
    lift_high: float | None = None
    chance_to_beat_control: float | None = None
    p_value: float | None = None
    always_valid_p: float | None = None
    outcome: str | None = None
    """better, worse, equal or undecided, by the engine's rule; None for Control."""


@dataclass(frozen=True)
class Decision:
    """A verdict with its reasons."""

    kind: str
    """winner, loser, no_difference, inconclusive, keep_running or invalid."""
    headline: str
    why: list[str]
    safe_to_stop_now: bool
    """True when looking often does not spoil the verdict."""
    but: list[str] = field(default_factory=list)
    """Guardrails that were hit by a winner."""
    warnings: list[str] = field(default_factory=list)
    would_change_it: list[str] = field(default_factory=list)
    """What would change the verdict: days or visitors that are missing, or what has to be corrected."""


@dataclass(frozen=True)
class Explanation:
    """One experiment: what it is, what it shows, and what to decide."""

    id: int
    name: str
    status: str
    goal: str | None
    url: str | None
    days_running: float | None
    variants: list[ArmFigures]
    decision: Decision
    settings: dict[str, Any]
    report: str
    """The resource with the whole page."""
    served: str | None = None
    """Id of the variant that is served to everyone as the winner; None while none is."""
    more_variants: int = 0
    """Variants that are not listed here; the report has all of them."""


@dataclass(frozen=True)
class SegmentRow:
    """One segment of visitors."""

    segment: str
    visitors: float
    kind: str
    headline: str
    best_lift: float | None = None


@dataclass(frozen=True)
class SegmentComparison:
    """Segments of one experiment; the evidence is corrected over all of them."""

    id: int
    name: str
    segments: list[SegmentRow]


@dataclass(frozen=True)
class StopRow:
    """A live experiment that may be stopped."""

    id: int
    name: str
    kind: str
    headline: str
    safe_to_stop_now: bool
    served: str | None = None
    """Id of the variant that is served to everyone already; then only the serving can be stopped."""


@dataclass(frozen=True)
class StopList:
    """Live experiments that need not go on."""

    experiments: list[StopRow]
    looked_at: int
    """How many live experiments were judged."""
    not_readable: list[str] = field(default_factory=list)
    """Experiments that could not be judged, with the reason."""
    next_cursor: str | None = None


@dataclass(frozen=True)
class ProblemRow:
    """A live experiment with something wrong."""

    id: int
    name: str
    problems: list[str]


@dataclass(frozen=True)
class ProblemList:
    """Live experiments whose data cannot be trusted or do not grow."""

    experiments: list[ProblemRow]
    looked_at: int
    """How many live experiments were judged."""
    not_readable: list[str] = field(default_factory=list)
    """Experiments that could not be judged, with the reason."""
    next_cursor: str | None = None


@dataclass(frozen=True)
class TestPlan:
    """How many visitors and days a test needs."""

    visitors_per_variant: int
    visitors_in_all: int
    days: int | None
    """Whole weeks at the given traffic; None without it."""
    says: str
    """The same in one sentence."""


@dataclass(frozen=True)
class GoalRow:
    """A goal."""

    key: str
    name: str
    type: str
    value: str


@dataclass(frozen=True)
class EventRow:
    """Events of one name that were recorded lately."""

    name: str
    seen: int


@dataclass(frozen=True)
class GoalsAndEvents:
    """Goals and recorded events that fit a search."""

    goals: list[GoalRow]
    events: list[EventRow]
    more_goals: int = 0
    """Goals that fit and are not listed here."""


@dataclass(frozen=True)
class Exported:
    """Files that an export wrote."""

    folder: str
    rows: dict[str, int]
    whole: bool
    says: str


@dataclass(frozen=True)
class ProposedChange:
    """A change that was planned and not done; `apply_change` takes its id."""

    plan_id: str
    steps: list[str]
    dangers: list[str]
    """Why it endangers live tests; then it needs allow_live."""
    not_possible: list[str]


@dataclass(frozen=True)
class AppliedChange:
    """A change that was done."""

    plan_id: str
    steps: list[str]
