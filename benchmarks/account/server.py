"""A server of canned bytes in a process of its own: `python -m benchmarks.account.server COUNT DAYS`."""

import asyncio
import json
import re
import subprocess
import sys
from contextlib import contextmanager
from datetime import date
from functools import cache
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

from benchmarks.account.answers import DAYS, experiment, result, timeseries

WINDOW = re.compile(rb"(?:start|end)_date=(\d{4}-\d\d-\d\d)")
SERVED = "/served"
"""Answers with how many reports were asked for."""


def framed(body):
    data = json.dumps(body).encode()
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data


def serve(count, days):
    """List `count` experiments; every result is the same bytes, and every timeseries of the same days."""
    results, served = framed(result()), [0]

    @cache
    def series(window):
        return framed(timeseries(*map(date.fromisoformat, window), count=days))

    def report(kind, target):
        if kind == b"result":
            return results
        return series(tuple(day.decode() for day in WINDOW.findall(target)[:2]))

    def listing(target):
        query = parse_qs(urlsplit(target.decode()).query)
        offset, limit = (int(query.get(name, ["0"])[0]) for name in ("offset", "limit"))
        numbers = range(offset + 1, min(count, offset + limit) + 1)
        shown = [experiment(number) for number in numbers]
        return framed({"success": True, "company_id": 1, "count": len(shown), "experiments": shown})

    class Connection(asyncio.Protocol):
        def connection_made(self, transport):
            self.transport, self.buffer = transport, b""

        def data_received(self, data):
            self.buffer += data
            while b"\r\n\r\n" in self.buffer:
                head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
                target = head.split(b" ", 2)[1]
                kind = re.search(rb"/(result|timeseries)", target)
                if kind:
                    served[0] += 1
                    self.transport.write(report(kind[1], target))
                else:
                    self.transport.write(
                        framed(served[0]) if target == SERVED.encode() else listing(target)
                    )

    async def main():
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Connection, "127.0.0.1", 0, backlog=1024)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    try:
        import uvloop

        uvloop.run(main())
    except ImportError:
        asyncio.run(main())


@contextmanager
def serving(count, days=DAYS):
    """The URL of an account of `count` experiments with so many days each."""
    command = [sys.executable, "-m", "benchmarks.account.server", str(count), str(days)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def served(url):
    """How many reports were asked for so far."""
    with urlopen(url + SERVED) as answer:
        return json.load(answer)


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]))
