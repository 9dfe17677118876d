"""What a night costs after a year of nights: increments of a folder, one for each simulated day.

    python -m benchmarks.nights --nights 365 --experiments 1000 [--format parquet] [--write-docs]

Figures go to a file after each night, so that a stop loses none: the same command goes on with the next
night. Without options it tells what was measured here so far; where that is nothing, seven weeks are measured.

Each night is an export and a `verify`, as a nightly job does it; each week a resume and a full `verify`
too. Tables of Delta and Iceberg are compacted and vacuumed every week, as the guide says; that is not
counted as a night. A night is a day older in the next one: the times of the files of Delta's log are set
back, and what Delta remembers for thirty days is remembered for as long as thirty nights take or longer.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

from benchmarks import harness
from benchmarks.account.answers import DAYS
from benchmarks.account.server import serving
from benchmarks.account.steps import KINDS, export
from benchmarks.harness import Row
from benchmarks.tables import page

FOLDER = Path(__file__).parents[1] / "build/benchmarks/nights"
LAST = date(2025, 6, 30)
"""The last day of the first export: a year before no night asks for days that are still to come."""
EARLY = 10
"""The night that the last one is compared with."""
TABLES = ("delta", "iceberg")
WEEK = 7
AROUND = 2
"""Nights before and after it whose median counts."""
WEEKS = 3
"""Of what is done once a week, the median of so many counts: those around night 10, and the last ones."""
TIMES = 3
"""How often what changes nothing is done each week: the least counts."""
REMEMBERED = "interval 5 minutes"
A_NIGHT = ("a night", "verify")
GOAL = 1.3
NOTE = (
    "Increments of results and timeseries; each reads seven days again. `verify` follows each, and reads "
    "what is new; `verify --full` reads all that there is, so it grows with the data and has no goal."
)


def cpu(work):
    """The CPU seconds that it took."""
    started = time.process_time()
    work()
    return time.process_time() - started


class Nights:
    """The nights of one account in one format, and what each cost so far."""

    def __init__(self, form, count, folder=FOLDER):
        self.form, self.count = form, count
        self.place = folder / f"{form}-{count}"
        self.file = folder / f"{form}-{count}.jsonl"
        folder.mkdir(parents=True, exist_ok=True)
        self.found = []
        with suppress(FileNotFoundError):
            self.found = [json.loads(line) for line in self.file.read_text().splitlines()]

    def go_on(self, nights):
        """Simulate the nights that are not there yet, up to this number."""
        with serving(self.count) as url:
            for night in range(len(self.found), nights + 1):
                self._keep(self._night(url, night))

    def _keep(self, found):
        self.found.append(found)
        with self.file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(found) + "\n")
        told = ", ".join(f"{name} {took:.3f} s" for name, took in found.items())
        print(
            f"{self.place.name}, night {len(self.found) - 1}: {told}", file=sys.stderr, flush=True
        )

    def _night(self, url, night):
        from midakit.export import compact, vacuum, verify
        from midakit.export.files.table_formats import delta

        delta.CONFIGURATION[delta.REMEMBERED] = REMEMBERED
        place = self.place
        options = {
            "kinds": KINDS,
            "format": self.form,
            "start_date": LAST - timedelta(days=DAYS - 1),
        }
        if night:
            options = {"since_last": True}
        options["end_date"] = LAST + timedelta(days=night)
        found = {"a night": cpu(lambda: asyncio.run(export(url, place, **options)))}
        found["verify"] = cpu(lambda: _whole(verify(place)))
        if night % WEEK == EARLY % WEEK:
            again = {
                "resume": lambda: asyncio.run(export(url, place, resume=True)),
                "full": lambda: _whole(verify(place, full=True)),
            }
            for name, work in again.items():
                found[name] = min(cpu(work) for _ in range(TIMES))
        if self.form in TABLES and night % WEEK == WEEK - 1:
            compact(place)
            vacuum(place, keep=timedelta(0))
        _a_day_older(place)
        return found

    def rows(self):
        """The last night over the tenth."""
        nights = len(self.found) - 1
        what = f"{self.form}, {self.count:,} experiments, night {nights} over night {EARLY}, CPU"
        for name in A_NIGHT:
            early = [one[name] for one in self.found[EARLY - AROUND : EARLY + AROUND + 1]]
            last = [one[name] for one in self.found[-2 * AROUND - 1 :]]
            ratio = statistics.median(last) / statistics.median(early)
            yield Row(what, name, [ratio], at_most=GOAL)
        for name, goal in (("resume", GOAL), ("full", None)):
            weekly = [one[name] for one in self.found if name in one]
            ratio = statistics.median(weekly[-WEEKS:]) / statistics.median(weekly[:WEEKS])
            yield Row(what, "verify --full" if name == "full" else name, [ratio], at_most=goal)

    @property
    def enough(self):
        """Whether there are nights to compare."""
        return len(self.found) > 2 * WEEKS * WEEK


def _whole(found):
    assert found.ok, found


def _a_day_older(place):
    """Set the times of the files of Delta's log back: deltalake deletes those of a month ago."""
    day = timedelta(days=1).total_seconds()
    for path in place.glob("*/_delta_log/*"):
        about = path.stat()
        os.utime(path, (about.st_atime - day, about.st_mtime - day))


def measured(folder=FOLDER):
    """Every account that was measured here, in the order of their names."""
    names = [path.stem.rpartition("-") for path in sorted(folder.glob("*.jsonl"))]
    found = [Nights(form, int(count), folder) for form, _, count in names]
    return [one for one in found if one.enough]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--nights", type=int)
    parser.add_argument("--format", default="parquet")
    parser.add_argument("--experiments", type=int, default=4)
    parser.add_argument("--write-docs", action="store_true", help="keep what was measured so far")
    given = harness.options(parser)
    if given.nights or not measured():
        Nights(given.format, given.experiments).go_on(given.nights or 49)
    rows = [row for one in measured() for row in one.rows()]
    if given.write_docs:
        page.keep_part("nights", harness.section("Nights", rows, NOTE))
    harness.tell("Nights", rows, NOTE)


if __name__ == "__main__":
    main()
