"""The limit of the event loop: bytes out, bytes in, and nothing that makes a client of it.

It knows the answer's length beforehand, checks no header, has no timeout, no retry and no pool.
What a real client can reach on asyncio lies below this.
"""

import asyncio
import ssl
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import orjson

from benchmarks.calls.contenders.plain import PATH


class _Wire(asyncio.Protocol):
    def __init__(self):
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
            self.length = head + int(self.received[:head].partition(b"length: ")[2][:4])
        if len(self.received) >= self.length:
            body, self.received = self.received[self.head : self.length], b""
            self.waiting.set_result(body)

    def ask(self, number):
        self.waiting = asyncio.get_running_loop().create_future()
        self.transport.write(
            b"GET %s HTTP/1.1\r\nhost: localhost\r\n\r\n" % PATH.format(number).encode()
        )
        return self.waiting


class _Wires:
    def __init__(self, wires):
        self.wires = wires

    async def many(self, numbers, flight):
        todo, found = iter(numbers), []

        async def worker(wire):
            for number in todo:
                answer = await wire.ask(number)
                found.append(orjson.loads(answer))

        await asyncio.gather(*[worker(wire) for wire in self.wires])
        return found

    async def delays(self, numbers, flight):
        loop, todo, found = asyncio.get_running_loop(), iter(numbers), []

        async def worker(wire):
            for number in todo:
                started = loop.time()
                orjson.loads(await wire.ask(number))
                found.append(loop.time() - started)

        await asyncio.gather(*[worker(wire) for wire in self.wires])
        return found


@asynccontextmanager
async def connections(url, ca, flight):
    loop, parts = asyncio.get_running_loop(), urlsplit(url)
    tls = ssl.create_default_context(cafile=ca) if parts.scheme == "https" else None
    wires = [
        (await loop.create_connection(_Wire, parts.hostname, parts.port, ssl=tls))[1]
        for _ in range(flight)
    ]
    yield _Wires(wires)
    for wire in wires:
        wire.transport.close()
