"""The sandbox under load: 64 and 256 clients of wrk, a fifth of the requests writes.

    python -m benchmarks.sandbox_load [--seconds 60] [--clients 64 256] [--write-docs]

`nox -s load` runs it as stated and writes the table into docs/explanation/sandbox.md. Each number of
clients has a server process of its own with 2,000 visitors, which answers ten seconds of
load before it counts. Every client sends its next request when it has its answer.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil

from benchmarks import harness
from benchmarks.harness import Row
from benchmarks.tables.spreads import table

ROOT = Path(__file__).parents[1]
SCRIPT = Path(__file__).with_suffix(".lua")
PAGE = ROOT / "docs/explanation/sandbox.md"
START, END = "<!-- load: written by `nox -s load` -->\n", "<!-- end of load -->\n"
VISITORS = 2000
WARM = 10
LIMIT = 100.0
"""Milliseconds that the slowest percent may take."""
GROWTH = 1.1
"""What the memory may have grown by at the end, for a minute of writes."""
HEAD = ("clients", "answers a second", "median", "99 %", "slowest", "errors",
        "server's CPU an answer", "memory before", "after")  # fmt: skip


def started(folder):
    """A server, and what its ready file tells."""
    ready = Path(folder) / "ready.json"
    command = [sys.executable, "-m", "midakit.sandbox", "--port", "0", "--visitors", str(VISITORS),
               "--ready-file", str(ready)]  # fmt: skip
    process = psutil.Popen(command, cwd=ROOT / "src", stdout=subprocess.DEVNULL)
    while not ready.exists():
        if process.poll() is not None:
            sys.exit("the sandbox did not start")
        time.sleep(0.05)
    return process, json.loads(ready.read_text(encoding="utf-8"))


def a_visitor(url):
    """The id of somebody who may do something."""
    with urllib.request.urlopen(f"{url}/__sandbox__/export") as lines:
        found = (json.loads(line) for line in lines)
        return next(line["uuid"] for line in found if line["type"] == "visitor")


def wrk(told, visitor, clients, seconds):
    """What wrk found."""
    command = ["wrk", "-t2", f"-c{clients}", f"-d{seconds}s", "-s", str(SCRIPT), told["url"], "--",
               f"/v2/project/{told['project_keys'][0]}", visitor]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def cpu(process):
    times = process.cpu_times()
    return times.user + times.system


def measure(clients, seconds):
    """One number of clients against a fresh server."""
    with tempfile.TemporaryDirectory() as folder:
        process, told = started(folder)
        try:
            visitor = a_visitor(told["url"])
            wrk(told, visitor, clients, WARM)
            before, spent = process.memory_info().rss, cpu(process)
            found = wrk(told, visitor, clients, seconds)
            found["cpu"] = (cpu(process) - spent) / found["requests"] * 1000
            found["memory"] = before / 2**20, process.memory_info().rss / 2**20
            return found
        finally:
            process.terminate()
            process.wait()


def row(clients, found):
    """A line of the table."""
    before, after = found["memory"]
    return (
        str(clients), f"{found['requests'] / found['seconds']:,.0f}", f"{found['p50']:.0f} ms",
        f"{found['p99']:.0f} ms", f"{found['slowest']:.0f} ms", str(found["errors"]),
        f"{found['cpu']:.2f} ms", f"{before:.0f} MiB", f"{after:.0f} MiB",
    )  # fmt: skip


def written(text, section):
    """The page with its section made anew."""
    before, found, rest = text.partition(START)
    _, closed, after = rest.partition(END)
    if not found or not closed:
        raise ValueError(f"{PAGE.name} has lost the marks around its figures")
    return f"{before}{START}\n{section}\n{END}{after}"


def goals(results):
    """The figures against their limits."""
    for clients, found in results.items():
        before, after = found["memory"]
        yield Row(f"the slowest percent of {clients} clients", f"{LIMIT:.0f} ms",
                  [found["p99"] / LIMIT], at_most=1)  # fmt: skip
        yield Row(f"errors with {clients} clients", "none", [found["errors"]], at_most=0)
        yield Row(f"memory after {clients} clients", "before", [after / before], at_most=GROWTH)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--clients", type=int, nargs="+", default=[64, 256])
    parser.add_argument("--write-docs", action="store_true", help="write the table into the page")
    given = harness.options(parser)
    if shutil.which("wrk") is None:
        missing = Row("the sandbox under load", "", why="wrk is not installed")
        harness.tell("The sandbox under load", [missing])
        return
    busy = os.getloadavg()[0]
    results = {clients: measure(clients, given.seconds) for clients in given.clients}
    lines = table(HEAD, [row(clients, found) for clients, found in results.items()])
    if given.write_docs:
        about = (
            f"{given.seconds} seconds each, {VISITORS:,} visitors, server and clients on one machine, "
            f"{harness.machine()}, whose load average was {busy:.1f} before:"
        )
        text = written(PAGE.read_text(encoding="utf-8"), f"{about}\n\n{lines}")
        PAGE.write_text(text, encoding="utf-8")
    harness.tell("The sandbox under load", [*goals(results)], lines)


if __name__ == "__main__":
    main()
