"""From assignment to verdict: what clients were told is exactly what the result shows, whatever happens.

Visitors of a known truth go through `variant` and `event` from several processes, while the service
hangs, resets, answers 503, loses its answers after the work is done, and is killed and started again.
"""

import json
import subprocess
import sys
import threading
from collections import Counter
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from midakit import Mida, stats
from midakit.delivery import MidaDelivery
from support.ports import free_port

WORKER = Path(__file__).parents[1] / "support/closed_loop_worker.py"
PROJECT = "SANDBOXxPROJECTxKEY001"
KEY = "one-page-checkout"
FAULTS = [
    {"action": "hang", "probability": 0.01},
    {"action": "reset", "probability": 0.03},
    {"action": "status;code=503", "probability": 0.02},
    {"action": "status;code=500;after=1", "probability": 0.03},
    {"action": "reset;at=headers", "probability": 0.03},
    {"action": "close;at=0.5", "probability": 0.02},
]
"""One request in seven meets one; the last three lose the answer after the work was done."""
PATH = "^/experiment/(query|event)$"


class Service:
    """A sandbox in a process of its own, which can be killed and started again."""

    def __init__(self, folder):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._words = [
            sys.executable, "-m", "midakit.sandbox", "serve", "--port", str(self.port),
            "--data-dir", str(folder), "--seed", "42", "--visitors", "100",
        ]  # fmt: skip
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            self._words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        with httpx.Client(transport=httpx.HTTPTransport(retries=0)) as client:
            while True:
                try:
                    client.get(f"{self.url}/__sandbox__/health")
                    return
                except httpx.TransportError:
                    assert self.process.poll() is None

    def faults(self, *rules):
        httpx.delete(f"{self.url}/__sandbox__/faults", timeout=60).raise_for_status()
        body = [{**rule, "path": PATH} for rule in rules]
        httpx.post(f"{self.url}/__sandbox__/faults", json=body, timeout=60).raise_for_status()

    def kill(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def service(tmp_path):
    found = Service(tmp_path / "data")
    yield found
    found.kill()


class Progress:
    """How many hundreds of visitors have come, in all processes together."""

    def __init__(self):
        self._changed = threading.Condition()
        self._count = 0

    def follow(self, process):
        """Count the dots of a process until its first line ends; then its answer follows."""
        while process.stdout.read(1) == ".":
            with self._changed:
                self._count += 1
                self._changed.notify_all()
        return process.stdout.readline()

    def wait_for(self, count):
        with self._changed:
            assert self._changed.wait_for(lambda: self._count >= count, 600)


def run(service, visitors, processes, rates):
    """Let visitors come; the service misbehaves after a third of them, and is killed after two thirds."""
    edges = [visitors * part // processes for part in range(processes + 1)]
    workers = []
    for first, last in pairwise(edges):
        words = [service.url, PROJECT, KEY, first, last, *rates]
        workers.append(
            subprocess.Popen(
                [sys.executable, WORKER, *map(str, words)], stdout=subprocess.PIPE, text=True
            )
        )
    progress, told = Progress(), {}

    def follow(worker):
        told[worker] = progress.follow(worker)

    readers = [threading.Thread(target=follow, args=(worker,)) for worker in workers]
    for reader in readers:
        reader.start()
    progress.wait_for(visitors // 300)
    service.faults(*FAULTS)
    progress.wait_for(visitors // 150)
    service.kill()
    service.start()
    for reader in readers:
        reader.join(1200)
    for worker in workers:
        worker.stdout.close()
        assert worker.wait() == 0
    return [json.loads(told[worker]) for worker in workers]


def check(service, visitors, processes, rates):
    """The whole loop, and every claim about it."""
    options = {"project_key": PROJECT, "base_url": f"{service.url}/v2"}
    with Mida("sandbox", **options) as mida:
        goal = mida.goals.create("Bought", "revenue", "bought", goal_key="bought")
        made = mida.experiments.create(
            "One page checkout",
            [{"nickname": "One page"}],
            url="https://shop.example.com/checkout",
            status=1,
            primary_goal_key="bought",
        )
        assert goal
        told = run(service, visitors, processes, rates)
        seen = sum((Counter(one["seen"]) for one in told), Counter())
        bought = sum((Counter(one["bought"]) for one in told), Counter())
        reasons = sum((Counter(one["reasons"]) for one in told), Counter())
        events = [one["events"] for one in told]
        assert sum(seen.values()) == visitors
        assert reasons  # some pages did meet the faults
        assert sum(one["repeated"] for one in events) > 0
        for one in events:
            assert one["accepted"] == one["sent"]
        assert sum(one["sent"] for one in events) == sum(bought.values())

        result = mida.experiments.result(made.test_id)
        arms = dict(zip(("Control", "Variant 1"), result.variants, strict=True))
        for name, row in arms.items():
            assert (row.visitors, row.conversions) == (seen[name], bought[name])
        assert result.total_orders == sum(bought.values())  # no event counts twice
        found = stats.analyze(result)
        assert not found.srm.mismatch
        verdict = mida.verdict(made.test_id)
        assert verdict.kind == "winner", verdict
        assert verdict.variant_id == "1", verdict

    service.kill()
    service.start()
    assigned = {visitor: name for one in told for visitor, name in one["assigned"].items()}
    with MidaDelivery(PROJECT, base_url=service.url, budget=30) as delivery:
        for visitor in [*assigned][:: max(1, visitors // 300)]:
            assert delivery.variant(KEY, visitor) == assigned[visitor]


def test_the_result_shows_exactly_what_was_acknowledged(service):
    """3,000 visitors, three processes; the planted winner is named."""
    check(service, 3000, 3, (0.10, 0.17))


@pytest.mark.soak
def test_the_result_shows_exactly_what_was_acknowledged_for_100_000_visitors(service):
    """100,000 visitors, four processes, and a lift of 15 %."""
    check(service, 100_000, 4, (0.10, 0.115))
