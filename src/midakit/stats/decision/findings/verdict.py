"""What the data allow to decide, what speaks against it, what it brings, and how far away it is."""

from dataclasses import dataclass
from typing import Literal

from midakit.stats.types import Interval, Kind


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
