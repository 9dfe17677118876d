"""LaunchDarkly: midakit against the official `launchdarkly-api`, side by side in one run.

    python -m benchmarks.launchdarkly

Prints ratios (peer / midakit, median of alternating rounds): import time and memory, decoding one
metric, and reading 200 metrics over a server that takes 20 ms; and how many awkward bodies each reads.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CASES = Path(__file__).parents[1] / "tests/data/launchdarkly/ld_awkward_bodies.json"
OURS = "import midakit.launchdarkly as ld; ld.AsyncLaunchDarkly; ld.Metric; import midakit.launchdarkly.decoding"
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


def rounds(ours, peer, count):
    """The ratios peer / ours of alternating rounds, and both medians."""
    pairs = [(ours(), peer()) for _ in range(count)]
    ratio = statistics.median(theirs / mine for mine, theirs in pairs)
    return ratio, *(statistics.median(column) for column in zip(*pairs, strict=True))


def show(name, figures, unit, scale=1.0):
    ratio, mine, theirs = figures
    print(f"{name:34} {mine * scale:10.2f} {theirs * scale:10.2f} {unit:5} {ratio:6.1f}x")


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


def main():
    import launchdarkly_api
    from launchdarkly_api.models import MetricRep

    from midakit.launchdarkly import AsyncLaunchDarkly, Metric, calls

    cases = json.loads(CASES.read_text())["cases"]
    body = json.dumps(agreeable(cases[1]["body"])).encode()
    text = body.decode()
    print(f"{'':34} {'midakit':>10} {'peer':>10} {'':5}  ratio")

    runs = [(imported(OURS), imported(PEER)) for _ in range(3)]
    for index, name, unit, scale in (
        (0, "import, CPU", "ms", 1e3),
        (1, "memory after import", "MiB", 1 / 1024),
    ):
        pairs = [(ours[index], peer[index]) for ours, peer in runs]
        ratio = statistics.median(theirs / mine for mine, theirs in pairs)
        show(name, (ratio, *(statistics.median(c) for c in zip(*pairs, strict=True))), unit, scale)
    show(
        "decode one metric, CPU",
        rounds(
            cpu(lambda: Metric.loads(body), 2000), cpu(lambda: MetricRep.from_json(text), 500), 7
        ),
        "us",
        1e6,
    )

    bodies = [json.dumps(case["body"]) for case in cases]
    read = [
        sum(accepted(load, one) for one in bodies)
        for load in (lambda t: Metric.loads(t.encode()), MetricRep.from_json)
    ]
    print(f"{'awkward bodies read':34} {read[0]:10} {read[1]:10} of {len(bodies)}")

    Slow.body = body
    server = Server(("127.0.0.1", 0), Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"

    async def ours():
        async with AsyncLaunchDarkly("token", base_url=url) as ld:
            started, busy = time.perf_counter(), time.process_time()
            await ld.gather([calls.metrics.get("p", f"m{i}") for i in range(200)], limit=16)
            return time.perf_counter() - started, time.process_time() - busy

    def peer():
        settings = launchdarkly_api.Configuration(host=url, api_key={"ApiKey": "token"})
        settings.connection_pool_maxsize = 16
        with launchdarkly_api.ApiClient(settings) as client, ThreadPoolExecutor(16) as pool:
            api = launchdarkly_api.MetricsApi(client)
            started, busy = time.perf_counter(), time.process_time()
            list(pool.map(lambda i: api.get_metric("p", f"m{i}"), range(200)))
            return time.perf_counter() - started, time.process_time() - busy

    show(
        "200 metrics at 20 ms, 16 in flight",
        rounds(lambda: asyncio.run(ours())[0], lambda: peer()[0], 5),
        "s",
    )
    server.shutdown()
    server.server_close()


def accepted(load, text):
    try:
        load(text)
    except Exception:
        return False
    return True


if __name__ == "__main__":
    main()
