"""The limit of the event loop: bytes out, bytes in, and nothing that makes a client of it.

It knows the answer's length beforehand, checks no header, has no timeout, no retry and no pool.
What a real client can reach on asyncio lies below this.
"""

import asyncio
import ssl
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import orjson

from benchmarks.calls.exchanges import FIRST


class _Wire(asyncio.Protocol):
    def __init__(self, path):
        self.path = path
        self.waiting = None
        self.received = b""
        self.length = 0

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.received += data
        if not self.length:
            head = self.received.find(b"\r\n\r\n") + 4
            self.head = head
            self.length = head + int(self.received[:head].partition(b"length: ")[2].split()[0])
        if len(self.received) >= self.length:
            body, self.received = self.received[self.head : self.length], b""
            self.waiting.set_result(body)

    def ask(self, number):
        self.waiting = asyncio.get_running_loop().create_future()
        self.transport.write(
            b"GET %s HTTP/1.1\r\nhost: localhost\r\n\r\n" % self.path(number).encode()
        )
        return self.waiting


class _Wires:
    def __init__(self, wires, read):
        self.wires = wires
        self.read = read

    async def many(self, numbers, flight):
        todo, found = iter(numbers), []

        async def worker(wire):
            for number in todo:
                answer = await wire.ask(number)
                found.append(self.read(answer))

        await asyncio.gather(*[worker(wire) for wire in self.wires])
        return found

    async def delays(self, numbers, flight):
        loop, todo, found = asyncio.get_running_loop(), iter(numbers), []

        async def worker(wire):
            for number in todo:
                started = loop.time()
                self.read(await wire.ask(number))
                found.append(loop.time() - started)

        await asyncio.gather(*[worker(wire) for wire in self.wires])
        return found


def typed(url, ca, flight, exchange):
    """The same, read into our models: what is left is the floor of a typed client in pure Python."""
    from midakit.core.models.decode import loads
    from midakit.mida import calls

    answer = exchange.built(calls, FIRST).answer
    return connections(url, ca, flight, exchange, lambda body: loads(answer, body))


@asynccontextmanager
async def connections(url, ca, flight, exchange, read=orjson.loads):
    loop, parts = asyncio.get_running_loop(), urlsplit(url)
    tls = ssl.create_default_context(cafile=ca) if parts.scheme == "https" else None
    wires = [
        (
            await loop.create_connection(
                lambda: _Wire(exchange.path), parts.hostname, parts.port, ssl=tls
            )
        )[1]
        for _ in range(flight)
    ]
    yield _Wires(wires, read)
    for wire in wires:
        wire.transport.close()
