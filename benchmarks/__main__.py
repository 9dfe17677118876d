"""Every benchmark, in one process tree, against servers it starts itself.

    python -m benchmarks               everything; JSON and Markdown into build/benchmarks
    python -m benchmarks --only calls growth decoding profile --write-docs
    python -m benchmarks --resume      go on after an interruption: what is measured stays
    python -m benchmarks --smoke       the short form: fails below half of a stated goal

The smoke measures a scenario once more when it finds a goal missed by half, and fails only when the
second time says the same: a busy minute is no regression. Goals: `benchmarks/goals.py`.
"""

import argparse
import datetime
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import goals, growth, page, parts, report, scenarios
from benchmarks.figures import far_below, reached
from benchmarks.fleet import ROOT, Fleet
from benchmarks.harness import machine
from benchmarks.measuring import measure
from benchmarks.serving import server

SECTIONS = ("calls", "growth", "decoding", "profile", "others")
PROFILES = {
    "fast, 64 in flight": ("midakit fast", 64, 30_000),
    "fast, 1 in flight": ("midakit fast", 1, 10_000),
    "default, 64 in flight": ("midakit default", 64, 8_000),
}


def fresh():
    """Results of a run that begins now."""
    return {
        "machine": machine(), "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "load": f"load average {os.getloadavg()[0]:.1f} at the start", "scenarios": {},
    }  # fmt: skip


class Run:
    """Results, and the files they go to after every step."""

    def __init__(self, folder, name, *, resume):
        self.json, self.markdown = folder / f"{name}.json", folder / f"{name}.md"
        folder.mkdir(parents=True, exist_ok=True)
        self.results = fresh()
        if resume and self.json.exists():
            found = json.loads(self.json.read_text(encoding="utf-8"))
            if found["machine"] != self.results["machine"]:
                sys.exit(f"{self.json.name} was measured on another machine: {found['machine']}")
            self.results = found

    def save(self):
        """Whole or not at all: a run may be stopped at any time."""
        for path, text in (
            (self.json, json.dumps(self.results, indent=1) + "\n"),
            (self.markdown, f"# Benchmarks\n\n{report.whole(self.results)}"),
        ):
            part = path.with_suffix(path.suffix + ".part")
            part.write_text(text, encoding="utf-8")
            part.replace(path)

    def keep(self, section, value):
        self.results[section] = value
        self.save()


def calls(run, listed, *, until, delays=True):
    """Every scenario that has no figures yet, in the order of what they are worth."""
    results = run.results
    results["left_out"] = []
    with server() as running, Fleet(running.ca) as fleet:
        for scenario in listed:
            if scenario.title in results["scenarios"]:
                continue
            if time.monotonic() > until:
                results["left_out"].append(scenario.title)
                continue
            started = time.monotonic()
            found = measure(scenario, fleet, running, delays=delays, until=until)
            results["scenarios"][scenario.title] = found
            run.save()
            say(f"{scenario.title}: {time.monotonic() - started:.0f} s")
    run.save()


def decoded(*options):
    """The decoders' seconds, from a process of their own."""
    return asked("benchmarks.decoding", "--json", *options)


def asked(module, *options):
    """The JSON that a program of ours prints."""
    done = subprocess.run(
        [sys.executable, "-m", module, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def profiled():
    """Shares of our own process, one at a time."""
    return {
        title: asked("benchmarks.profiling", name, "--flight", str(flight), "--calls", str(count), "--json")
        for title, (name, flight, count) in PROFILES.items()
    }  # fmt: skip


def full(given):
    run = Run(given.out, "full", resume=given.resume)
    end = time.monotonic() + given.minutes * 60
    if "calls" in given.only:
        calls(run, scenarios.FULL, until=end - given.minutes * 15)
    if "growth" in given.only and "growth" not in run.results:
        with server() as running:
            run.keep("growth", growth.grow(running, until=end))
        say("growth: done")
    if "decoding" in given.only and "decoding" not in run.results:
        run.keep("decoding", decoded())
        say("decoding: done")
    if "profile" in given.only and "profile" not in run.results:
        run.keep("profile", profiled())
        say("profile: done")
    if given.write_docs:
        shutil.copy(run.json, page.KEPT)
        page.write()
    for name in parts.names() if "others" in given.only else ():
        found = run.results.setdefault("parts", {})
        if name not in found:
            found[name] = parts.run(name)
            run.save()
            say(f"{name}: {'done' if found[name]['code'] == 0 else found[name]['text'][-200:]}")
    print(report.goals(run.results))
    say(f"written: {shown(run.json)}, {shown(run.markdown)}")


def smoke(given):
    run = Run(given.out, "smoke", resume=False)
    run.keep("decoding", decoded("--smoke"))
    calls(run, scenarios.SMOKE, until=time.monotonic() + 60, delays=False)
    again = far_below(run.results)
    if again:
        missed = {goal.scenario for goal, _ in again}
        say(f"below half of a goal; once more: {', '.join(sorted(missed))}")
        if goals.ROWS in missed:
            run.keep("decoding", decoded("--smoke"))
        for title in missed:
            run.results["scenarios"].pop(title, None)
        calls(run, scenarios.SMOKE, until=time.monotonic() + 60, delays=False)
    print(report.goals(run.results))
    below = [
        f"{goal.title}: {goal.shown(spread.median) if spread else 'not measured'}, "
        f"stated {goal.shown(goal.at_least)}"
        for goal, spread in far_below(run.results)
    ]
    if below:
        sys.exit("below half of a stated goal, twice:\n" + "\n".join(below))
    short = [
        goal.title for goal in goals.GOALS if reached(goal, run.results).median < goal.at_least
    ]
    say(f"no goal below its half; short of the whole: {', '.join(short) or 'none'}")


def shown(path):
    return os.path.relpath(path)


def say(text):
    print(text, file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("--smoke", action="store_true", help="the short form, for CI")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS))
    parser.add_argument(
        "--minutes", type=float, default=10, help="for calls and growth; then it stops"
    )
    parser.add_argument(
        "--resume", action="store_true", help="keep what an earlier run has measured"
    )
    parser.add_argument(
        "--write-docs", action="store_true", help="keep the results, write the page"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "build/benchmarks")
    given = parser.parse_args()
    (smoke if given.smoke else full)(given)


if __name__ == "__main__":
    main()
