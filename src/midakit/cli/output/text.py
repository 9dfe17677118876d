"""Values as a terminal shows them, and as programs read them."""

import sys
import textwrap
from collections.abc import Callable
from datetime import UTC, datetime
from shutil import get_terminal_size
from typing import Any

from midakit.core.printable import one_line, printable
from midakit.report.phrasing import amount
from midakit.stats import wording

NUMBERS: dict[str, Callable[[float], str]] = {
    "count": wording.count,
    "percent": lambda percent: wording.percent(percent / 100),
    "lift": lambda percent: wording.lift(percent / 100),
    "chance": wording.chance,
    "p_value": wording.p_value,
    "money": "{:,.2f}".format,
    "amount": amount,
}
"""How a kind of number is written; they stand on the right."""
PROJECT = {0: "paused", 1: "active", 2: "deleted"}
"""A project's status in words."""
SIMPLER = str.maketrans({"…": "~", "▲": "+", "▼": "-", "—": "-", wording.MISSING: "-"})
"""What replaces our own signs where there is no Unicode."""


def shown(value: Any, kind: str) -> str:
    """Write a value for people.

    Args:
        value: The value; None, empty text and an empty list are a dash.
        kind: The kind of its column.

    Returns:
        One line, except for the kind "figures", whose spaces stay.
    """
    if value is None or value == "" or value == []:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    if kind == "project":
        value = PROJECT.get(value, value)
    elif isinstance(value, int | float) and kind in NUMBERS:
        return NUMBERS[kind](value)
    elif isinstance(value, float) and kind != "text":
        return f"{value:g}"
    elif isinstance(value, list | tuple):
        value = ", ".join(map(str, value))
    return str(value) if kind == "figures" else one_line(value).strip()


def raw(value: Any, kind: str = "text") -> Any:
    """Return a value for programs: moments in ISO form, states as words, figures in full.

    Args:
        value: The value; None stays None, which CSV leaves empty.
        kind: The kind of its column.

    Returns:
        A number, a text that no spreadsheet runs as a formula, or None.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is not None and kind in ("state", "project"):
        return shown(value, kind)
    if isinstance(value, float):
        return int(value) if kind == "count" and value.is_integer() else value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if isinstance(value, str):
        return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
    return int(value) if isinstance(value, int) else value


def for_terminal(text: str, indent: str = "") -> str:
    """Break the lines of a note or an error between words, where stderr is a terminal.

    Args:
        text: The text; a line that begins with a space stays as it is.
        indent: Put before each line.

    Returns:
        The text without hidden characters.
    """
    lines = printable(text, keep="\n").split("\n")
    if not sys.stderr.isatty():
        return "\n".join(indent + line for line in lines)
    fill = textwrap.TextWrapper(
        get_terminal_size().columns, indent, indent, break_long_words=False, break_on_hyphens=False
    ).fill
    return "\n".join(indent + line if line[:1] in ("", " ") else fill(line) for line in lines)
