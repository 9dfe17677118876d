"""Mida's two regions behind a company's proxy, on loopback: nothing leaves the machine.

The proxy takes `CONNECT`, opens the TLS of whatever host was asked for with a certificate of its own
private CA (as inspecting proxies do), and passes the bytes on to a sandbox. The US region is the
sandbox; the EU region knows no key.
"""

import asyncio
import base64
import ssl
import threading
from contextlib import suppress
from urllib.parse import urlsplit

import trustme

US = "api-us.mida.so"
STRANGER = (
    b"HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\nconnection: close\r\n"
    b'content-length: 27\r\n\r\n{"error":"Invalid API key"}'
)


class Outside:
    """`with Outside(sandbox.url) as outside: outside.proxy, outside.ca, outside.asked`."""

    def __init__(self, sandbox_url, *, password=None):
        parts = urlsplit(sandbox_url)
        self._sandbox = (parts.hostname, parts.port)
        self._password = password
        self._authority = trustme.CA(organization_name="A company")
        self.asked = []

    def __enter__(self):
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._started.wait(60)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(60)

    @property
    def proxy(self):
        """The proxy's address, as the environment names it."""
        user = f"user:{self._password}@" if self._password else ""
        return f"http://{user}127.0.0.1:{self.port}"

    def write_ca(self, path):
        """The company's CA certificate."""
        self._authority.cert_pem.write_to_path(path)

    async def _serve(self):
        self._loop, self._done = asyncio.get_running_loop(), asyncio.Event()
        self._tasks = set()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        await self._done.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader, writer):
        task = asyncio.current_task()
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            with suppress(OSError, ssl.SSLError, asyncio.IncompleteReadError):
                await self._tunnel(reader, writer)
        finally:
            writer.close()
            with suppress(OSError, ssl.SSLError):
                await writer.wait_closed()

    async def _tunnel(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        verb, target, *_ = head.split()
        if not self._allowed(head):
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
            return await writer.drain()
        assert verb == "CONNECT"
        self.asked.append(target)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await writer.drain()
        host = target.partition(":")[0]
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._authority.issue_cert(host).configure_cert(context)
        await writer.start_tls(context)
        if host != US:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(STRANGER)
            return await writer.drain()
        inner_reader, inner_writer = await asyncio.open_connection(*self._sandbox)
        try:
            await asyncio.gather(_pipe(reader, inner_writer), _pipe(inner_reader, writer))
        finally:
            inner_writer.close()
        return None

    def _allowed(self, head):
        if self._password is None:
            return True
        word = base64.b64encode(f"user:{self._password}".encode()).decode()
        return f"proxy-authorization: basic {word}".lower() in head.lower()


async def _pipe(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    with suppress(OSError, NotImplementedError):
        writer.close()
