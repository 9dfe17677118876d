"""Figures in words and digits. Only what is shown is rounded; every "minus" is a real minus sign."""

import re
from collections.abc import Sequence
from itertools import accumulate
from math import isfinite, isinf
from typing import NamedTuple
from unicodedata import category, east_asian_width

from midakit.stats import Analysis, Notice, Outlook, Segment
from midakit.stats.types import Interval

MINUS = "\u2212"
NONE = "\u2013"
"""Stands where there is no honest number."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_PERCENT = re.compile(r"(?<=\d) %")
_NEGATIVE = re.compile(r"(?<=[ (])-(?=[\d.,]+ %)")


def clean(value: object) -> str:
    """Server text without signs that are orders.

    Control characters break XML and move the cursor of a terminal; marks that turn the direction of
    writing make a name read as another.
    """
    seen = _TURNING.sub("", str(value))
    return _CONTROL.sub(lambda found: " " if found[0] in "\t\n\r" else "�", seen)


def width(text: str) -> int:
    """Columns that it takes on a terminal, and about what it takes in a chart."""
    return sum(
        0 if category(sign) in ("Mn", "Me", "Cf") else 2 if east_asian_width(sign) in "WF" else 1
        for sign in text
    )


def short(value: object, room: int) -> str:
    """At most so many columns, cut in the middle: names of a kind differ at their ends."""
    whole = clean(value)
    if width(whole) <= room:
        return whole
    tail = (room - 1) * 2 // 5
    head, end = _start(whole, room - 1 - tail), _start(whole[::-1], tail)[::-1]
    return f"{head.rstrip()}…{end.lstrip()}"


def _start(text: str, room: int) -> str:
    """As much from its start as there is room for."""
    taken = accumulate(width(sign) for sign in text)
    return "".join(sign for sign, end in zip(text, taken, strict=True) if end <= room)


def count(value: float | None) -> str:
    """A count with thousands separators."""
    return NONE if value is None else f"{value:,.0f}"


def amount(value: float) -> str:
    """A number of an unknown kind: whole, or with two decimals."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def places(ticks: Sequence[float]) -> int:
    """How many decimals of percent tell the steps of a scale apart."""
    if len(ticks) < 2:
        return 1
    step = 100.0 * abs(ticks[1] - ticks[0])
    return next((n for n in range(3) if abs(step * 10**n - round(step * 10**n)) < 1e-6), 3)


def percent(share: float | None, decimals: int = 2) -> str:
    """A share in percent."""
    return NONE if share is None else f"{100 * share:.{decimals}f} %".replace("-", MINUS)


def level(share: float) -> str:
    """A level that somebody has set: "95 %", "99.5 %"."""
    return f"{100 * share:.10g} %"


def signed(share: float | None, unit: str = " %", decimals: int = 1) -> str:
    """A change with its sign."""
    if share is None:
        return NONE
    value = f"{100 * share:+.{decimals}f}".replace("-", MINUS)
    zero = f"{0:.{decimals}f}"
    return f"{zero if value[1:] == zero else value}{unit}"


def ends(interval: Interval, unit: str = "", decimals: int = 1) -> str:
    """An interval of changes; a one-sided one says which side."""
    low, high = interval
    if isinf(high):
        return f"{signed(low, unit, decimals)} or more"
    if isinf(low):
        return f"{signed(high, unit, decimals)} or less"
    return f"{signed(low, '', decimals)} to {signed(high, unit, decimals)}"


def between(interval: Interval | None, decimals: int = 2) -> str:
    """An interval of shares: "7.10 to 8.93 %"."""
    if interval is None:
        return NONE
    return f"{percent(interval[0], decimals)[:-2]} to {percent(interval[1], decimals)}"


def chance(value: float | None) -> str:
    """A probability; never 0 % or 100 % for what is neither."""
    if value is None:
        return NONE
    if value < 0.001:
        return "< 0.1 %"
    if value > 0.999:
        return "> 99.9 %"
    return f"{100 * value:.1f} %"


def p_value(value: float | None) -> str:
    """A p-value."""
    if value is None:
        return NONE
    return "< 0.0001" if value < 0.0001 else f"{value:.4f}" if value < 0.1 else f"{value:.2f}"


def corrected(found: Sequence[Segment]) -> str:
    """The heading of corrected p-values; beside two-sided intervals it says when they are one-tailed."""
    methods = [one.analysis.method for one in found]
    beside = any(one.engine == "bayesian" and one.alternative != "two-sided" for one in methods)
    return "p (one-tailed, corrected)" if beside else "p (corrected)"


def money(value: float | None, currency: str | None, decimals: int = 2) -> str:
    """An amount with its currency's code."""
    if value is None or not isfinite(value):
        return NONE
    return f"{value:,.{decimals}f} {clean(currency or '')}".rstrip().replace("-", MINUS)


def typeset(text: str) -> str:
    """Figures keep their sign of percent on their own line, and a minus is no hyphen."""
    return _PERCENT.sub("\u00a0%", _NEGATIVE.sub(MINUS, text))


def listed(items: Sequence[str]) -> str:
    """ "a, b and c"."""
    *front, last = items
    return f"{', '.join(front)} and {last}" if front else last


_FAR = 180
"""Days beyond which nobody should be told to keep waiting."""


class Headline(NamedTuple):
    """The verdict for a reader: one word for the badge, one sentence, one sentence on stopping."""

    badge: str
    sign: str
    sentence: str
    stopping: str


def untold(analysis: Analysis) -> list[Notice]:
    """The warnings that the verdict's reasons do not say already."""
    return [one for one in analysis.warnings if one.text not in analysis.verdict.why]


SIGNS = {
    "winner": ("Winner", "▲"),
    "loser": ("Loser", "▼"),
    "keep_running": ("Keep running", "…"),
    "no_difference": ("No difference", "="),
    "invalid": ("Do not decide", "!"),
}


def headline(analysis: Analysis) -> Headline:
    """What to do, said so that "not known yet" cannot be taken for "makes no difference"."""
    verdict = analysis.verdict
    badge, sign = SIGNS[verdict.kind]
    arm = next((a.name for a in analysis.arms if a.variant_id == verdict.variant_id), "the variant")
    sentence = {
        "winner": f"{arm} beats Control.",
        "loser": f"{arm} does worse than Control: keep Control.",
        "keep_running": "Not decided yet: the data fit a gain, a loss and no change.",
        "no_difference": "No difference that matters: choose by cost or taste.",
        "invalid": "These figures cannot be compared: find the cause first.",
    }[verdict.kind]
    small = any(notice.code == "small-sample" for notice in analysis.warnings)
    if small and verdict.kind == "keep_running":
        sentence = "Too little data to say anything yet."
    return Headline(badge, sign, sentence, _stopping(analysis))


def _stopping(analysis: Analysis) -> str:
    verdict = analysis.verdict
    if verdict.kind == "invalid":
        return "Stopping or shipping on these figures would be a guess."
    if verdict.kind == "keep_running":
        return _ahead(analysis.outlook)
    if verdict.peek_safe:
        return "Safe to stop now, however often somebody has looked."
    return (
        "Safe to act on only if today was the planned end. If people have been watching for a good "
        "moment to stop, let it run on."
    )


def _ahead(outlook: Outlook | None) -> str:
    if outlook is None:
        return "How long it takes cannot be said yet."
    effect = level(outlook.lift)
    if outlook.days_left == 0:
        return (
            f"It has the visitors that a change of {effect} takes to show; the true change is "
            "probably smaller."
        )
    need = f"To see a change of {effect} takes about {count(outlook.visitors_per_arm)} visitors per variant"
    have = f"the smallest has {count(outlook.seen_per_arm)}"
    days = outlook.days_left
    if not days:
        return f"{need}; {have}."
    if days > _FAR:
        return (
            f"{need}; {have}. At this pace that is out of reach: try a bolder change, or let more "
            "visitors in."
        )
    return f"{need}; {have}: about {days} days more at this pace."
