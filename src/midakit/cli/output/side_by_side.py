"""Segments side by side, as one table."""

from collections.abc import Mapping, Sequence
from typing import Any

from midakit.cli.output.figures import result_rows
from midakit.cli.output.tables import Column, Table
from midakit.cli.output.text import shown
from midakit.stats import Analysis
from midakit.stats.decision.findings.verdict import NAMES
from midakit.stats.decision.verdict.verdicts import figures_of
from midakit.stats.types import Metric

MARKS = {"better": "▲", "worse": "▼", "equal": "="}
VALUES: dict[Metric, tuple[str, str]] = {
    "conversion": ("conversion_rate", "percent"),
    "rpv": ("rpv", "money"),
    "aov": ("aov", "money"),
}


def side_by_side(results: Mapping[str, Any], analyses: Mapping[str, Analysis | None]) -> Table:
    """Make a row of each variant and a column of each segment.

    Args:
        results: The result of each segment, by name.
        analyses: Its statistics.

    Returns:
        A table of rates and lifts, with a mark where the outcome is decided.
    """
    columns = [Column("name", "Variant", cut=14)]
    columns += [Column(f"s{number}", name, "figures") for number, name in enumerate(results)]
    rows: dict[str, dict[str, Any]] = {}
    total: dict[str, Any] = {"name": "Visitors"}
    for number, (name, result) in enumerate(results.items()):
        found = result_rows(result.variants, analyses[name])
        visitors, *cells = aligned(
            [
                (shown(result.total_visitors, "count"), "", ""),
                *(_brief(row, analyses[name]) for row in found),
            ]
        )
        total[f"s{number}"] = visitors
        for row, text in zip(found, cells, strict=True):
            rows.setdefault(row["variant_id"] or "", {"name": row["name"]})[f"s{number}"] = text
    return Table([total, *rows.values(), _verdicts(analyses)], columns, empty="no data")


def _verdicts(analyses: Mapping[str, Analysis | None]) -> dict[str, Any]:
    """Return the row of the verdicts."""
    row: dict[str, Any] = {"name": "Verdict"}
    for number, analysis in enumerate(analyses.values()):
        if analysis:
            name = NAMES[analysis.verdict.kind]
            row[f"s{number}"] = f"{name.sign} {name.title}"
    return row


def aligned(cells: Sequence[Sequence[str]]) -> list[str]:
    """Join cells of several figures so that each figure ends in its own column.

    Args:
        cells: The figures of each cell, as many in each.

    Returns:
        The text of each cell.
    """
    widths = [max(map(len, part)) for part in zip(*cells, strict=True)]
    return [
        " ".join(text.rjust(width) for text, width in zip(one, widths, strict=True)).rstrip()
        for one in cells
    ]


def _brief(row: dict[str, Any], analysis: Analysis | None) -> tuple[str, str, str]:
    """Return the rate, or the money, of a variant, its lift and the mark."""
    metric = analysis.method.metric if analysis else "conversion"
    key, form = VALUES[metric]
    value = shown(row.get(key), form)
    compared = analysis.comparisons if analysis else ()
    one = next((one for one in compared if one.variant_id == row["variant_id"]), None)
    figures = figures_of(one, analysis.method) if one and analysis else None
    lift = 100.0 * figures.lift if figures and figures.lift is not None else None
    if lift is None:
        return value, "", ""
    return value, shown(lift, "lift"), MARKS.get(row.get("outcome") or "", "")
