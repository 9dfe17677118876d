"""Once, four times and sixteen times the work: CPU time and peak memory, a fresh process for each."""

import time

from benchmarks.calls.fleet import Fleet, OutError

ONCE = 500
TIMES = (1, 4, 16)
FLIGHT = 64
PATIENCE = 30.0
REPEATS = 3
SLOW = 3.0
CONTENDERS = (
    "midakit own", "midakit own, stream", "midakit sync, bulk", "midakit httpx",
    "aiohttp, semaphore", "requests", "httpx2, gather", "httpx, gather",
)  # fmt: skip


def grow(server, names=CONTENDERS, *, once=ONCE, until=None):
    """Per contender and size: seconds, CPU seconds and the most bytes held; or why there is no figure."""
    return {name: _sizes(server, name, once, until) for name in names}


def _sizes(server, name, once, until):
    """From small to large; after a size that took too long, none is tried."""
    found, out = {}, None
    for times in TIMES:
        if until is not None and time.monotonic() > until:
            out = {"out": "no time was left"}
        found[str(times)] = out or _best(server, name, once * times)
        out = found[str(times)] if "out" in found[str(times)] else None
    return found


def _best(server, name, count):
    """The one with the least CPU time of a few; one that is slow runs once."""
    best = _one(server, name, count)
    for _ in range(REPEATS - 1):
        if "out" in best or best["seconds"] > SLOW:
            break
        again = _one(server, name, count)
        best = best if "out" in again else min(best, again, key=lambda one: one["cpu"])
    return best


def _one(server, name, count):
    with Fleet(server.ca) as fleet:
        try:
            url = server.url(tls=False, delay=False)
            fleet.ask(name, "open", url=url, ca=server.ca, flight=FLIGHT)
            fleet.ask(name, "run", count=FLIGHT, warm=1)
            found = fleet.ask(name, "run", count=count, warm=0, within=PATIENCE)
            return {**found, **fleet.ask(name, "memory")}
        except OutError as reason:
            return {"out": str(reason)}
