"""Writes answers: tables for people, JSON and CSV for programs, to stdout or a file."""

import csv
import io
import json
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

from midakit.cli.interrupting import UNFINISHED
from midakit.cli.options import current
from midakit.cli.tables import GAP, Column, Table, fit, grid, value
from midakit.cli.text import POOR, raw, visible
from midakit.errors import InvalidRequest

COLORS = {
    **dict.fromkeys(("live", "active", "better", "ok"), "green"),
    **dict.fromkeys(("worse", "failed"), "red"),
    **dict.fromkeys(("draft", "warning"), "yellow"),
    **dict.fromkeys(("inactive", "paused", "undecided"), "dim"),
}
HARMFUL = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def show(data: Any, *tables: Table) -> None:
    """One answer: JSON prints the data, CSV the first table, people see every table."""
    options = current()
    with _out() as out:
        if options.format == "json":
            _write_json(out, _plain(data))
        elif options.format == "csv":
            table = tables[0].whole or tables[0]
            _write_csv(out, table.rows, table.columns)
        else:
            for number, table in enumerate(tables):
                out.write("\n" if number else "")
                _write_table(out, table)


def show_list(items: Iterable[Any], columns: Sequence[Column], *, empty: str) -> int:
    """A listing, row by row where the format allows it; how many there were."""
    options = current()
    counted = _Counted(items)
    with _out() as out:
        if options.format == "json":
            _write_json_rows(out, counted)
        elif options.format == "csv":
            _write_csv(out, counted, columns)
        else:
            rows = list(counted)
            if rows:
                _write_table(out, Table(rows, columns))
            else:
                note(empty)
    return counted.count


def write(text: str) -> None:
    """A text that is the answer itself."""
    with _out() as out:
        out.write(text)


def say(text: str) -> None:
    """What a command did, in one line; only for people."""
    if not current().quiet:
        write(visible(text, keep="\n") + "\n")


def note(text: str) -> None:
    """Something beside the answer: on stderr, so that pipes stay clean."""
    if current().quiet:
        return
    text = visible(text, keep="\n")
    if is_terminal(sys.stderr):
        width = shutil.get_terminal_size().columns
        text = "\n".join(
            textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)
            for line in text.split("\n")
        )
    sys.stderr.write(text + "\n")


class _Counted(Iterator[Any]):
    def __init__(self, items: Iterable[Any]) -> None:
        self._items = iter(items)
        self.count = 0

    def __next__(self) -> Any:
        item = next(self._items)
        self.count += 1
        return item


@contextmanager
def _out() -> Iterator[IO[str]]:
    """Stdout, or the file that was asked for: it appears whole or not at all."""
    place = current().place
    if place is None:
        yield sys.stdout
        return
    final = place.resolve()  # a link stays a link
    whole = not final.exists() or final.is_file()  # a device or a pipe is written to, not replaced
    beside = final.with_name(f".{final.name}.{os.getpid()}.part") if whole else final
    try:
        file = beside.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise InvalidRequest("--output", f"{place} cannot be written: {error.strerror}") from None
    if not whole:
        with file:
            yield file
    else:
        UNFINISHED.add(beside)
        try:
            with file:
                yield file
            beside.replace(final)
        finally:
            beside.unlink(missing_ok=True)
            UNFINISHED.discard(beside)
    note(f"wrote {place}")


def _plain(data: Any) -> Any:
    """Models inside anything, as JSON."""
    if hasattr(data, "to_dict"):
        return data.to_dict()
    if isinstance(data, dict):
        return {str(key): _plain(one) for key, one in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(one) for one in data]
    return data


def speaks(out: IO[str]) -> bool:
    """Unicode can be written there."""
    return (getattr(out, "encoding", None) or "utf-8").lower().startswith("utf")


def dump(data: Any, indent: int | None = None, *, poor: bool = False) -> str:
    """JSON that holds no character a terminal could obey, nor, if poor, one it does not have."""
    text = json.dumps(data, indent=indent, ensure_ascii=poor, default=str)
    return HARMFUL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _write_json(out: IO[str], data: Any) -> None:
    out.write(dump(data, 2, poor=not speaks(out)) + "\n")


def _write_json_rows(out: IO[str], rows: Iterable[Any]) -> None:
    start = "[\n"
    for row in rows:
        out.write(start + dump(_plain(row), poor=not speaks(out)))
        start = ",\n"
    out.write("[]\n" if start == "[\n" else "\n]\n")


def _write_csv(out: IO[str], rows: Iterable[Any], columns: Sequence[Column]) -> None:
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\n")
    writer.writerow([column.key for column in columns])
    for row in rows:
        writer.writerow([raw(value(row, column.key), column.kind) for column in columns])
        out.write(line.getvalue())
        line.seek(0)
        line.truncate()
    out.write(line.getvalue())


def is_terminal(out: IO[str]) -> bool:
    """Somebody looks at it."""
    return out.isatty()


def room(out: IO[str]) -> int | None:
    """Columns of the terminal; a pipe has no end unless COLUMNS says so."""
    if is_terminal(out):
        return shutil.get_terminal_size().columns
    asked = os.environ.get("COLUMNS", "")
    return int(asked) if asked.isdecimal() and int(asked) > 0 and out is sys.stdout else None


def console(out: IO[str], width: int | None = None) -> Any:
    """A console that colors only where somebody looks and wants it."""
    from midakit.core.extras import need

    plain = current().no_color or bool(os.environ.get("NO_COLOR")) or not is_terminal(out)
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


def fits(table: Table) -> bool:
    """Whether it has room as it is."""
    from rich.cells import cell_len

    width = room(sys.stdout)
    need = [
        max([cell_len(column.title), *(cell_len(row[index]) for row in grid(table))])
        for index, column in enumerate(table.columns)
    ]
    return width is None or sum(need) + GAP * (len(need) - 1) <= width


@contextmanager
def working(text: str) -> Iterator[None]:
    """Something turns on a terminal's stderr while one waits."""
    if current().quiet or not is_terminal(sys.stderr):
        yield
        return
    with console(sys.stderr).status(text, spinner="dots" if speaks(sys.stderr) else "line"):
        yield


def drawn(table: Table, width: int | None) -> Any:
    """The table as rich draws it, and the headings it had no room for."""
    from rich.cells import cell_len
    from rich.table import Table as Grid
    from rich.text import Text

    cells = grid(table)
    widths = [
        max([cell_len(column.title), *(cell_len(row[index]) for row in cells)])
        for index, column in enumerate(table.columns)
    ]
    kept = fit(table.columns, widths, width)
    found = Grid(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    found.show_header = any(column.title for column in table.columns)
    for index, size in kept.items():
        column = table.columns[index]
        found.add_column(
            column.title.upper(), width=size, no_wrap=not column.wrap,
            overflow="fold" if column.wrap else "ellipsis",
            justify="right" if column.right else "left",
        )  # fmt: skip
    for row in cells:
        found.add_row(
            *(Text(row[index], _style(table.columns[index], row[index])) for index in kept)
        )
    return found, [one.title for index, one in enumerate(table.columns) if index not in kept]


def _style(column: Column, text: str) -> str:
    if column.kind == "lift" and text not in ("-", "+0.00%"):
        return "green" if text.startswith("+") else "red"
    if column.kind in ("state", "project"):
        return COLORS.get(text.split(" ")[0], "")
    return "bold" if column.key == "field" else ""


def _write_table(out: IO[str], table: Table) -> None:
    if table.title:
        out.write(visible(table.title, keep="\n") + "\n")
    if not table.rows:
        out.write(f"{table.empty}\n")
        return
    width = room(out)
    found, hidden = drawn(table, width)
    memory = io.StringIO()
    memory.isatty = out.isatty  # type: ignore[method-assign]  # colored as its reader would have it
    console(memory, width or 100_000).print(found)
    drawing = memory.getvalue()
    drawing = drawing if speaks(out) else drawing.translate(POOR)
    out.write("".join(f"{line.rstrip()}\n" for line in drawing.splitlines()))
    if hidden:
        note(f"no room for: {', '.join(hidden).lower()}; --csv and --json have them")


def done(reply: Any, text: str, brief: Any = None) -> int:
    """What a change did: a line for people, the reply for programs, with --quiet only an id."""
    options = current()
    if options.format != "text":
        data = _plain(reply)
        show(reply, Table([data], [Column(key, key) for key in data]))
    elif options.quiet:
        if brief is not None:
            write(visible(f"{brief}") + "\n")
    else:
        say(text)
    return 0
