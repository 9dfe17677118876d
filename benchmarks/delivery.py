"""Delivery: what a variant and an event cost, and how long a page waits while the service is away.

    python -m benchmarks.delivery

CPU time against the stated limits and against a call of the core; GrowthBook's and PostHog's Python
clients do the same against the same local server, in interleaved rounds.
"""

import argparse
import asyncio
import contextlib
import gc
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import harness
from benchmarks.harness import Row, interleaved
from benchmarks.tables.spreads import divided
from midakit.core._async.client import AsyncClient
from midakit.delivery import AsyncMidaDelivery, MidaDelivery, calls

KEY, USER = "homepage-headline", "user-42"
CACHED_MICROSECONDS = 3.0
EVENTS_A_SECOND = 100_000 / 60
SHARE_OF_A_CORE = 0.25
BUDGET, OVER = 0.05, 0.005
PAGES = 400


@contextlib.contextmanager
def server():
    """The address of a local server in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.delivery_server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


class Cost:
    """CPU seconds of one step of a coroutine, in a loop that goes on."""

    def __init__(self, runner):
        self._runner = runner

    def of(self, step, count):
        """A work for `interleaved`: the average of so many steps."""

        async def steps():
            await step(0)
            gc.collect()
            started = time.process_time()
            for number in range(count):
                await step(number)
            return (time.process_time() - started) / count

        return lambda: self._runner.run(steps())


def cached(url, runner, rounds):
    """A cached variant in microseconds, against the limit and against a local evaluation of GrowthBook."""
    delivery = AsyncMidaDelivery("key", base_url=url, budget=5)
    works = {"ours": Cost(runner).of(lambda _: delivery.variant(KEY, USER), 20_000)}
    rows = []
    with contextlib.ExitStack() as stack:
        peer = growthbook_step(url, runner, stack)
        if peer is not None:
            works["peer"] = Cost(runner).of(peer, 2_000)
        found = interleaved(works, rounds)
    limit = CACHED_MICROSECONDS / 1e6
    ratios = [one / limit for one in found["ours"]]
    rows.append(Row("a cached variant, CPU", "3 microseconds", ratios, at_most=1))
    if peer is None:
        rows.append(Row("the same", "GrowthBook", why="growthbook is not installed"))
    else:
        ratio = divided(found["peer"], found["ours"])
        rows.append(Row("GrowthBook's evaluation over a cached variant, CPU", "GrowthBook", ratio))
    runner.run(delivery.aclose())
    return rows


def growthbook_step(url, runner, stack):
    try:
        from growthbook import GrowthBookClient
        from growthbook.common_types import Options, UserContext
    except ImportError:
        return None
    client = GrowthBookClient(Options(api_host=url, client_key="sdk-1"))
    assert runner.run(client.initialize())
    stack.callback(lambda: runner.run(client.close()))

    async def step(_):
        found = await client.get_feature_value(KEY, "none", UserContext(attributes={"id": USER}))
        assert found != "none"

    return step


def uncached(url, runner, rounds):
    """A variant that has to be asked for, against a bare call of the core and PostHog's flags."""
    delivery = AsyncMidaDelivery("key", base_url=url, budget=5)
    service = delivery._service
    core = AsyncClient(service, timeout=5, deadline=5)
    visitors = iter(range(10**9))

    async def ours(_):
        found = await delivery.variant(KEY, f"visitor-{next(visitors)}")
        assert not found.is_default

    async def bare(_):
        call = calls.query("key", KEY, f"visitor-{next(visitors)}")
        assert calls.read_variant(await core.send_raw(call), service)

    works = {"ours": Cost(runner).of(ours, 1000), "core": Cost(runner).of(bare, 1000)}
    posthog, close = posthog_client(url)
    if posthog is not None:

        async def theirs(_):
            who = f"visitor-{next(visitors)}"
            assert posthog.evaluate_flags(who).get_flag(KEY) == "Variant 1"

        works["posthog"] = Cost(runner).of(theirs, 100)
    found = interleaved(works, rounds)
    rows = [
        Row(
            "a variant that is asked for, CPU", "a call of the core",
            divided(found["ours"], found["core"]), at_most=1.35,
        )
    ]  # fmt: skip
    if posthog is None:
        rows.append(Row("the same", "PostHog", why="posthog is not installed"))
    else:
        ratio = divided(found["posthog"], found["ours"])
        rows.append(Row("PostHog's flag over a variant that is asked for, CPU", "PostHog", ratio))
    close()
    runner.run(delivery.aclose())
    runner.run(core.aclose())
    return rows


def posthog_client(url):
    try:
        from posthog import Posthog
    except ImportError:
        return None, lambda: None
    found = Posthog("key", host=url, max_queue_size=100_000)
    return found, found.shutdown


def resident():
    """Kibibytes of memory that this process has now."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith("VmRSS")))


def events(url, rounds, count):
    """100,000 events a minute: the share of a core, and whether memory stays as it is."""
    shares, growth, per_event, theirs = [], [], [], []
    posthog, close = posthog_client(url)
    for _ in range(rounds):
        with MidaDelivery("key", base_url=url, max_events=100_000) as delivery:
            paced(delivery, count // 4)
            before, started, cpu = resident(), time.monotonic(), time.process_time()
            paced(delivery, count)
            cpu, seconds = time.process_time() - cpu, time.monotonic() - started
            assert delivery.stats.events.sent == count + count // 4
            growth.append(resident() / before)
            per_event.append(cpu / count)
            shares.append(cpu / max(seconds, count / EVENTS_A_SECOND) / SHARE_OF_A_CORE)
        if posthog is not None:
            cpu = time.process_time()
            for number in range(count):
                posthog.capture("Purchase", distinct_id=f"u{number}", properties={"revenue": 9.5})
            posthog.flush()
            theirs.append((time.process_time() - cpu) / count)
    close()
    rows = [
        Row("100,000 events a minute, CPU", "a quarter of a core", shares, at_most=1),
        Row("memory after so many events", "memory before", growth, at_most=1.05),
    ]
    if posthog is None:
        rows.append(Row("an event, CPU", "PostHog", why="posthog is not installed"))
    else:
        what = "PostHog's event (batches of 100) over one of ours (a request each), CPU"
        rows.append(Row(what, "PostHog", divided(theirs, per_event)))
    return rows


def paced(delivery, count):
    """Record events at the stated rate, and wait until they are sent."""
    started = time.monotonic()
    for number in range(count):
        assert delivery.event("Purchase", f"u{number % 5000}", {"page": "/cart"}, revenue=9.5)
        ahead = number / EVENTS_A_SECOND - (time.monotonic() - started)
        if ahead > 0.01:
            time.sleep(ahead)
    assert delivery.flush(120)


async def slowest(url, kind):
    """The 99th percentile of what pages wait, in seconds; each asks for another visitor."""
    waits = []
    async with AsyncMidaDelivery("key", base_url=f"{url}/{kind}", flush_timeout=0) as delivery:
        for number in range(PAGES):
            started = time.perf_counter()
            assert (await delivery.variant(KEY, f"u{number}")).is_default
            waits.append(time.perf_counter() - started)
            await asyncio.sleep(0.001)
    return sorted(waits)[int(0.99 * len(waits))]


def outages(url, runner, rounds):
    """How long pages wait while the service hangs, resets or drips."""
    limit = BUDGET + OVER
    works = {
        kind: lambda kind=kind: runner.run(slowest(url, kind)) for kind in ("hang", "reset", "drip")
    }
    found = interleaved(works, rounds)
    against = f"the budget and {OVER * 1000:g} ms"
    return [
        Row(f"p99 of a page while the service {kind}s", against, [one / limit for one in waits], at_most=1)
        for kind, waits in found.items()
    ]  # fmt: skip


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.delivery", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="few rounds")
    given = harness.options(parser)
    rounds = 3 if given.smoke else 7
    with server() as url, asyncio.Runner() as runner:
        rows = [
            *cached(url, runner, rounds),
            *uncached(url, runner, rounds),
            *events(url, 1 if given.smoke else 3, 5_000 if given.smoke else 20_000),
            *outages(url, runner, rounds),
        ]
    harness.tell(
        "Delivery",
        rows,
        "PostHog sends up to 100 events in a request; Mida's endpoint takes one. GrowthBook evaluates "
        "in the process, with rules that it has fetched.",
    )


if __name__ == "__main__":
    main()
