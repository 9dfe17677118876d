"""Writes answers: tables for people, JSON and CSV for programs, to stdout or a file."""

import errno
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

from midakit.cli.options import current
from midakit.cli.output.draw_table import console, write_table
from midakit.cli.output.formats import plain, write_csv, write_json, write_json_rows
from midakit.cli.output.tables import Column, Table
from midakit.cli.output.text import for_terminal
from midakit.cli.support.interrupt import UNFINISHED
from midakit.core.files import replace
from midakit.core.printable import printable
from midakit.errors import InvalidRequest


def show(data: Any, *tables: Table) -> None:
    """One answer: JSON prints the data, CSV the first table, people see every table.

    Args:
        data: Models, dicts, lists or plain values.
        tables: What people see; CSV has the first one.
    """
    options = current()
    with _out() as out:
        if options.format == "json":
            write_json(out, plain(data))
        elif options.format == "csv":
            table = tables[0].whole or tables[0]
            write_csv(out, table.rows, table.columns)
        else:
            for number, table in enumerate(tables):
                out.write("\n" if number else "")
                _put(out, table)


def show_lines(data: Any, lines: Iterable[tuple[str, str]]) -> None:
    """One answer that is no table: JSON prints the data, people see lines.

    Args:
        data: Plain values.
        lines: Each line with the color it has where somebody looks; an empty text is no color.
    """
    no_table()
    with _out() as out:
        if current().format == "json":
            write_json(out, plain(data))
            return
        printer = console(out)
        for color, text in lines:
            printer.print(text, style=color or None, soft_wrap=True)


def no_table() -> None:
    """Refuse CSV for an answer that is no table; before anything is done, where something is.

    Raises:
        InvalidRequest: CSV was asked for.
    """
    if current().format == "csv":
        raise InvalidRequest("--csv", "is for tables; use --json")


def show_list(items: Iterable[Any], columns: Sequence[Column], *, empty: str) -> None:
    """Print a listing, as CSV row by row.

    Args:
        items: The rows, as models or mappings; read one by one, so a pager works too.
        columns: Which fields are shown, and how.
        empty: What is said when there is nothing.
    """
    options = current()
    with _out() as out:
        if options.format == "json":
            write_json_rows(out, items)
        elif options.format == "csv":
            write_csv(out, items, columns)
        elif rows := list(items):
            _put(out, Table(rows, columns))
        else:
            note(empty)


def _put(out: IO[str], table: Table) -> None:
    if hidden := write_table(out, table):
        note(f"hidden (narrow terminal): {', '.join(hidden).lower()}; --csv and --json have them")


def write(text: str) -> None:
    """Print a text that is the answer itself.

    Args:
        text: What is printed, as one or more lines.
    """
    with _out() as out:
        out.write(text)


def say(text: str) -> None:
    """Print what a command did, in one line; only for people.

    Args:
        text: What is printed, as one or more lines.
    """
    if not current().quiet:
        write(printable(text, keep="\n") + "\n")


def note(text: str) -> None:
    """Something beside the answer: on stderr, so that pipes stay clean.

    Args:
        text: What is printed, as one or more lines.
    """
    if current().quiet:
        return
    sys.stderr.write(for_terminal(text) + "\n")


def check_output() -> None:
    """Refuse a file that cannot be written: after a change it would be too late to say so.

    Raises:
        InvalidRequest: There is no such folder, or it is not ours to write to.
    """
    if (place := current().place) is None:
        return
    final = place.resolve()
    # a file is replaced by one that is written beside it; a device, such as /dev/stdout, is written to
    written = final.parent if final.is_file() or not final.exists() else final
    reason = None
    if final.is_dir():
        reason = errno.EISDIR
    elif not final.parent.is_dir():
        reason = errno.ENOTDIR if final.parent.exists() else errno.ENOENT
    elif not os.access(written, os.W_OK):
        reason = errno.EACCES
    if reason is not None:
        raise InvalidRequest("--output", f"{place} cannot be written: {os.strerror(reason)}")


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
            replace(beside, final)
        finally:
            beside.unlink(missing_ok=True)
            UNFINISHED.discard(beside)
    note(f"wrote {place}")


def done(reply: Any, text: str, brief: Any = None) -> int:
    """Print what a change did: a line for people, the reply for programs, with --quiet only an id.

    Args:
        reply: The answer, for programs.
        text: What is printed, as one or more lines.
        brief: What --quiet prints; None prints nothing.
    """
    options = current()
    if options.format != "text":
        data = plain(reply)
        show(reply, Table([data], [Column(key, key) for key in data]))
    elif options.quiet:
        if brief is not None:
            write(printable(f"{brief}") + "\n")
    else:
        say(text)
    return 0
