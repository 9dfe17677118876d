"""The server of the benchmarks: a process of its own that answers a GET with canned bytes.

It looks for the experiment's number in the request and pastes it into the answer, so that a client
which mixes answers up is found out; everything else is prepared. Four doors: plain and TLS, at once
and after 50 ms. `GET /cpu` tells how much CPU it has used: what share of the time it was busy.
"""

import asyncio
import http.client
import json
import os
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

LATENCY = 0.05
FIRST = 100_000
"""Experiments are numbered from here on, six digits each."""

BODY = {
    "success": True, "test_id": FIRST, "test_name": "Homepage CTA Button Color Test", "count": 2,
    "distribution_mode": "custom", "is_mab": False, "status": "live", "traffic_allocation": 100,
    "variants": [
        {"variant_id": "0", "name": "Control", "traffic_weight": 50, "variant_status": "active"},
        {"variant_id": "1", "name": "Red CTA Button", "traffic_weight": 50, "variant_status": "active"},
    ],
}  # fmt: skip
HEAD = (
    b"HTTP/1.1 200 OK\r\ndate: Sat, 21 Nov 2026 00:00:00 GMT\r\nserver: canned\r\n"
    b"content-type: application/json\r\ncontent-length: %d\r\n\r\n"
)


class Connection(asyncio.Protocol):
    """Requests without bodies, one after the other."""

    def __init__(self, delay: float) -> None:
        body = json.dumps(BODY).encode()
        self.before, self.after = (HEAD % len(body) + body).split(str(FIRST).encode())
        self.delay = delay
        self.rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        data = self.rest + data
        while (end := data.find(b"\r\n\r\n")) >= 0:
            self.answer(data, data.find(b"/experiment/", 0, end))
            data = data[end + 4 :]
        self.rest = data

    def answer(self, data: bytes, at: int) -> None:
        if at < 0:
            busy = b"%.6f" % time.process_time()
            self.transport.write(HEAD % len(busy) + busy)
        elif self.delay:
            whole = self.before + data[at + 12 : at + 18] + self.after
            asyncio.get_running_loop().call_later(self.delay, self.transport.write, whole)
        else:
            self.transport.write(self.before + data[at + 12 : at + 18] + self.after)


async def serve(certificate: str) -> None:
    """Open the doors, say where they are, and answer until the parent goes away."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    loop = asyncio.get_running_loop()
    doors, servers = {}, []
    for tls in (False, True):
        for delay in (0.0, LATENCY):
            server = await loop.create_server(
                lambda delay=delay: Connection(delay),
                "127.0.0.1", 0, backlog=2048, ssl=context if tls else None,
            )  # fmt: skip
            doors[f"{tls:d}{delay > 0:d}"] = server.sockets[0].getsockname()[1]
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

    def url(self, *, tls: bool, delay: bool) -> str:
        """The address of one of the four doors."""
        return f"{'https' if tls else 'http'}://127.0.0.1:{self.doors[f'{tls:d}{delay:d}']}"

    def busy(self) -> float:
        """CPU seconds used so far."""
        connection = http.client.HTTPConnection("127.0.0.1", self.doors["00"], timeout=10)
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
