"""The server of the benchmarks: a process of its own that answers with canned bytes.

It looks for the experiment's number in the request and pastes it into the answer, so that a client
which mixes answers up is found out; everything else is prepared. Five doors: plain and TLS, at once
and after 50 ms, and plain with gzip. `GET /cpu` tells how much CPU it has used: what share of the time
it was busy.
"""

import asyncio
import gzip
import http.client
import json
import os
import re
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.calls.exchanges import EXCHANGES, FIRST, encoded

LATENCY = 0.05
HEAD = (
    b"HTTP/1.1 200 OK\r\ndate: Sat, 21 Nov 2026 00:00:00 GMT\r\nserver: canned\r\n"
    b"content-type: application/json\r\n%bcontent-length: %d\r\n\r\n"
)
_asked = re.compile(
    rb"(?:GET|POST) /v2/project/p/experiments?(?:/|\?limit=200&offset=)(\d{6})(?:/(\w+))? "
).match
_length = re.compile(rb"(?i)\r\ncontent-length: *(\d+)").search


def prepared() -> dict[bytes | None, tuple[bytes, bytes]]:
    """What stands before and behind the number in each answer, by the last word of the path."""
    found: dict[bytes | None, tuple[bytes, bytes]] = {}
    for exchange in EXCHANGES.values():
        before, after = encoded(exchange.answer).split(str(FIRST).encode())
        word = exchange.target.rpartition("/")[2].encode()
        found[None if b"?" in word else word] = before, after
    return found


class Connection(asyncio.Protocol):
    """Requests, one after the other."""

    def __init__(self, delay: float, packed: bool) -> None:
        self.answers = prepared()
        self.delay = delay
        self.packed = packed
        self.rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        data = self.rest + data
        while (end := data.find(b"\r\n\r\n") + 4) > 3:
            length = _length(data, 0, end) if data[:4] == b"POST" else None
            end += int(length[1]) if length else 0
            if len(data) < end:
                break
            self.answer(data)
            data = data[end:]
        self.rest = data

    def answer(self, data: bytes) -> None:
        asked = _asked(data)
        if not asked:
            busy = b"%.6f" % time.process_time()
            self.transport.write(HEAD % (b"", len(busy)) + busy)
            return
        before, after = self.answers[asked[2]]
        body, coding = before + asked[1] + after, b""
        if self.packed:
            body, coding = gzip.compress(body, 1), b"content-encoding: gzip\r\n"
        whole = HEAD % (coding, len(body)) + body
        if self.delay:
            asyncio.get_running_loop().call_later(self.delay, self.transport.write, whole)
        else:
            self.transport.write(whole)


DOORS = (
    (False, False, False), (False, True, False), (True, False, False), (True, True, False), (False, False, True),
)  # fmt: skip
"""TLS, late, packed."""


def door(tls: bool, delay: bool, packed: bool) -> str:
    """The name of a door."""
    return f"{tls:d}{delay:d}{packed:d}"


async def serve(certificate: str) -> None:
    """Open the doors, say where they are, and answer until the parent goes away."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    loop = asyncio.get_running_loop()
    doors, servers = {}, []
    for tls, delay, packed in DOORS:
        server = await loop.create_server(
            lambda delay=delay, packed=packed: Connection(LATENCY if delay else 0.0, packed),
            "127.0.0.1", 0, backlog=2048, ssl=context if tls else None,
        )  # fmt: skip
        doors[door(tls, delay, packed)] = server.sockets[0].getsockname()[1]
        servers.append(server)
    print(json.dumps(doors), flush=True)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    await asyncio.Event().wait()


def _leave_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


@dataclass(frozen=True)
class Server:
    """Where it listens, and whom its certificate trusts."""

    doors: dict[str, int]
    ca: str

    def url(self, *, tls: bool, delay: bool, packed: bool = False) -> str:
        """The address of one of the doors."""
        port = self.doors[door(tls, delay, packed)]
        return f"{'https' if tls else 'http'}://127.0.0.1:{port}"

    def busy(self) -> float:
        """CPU seconds used so far."""
        connection = http.client.HTTPConnection("127.0.0.1", self.doors["000"], timeout=10)
        try:
            connection.request("GET", "/cpu")
            return float(connection.getresponse().read())
        finally:
            connection.close()


@contextmanager
def server() -> Iterator[Server]:
    """Start it, with a certificate made for this run; stop it at the end."""
    import trustme

    with tempfile.TemporaryDirectory() as folder:
        authority = trustme.CA()
        ca, pem = Path(folder, "ca.pem"), Path(folder, "server.pem")
        authority.cert_pem.write_to_path(str(ca))
        authority.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(
            str(pem)
        )
        with subprocess.Popen(
            [sys.executable, "-m", "benchmarks.calls.serving", str(pem)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2],
        ) as process:  # fmt: skip
            try:
                assert process.stdout is not None
                yield Server(json.loads(process.stdout.readline()), str(ca))
            finally:
                process.kill()


if __name__ == "__main__":
    try:
        from uvloop import run
    except ImportError:
        from asyncio import run
    run(serve(sys.argv[1]))
