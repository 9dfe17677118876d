"""A verdict in words: what to do and whether to stop, the same on a page and on a terminal."""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from midakit.stats import wording
from midakit.stats.decision.findings.analysis import Analysis
from midakit.stats.decision.findings.verdict import NAMES, Notice, Outlook
from midakit.stats.decision.verdict.futility import OUT_OF_REACH
from midakit.stats.decision.verdict.verdicts import figures_of
from midakit.stats.types import Kind


class Headline(NamedTuple):
    """A verdict for a reader: its title and sign, what it means, and whether to stop."""

    title: str
    sign: str
    sentence: str
    stopping: str


def headline(analysis: Analysis) -> Headline:
    """Say what to do, so that "not known yet" cannot be taken for "makes no difference".

    Args:
        analysis: The answer of `analyze`.

    Returns:
        The verdict in words; names of variants are as the server sent them.
    """
    verdict = analysis.verdict
    arm = next((a.name for a in analysis.arms if a.variant_id == verdict.variant_id), "the variant")
    sentence = {
        "winner": f"{arm} beats Control.",
        "loser": f"{arm} does worse than Control: keep Control.",
        "keep_running": "Not decided yet: the data fit a gain, a loss and no change.",
        "no_difference": "No difference that matters: choose by cost or taste.",
        "inconclusive": "No answer, and more of the same will hardly bring one.",
        "invalid": "These figures cannot be compared: find the cause first.",
    }[verdict.kind]
    nothing = analysis.comparisons and not _figures(analysis)
    if nothing and verdict.kind == "keep_running":
        sentence = "There is nothing to decide by: this goal has no money."
    small = any(notice.code == "small-sample" for notice in analysis.warnings)
    if small and verdict.kind == "keep_running":
        sentence = "Too little data to say anything yet."
    name = NAMES[verdict.kind]
    title = name.title
    if verdict.but:
        title, sentence = f"{title}, but", f"{sentence[:-1]}, but {'; '.join(verdict.but)}."
    return Headline(title, name.sign, sentence, _stopping(analysis))


def worded(analysis: Analysis) -> Analysis:
    """Return an analysis whose verdict says itself in words.

    Args:
        analysis: The analysis; its verdict is decided.

    Returns:
        The same analysis with `headline` and `stopping` of its verdict.
    """
    head = headline(analysis)
    title = NAMES[analysis.verdict.kind].title
    verdict = replace(
        analysis.verdict, headline=f"{title}. {head.sentence}", stopping=head.stopping
    )
    return replace(analysis, verdict=verdict)


def other_warnings(analysis: Analysis) -> list[Notice]:
    """Return the warnings that the verdict does not say already, in its reasons or about stopping.

    Args:
        analysis: The answer of `analyze`.

    Returns:
        The warnings, in their order.
    """
    why = analysis.verdict.why
    return [one for one in analysis.warnings if one.text not in why and one.code != "peeking"]


def guarded(analysis: Analysis) -> list[str]:
    """Say of each guardrail whether it holds; what speaks against a winner is in the headline already.

    Args:
        analysis: The answer of `analyze`.

    Returns:
        A sentence for each.
    """
    verdict = analysis.verdict
    names = {arm.variant_id: arm.name for arm in analysis.arms}
    told = []
    for one in verdict.guardrails:
        if verdict.kind == "winner" and one.state != "holds":
            continue
        seen = one.reason or f"{wording.lift(one.lift)}, at worst {wording.lift(one.lower)}"
        state = {"holds": "holds", "broken": "is broken", "open": "is open"}[one.state]
        told.append(f"{names[one.variant_id]}: the guardrail {one.name} {state} ({seen})")
    return told


def projected(analysis: Analysis) -> str | None:
    """Say what a winner brings when everybody gets it.

    Args:
        analysis: The answer of `analyze`.

    Returns:
        A sentence; None where there is no projection.
    """
    found = analysis.verdict.rollout
    if found is None:
        return None
    currency = next((arm.currency for arm in analysis.arms if arm.currency), None)
    unit = found.unit if found.unit == "conversions" or not currency else currency
    gain = f"For everybody, {found.days} days bring {found.gain:+,.0f} {unit}"
    if found.interval is None:
        return f"{gain} at this pace."
    low, high = found.interval
    return f"{gain} at this pace (between {low:+,.0f} and {high:+,.0f})."


def tally(kinds: Iterable[Kind | None]) -> str:
    """Count the verdicts of many experiments: "2 winners, 1 to keep running".

    Args:
        kinds: One kind per experiment; None where there is no result.

    Returns:
        The counts of the kinds that occur, winners first.
    """
    found = list(kinds)
    parts = [
        f"{n} {name.one if n == 1 else name.many}"
        for kind, name in NAMES.items()
        if (n := found.count(kind))
    ]
    if None in found:
        parts.append(f"{found.count(None)} without a result")
    return ", ".join(parts)


def _figures(analysis: Analysis) -> bool:
    """Tell whether any treatment has figures of the metric that decides."""
    return any(figures_of(one, analysis.method) for one in analysis.comparisons)


def _stopping(analysis: Analysis) -> str:
    """Say whether the experiment may be stopped now."""
    verdict, planned = analysis.verdict, analysis.method.horizon is not None
    if verdict.kind == "invalid":
        return "Stopping or shipping on these figures would be a guess."
    if verdict.kind == "inconclusive":
        return "Stop it, or try a bolder change; nothing is lost by going on but time."
    if verdict.kind == "keep_running":
        if analysis.comparisons and not _figures(analysis):
            return "Decide by the conversion rate, or by a goal with revenue."
        return _time_left(analysis.outlook)
    if verdict.doubt and not verdict.peek_safe:
        return f"Do not act on it yet: {verdict.doubt}."
    if verdict.but:
        return "Decide whether the gain is worth it before you ship."
    if verdict.peek_safe and planned:
        return "Safe to stop now: the plan allows a decision at every look."
    if verdict.peek_safe:
        return "Safe to stop now, however often somebody has looked."
    if planned:
        return "Look at the days before you act: the totals have turned around since."
    return (
        "Safe to act on only if today was the planned end. If people have been watching for a good "
        "moment to stop, let it run on."
    )


def _time_left(outlook: Outlook | None) -> str:
    """Say how long an answer will take."""
    if outlook is None:
        return "How long it takes cannot be said yet."
    effect = wording.level(outlook.lift)
    days = outlook.days_left
    if outlook.rule == "plan" and days == 0:
        return "The planned end is reached; only a longer plan can still decide."
    if outlook.rule == "plan" and days is not None:
        return f"The planned end is {days} {'day' if days == 1 else 'days'} away."
    if days == 0:
        return (
            f"It has the visitors that a change of {effect} takes to show; the true change is "
            "probably smaller."
        )
    need = (
        f"To see a change of {effect} takes about {wording.count(outlook.visitors_per_arm)} visitors "
        f"per variant; the smallest has {wording.count(outlook.seen_per_arm)}"
    )
    if days is None:
        return f"{need}."
    soon = outlook.trend_days_left
    larger = outlook.trend is not None and outlook.trend > outlook.lift
    if days > OUT_OF_REACH and larger and soon is not None and soon <= OUT_OF_REACH:
        when = f"about {soon} days more" if soon else "no more days"
        return (
            f"{need}: out of reach at this pace. A change as large as the one so far, "
            f"{wording.chance(outlook.trend)}, takes {when} to show."
        )
    if days > OUT_OF_REACH:
        return f"{need}. At this pace that is out of reach: try a bolder change, or let more visitors in."
    return f"{need}: about {days} days more at this pace."
