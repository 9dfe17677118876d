"""Tables as a terminal shows them, colored where somebody looks and wants it."""

import io
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from midakit.cli.options import current
from midakit.cli.output.formats import speaks
from midakit.cli.output.tables import GAP, Column, Table, fit, grid
from midakit.cli.output.text import SIMPLER
from midakit.core.printable import printable

COLORS = {
    **dict.fromkeys(("live", "active", "better", "ok", "created", "winner", "right"), "green"),
    **dict.fromkeys(("worse", "failed", "loser", "do", "wrong"), "red"),  # "Do not decide"
    **dict.fromkeys(("draft", "warning", "keep", "open"), "yellow"),  # "Keep running"
    **dict.fromkeys(("inactive", "paused", "undecided"), "dim"),
}
"""The color of a state, by its first word."""


def terminal_width(out: IO[str]) -> int | None:
    """Return the columns of the terminal; a pipe has no end unless COLUMNS says so.

    Args:
        out: Stdout, stderr or a file.
    """
    if out.isatty():
        return shutil.get_terminal_size().columns
    asked = os.environ.get("COLUMNS", "")
    return int(asked) if asked.isdecimal() and int(asked) > 0 and out is sys.stdout else None


def console(out: IO[str], width: int | None = None) -> Any:
    """Make a console that colors only where somebody looks and wants it.

    Args:
        out: Stdout, stderr or a file.
        width: How many columns; None asks the terminal.
    """
    from midakit.core.extras import need

    plain = current().no_color or bool(os.environ.get("NO_COLOR")) or not out.isatty()
    return need("rich.console", extra="cli").Console(
        file=out,
        width=width,
        no_color=plain,
        color_system=None if plain else "auto",
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=False,
    )


@contextmanager
def working(text: str) -> Iterator[None]:
    """Something turns on a terminal's stderr while one waits.

    Args:
        text: What is said while one waits.
    """
    if current().quiet or not sys.stderr.isatty():
        yield
        return
    with console(sys.stderr).status(text, spinner="dots" if speaks(sys.stderr) else "line"):
        yield


def fits(table: Table) -> bool:
    """Tell whether a table fits as it is.

    Args:
        table: Its rows, its columns and its title.
    """
    width, need = terminal_width(sys.stdout), _widths(table)
    return width is None or sum(need) + GAP * (len(need) - 1) <= width


def _widths(table: Table) -> list[int]:
    """Return the width that each column needs."""
    from rich.cells import cell_len

    rows = [[column.title for column in table.columns], *grid(table)]
    return [max(map(cell_len, column)) for column in zip(*rows, strict=True)]


def drawn(table: Table, width: int | None) -> tuple[Any, list[str]]:
    """Draw a table with rich; return it with the headings that did not fit.

    Args:
        table: Its rows, its columns and its title.
        width: How many columns the terminal has; None is no limit.
    """
    from rich.table import Table as Grid
    from rich.text import Text

    kept = fit(table.columns, _widths(table), width)
    found = Grid(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    found.show_header = any(column.title for column in table.columns)
    for index, size in kept.items():
        column = table.columns[index]
        found.add_column(
            column.title.upper(), width=size, no_wrap=not column.wrap,
            overflow="fold" if column.wrap else "ellipsis",
            justify="right" if column.right else "left",
        )  # fmt: skip
    for row in grid(table):
        found.add_row(
            *(Text(row[index], _style(table.columns[index], row[index])) for index in kept)
        )
    return found, [one.title for index, one in enumerate(table.columns) if index not in kept]


def _style(column: Column, text: str) -> str:
    if column.kind == "lift" and text[0] in "+-" and text != "-":
        return "green" if text.startswith("+") else "red"
    if column.kind in ("state", "project"):
        return COLORS.get(text.split(" ")[0].lower(), "")
    return "bold" if column.key == "field" else ""


def write_table(out: IO[str], table: Table) -> list[str]:
    """Write a table; return the headings that did not fit.

    Args:
        out: Stdout, stderr or a file.
        table: Its rows, its columns and its title.
    """
    if table.title:
        out.write(printable(table.title, keep="\n") + "\n")
    if not table.rows:
        out.write(f"{table.empty}\n")
        return []
    width = terminal_width(out)
    picture, hidden = drawn(table, width)
    memory = io.StringIO()
    memory.isatty = out.isatty  # type: ignore[method-assign]  # colored as its reader would have it
    console(memory, width or 100_000).print(picture)
    drawing = memory.getvalue()
    drawing = drawing if speaks(out) else drawing.translate(SIMPLER)
    out.write("".join(f"{line.rstrip()}\n" for line in drawing.splitlines()))
    return hidden
