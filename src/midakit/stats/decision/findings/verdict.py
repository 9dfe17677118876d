"""What the data allow to decide, what speaks against it, what it brings, and how far away it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from midakit.stats.decision.findings.to_json import to_json
from midakit.stats.types import Interval, Kind

if TYPE_CHECKING:
    from midakit.stats.decision.findings.analysis import Analysis


class VerdictName(NamedTuple):
    """How a kind of verdict is called."""

    title: str
    sign: str
    one: str
    """After the number 1: "1 winner"."""
    many: str
    """After any other number: "2 winners"."""


NAMES: dict[Kind, VerdictName] = {
    "winner": VerdictName("Winner", "▲", "winner", "winners"),
    "loser": VerdictName("Loser", "▼", "loser", "losers"),
    "keep_running": VerdictName("Keep running", "…", "to keep running", "to keep running"),
    "no_difference": VerdictName(
        "No difference", "=", "without a difference", "without a difference"
    ),
    "inconclusive": VerdictName("Inconclusive", "~", "inconclusive", "inconclusive"),
    "invalid": VerdictName("Do not decide", "!", "not to decide on", "not to decide on"),
}


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A metric that must not get worse, for one treatment.

    Example:
        verdict = mida.verdict(1001, guardrails=["rpv"])
        print([(one.name, one.state, one.lower) for one in verdict.guardrails])
    """

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
    """What the winner brings when everybody gets it.

    Example:
        rollout = mida.verdict(1002).rollout
        if rollout:  # there is a winner
            print(f"{rollout.gain:.0f} {rollout.unit} in {rollout.days} days")
    """

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
    """What the data allow to decide.

    Example:
        verdict = mida.verdict(1001)
        print(verdict.kind, verdict.variant_id, verdict.peek_safe)
        for reason in verdict.why:
            print(reason)
    """

    kind: Kind
    """"winner", "loser", "no_difference", "inconclusive", "keep_running" or "invalid"."""
    variant_id: str | None = None
    """The winner, or the worst of the losers."""
    why: tuple[str, ...] = ()
    """The reasons, a sentence each."""
    peek_safe: bool = False
    """Whether evidence of the same direction holds however often somebody looked before, and no day
    contradicts it; without it a winner or loser is only as good as the promise to look once."""
    doubt: str | None = None
    """Why the days do not carry a winner or loser, with the day: one day made it, or the effect is gone."""
    but: tuple[str, ...] = ()
    """What speaks against shipping a winner: guardrails that are broken or open, a sentence each."""
    guardrails: tuple[Guardrail, ...] = ()
    """The guardrails of the variant that the verdict names, or of all treatments."""
    rollout: Rollout | None = None
    """What a winner brings when everybody gets it."""
    headline: str = ""
    """The verdict in words: "Winner. Variant 1 beats Control."."""
    stopping: str = ""
    """Whether the experiment may be stopped now, in a sentence."""
    missing: tuple[str, ...] = ()
    """What was not there to judge by, and why: "timeseries: not given"."""
    segments: Mapping[str, "Verdict"] = field(default_factory=dict, hash=False)
    """Verdicts on segments, by name, where some were asked for; their evidence is corrected together."""
    made_from: "Analysis | None" = field(default=None, repr=False, compare=False)
    """The analysis, where a client made the verdict (`mida.verdict`); use `analysis`."""

    @property
    def analysis(self) -> "Analysis":
        """Every figure behind a verdict of `mida.verdict`.

        Raises:
            ValueError: The verdict is that of an `Analysis`, which has the figures itself.
        """
        if self.made_from is None:
            raise ValueError("this is the verdict of an analysis, which has the figures itself")
        return self.made_from

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the analysis as dicts, lists, text, numbers and None, as JSON has them.

        Returns:
            A dict; infinities are "inf" and "-inf".

        Example:
            found = mida.verdict(1001).to_dict()
            print(found["kind"], found["why"])
        """
        written: dict[str, Any] = to_json(self)
        return written

    def __repr__(self) -> str:
        name = NAMES[self.kind]
        lines = [f"{name.sign} {self.headline or name.title}", self.stopping]
        if self.segments:
            told = ", ".join(f"{name} {_brief(one)}" for name, one in self.segments.items())
            lines.append(f"segments: {told}")
        else:
            lines.append(self.why[0] if self.why else "")
        if self.missing:
            lines[-1] += f" (without {' and '.join(map(_part, self.missing))})"
        return "\n  ".join(line.strip() for line in lines if line)

    def _repr_html_(self) -> str:
        name = NAMES[self.kind]
        title, _, sentence = (self.headline or name.title).partition(". ")
        told = [*self.why, *(f"{key}: {_brief(one)}" for key, one in self.segments.items())]
        if self.missing:
            told.append(f"without {'; '.join(self.missing)}")
        points = "".join(f"<li>{escape(one)}</li>" for one in told)
        return (
            f'<div style="border-inline-start:4px solid {_COLOURS[self.kind]};padding:.2em .9em">'
            f"<div><strong>{name.sign} {escape(title)}</strong> {escape(sentence)}</div>"
            f"<div>{escape(self.stopping)}</div>"
            f'<ul style="margin:.3em 0;opacity:.85">{points}</ul></div>'
        )


_COLOURS: dict[Kind, str] = {
    "winner": "#2e7d32",
    "loser": "#c62828",
    "no_difference": "#1565c0",
    "inconclusive": "#6d4c41",
    "keep_running": "#757575",
    "invalid": "#ef6c00",
}


def _brief(verdict: Verdict) -> str:
    """Return a verdict in two or three words: "▲ Winner"."""
    name = NAMES[verdict.kind]
    return f"{name.sign} {name.title}"


def _part(missing: str) -> str:
    """Return what is missing, without the reason."""
    return f"the {missing.partition(':')[0]}"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know: a stable code for programs, a sentence for people.

    Example:
        for notice in stats.analyze(mida.experiments.result(1001)).warnings:
            print(notice.code, notice.text)
    """

    code: str
    """Such as "small-sample", "peeking" or "paused"; it does not change between versions."""
    text: str
    variant_id: str | None = None
    """The variant that it is about, if it is about one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """How far away a decision is.

    Example:
        outlook = stats.analyze(mida.experiments.result(1001)).outlook
        if outlook:  # there is no decision yet
            print(outlook.visitors_per_arm, outlook.days_left, outlook.reason)
    """

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
