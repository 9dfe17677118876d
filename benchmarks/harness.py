"""What the programs of this folder share: interleaved rounds, rows of ratios, the machine."""

import argparse
import dataclasses
import json
import os
import platform
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.tables.spreads import Spread, table


@dataclass(frozen=True)
class Row:
    """One comparison, a ratio for each round; without ratios, `why` it was not measured."""

    what: str
    against: str
    ratios: Sequence[float] = ()
    at_least: float | None = None
    at_most: float | None = None
    why: str = ""

    @property
    def stated(self) -> str:
        """The goal in words; empty when there is none."""
        if self.at_least is not None:
            return f"at least {self.at_least:g}"
        return "" if self.at_most is None else f"at most {self.at_most:g}"

    @property
    def verdict(self) -> str:
        """Whether the median meets the goal."""
        if not self.stated or not self.ratios:
            return ""
        middle = Spread.of(self.ratios).median
        low = self.at_least is not None and middle < self.at_least
        high = self.at_most is not None and middle > self.at_most
        return "**no**" if low or high else "yes"

    def cells(self) -> tuple[str, ...]:
        """As a line of a table."""
        shown = Spread.of(self.ratios).shown() if self.ratios else f"not measured: {self.why}"
        return self.what, self.against, shown, self.stated, self.verdict


HEAD = ("", "against", "median (least to most)", "stated", "reached")


def told(part: Mapping[str, Any]) -> list[Row]:
    """The rows of a program's section, as `tell` gave them to the command."""
    return [Row(**row) for row in part["rows"]]


def listed(rows: Sequence[Row], note: str = "") -> str:
    """Rows as Markdown, and what has to be known to read them."""
    text = table(HEAD, [row.cells() for row in rows]).replace("|---|--:|", "|---|---|", 1)
    return f"{text}\n{note}\n" if note else text


def interleaved(
    works: Mapping[str, Callable[[], float]], rounds: int, *, seed: int | None = None
) -> dict[str, list[float]]:
    """Every work once a round, in shuffled order, so that a busy minute hits all alike."""
    found: dict[str, list[float]] = {name: [] for name in works}
    order, shuffled = list(works), random.Random(seed)
    for _ in range(rounds):
        shuffled.shuffle(order)
        for name in order:
            found[name].append(works[name]())
    return found


def options(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """A program's own options, and the one that the command asks with."""
    parser.add_argument("--json", action="store_true", help="one line of JSON for the command")
    return parser.parse_args()


def section(title: str, rows: Sequence[Row], note: str = "") -> dict[str, Any]:
    """A program's section, as the command keeps it."""
    return {"title": title, "note": note, "rows": [dataclasses.asdict(row) for row in rows]}


def tell(title: str, rows: Sequence[Row], note: str = "") -> None:
    """Print what was found: for people, or with --json for `python -m benchmarks`."""
    if "--json" in sys.argv:
        print(json.dumps(section(title, rows, note)))
        return
    print(f"### {title}\n\n{machine()}\n\n{listed(rows, note)}")


def machine() -> str:
    """What it ran on, for the reader of the table."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{processor()}, {os.cpu_count()} cores, {system()}, {python}"


def system() -> str:
    """The operating system with its version."""
    kernel = f"{platform.system()} {platform.release().partition('-')[0]}"
    try:
        return f"{platform.freedesktop_os_release()['PRETTY_NAME']} ({kernel})"
    except OSError:
        return kernel


def processor() -> str:
    """The CPU's model as the system names it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()
