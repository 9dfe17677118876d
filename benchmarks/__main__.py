"""Every benchmark, in one process tree, against servers it starts itself.

    python -m benchmarks               everything; JSON and Markdown into build/benchmarks
    python -m benchmarks --only calls growth profile --write-docs
    python -m benchmarks --resume      go on after an interruption: what is measured stays
    python -m benchmarks --smoke       the short form: fails below half of a stated goal

Goals: `benchmarks/tables/goals.py`. How to add a program: `benchmarks/__init__.py`.
"""

import argparse
import sys
import time
from pathlib import Path

from benchmarks import parts, smoke
from benchmarks.calls import growth, profiling, scenarios
from benchmarks.calls.serving import server
from benchmarks.runs import Run, measured, say
from benchmarks.tables import page, report

SECTIONS = ("calls", "growth", "profile", "parts")


def full(given: argparse.Namespace) -> None:
    """Section after section; each is saved when it is done."""
    run = Run(given.out, "full", resume=given.resume)
    started = time.monotonic()

    def by(share: float) -> float:
        return started + given.minutes * 60 * share

    if "calls" in given.only:
        measured(run, scenarios.FULL, until=by(0.55), thorough=True)
    if "growth" in given.only and "growth" not in run.results:
        with server() as running:
            run.keep("growth", growth.grow(running, until=by(0.62)))
        say("growth: done")
    if "profile" in given.only and "profile" not in run.results:
        run.keep("profile", profiling.profiled())
        say("profile: done")
    measured_parts = run.results.get("parts", {})
    todo = [name for name in parts.names() if "parts" in given.only and name not in measured_parts]
    for number, name in enumerate(todo):
        patience = parts.patience(by(1) - time.monotonic(), todo=len(todo) - number)
        found = parts.run(name, patience=patience)
        run.keep("parts", {**run.results.get("parts", {}), name: found})
        say(f"{name}: done")
    if given.write_docs:
        page.keep(run.results)
    print(report.goals(run.results))
    say(f"written: {run}")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("--smoke", action="store_true", help="the short form, for CI")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS))
    parser.add_argument("--minutes", type=float, default=12, help="about half of it for calls")
    parser.add_argument(
        "--resume", action="store_true", help="keep what an earlier run has measured"
    )
    parser.add_argument(
        "--write-docs", action="store_true", help="keep the results, write the page"
    )
    parser.add_argument("--out", type=Path, default=parts.ROOT / "build/benchmarks")
    given = parser.parse_args()
    if given.smoke:
        sys.exit(smoke.main(Run(given.out, "smoke", resume=False)))
    full(given)


if __name__ == "__main__":
    main()
