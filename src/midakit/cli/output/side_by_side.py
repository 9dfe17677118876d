"""Segments side by side, as one table."""

from collections.abc import Mapping, Sequence
from typing import Any

from midakit.cli.output.figures import result_rows
from midakit.cli.output.tables import Column, Table
from midakit.cli.output.text import shown
from midakit.stats import Analysis

MARKS = {"better": "▲", "worse": "▼", "equal": "="}


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
        found = result_rows(result.variants or [], analyses[name])
        visitors, *cells = aligned(
            [(shown(result.total_visitors, "count"), "", ""), *(_brief(row) for row in found)]
        )
        total[f"s{number}"] = visitors
        for row, text in zip(found, cells, strict=True):
            rows.setdefault(row["variant_id"] or "", {"name": row["name"]})[f"s{number}"] = text
    return Table([total, *rows.values()], columns, empty="no data")


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


def _brief(row: dict[str, Any]) -> tuple[str, str, str]:
    """Return the rate, the lift and the mark of a variant."""
    lift, mark = row.get("lift"), MARKS.get(row.get("outcome") or "", "")
    rate = shown(row.get("conversion_rate"), "percent")
    return (rate, "", "") if lift is None else (rate, shown(lift, "lift"), mark)
