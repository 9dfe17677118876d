"""How an export ended, as a notebook shows it."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from midakit.export.run.report import ExportReport

SHOWN = 10
"""How many failures are named."""


def report_html(report: "ExportReport") -> str:
    """Return the sentence, rows by table, the first failures and the warnings.

    Args:
        report: How an export ended.
    """
    tables = {**report.contents, **report.rows}
    rows = [
        (table, f"{report.rows.get(table, 0):,}", f"{report.contents.get(table, 0):,}")
        for table in tables
    ]
    failed = [f"{one.kind} {one.label}: {one.message}" for one in report.failures[:SHOWN]]
    if len(report.failures) > SHOWN:
        failed.append(f"and {len(report.failures) - SHOWN:,} more: failures.jsonl in the place")
    head = f"<div><strong>{escape(report.state)}</strong>{escape(str(report)[len(report.state) :])}"
    if not str(report).startswith(report.state):
        head = f"<div><strong>{escape(str(report))}</strong>"
    return f"{head}</div>{_table(rows)}{_list(failed)}{_list(report.warnings)}"


def _table(rows: Sequence[tuple[str, str, str]]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{name}</th>" for name in ("Table", "Rows of this run", "Rows there"))
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _list(items: Sequence[str]) -> str:
    told = "".join(f"<li>{escape(item)}</li>" for item in items)
    return f"<ul>{told}</ul>" if told else ""
