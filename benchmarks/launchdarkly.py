"""LaunchDarkly: midakit against the official `launchdarkly-api`, side by side in one run.

    python -m benchmarks.launchdarkly

Import time and memory, decoding one metric, reading 200 metrics over a server that takes 20 ms, and
how many awkward bodies each reads.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from benchmarks import harness
from benchmarks.harness import Row, interleaved
from benchmarks.tables.spreads import divided

CASES = Path(__file__).parents[1] / "tests/data/launchdarkly/ld_awkward_bodies.json"
OURS = "import midakit.launchdarkly as ld; ld.AsyncLaunchDarkly; ld.Metric; import midakit.launchdarkly.decode"
PEER_NAME = "launchdarkly-api"
PEER = "import launchdarkly_api"
PROBE = """
import time
started = time.process_time()
{}
seconds = time.process_time() - started
print(seconds, next(line.split()[1] for line in open("/proc/self/status") if line[:5] == "VmRSS"))
"""


def imported(statement):
    """CPU seconds and resident memory (KiB) of a fresh interpreter that imports it."""
    out = subprocess.run(
        [sys.executable, "-c", PROBE.format(statement)], capture_output=True, text=True, check=True
    )
    return tuple(map(float, out.stdout.split()))


def compared(what, ours, peer, count):
    """Theirs over ours, in interleaved rounds."""
    found = interleaved({"ours": ours, "peer": peer}, count)
    return Row(what, PEER_NAME, divided(found["peer"], found["ours"]))


def cpu(work, count):
    def once():
        started = time.process_time()
        for _ in range(count):
            work()
        return (time.process_time() - started) / count

    return once


def agreeable(case):
    """A body that the peer accepts: types corrected, and the group's `negate` added."""
    return {**case, "filters": {**case["filters"], "negate": False}}


class Slow(BaseHTTPRequestHandler):
    """The metric, 20 ms late."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    body = b""

    def do_GET(self):
        time.sleep(0.02)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(self.body)}\r\n\r\n"
        self.wfile.write(head.encode() + self.body)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def imports():
    """CPU and memory of a fresh interpreter that imports the package."""
    runs = [(imported(OURS), imported(PEER)) for _ in range(3)]
    return [
        Row(what, PEER_NAME, [theirs[index] / ours[index] for ours, theirs in runs])
        for index, what in enumerate(("CPU to import", "memory after the import"))
    ]


def awkward(cases, ours, peer):
    """How many of the bodies that real accounts hold each can read."""
    bodies = [json.dumps(case["body"]) for case in cases]
    read, theirs = (sum(accepted(load, one) for one in bodies) for load in (ours, peer))
    return f"Awkward bodies read: {read} of {len(bodies)} by midakit, {theirs} by {PEER_NAME}."


def fetching(url):
    """200 metrics, 16 in flight."""
    import launchdarkly_api

    from midakit.launchdarkly import AsyncLaunchDarkly, calls

    async def ours():
        async with AsyncLaunchDarkly("token", base_url=url) as ld:
            started = time.perf_counter()
            await ld.gather([calls.metrics.get("p", f"m{i}") for i in range(200)], limit=16)
            return time.perf_counter() - started

    def peer():
        settings = launchdarkly_api.Configuration(host=url, api_key={"ApiKey": "token"})
        settings.connection_pool_maxsize = 16
        with launchdarkly_api.ApiClient(settings) as client, ThreadPoolExecutor(16) as pool:
            api = launchdarkly_api.MetricsApi(client)
            started = time.perf_counter()
            list(pool.map(lambda i: api.get_metric("p", f"m{i}"), range(200)))
            return time.perf_counter() - started

    what = "200 metrics behind 20 ms, 16 in flight, seconds"
    return compared(what, lambda: asyncio.run(ours()), peer, 5)


def main():
    from launchdarkly_api.models import MetricRep

    from midakit.launchdarkly import Metric

    harness.options(argparse.ArgumentParser(description=__doc__.partition("\n")[0]))
    cases = json.loads(CASES.read_text())["cases"]
    body = json.dumps(agreeable(cases[1]["body"])).encode()
    text = body.decode()
    decoding = compared(
        "CPU to decode one metric", cpu(lambda: Metric.loads(body), 2000),
        cpu(lambda: MetricRep.from_json(text), 500), 7,
    )  # fmt: skip
    Slow.body = body
    server = Server(("127.0.0.1", 0), Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        fetched = fetching(f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()
    note = awkward(cases, lambda text: Metric.loads(text.encode()), MetricRep.from_json)
    rows = [*imports(), decoding, fetched]
    harness.tell("LaunchDarkly's metrics", rows, f"Theirs over midakit's. {note}")


def accepted(load, text):
    try:
        load(text)
    except Exception:
        return False
    return True


if __name__ == "__main__":
    main()
