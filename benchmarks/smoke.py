"""The short run: what the goals compare and nothing else; it fails below half of a stated goal.

A shared machine has bad minutes, so a goal counts as missed by half only when no round of it came
that far, twice: its scenario is measured anew before the run fails. After its time is up every
scenario still gets one round, because "not measured" would be a failure too.
"""

import time

from benchmarks import parts
from benchmarks.calls import scenarios
from benchmarks.runs import Run, measured, say
from benchmarks.tables import report
from benchmarks.tables.figures import below_half, short

SECONDS = 40
DECODING = "decoding"


def main(run: Run) -> str | None:
    """What to exit with: nothing, or the goals that were missed by half."""
    once(run)
    first, missed = below_half(run.results), []
    if first:
        say("below half of a goal, measured once more:\n" + "\n".join(map(str, first)))
        forget(run, {miss.section for miss in first})
        once(run)
        before = {miss.goal for miss in first}
        missed = [miss for miss in below_half(run.results) if miss.goal in before]
    print(report.goals(run.results))
    if missed:
        return "below half of a stated goal, twice:\n" + "\n".join(map(str, missed))
    listed = ", ".join(short(run.results)) or "none"
    say(f"no goal below its half; median short of the whole: {listed}")
    return None


def once(run: Run) -> None:
    """Whatever has no figures."""
    until = time.monotonic() + SECONDS
    if "parts" not in run.results:
        run.keep("parts", {DECODING: parts.run(DECODING, "--smoke")})
    measured(run, scenarios.SMOKE, until=until, thorough=False)


def forget(run: Run, titles: set[str]) -> None:
    """The figures of these sections."""
    for title in titles:
        run.results["scenarios"].pop(title, None)
    if titles & {part["title"] for part in run.results["parts"].values()}:
        del run.results["parts"]
