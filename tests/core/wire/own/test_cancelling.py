"""Cancelling at any moment leaves no half-used connection behind."""

import asyncio
import os
import random

from midakit.core.wire.own.transport import AsyncOwnTransport
from midakit.errors import TransportError
from support.wire import request, serving

CALLS = int(os.environ.get("MIDAKIT_CANCEL_CALLS", "3000"))


async def echo(server, seen, writer):
    """Answers with the target it was asked for, in pieces and at its own pace."""
    chance = random.random()
    body = seen.split(b" ", 2)[1]
    if chance < 0.3:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        await asyncio.sleep(0)
        writer.write(b"%x\r\n%b\r\n" % (len(body), body))
        await asyncio.sleep(random.random() * 0.002)
        writer.write(b"0\r\n\r\n")
        return None
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
    if chance < 0.5:
        writer.write(head + body[:3])
        await asyncio.sleep(random.random() * 0.002)
        writer.write(body[3:])
        return None
    writer.write(head + body)
    return "close" if chance > 0.97 else None


def test_every_answer_belongs_to_its_request(run):
    """Among thousands of calls cancelled at random moments, no caller ever gets another's answer."""
    tally = {"answered": 0, "cancelled": 0}

    async def one(transport, port, number, gate):
        async with gate:
            target = b"/call/%d" % number
            task = asyncio.ensure_future(transport.send(request(port, target=target)))
            if random.random() < 0.5:
                for _ in range(random.randrange(8)):
                    await asyncio.sleep(0)
                if random.random() < 0.7:
                    await asyncio.sleep(random.random() * 0.003)
                task.cancel()
            try:
                response = await task
            except asyncio.CancelledError:
                tally["cancelled"] += 1
            except TransportError as error:
                raise AssertionError("only cancelling ends a call here") from error
            else:
                assert response.body == target
                tally["answered"] += 1

    async def main():
        random.seed(5)
        transport = AsyncOwnTransport()
        async with serving(echo) as (_, port):
            gate = asyncio.Semaphore(16)
            await asyncio.gather(*(one(transport, port, number, gate) for number in range(CALLS)))
            await asyncio.sleep(0.05)
            assert all(found.waiter is None for found in transport._pool.connections)
            assert len(transport._pool.connections) <= 16
            await transport.aclose()

    run(main)
    assert tally["answered"] > CALLS / 4
    assert tally["cancelled"] > CALLS / 20
