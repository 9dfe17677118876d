"""Where the client's CPU goes: a sampling profile of our own process, in shares by layer.

    python -m benchmarks.calls.profiling ["midakit own"] [--flight 64] [--calls 20000]

A timer of CPU time interrupts as often as the kernel allows (every millisecond to every tick); the
frame that was running is charged to its layer.
What C code takes (a send, a receive, a decode) is charged to the Python line that called it, so the
socket's share shows under the function of asyncio that reads or writes. No tracing: the mix is real.
"""

import argparse
import json
import resource
import signal
import subprocess
import sys
from collections import Counter

from benchmarks.calls.fleet import ROOT
from benchmarks.calls.serving import server
from benchmarks.calls.working import Bench

LAYERS = (
    ("sending bytes (socket)", ("asyncio/selector_events.py:write", "asyncio/selector_events.py:send")),
    ("receiving bytes (socket)", ("asyncio/selector_events.py:_read_ready", "socket.py:recv")),
    ("waiting for sockets (select)", ("selectors.py:",)),
    ("asyncio: tasks, callbacks, timers", ("asyncio/", "anyio/")),
    ("decoding into models", ("midakit/core/models/", "methods midakit.mida.models")),
    ("transport: framing and pool", ("midakit/core/wire/", "httpx/", "httpcore/", "h11/")),
    ("building calls and requests", ("midakit/mida/calls/", "midakit/core/call.py:", "midakit/core/_async/client.py:", "midakit/core/service.py:", "methods midakit.core.call")),
    ("retries, limiter, hooks, fan-out", ("midakit/",)),
    ("the benchmark itself", ("benchmarks/",)),
)  # fmt: skip
EVERY = 0.001
RUNS = {
    "own, 64 in flight": ("midakit own", 64, 80_000),
    "own, 1 in flight": ("midakit own", 1, 40_000),
    "httpx, 64 in flight": ("midakit httpx", 64, 20_000),
}


def profiled():
    """The shares of a few of our own contenders, each in a process of its own."""
    return {title: _apart(name, flight, count) for title, (name, flight, count) in RUNS.items()}


def _apart(name, flight, count):
    command = [sys.executable, "-m", "benchmarks.calls.profiling", name, "--json"]
    command += ["--flight", str(flight), "--calls", str(count)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def layer(filename, function):
    """The layer of one frame."""
    place = f"{filename}:{function}"
    for name, marks in LAYERS:
        if any(mark in place for mark in marks):
            return name
    return "everything else"


def sampled(work):
    """How often each layer was running, and each function by name."""
    layers, functions = Counter(), Counter()

    def sample(_signal, frame):
        code = frame.f_code
        layers[layer(code.co_filename, code.co_name)] += 1
        functions[f"{'/'.join(code.co_filename.split('/')[-2:])}:{code.co_qualname}"] += 1

    before = signal.signal(signal.SIGPROF, sample)
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
    try:
        work()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return layers, functions


def shares(name, door, ca, *, flight, calls):
    """Layers and functions in shares of all samples, and the kernel's share of the CPU time."""
    bench = Bench(name)
    try:
        bench.open(door, ca, flight)
        bench.send(max(flight, 200))
        before = resource.getrusage(resource.RUSAGE_SELF)
        layers, functions = sampled(lambda: bench.send(calls))
        after = resource.getrusage(resource.RUSAGE_SELF)
    finally:
        bench.close()
    kernel, user = after.ru_stime - before.ru_stime, after.ru_utime - before.ru_utime
    total = max(1, layers.total())
    return {
        "layers": {key: round(hits / total, 4) for key, hits in layers.most_common()},
        "functions": {key: round(hits / total, 4) for key, hits in functions.most_common(15)},
        "kernel": round(kernel / max(1e-9, kernel + user), 4),
        "samples": total,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("name", nargs="?", default="midakit own")
    parser.add_argument("--flight", type=int, default=64)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    given = parser.parse_args()
    with server() as running:
        url = running.url(tls=False, delay=False)
        found = shares(given.name, url, running.ca, flight=given.flight, calls=given.calls)
    if given.json:
        print(json.dumps(found))
        return
    print(f"{given.name}, {given.flight} in flight; {found['samples']} samples; "
          f"the kernel's share of CPU {found['kernel']:.0%}\n")  # fmt: skip
    for title in ("layers", "functions"):
        for name, share in found[title].items():
            print(f"{share:7.1%}  {name}")
        print()


if __name__ == "__main__":
    main()
