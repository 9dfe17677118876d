"""One run: its results, the files they go to after every step, and the scenarios it measures."""

import datetime
import json
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.calls.ceiling import ceilings
from benchmarks.calls.fleet import Fleet
from benchmarks.calls.measuring import measure
from benchmarks.calls.scenarios import Scenario
from benchmarks.calls.serving import server
from benchmarks.harness import machine
from benchmarks.tables import report
from benchmarks.tables.figures import summary


def fresh() -> dict[str, Any]:
    """Results of a run that begins now."""
    date = datetime.datetime.now(datetime.UTC).date().isoformat()
    return {"machine": machine(), "date": date, "load": [], "scenarios": {}}


def widened(load: list[float]) -> list[float]:
    """The least and the most load average so far; nothing where the system has none."""
    if not hasattr(os, "getloadavg"):
        return load
    now = round(os.getloadavg()[0], 1)
    return [min([now, *load]), max([now, *load])]


class Run:
    """Results, and the files they go to after every step."""

    def __init__(self, folder: Path, name: str, *, resume: bool) -> None:
        self.json, self.markdown = folder / f"{name}.json", folder / f"{name}.md"
        folder.mkdir(parents=True, exist_ok=True)
        self.results = fresh()
        if resume and self.json.exists():
            found = json.loads(self.json.read_text(encoding="utf-8"))
            if found["machine"] != self.results["machine"]:
                sys.exit(f"{self.json.name} was measured on another machine: {found['machine']}")
            self.results = found

    def __str__(self) -> str:
        return ", ".join(os.path.relpath(path) for path in (self.json, self.markdown))

    def keep(self, section: str, value: Any) -> None:
        """Another section is measured."""
        self.results[section] = value
        self.save()

    def save(self) -> None:
        """Whole or not at all: a run may be stopped at any time."""
        self.results["load"] = widened(self.results["load"])
        for path, text in (
            (self.json, json.dumps({**self.results, **summary(self.results)}, indent=1) + "\n"),
            (self.markdown, f"# Benchmarks\n\n{report.whole(self.results)}"),
        ):
            part = path.with_suffix(path.suffix + ".part")
            part.write_text(text, encoding="utf-8")
            part.replace(path)


def measured(run: Run, listed: Iterable[Scenario], *, until: float, thorough: bool) -> None:
    """Every scenario that has no figures yet, in the order of what they are worth.

    Each may take twice its share of the time that is left; then it begins no other round. A thorough
    run measures the server's ceiling, delays and memory too, and leaves out what it is too late for;
    the other gives everything one round at least.
    """
    todo = [one for one in listed if one.title not in run.results["scenarios"]]
    run.results["left_out"] = []
    with server() as running, Fleet(running.ca) as fleet:
        if thorough and todo and "ceilings" not in run.results:
            run.keep("ceilings", ceilings(running))
        for number, scenario in enumerate(todo):
            started = time.monotonic()
            if thorough and started > until:
                run.results["left_out"].append(scenario.title)
                continue
            share = (until - started) / (len(todo) - number)
            found = measure(
                scenario, fleet, running, delays=thorough, until=min(until, started + 2 * share)
            )
            run.results["scenarios"][scenario.title] = found
            run.save()
            say(f"{scenario.title}: {time.monotonic() - started:.0f} s")
    run.save()


def say(text: str) -> None:
    """Progress, apart from the result."""
    print(text, file=sys.stderr, flush=True)
