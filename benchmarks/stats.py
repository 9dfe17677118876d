"""Statistics: comparisons, one by one and by the thousand, and what an import costs.

    python -m benchmarks.stats [--smoke] [--experiments 10000] [--rounds 5]

All contenders get the same counts in the same process; CPU time. gbstats takes the lift
for normal, the draws of scipy are noisy in the third digit, and midakit's figures are exact.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from time import process_time
from typing import Any

from benchmarks import harness
from benchmarks.harness import Row
from benchmarks.tables.spreads import divided
from midakit import stats
from midakit.stats.comparison import conversion

VECTORS = Path(__file__).parents[1] / "tests/data/stats_vectors.json"
PAIR = (120, 1500, 148, 1480)
SUMS = (1500, 5800.0, 80_000.0), (1480, 6650.0, 90_000.0)
EXPERIMENTS = 10_000
"""What the goals of many comparisons are stated for."""
DRAWS = 100_000
ABSENT = (
    "gbstats is not installed: pip install --no-deps gbstats==0.8.0, beside numpy, pandas and scipy"
)

Pair = tuple[int, int, int, int]
Work = Callable[[], object]


def experiments(count: int) -> list[Pair]:
    """Arms of 500 to 200,000 visitors, rates of 1 to 20 %, lifts of some percent."""
    draw = random.Random(7)
    found = []
    for _ in range(count):
        visitors = round(500 * 400 ** draw.random())
        rate = 0.01 * 20 ** draw.random()
        moved = min(1.0, max(0.0, rate * (1 + draw.gauss(0.0, 0.1))))
        arms = [(draw.binomialvariate(n, p) if hasattr(draw, "binomialvariate") else around(draw, n, p), n)
                for n, p in ((visitors, rate), (visitors + draw.randint(-50, 50), moved))]  # fmt: skip
        found.append((*arms[0], *arms[1]))
    return found


def around(draw: random.Random, visitors: int, rate: float) -> int:
    """About as many as a binomial draw; Python before 3.12 has none."""
    spread = (visitors * rate * (1 - rate)) ** 0.5
    return min(visitors, max(0, round(draw.gauss(visitors * rate, spread))))


def exact(pair: Pair) -> conversion.RateComparison:
    """Chance, both losses, interval of the lift and the decision interval."""
    return conversion.compare(pair[:2], pair[2:])


def batched(pairs: list[Pair]) -> stats.batch.Pairs:
    """The same for all at once, from lists."""
    return stats.batch.pairs(*zip(*pairs, strict=True))


def by_gbstats(pair: Pair) -> Any:
    """Chance, both losses and interval of the lift."""
    from gbstats.bayesian.tests import EffectBayesianABTest, EffectBayesianConfig
    from gbstats.models.statistics import ProportionStatistic

    control = ProportionStatistic(n=pair[1], sum=pair[0])
    treatment = ProportionStatistic(n=pair[3], sum=pair[2])
    config = EffectBayesianConfig(difference_type="relative")
    return EffectBayesianABTest(control, treatment, config).compute_result()


def by_draws(pair: Pair) -> tuple[float, ...]:
    """What people write with scipy."""
    import numpy as np
    from scipy.stats import beta

    control, treatment = (
        beta.rvs(x + 0.5, n - x + 0.5, size=DRAWS) for x, n in (pair[:2], pair[2:])
    )
    gap = treatment - control
    low, high = np.quantile(gap / control, (0.025, 0.975))
    return float((gap > 0).mean()), float(np.maximum(-gap, 0).mean()), float(low), float(high)


def gb_welch() -> Any:
    from gbstats.frequentist.tests import FrequentistConfig, TwoSidedTTest
    from gbstats.models.statistics import SampleMeanStatistic

    arms = [SampleMeanStatistic(n=n, sum=s, sum_squares=q) for n, s, q in SUMS]
    return TwoSidedTTest(*arms, FrequentistConfig(difference_type="relative")).compute_result()


def gb_sequential() -> Any:
    from gbstats.frequentist.tests import SequentialConfig, SequentialTwoSidedTTest
    from gbstats.models.statistics import ProportionStatistic

    arms = [ProportionStatistic(n=n, sum=x) for x, n in (PAIR[:2], PAIR[2:])]
    config = SequentialConfig(difference_type="absolute")
    return SequentialTwoSidedTTest(*arms, config).compute_result()


def gb_srm() -> Any:
    from gbstats.gbstats import check_srm

    return check_srm([1500, 1480], [0.5, 0.5])


SMALL: dict[str, tuple[Work, Work]] = {
    "Welch and its interval of the lift": (
        lambda: stats.welch(control=SUMS[0], treatment=SUMS[1]),
        gb_welch,
    ),
    "always-valid p and interval": (
        lambda: stats.sequential(control=PAIR[:2], treatment=PAIR[2:]),
        gb_sequential,
    ),
    "sample-ratio mismatch": (lambda: stats.srm([1500, 1480], [50, 50]), gb_srm),
}


def seconds(work: Work, times: int) -> float:
    """CPU of one."""
    start = process_time()
    for _ in range(times):
        work()
    return (process_time() - start) / times


def rounds_of(works: dict[str, tuple[Work, int]], rounds: int) -> dict[str, list[float]]:
    """CPU seconds of each, once warm, one figure a round."""
    for work, _ in works.values():
        work()
    timed = {
        name: lambda work=work, times=times: seconds(work, times)
        for name, (work, times) in works.items()
    }
    return harness.interleaved(timed, rounds)


def one_pair(rounds: int, *, peer: bool) -> list[Row]:
    """The documented example."""
    works: dict[str, tuple[Work, int]] = {"midakit": (lambda: exact(PAIR), 200)}
    if peer:
        works["gbstats"] = (lambda: by_gbstats(PAIR), 50)
    if find_spec("scipy"):
        works["scipy"] = (lambda: by_draws(PAIR), 3)
    found = rounds_of(works, rounds)
    title, goal = "one Bayesian pair", 8.0
    rows = [against(title, "gbstats", found, at_least=goal)]
    if "scipy" in found:
        rows.append(
            Row(title, f"scipy, {DRAWS:,} draws", divided(found["scipy"], found["midakit"]))
        )
    return rows


def many(count: int, rounds: int, *, peer: bool) -> list[Row]:
    """One by one in pure Python, and at once with numpy."""
    pairs = experiments(count)
    works: dict[str, tuple[Work, int]] = {
        "midakit": (lambda: [exact(pair) for pair in pairs], 1),
        "numpy": (lambda: batched(pairs), 1),
    }
    if peer:
        works["gbstats"] = (lambda: [by_gbstats(pair) for pair in pairs], 1)
    found = rounds_of(works, rounds)
    stated = count >= EXPERIMENTS
    pure, numpy = f"{count:,} experiments, pure Python", f"{count:,} experiments, numpy"
    return [
        against(pure, "gbstats", found, at_least=7.0 if stated else None),
        against(numpy, "gbstats", found, ours="numpy", at_least=40.0 if stated else None),
        Row(numpy, "midakit in pure Python", divided(found["midakit"], found["numpy"])),
    ]


def small(rounds: int, *, peer: bool) -> list[Row]:
    """The other tests, which gbstats has too."""
    rows = []
    for title, (ours, theirs) in SMALL.items():
        works = {"midakit": (ours, 500)} | ({"gbstats": (theirs, 50)} if peer else {})
        rows.append(against(title, "gbstats", rounds_of(works, rounds)))
    return rows


def against(
    title: str,
    peer: str,
    found: dict[str, list[float]],
    *,
    ours: str = "midakit",
    at_least: float | None = None,
) -> Row:
    """Their CPU over ours; where they are absent the goal is not stated."""
    if peer not in found:
        return Row(title, peer, why=ABSENT)
    return Row(title, peer, divided(found[peer], found[ours]), at_least=at_least)


def imports(rounds: int) -> list[Row]:
    """CPU of `import midakit.stats` and of others, in processes of their own, less that of Python."""
    names = {
        "midakit": "midakit.stats",
        "scipy": "scipy.special",
        "gbstats": "gbstats.bayesian.tests",
    }
    here = {key: name for key, name in names.items() if find_spec(name.partition(".")[0])}
    works = {key: lambda name=name: importing(name) for key, name in here.items()}
    found = harness.interleaved({**works, "nothing": lambda: importing("sys")}, rounds)
    bare = statistics.median(found["nothing"])
    taken = {key: [max(1e-3, one - bare) for one in found[key]] for key in here}
    return [
        Row("import midakit.stats", f"import {names[key]}", divided(taken["midakit"], taken[key]),
            at_most=0.1 if key == "scipy" else None)
        for key in here if key != "midakit"
    ]  # fmt: skip


def importing(name: str) -> float:
    """CPU seconds of a fresh Python that imports it."""
    program = f"import {name}, time; print(time.process_time())"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def analyzed(rounds: int) -> str:
    """What one `analyze` takes here, alone and with a month of days."""
    arms = [{"variant_id": str(v), "visitors": n, "conversions": x, "traffic_weight": 50}
            for v, (x, n) in enumerate(((3000, 60_000), (3180, 60_000)))]  # fmt: skip
    result = {"variants": arms, "stats_engine": "bayesian", "confidence_threshold_percent": 95}
    days = [
        {"variant_id": arm["variant_id"], "visitors": 2000, "converted": arm["conversions"] // 30,
         "created_at": f"2026-01-{day:02}"}
        for day in range(1, 31) for arm in arms
    ]  # fmt: skip
    found = rounds_of(
        {
            "alone": (lambda: stats.analyze(result), 20),
            "days": (lambda: stats.analyze(result, timeseries=days), 5),
        },
        rounds,
    )
    alone, month = (1e3 * statistics.median(found[name]) for name in ("alone", "days"))
    return f"`stats.analyze` took {alone:.1f} ms of CPU for a result, {month:.1f} ms with 30 days."


def right(*, peer: bool) -> str:
    """In how many reference cases each gives the chance to beat Control, to their tolerance."""
    if not VECTORS.exists():
        return ""
    cases = [
        case for case in json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]
        if case["quantity"] == "rate.chance_to_beat" and isinstance(case["expected"], float)
        and case["inputs"].get("prior", [0.5, 0.5]) == [0.5, 0.5]
    ]  # fmt: skip
    ways: dict[str, Callable[[Pair], float | None]] = {
        "midakit": lambda pair: exact(pair).chance_to_beat_control
    }
    if peer:
        ways["gbstats"] = lambda pair: by_gbstats(pair).chance_to_win
    told = [f"{name} {sum(holds(case, way) for case in cases)}" for name, way in ways.items()]
    return f"Of {len(cases)} reference cases of the chance these are right: {', '.join(told)}."


def holds(case: dict[str, Any], way: Callable[[Pair], float | None]) -> bool:
    control, treatment = (case["inputs"][arm] for arm in ("control", "treatment"))
    pair = tuple(arm[name] for arm in (control, treatment) for name in ("conversions", "visitors"))
    got, tolerance = way(pair), case["tolerance"]
    room = tolerance["abs"] + tolerance["rel"] * abs(case["expected"])
    return got is not None and abs(got - case["expected"]) <= room


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--smoke", action="store_true", help="a tenth of the experiments, two rounds"
    )
    parser.add_argument("--experiments", type=int)
    parser.add_argument("--rounds", type=int)
    given = harness.options(parser)
    count = given.experiments or (1_000 if given.smoke else EXPERIMENTS)
    rounds = given.rounds or (2 if given.smoke else 5)
    peer = find_spec("gbstats") is not None
    rows = [
        *one_pair(rounds, peer=peer),
        *many(count, min(rounds, 3), peer=peer),
        *small(rounds, peer=peer),
        *imports(rounds),
    ]
    note = f"CPU time of theirs over midakit's; imports the other way round. {right(peer=peer)} {analyzed(rounds)}"
    harness.tell("Statistics", rows, note)


if __name__ == "__main__":
    main()
