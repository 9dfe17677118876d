"""Rounds: every contender once a round, in shuffled order, so that a busy minute hits all alike."""

import random
import statistics
import time

from benchmarks.calls.fleet import OutError

PROBE = 20
MOST = 4000
PATIENCE = 240.0
"""A gather over httpx takes seconds, or, on a crowded machine, minutes: that is its figure too."""


def pace(fleet, name, scenario, url, ca):
    """Open the client, and see how many answers a second it gives; versions too."""
    opened = fleet.ask(name, "open", url=url, ca=ca, flight=scenario.flight, asks=scenario.asks)
    probe = max(PROBE, scenario.flight) if not scenario.delay else scenario.flight
    first = fleet.ask(name, "run", count=probe, warm=min(probe, scenario.flight))
    return opened["versions"], probe / first["seconds"]


def how_many(scenario, rate):
    """Calls for about the scenario's seconds: whole waves of the calls in flight."""
    if scenario.count:
        return scenario.count
    waves = max(2, round(rate * scenario.seconds / scenario.flight))
    return max(scenario.flight, min(waves * scenario.flight, MOST))


def measure(scenario, fleet, server, *, delays=True, until=None):
    """The rows of one scenario: rates, CPU and the server's share, round by round."""
    url = server.url(tls=scenario.tls, delay=scenario.delay, packed=scenario.packed)
    rows, out = {}, {}
    for name in scenario.contenders:
        try:
            versions, rate = pace(fleet, name, scenario, url, server.ca)
        except OutError as reason:
            out[name] = str(reason)
            continue
        rows[name] = {
            "versions": versions, "calls": how_many(scenario, rate), "rates": [], "cpu": [], "server": [],
        }  # fmt: skip
    for number in range(scenario.rounds):
        if number and until is not None and time.monotonic() > until:
            break
        _round(scenario, rows, out, fleet, server)
    for name, row in rows.items() if delays and not scenario.count else ():
        try:
            row.update(_details(scenario, row, name, fleet))
        except OutError as reason:
            out[name] = f"no delays: {reason}"  # the rates that it has stay
    return {"flight": scenario.flight, "tls": scenario.tls, "delay": scenario.delay,
            "rows": {name: _settled(row) for name, row in rows.items()}, "out": out}  # fmt: skip


def _details(scenario, row, name, fleet):
    memory = fleet.ask(name, "memory")
    return {**memory, **fleet.ask(name, "delays", count=_few(row, scenario))}


def _few(row, scenario):
    return min(row["calls"], max(scenario.flight * 4, 400))


def _round(scenario, rows, out, fleet, server):
    """One contender's failure costs its row, not the run."""
    for name in random.sample(list(rows), len(rows)):
        try:
            _once(scenario, rows[name], name, fleet, server)
        except OutError as reason:
            out[name] = str(reason)
            del rows[name]


def _once(scenario, row, name, fleet, server):
    before = server.busy()
    found = fleet.ask(name, "run", count=row["calls"], warm=scenario.flight, within=PATIENCE)
    row["rates"].append(row["calls"] / found["seconds"])
    row["cpu"].append(found["cpu"] / row["calls"])
    # the server also answered the warm-up, outside the clock
    share = row["calls"] / (row["calls"] + scenario.flight)
    row["server"].append((server.busy() - before) * share / found["seconds"])


def _settled(row):
    """Rounded, for the file."""
    return {
        **row,
        "rates": [round(rate, 1) for rate in row["rates"]],
        "cpu": round(min(row["cpu"], default=0.0) * 1e6, 1),
        "cpus": [round(seconds * 1e6, 1) for seconds in row["cpu"]],
        "server": round(statistics.median(row["server"] or [0.0]), 3),
    }
