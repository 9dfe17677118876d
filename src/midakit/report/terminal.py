"""Reports as text: a verdict, a table with intervals, sparklines. Pure functions, no colours.

Names from the server are cleaned first: a terminal takes orders from control characters.
"""

import textwrap
from collections.abc import Sequence

from midakit.core.printable import one_line
from midakit.report import deciding, phrasing
from midakit.report.charts.catalogue import lift_of
from midakit.report.experiment_data import ExperimentData
from midakit.stats import Analysis, Arm, wording
from midakit.stats.decision.words.headline import guarded, headline, other_warnings, projected

BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 88


def sparkline(values: Sequence[float | None], width: int = 20) -> str:
    """Return a line of bars from the lowest to the highest value; a gap where there is none.

    More values than `width` are thinned out, the last one kept.

    Args:
        values: The values, in order.
        width: How many bars at the most.
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
    """Return a text table: names to the left, figures to the right; an empty text without rows.

    Args:
        head: Headings of the columns.
        rows: Cells, row by row.
    """
    if not rows:
        return ""
    left = 2 if "Variant" in head[1:2] else 1
    cells = [[one_line(cell) for cell in row] for row in (head, *rows)]
    widths = [max(phrasing.width(row[n]) for row in cells) for n in range(len(head))]
    return "\n".join(
        "  ".join(
            _pad(cell, width, right=n >= left)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    )


def _pad(text: str, width: int, *, right: bool) -> str:
    gap = " " * (width - phrasing.width(text))
    return gap + text if right else text + gap


def summary(one: ExperimentData) -> str:
    """Return one experiment as text: what to do, why, and the figures.

    Args:
        one: The experiment with its answers and statistics.
    """
    lines = [f"{one_line(one.name)}  (experiment {one.test_id})"]
    if one.analysis:
        parts = [figures(one.analysis), segments(one), secondary(one)]
        lines += [
            *map(_wrapped, verdict_lines(one.analysis)),
            *(f"\n{part}" for part in parts if part),
        ]
    lines += [
        _wrapped(f"missing: {phrasing.listed(parts)}: {why}") for why, parts in one.missing.items()
    ]
    return "\n".join(lines)


def verdict_lines(analysis: Analysis | None) -> list[str]:
    """Say what to do, why, and what to know before trusting it.

    Args:
        analysis: The analysis; None where the numbers do not allow any.

    Returns:
        The verdict, then a line for each reason and each warning.
    """
    if analysis is None:
        return ["No statistics: the numbers do not allow any."]
    head, method = headline(analysis), analysis.method
    by = "planned end" if method.horizon else method.engine
    rule = f"{by}, {wording.level(method.threshold)}"
    told = [f"{head.sign} {head.title} ({rule}): {head.sentence} {head.stopping}"]
    told += [
        f"  - {why}"
        for why in (*analysis.verdict.why, *guarded(analysis), projected(analysis))
        if why
    ]
    told += [f"  ! {notice.text}" for notice in other_warnings(analysis)]
    known = " ".join(notice.text for notice in analysis.warnings)
    lost = [
        part
        for part in analysis.verdict.missing
        if not part.endswith(": not given") and part.partition(": ")[2] not in known
    ]
    return [one_line(one) for one in (*told, *(f"  ! could not be used: {part}" for part in lost))]


def _wrapped(line: str) -> str:
    """Break a line between words, never between a figure and its sign of percent."""
    clean = one_line(line).replace(" %", "\u00a0%")
    indent = " " * (len(clean) - len(clean.lstrip()) + 2)
    return textwrap.fill(clean, _WIDTH, subsequent_indent=indent).replace("\u00a0", " ")


def figures(analysis: Analysis) -> str:
    """Return the variants as text: rate and lift with their intervals, and the rate over the days.

    Args:
        analysis: What the statistics say about the experiment.
    """
    bayesian = analysis.method.engine == "bayesian"
    head = ["Variant", "Visitors", "Conv.", "Rate", "Lift", "Chance" if bayesian else "p"]
    rows = [_row(arm, analysis, bayesian=bayesian) for arm in analysis.arms]
    if len(analysis.timeline) > 1:
        head.append("Rate by day")
        for at, row in enumerate(rows):
            row.append(sparkline([day.arms[at].rate for day in analysis.timeline]))
    return table(head, rows)


def _row(arm: Arm, analysis: Analysis, *, bayesian: bool) -> list[str]:
    rate = wording.percent(arm.rate)
    if arm.interval:
        rate += f" ({wording.percent_range(arm.interval)[:-2]})"
    seen = [
        phrasing.short(arm.name, 30),
        wording.count(arm.visitors),
        wording.count(arm.conversions),
        rate,
    ]
    for one in analysis.comparisons:
        if one.variant_id == arm.variant_id:
            ends = lift_of(one, analysis)
            lift = phrasing.lift_with_range(one.conversion.lift, ends)
            chance = wording.chance(one.conversion.chance_to_beat_control)
            p = wording.p_value(one.conversion.adjusted_p_value)
            return [*seen, lift, chance if bayesian else p]
    return [*seen, wording.MISSING, wording.MISSING]


def segments(one: ExperimentData) -> str:
    """Return segments side by side as text, with evidence that is corrected over all of them.

    Args:
        one: The experiment with its answers and statistics.
    """
    if not one.segments:
        return ""
    rows = []
    for segment in one.segments:
        arms = {arm.variant_id: arm for arm in segment.analysis.arms}
        for compared in segment.analysis.comparisons:
            seen = deciding.deciding(compared, segment.analysis)
            rows.append(
                [
                    phrasing.short(segment.name, 24),
                    phrasing.short(compared.name, 24),
                    wording.count(arms[compared.variant_id].visitors),
                    seen.value,
                    phrasing.lift_with_range(seen.lift, seen.ends),
                    seen.evidence,
                    deciding.OUTCOMES[seen.outcome],
                ]
            )
    value, evidence = deciding.headings(one.segments)
    return table(["Segment", "Variant", "Visitors", value, "Lift", evidence, "Outcome"], rows)


def secondary(one: ExperimentData) -> str:
    """Return secondary metrics as text, p-values corrected over all of them.

    Args:
        one: The experiment with its answers and statistics.
    """
    rows = []
    for measure in one.secondary:
        for treated in measure.treatments:
            found = treated.figures
            rows.append(
                [
                    phrasing.short(measure.name, 24),
                    phrasing.short(treated.variant, 24),
                    _value(treated.control, treated.control_rate),
                    _value(treated.value, treated.rate),
                    phrasing.lift_with_range(found.lift, found.lift_ci)
                    if found
                    else wording.MISSING,
                    wording.p_value(found.adjusted_p_value) if found else wording.MISSING,
                ]
            )
    return table(["Metric", "Variant", "Control", "Value", "Lift", "p (corrected)"], rows)


def _value(value: float | None, rate: float | None) -> str:
    if rate is not None:
        return wording.percent(rate)
    return wording.MISSING if value is None else phrasing.amount(value)
