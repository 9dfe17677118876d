"""Segments side by side, as one table (pure)."""

from collections.abc import Sequence
from typing import Any

from midakit.cli.output.figures import result_rows
from midakit.cli.output.tables import Column, Table
from midakit.cli.output.text import shown
from midakit.stats import Analysis

MARKS = {"better": "▲", "worse": "▼", "equal": "="}


def side_by_side(results: dict[str, Any], analyses: dict[str, Analysis | None]) -> Table:
    """A row a variant, a column a segment: rate, lift, and a mark where it is decided."""
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
    """Cells of several figures each, every figure on the right of its own place."""
    widths = [max(map(len, part)) for part in zip(*cells, strict=True)]
    return [
        " ".join(text.rjust(width) for text, width in zip(one, widths, strict=True)).rstrip()
        for one in cells
    ]


def _brief(row: dict[str, Any]) -> tuple[str, str, str]:
    rate, lift = row.get("conversion_rate"), row.get("lift")
    return (
        shown(rate, "percent"),
        "" if lift is None else shown(lift, "lift"),
        "" if lift is None else MARKS.get(row.get("outcome") or "", ""),
    )
