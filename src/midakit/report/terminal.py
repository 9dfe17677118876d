"""Reports as text: a verdict, a table with intervals, sparklines. Pure functions, no colours.

Names from the server are cleaned first: a terminal takes orders from control characters.
"""

import textwrap
from collections.abc import Sequence

from midakit.report import phrasing as words
from midakit.report.charts.catalogue import lift_of
from midakit.report.experiment_data import Dossier
from midakit.stats import Analysis, Arm
from midakit.stats.types import Interval

BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 88


def sparkline(values: Sequence[float | None], width: int = 20) -> str:
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
    """Columns as wide as they need: names to the left, figures to the right; "" without rows."""
    if not rows:
        return ""
    left = 2 if "Variant" in head[1:2] else 1
    cells = [[words.clean(cell) for cell in row] for row in (head, *rows)]
    widths = [max(words.width(row[n]) for row in cells) for n in range(len(head))]
    return "\n".join(
        "  ".join(
            _pad(cell, width, right=n >= left)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    )


def _pad(text: str, width: int, *, right: bool) -> str:
    gap = " " * (width - words.width(text))
    return gap + text if right else text + gap


def summary(one: Dossier) -> str:
    """One experiment: what to do, why, and the figures."""
    lines = [f"{words.clean(one.name)}  (experiment {one.test_id})"]
    if one.analysis:
        parts = [figures(one.analysis), segments(one), secondary(one)]
        lines += [*_verdict(one.analysis), *(f"\n{part}" for part in parts if part)]
    lines += [
        _wrapped(f"missing: {words.listed(parts)}: {why}") for why, parts in one.missing.items()
    ]
    return "\n".join(lines)


def _verdict(analysis: Analysis) -> list[str]:
    head = words.headline(analysis)
    told = [f"{head.sign} {head.badge.upper()}: {head.sentence} {head.stopping}"]
    told += [f"  - {why}" for why in analysis.verdict.why]
    told += [f"  ! {notice.text}" for notice in words.untold(analysis)]
    return [_wrapped(line) for line in told]


def _wrapped(line: str) -> str:
    clean = words.clean(line)
    indent = len(clean) - len(clean.lstrip()) + 2
    filled = textwrap.fill(words.typeset(clean), _WIDTH, subsequent_indent=" " * indent)
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
            lift = _lift(one.conversion.lift, ends)
            chance = words.chance(one.conversion.chance_to_beat_control)
            p = words.p_value(one.conversion.adjusted_p_value)
            return [*seen, lift, chance if bayesian else p]
    return [*seen, words.NONE, words.NONE]


def segments(one: Dossier) -> str:
    """Segments side by side, with p-values corrected over all of them."""
    rows = []
    for segment in one.segments:
        arms = {arm.variant_id: arm for arm in segment.analysis.arms}
        for compared in segment.analysis.comparisons:
            arm, found = arms[compared.variant_id], compared.conversion
            rows.append(
                [
                    words.short(segment.name, 24),
                    words.short(compared.name, 24),
                    words.count(arm.visitors),
                    words.percent(arm.rate),
                    _lift(found.lift, lift_of(compared, segment.analysis)),
                    words.p_value(found.adjusted_p_value),
                ]
            )
    p = words.corrected(one.segments)
    return table(["Segment", "Variant", "Visitors", "Rate", "Lift", p], rows)


def secondary(one: Dossier) -> str:
    """Secondary metrics, with p-values corrected over all of them."""
    rows = []
    for measure in one.secondary:
        for moved in measure.moved:
            found = moved.figures
            rows.append(
                [
                    words.short(measure.name, 24),
                    words.short(moved.variant, 24),
                    _value(moved.control, moved.control_rate),
                    _value(moved.value, moved.rate),
                    _lift(found.lift, found.lift_ci) if found else words.NONE,
                    words.p_value(found.adjusted_p_value) if found else words.NONE,
                ]
            )
    return table(["Metric", "Variant", "Control", "Value", "Lift", "p (corrected)"], rows)


def _value(value: float | None, rate: float | None) -> str:
    if rate is not None:
        return words.percent(rate)
    return words.NONE if value is None else words.amount(value)


def _lift(lift: float | None, ends: Interval | None) -> str:
    return words.signed(lift) + (f" ({words.ends(ends)})" if ends and lift is not None else "")
