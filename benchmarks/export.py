"""A bulk export against what a user writes by hand, in one run.

python -m benchmarks.export [--smoke] [--experiments 5000] [--rounds 3]
"""

import argparse
import statistics
import time

from benchmarks import harness
from benchmarks.account.processes import measured
from benchmarks.account.server import serving
from benchmarks.harness import Row
from benchmarks.tables.spreads import divided

SECONDS = 100.0
"""No new round of the exports after these."""
GROWTH = "peak memory at four times the work"


def exported(count: int, rounds: int, names: tuple[str, ...]) -> dict[str, list[dict[str, float]]]:
    """Each contender once a round, in shuffled order."""
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    until = time.monotonic() + SECONDS
    with serving(count) as url:
        for number in range(rounds):
            if number and time.monotonic() > until:
                break
            works = {name: lambda name=name: measured("contenders", name, url) for name in names}
            for name, (run,) in harness.interleaved(works, 1).items():
                runs[name].append(run)
    return runs


def against_hands(runs: dict[str, list[dict[str, float]]]) -> list[Row]:
    """The same rows for everybody, so that time tells their rate."""
    ours = runs["midakit"]

    def column(name: str, what: str) -> list[float]:
        return [run[what] for run in runs[name]]

    return [
        Row("rows a second", f"{name}, semaphore, pandas",
            divided(column(name, "seconds"), [run["seconds"] for run in ours]), at_least=goal)
        for name, goal in (("httpx", 5.0), ("aiohttp", 1.0)) if name in runs
    ] + [
        Row("peak memory", f"{name}, semaphore, pandas",
            divided([run["peak"] for run in ours], column(name, "peak")), at_most=0.3)
        for name in ("httpx", "aiohttp") if name in runs
    ]  # fmt: skip


def growth(count: int, ours: list[dict[str, float]]) -> Row:
    """Four times the experiments, once."""
    with serving(4 * count) as url:
        larger = measured("contenders", "midakit", url)["peak"]
    return Row(
        GROWTH, f"{count:,} experiments", [larger / run["peak"] for run in ours], at_most=1.25
    )


def conversion(count: int, rounds: int) -> list[Row]:
    """Columns against models."""
    works = {
        way: lambda way=way: measured("converting", way, str(count))["cpu"]
        for way in ("columns", "models", "fields")
    }
    found = harness.interleaved(works, rounds)
    what = f"{count:,} rows of timeseries to Parquet, CPU"
    return [
        Row(what, "models, to_dict, pylist", divided(found["columns"], found["models"]), at_most=0.3),
        Row(what, "models, documented fields only, pylist", divided(found["columns"], found["fields"])),
    ]  # fmt: skip


def figures(runs: dict[str, list[dict[str, float]]]) -> str:
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
    count = given.experiments or (1_000 if given.smoke else 5_000)
    rounds = given.rounds or (1 if given.smoke else 3)
    runs = exported(count, rounds, ("midakit", "httpx", "aiohttp"))
    rows = [
        *against_hands(runs),
        growth(count, runs["midakit"]),
        *conversion(100_000 if given.smoke else 1_000_000, 1),
    ]
    note = (
        f"{count:,} experiments, result and timeseries of each, 64 in flight; peak memory of the "
        f"whole process. Medians: {figures(runs)}."
    )
    harness.tell("Bulk export", rows, note)


if __name__ == "__main__":
    main()
