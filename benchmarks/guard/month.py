"""Day after day of a month: the clock moves, a look is killed and another one made."""

import json
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from benchmarks.guard.account import PROJECT, START, Planted, lines, planted
from benchmarks.guard.receivers import Arrived, receiving
from midakit import Mida

ROOT = Path(__file__).parents[2]
Kill = tuple[str, int]
"""A stage of `worker.STAGES`, and how often it is reached before the process dies."""


@dataclass
class Look:
    """One look that was not killed."""

    day: int
    found: dict[int, list[str]]
    """Experiment -> codes of what is true of it."""
    seconds: float


@dataclass
class Month:
    """What was planted, what was found day by day, and what arrived."""

    experiments: list[Planted]
    arrived: Arrived
    looks: list[Look] = field(default_factory=list)
    killed: dict[str, int] = field(default_factory=dict)
    """Stage -> how many processes died there."""
    visitors: int = 0


@contextmanager
def served(file: Path) -> Iterator[dict]:
    """Serve a data set in a process of its own; yields what its ready line tells."""
    command = [
        sys.executable,
        "-m",
        "midakit.sandbox",
        "--port",
        "0",
        "--ready-json",
        "--import",
        file,
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def month(
    count: int,
    days: Sequence[int],
    kills: Mapping[int, Sequence[Kill]],
    *,
    seed: int = 1,
    say: Callable[[str], object] = lambda text: None,
) -> Month:
    """Look at the end of each day, and return what came of it.

    Args:
        count: Experiments.
        days: The days, from 1, at the end of which is looked.
        kills: Day -> processes that are killed before the look that counts.
        seed: Decides about experiments and visitors.
        say: Is told how far it is.
    """
    experiments = planted(count, seed)
    with tempfile.TemporaryDirectory() as folder, receiving() as arrived:
        done = Month(experiments, arrived)
        file = Path(folder) / "account.jsonl"
        with file.open("w", encoding="utf-8") as out:
            for line in lines(experiments, seed + 1):
                out.write(line + "\n")
                done.visitors += line.startswith('{"type":"assignment"')
        say(f"{done.visitors:,} entries of {count} experiments")
        with served(file) as server:
            say("the sandbox serves them")
            settings = {
                "api_key": server["api_key"], "project_key": PROJECT, "base_url": server["base_url"],
                "webhook": arrived.webhook_url, "mail": arrived.mail_address,
                "state": str(Path(folder) / "guard.json"),
            }  # fmt: skip
            for day in days:
                _day(done, day, kills.get(day, ()), server["url"], settings)
                look = done.looks[-1]
                say(f"day {day}: {look.seconds:.0f} s, {len(arrived.webhook)} messages")
    return done


def _day(done: Month, day: int, kills: Sequence[Kill], url: str, settings: dict) -> None:
    """Move the clock to the end of a day, do what is planted for it, and look."""
    now = (START + timedelta(days=day)).isoformat()
    body = json.dumps({"freeze": now}).encode()
    urllib.request.urlopen(urllib.request.Request(f"{url}/__sandbox__/clock", body)).close()
    before = done.looks[-1].day if done.looks else 0
    gone = [one.test_id for one in done.experiments if one.kind == "no-goal" and before < one.day <= day]  # fmt: skip
    with Mida(settings["api_key"], project_key=PROJECT, base_url=settings["base_url"]) as mida:
        for goal in gone:
            mida.goals.delete(goal)
    for kill in kills:
        died = _worker({**settings, "now": now, "kill": kill})
        if died.returncode == -signal.SIGKILL:
            done.killed[kill[0]] = done.killed.get(kill[0], 0) + 1
    started = time.monotonic()
    looked = _worker({**settings, "now": now})
    if looked.returncode:
        raise RuntimeError(looked.stderr)
    told = json.loads(looked.stdout)
    if told["failures"] or told["looked_at"] != len(done.experiments):
        raise RuntimeError(f"day {day}: {told['looked_at']} looked at, {told['failures'][:3]}")
    found = {int(test): codes for test, codes in told["found"].items()}
    done.looks.append(Look(day, found, time.monotonic() - started))


def _worker(settings: dict) -> subprocess.CompletedProcess:
    """Run one process of the guard."""
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.guard.worker", json.dumps(settings)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
