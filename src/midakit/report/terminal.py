"""Reports as text: a verdict, a table with intervals, sparklines. Pure functions, no colours.

Names from the server are cleaned first: a terminal takes orders from control characters.
"""

import textwrap
from collections.abc import Sequence
from unicodedata import category, east_asian_width

from midakit.report import words
from midakit.report.charts.catalogue import lift_of
from midakit.report.dossier import Dossier
from midakit.stats import Analysis, Arm

BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 88


def sparkline(values: Sequence[float | None], width: int = 24) -> str:
    """A line of bars from the lowest to the highest value; a gap where there is none.

    More values than `width` are thinned out, the last one kept.
    """
    if len(values) > width:
        last = len(values) - 1
        values = [values[round(n * last / (width - 1))] for n in range(width)]
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    reach = high - low
    return "".join(
        " " if value is None else BARS[round((value - low) / reach * 7) if reach else 3]
        for value in values
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as they need; the first to the left, figures to the right."""
    cells = [[words.clean(cell) for cell in row] for row in (head, *rows)]
    widths = [max(_width(row[n]) for row in cells) for n in range(len(head))]
    return "\n".join(
        "  ".join(
            _pad(cell, width, right=n > 0)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    )


def _width(text: str) -> int:
    return sum(
        0 if category(sign) in ("Mn", "Me", "Cf") else 2 if east_asian_width(sign) in "WF" else 1
        for sign in text
    )


def _pad(text: str, width: int, *, right: bool) -> str:
    gap = " " * (width - _width(text))
    return gap + text if right else text + gap


def summary(one: Dossier) -> str:
    """One experiment: what to do, why, and the figures."""
    lines = [f"{words.clean(one.name)}  (experiment {one.test_id})"]
    if one.analysis:
        lines += [*_verdict(one.analysis), "", *figures(one.analysis).splitlines()]
    lines += [
        _wrapped(f"missing: {words.listed(parts)}: {why}") for why, parts in one.missing.items()
    ]
    return "\n".join(lines)


def _verdict(analysis: Analysis) -> list[str]:
    head = words.headline(analysis)
    told = [f"{head.sign} {head.badge.upper()}: {head.sentence} {head.stopping}"]
    told += [f"  - {why}" for why in analysis.verdict.why]
    told += [f"  ! {notice.text}" for notice in analysis.warnings]
    return [_wrapped(line) for line in told]


def _wrapped(line: str) -> str:
    clean = words.clean(line)
    indent = len(clean) - len(clean.lstrip()) + 2
    filled = textwrap.fill(words.tied(clean), _WIDTH, subsequent_indent=" " * indent)
    return filled.replace("\u00a0", " ")


def figures(analysis: Analysis) -> str:
    """Every variant: rate and lift with their intervals, and the rate over the days."""
    bayesian = analysis.method.engine == "bayesian"
    head = ["Variant", "Visitors", "Conv.", "Rate", "Lift", "Chance" if bayesian else "p"]
    rows = [_row(arm, analysis, bayesian=bayesian) for arm in analysis.arms]
    if len(analysis.timeline) > 1:
        head.append("Rate by day")
        for at, row in enumerate(rows):
            row.append(sparkline([day.arms[at].rate for day in analysis.timeline]))
    return table(head, rows)


def _row(arm: Arm, analysis: Analysis, *, bayesian: bool) -> list[str]:
    rate = words.percent(arm.rate)
    if arm.interval:
        rate += f" ({words.between(arm.interval)[:-2]})"
    seen = [
        words.short(arm.name, 30),
        words.count(arm.visitors),
        words.count(arm.conversions),
        rate,
    ]
    for one in analysis.comparisons:
        if one.variant_id == arm.variant_id:
            ends = lift_of(one, analysis)
            lift = words.signed(one.conversion.lift) + (f" ({words.ends(ends)})" if ends else "")
            chance = words.chance(one.conversion.chance_to_beat_control)
            p = words.p_value(one.conversion.adjusted_p_value)
            return [*seen, lift, chance if bayesian else p]
    return [*seen, words.NONE, words.NONE]
