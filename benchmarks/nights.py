"""What a night costs after a year of nights: increments of a folder, one for each simulated day.

python -m benchmarks.nights [--nights 365] [--format parquet] [--experiments 4]

Tables of Delta and Iceberg are compacted and vacuumed every week, as the guide says; that is not counted
as a night.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from benchmarks import harness
from benchmarks.account.answers import DAYS
from benchmarks.account.server import serving
from benchmarks.account.steps import KINDS, export
from benchmarks.harness import Row

LAST = date(2025, 6, 30)
"""The last day of the first export: a year before no night asks for days that are still to come."""
EARLY = 10
"""The night that the last one is compared with."""
TABLES = ("delta", "iceberg")
WEEK = 7
AROUND = 2
"""Nights before and after it whose median counts."""


def cpu(work):
    """The CPU seconds that it took."""
    started = time.process_time()
    work()
    return time.process_time() - started


def simulated(count, nights, form="parquet"):
    """CPU seconds by night: of the night itself, and at the two that are compared of a resume and `verify`."""
    from midakit.export import compact, vacuum, verify

    found = {"a night": [], "verify": [], "resume": []}
    looked = {EARLY, nights}
    with serving(count) as url, tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "out"
        for night in range(nights + 1):
            options = {"end_date": LAST + timedelta(days=night)}
            first = {"kinds": KINDS, "format": form, "start_date": LAST - timedelta(days=DAYS - 1)}
            options |= {"since_last": True} if night else first
            took = cpu(lambda options=options: asyncio.run(export(url, place, **options)))
            found["a night"].append(took)
            if form in TABLES and night % WEEK == WEEK - 1:
                compact(place)
                vacuum(place, keep=timedelta(0))
            if night in looked:
                again = (
                    lambda: asyncio.run(export(url, place, resume=True)),
                    lambda: verify(place),
                )
                for name, work in zip(("resume", "verify"), again, strict=True):
                    found[name].append(min(cpu(work) for _ in range(3)))
        assert verify(place).ok
    return found


def growth(count, nights, form="parquet"):
    """The last night over the tenth."""
    found = simulated(count, nights, form)
    all_nights = found["a night"]
    early = statistics.median(all_nights[EARLY - AROUND : EARLY + AROUND + 1])
    last = statistics.median(all_nights[-2 * AROUND - 1 :])
    what = f"{form}, {count:,} experiments, night {nights} over night {EARLY}, CPU"
    return [
        Row(what, "a night", [last / early], at_most=1.3),
        *(Row(what, name, [found[name][1] / found[name][0]], at_most=1.3) for name in ("resume", "verify")),
    ]  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--nights", type=int, default=365)
    parser.add_argument("--format")
    parser.add_argument("--experiments", type=int, default=4)
    given = harness.options(parser)
    if given.format:
        rows = growth(given.experiments, given.nights, given.format)
    else:
        rows = [*growth(4, given.nights), *growth(1_000, min(given.nights, 60))]
    note = (
        "Increments of results and timeseries, seven days of which are read again each night. `verify` "
        "reads all rows of all nights."
    )
    harness.tell("Nights", rows, note)


if __name__ == "__main__":
    main()
