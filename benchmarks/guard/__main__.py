"""A month of the guard: 1,000 experiments for 28 days on the sandbox's clock.

    python -m benchmarks.guard [--experiments 1000] [--write-docs]

A sandbox holds experiments of known truth. The clock moves day by day; at the end of each day a process
of `midakit.guard` looks, after others were killed at every step of their work. Messages go to a
webhook receiver and a mailbox. The tables are written into docs/how-to/guard.md.
"""

import argparse
import random
import sys
import time
from pathlib import Path

from benchmarks.guard import findings, report
from benchmarks.guard.account import DAYS
from benchmarks.guard.month import Kill, Month, month
from benchmarks.guard.worker import STAGES
from benchmarks.harness import machine

PAGE = Path(__file__).parents[2] / "docs/how-to/guard.md"
START = "<!-- month: written by `python -m benchmarks.guard --write-docs` -->\n"
END = "<!-- end of month -->\n"


def kills(days: int, seed: int = 3) -> dict[int, list[Kill]]:
    """Return who is killed before the look of which day: one at the beginning of its work on each day,
    and on every third day one later.

    Args:
        days: How many days.
        seed: Decides how far the later ones come.
    """
    chance = random.Random(seed)
    found: dict[int, list[Kill]] = {day: [(STAGES[0], 1 + day % 8)] for day in range(1, days + 1)}
    for nth, day in enumerate(range(1, days + 1, 3)):
        found[day].append((STAGES[1 + nth % (len(STAGES) - 1)], chance.randint(1, 4)))
    return found


def broken(done: Month) -> list[str]:
    """Return what was promised and is not so.

    Args:
        done: The month.
    """
    wrong = [
        f"{one.code}: {one.told} false alarms of {one.of}, at most {one.allowed} were promised"
        for one in findings.false_alarms(done)
        if one.told > one.allowed
    ]
    if findings.wanted(done.looks) != findings.received(done):
        wrong.append("a change was not told, or told twice")
    if done.arrived.forged:
        wrong.append(f"{done.arrived.forged} signatures were wrong")
    missing, repeated = findings.mails(done)
    killed = sum(done.killed.values())
    if missing or findings.repeats(done) + repeated > killed:
        wrong.append(f"{missing} mails are missing, {repeated} came twice over {killed} kills")
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.guard", description=__doc__,
                                     formatter_class=argparse.RawTextHelpFormatter)  # fmt: skip
    parser.add_argument("--experiments", type=int, default=1_000)
    parser.add_argument("--write-docs", action="store_true", help="write the page's tables")
    given = parser.parse_args()
    started = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - started:6.0f} s  {text}", file=sys.stderr, flush=True)

    done = month(given.experiments, range(1, DAYS + 1), kills(DAYS), say=say)
    text = f"{report.whole(done)}\n{machine()}.\n"
    print(text)
    if given.write_docs:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(START)
        _, _, after = rest.partition(END)
        PAGE.write_text(f"{before}{START}\n{text}\n{END}{after}", encoding="utf-8")
    if wrong := broken(done):
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
