"""What the benchmarks share: a server process of their own, rounds in shuffled order, ratios with spread."""

import json
import platform
import random
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager

BODY = json.dumps({
    "success": True, "test_id": 1234, "test_name": "Homepage CTA Button Color Test", "count": 2,
    "distribution_mode": "custom", "is_mab": False, "status": "live", "traffic_allocation": 100,
    "variants": [
        {"variant_id": "0", "name": "Control", "traffic_weight": 50, "variant_status": "active"},
        {"variant_id": "1", "name": "Red CTA Button", "traffic_weight": 50, "variant_status": "active"},
    ],
}).encode()  # fmt: skip

SERVER = """
import asyncio, sys
body = sys.stdin.buffer.read(int(sys.argv[1]))
delay = float(sys.argv[2])
answer = b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(body) + body
class Connection(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.buffer = transport, b""
    def data_received(self, data):
        self.buffer += data
        while b"\\r\\n\\r\\n" in self.buffer:
            self.buffer = self.buffer.partition(b"\\r\\n\\r\\n")[2]
            if delay:
                asyncio.get_running_loop().call_later(delay, self.transport.write, answer)
            else:
                self.transport.write(answer)
async def main():
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
try:
    import uvloop
    uvloop.run(main())
except ImportError:
    asyncio.run(main())
"""


@contextmanager
def server(delay=0.0):
    """A server in a process of its own that answers every GET with the same body."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(len(BODY)), str(delay)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        process.stdin.write(BODY)
        process.stdin.flush()
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def compare(contenders, *, rounds=5, base):
    """Run each contender once a round, in shuffled order; seconds, and ratios against `base` per round."""
    seconds = {name: [] for name in contenders}
    for run in contenders.values():
        run()
    for _ in range(rounds):
        order = list(contenders)
        random.shuffle(order)
        for name in order:
            started = time.perf_counter()
            contenders[name]()
            seconds[name].append(time.perf_counter() - started)
    found = {}
    for name, times in seconds.items():
        ratios = sorted(theirs / ours for theirs, ours in zip(seconds[base], times, strict=True))
        found[name] = {
            "seconds": statistics.median(times),
            "times_base": statistics.median(ratios),
            "min": ratios[0],
            "max": ratios[-1],
        }
    return found


def table(title, found, base):
    """Markdown: how many times as fast as the base, with the spread of the rounds."""
    lines = [f"### {title}", "", f"| | x {base} | spread |", "|---|---|---|"]
    for name, row in sorted(found.items(), key=lambda pair: -pair[1]["times_base"]):
        lines.append(f"| {name} | {row['times_base']:.2f} | {row['min']:.2f} to {row['max']:.2f} |")
    return "\n".join([*lines, ""])


def machine():
    """What it ran on, for the reader of the table."""
    import os

    return f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"
