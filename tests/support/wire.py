"""Servers that speak bytes, for transports: each test scripts what goes over the wire."""

import asyncio
import contextlib
import time

from midakit.core.wire.headers import RequestHeaders
from midakit.core.wire.messages import MAX_BODY, Origin, Request

HEADERS = ((b"host", b"testserver"), (b"authorization", b"Bearer key"))
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def request(
    port, method="GET", target=b"/", *, headers=HEADERS, body=None, within=5.0, scheme="http",
    max_body=MAX_BODY,
):  # fmt: skip
    """A request to loopback that has `within` seconds."""
    return Request(
        method,
        Origin(scheme, "127.0.0.1", port),
        target,
        RequestHeaders(headers),
        body,
        timeout=within,
        expires=time.monotonic() + within,
        max_body=max_body,
    )


class Server:
    """Counts connections, keeps the requests it saw, and lets `script` answer each of them."""

    def __init__(self, script):
        self.script = script
        self.accepted = 0
        self.open = 0
        self.seen = []

    async def connected(self, reader, writer):
        self.accepted += 1
        self.open += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = content_length(head)
                body = await reader.readexactly(length) if length else b""
                self.seen.append(head + body)
                if await self.script(self, head + body, writer) == "close":
                    return
        except (asyncio.IncompleteReadError, OSError, RuntimeError, asyncio.CancelledError):
            pass  # the client is gone; uvloop says so with RuntimeError
        finally:
            self.open -= 1
            writer.transport.abort() if writer.is_closing() else writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


def content_length(head):
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


@contextlib.asynccontextmanager
async def serving(script, **options):
    """`async with serving(script) as (server, port)`; a script that is bytes always answers those."""
    if isinstance(script, bytes):
        answer = script

        async def script(server, seen, writer):
            writer.write(answer)

    state = Server(script)
    listener = await asyncio.start_server(state.connected, "127.0.0.1", 0, **options)
    try:
        yield state, listener.sockets[0].getsockname()[1]
    finally:
        listener.close()
        await asyncio.sleep(0)
