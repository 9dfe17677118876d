"""A bulk export against what a user writes by hand, in one run.

python -m benchmarks.export [--smoke] [--experiments 2000] [--rounds 2]
"""

import argparse
import os
import statistics
import tempfile
import time
from dataclasses import replace

from benchmarks import harness
from benchmarks.account.kills import killed
from benchmarks.account.processes import measured
from benchmarks.account.server import serving
from benchmarks.account.steps import STEPS
from benchmarks.harness import Row
from benchmarks.tables.spreads import divided

SECONDS = 120.0
"""No new round of the exports after these."""
PEERS = {
    "httpx": "httpx and polars by hand",
    "aiohttp": "aiohttp and pyarrow.json by hand",
    "wreq": "wreq (Rust) and pyarrow.json by hand",
    "dlt": "dlt, rest_api source",
}
POLARS = "aiohttp, orjson and polars by hand"
SIZES = (500, 8_000)
"""Of accounts, whose peaks of memory are compared."""
LARGE, LONG = 3_000, 360
"""Experiments and days whose answers keep a processor busy, not the network, and longer than a start."""
Runs = dict[str, list[dict[str, float]]]


def exported(count: int, rounds: int, names: tuple[str, ...]) -> Runs:
    """Each contender once a round, in shuffled order; dlt once: it takes as long as all others."""
    runs: Runs = {name: [] for name in names}
    with serving(1) as url:
        export(
            "midakit", url
        )  # a fresh checkout is compiled once, as peers were when they were installed
    until = time.monotonic() + SECONDS
    with serving(count) as url:
        for number in range(rounds):
            if number and time.monotonic() > until:
                break
            now = [name for name in names if name != "dlt" or number == 0]
            works = {name: lambda name=name: export(name, url) for name in now}
            for name, (run,) in harness.interleaved(works, 1).items():
                runs[name].append(run)
    rows = {(run["result"], run["timeseries"]) for found in runs.values() for run in found}
    assert len(rows) == 1, runs  # the same rows for everybody
    return runs


def export(name: str, url: str) -> dict[str, float]:
    """One export into a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return measured("contenders", name, url, folder)


def against_hands(runs: Runs) -> list[Row]:
    """The same rows for everybody, so that time tells their rate."""
    there = [name for name in PEERS if name in runs]

    def pairs(name: str, what: str) -> tuple[list[float], list[float]]:
        ours, theirs = ([run[what] for run in runs[one]] for one in ("midakit", name))
        return ours[: len(theirs)], theirs

    def theirs_over_ours(name: str, what: str) -> list[float]:
        ours, theirs = pairs(name, what)
        return divided(theirs, ours)

    return [
        *(Row("rows a second", PEERS[name], theirs_over_ours(name, "seconds"), at_least=goal)
          for name, goal in (("httpx", 7.0), ("dlt", 10.0), ("aiohttp", None), ("wreq", None))
          if name in runs),
        *(Row("CPU a row", PEERS[name], divided(*pairs(name, "cpu")), at_most=goal)
          for name, goal in (("httpx", None), ("dlt", None), ("aiohttp", 0.9), ("wreq", None))
          if name in runs),
        *(Row("peak memory", PEERS[name], divided(*pairs(name, "peak"))) for name in there),
    ]  # fmt: skip


def kills(names: tuple[str, ...]) -> list[Row]:
    """What each asks for again after it was killed in the middle; scripts begin anew, whatever the size."""
    return [
        Row("reports fetched again after kill -9", PEERS.get(name, name),
            [killed(name, 2_000 if name == "midakit" else 200)],
            at_most=0.5 if name == "midakit" else None)
        for name in names
    ]  # fmt: skip


def growth(sizes: tuple[int, int] = SIZES) -> list[Row]:
    """Sixteen times the experiments, once: the export, the next night, and what follows."""
    peaks: dict[str, list[float]] = {step: [] for step in STEPS}
    for count in sizes:
        with serving(count) as url, tempfile.TemporaryDirectory() as folder:
            for step in STEPS:
                peaks[step].append(measured("steps", step, url, folder)["peak"])
    what = "peak memory, {1:,} experiments over {0:,}".format(*sizes)
    return [
        Row(what, step, [large / small], at_most=1.15) for step, (small, large) in peaks.items()
    ]


def processes(rounds: int) -> list[Row]:
    """Two worker processes against one that does everything, and against what most people would write.

    In CPU, and by the clock where nobody else works.
    """
    found: Runs = {"midakit": [], "processes": [], "polars": []}
    others = busy()
    with serving(LARGE, LONG) as url:
        for _ in range(rounds):
            works = {name: lambda name=name: export(name, url) for name in found}
            for name, (run,) in harness.interleaved(works, 1).items():
                found[name].append(run)

    def over(what: str, above: str, below: str) -> list[float]:
        return divided([run[what] for run in found[above]], [run[what] for run in found[below]])

    what = f"{LARGE:,} experiments of {LONG} days, two processes"

    def clock(peer: str, against: str, goal: float) -> Row:
        row = Row(f"rows a second, {what}", against, at_least=goal)
        return (
            replace(row, why=others)
            if others
            else replace(row, ratios=over("seconds", peer, "processes"))
        )

    return [
        clock("midakit", "one process", 1.7),
        clock("polars", POLARS, 3),
        Row(f"CPU a row, {what}", "one process", over("cpu", "processes", "midakit")),
        Row(f"CPU a row, {what}", POLARS, over("cpu", "processes", "polars")),
    ]


def busy() -> str:
    """Why two processes cannot be faster than one just now; empty where they can."""
    load, cpus = os.getloadavg()[0], os.cpu_count() or 1
    return f"load {load:.0f} on {cpus} processors" if cpus < 2 or load > cpus / 2 else ""


def conversion(count: int, rounds: int) -> list[Row]:
    """Columns against models."""
    works = {
        way: lambda way=way: measured("converting", way, str(count))["cpu"]
        for way in ("columns", "models", "fields", "arrow")
    }
    found = harness.interleaved(works, rounds)
    what = f"{count:,} rows of timeseries to Parquet, CPU"
    return [
        Row(what, "models, to_dict, pylist", divided(found["columns"], found["models"]), at_most=0.3),
        Row(what, "models, documented fields only, pylist", divided(found["columns"], found["fields"])),
        Row(what, "pyarrow.json with the same schema", divided(found["columns"], found["arrow"])),
    ]  # fmt: skip


def figures(runs: Runs) -> str:
    """Medians, for the reader."""
    shown = []
    for name, found in runs.items():
        seconds, cpu, peak = (
            statistics.median(run[what] for run in found) for what in ("seconds", "cpu", "peak")
        )
        shown.append(f"{name} {seconds:.1f} s, {cpu:.1f} s of CPU, {peak:.0f} MB at most")
    return "; ".join(shown)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--smoke", action="store_true", help="a small account, a tenth of the rows")
    parser.add_argument("--experiments", type=int)
    parser.add_argument("--rounds", type=int)
    given = harness.options(parser)
    count = given.experiments or (1_000 if given.smoke else 2_000)
    rounds = given.rounds or (1 if given.smoke else 2)
    peers = ("midakit", "httpx", "aiohttp") if given.smoke else ("midakit", *PEERS)
    runs = exported(count, rounds, peers)
    rows = [
        *against_hands(runs),
        *([] if given.smoke else [*processes(rounds), *kills(peers), *growth()]),
        *conversion(100_000 if given.smoke else 300_000, 1),
    ]
    note = (
        f"{count:,} experiments, result and timeseries of each, 64 in flight, the same rows for all; peak "
        f"memory of the whole process. Only midakit goes on after a kill. Medians: {figures(runs)}."
    )
    harness.tell("Bulk export", rows, note)


if __name__ == "__main__":
    main()
