"""The account in memory behind a real socket, for exports that fetch in processes of their own."""

import asyncio
import threading
from contextlib import contextmanager
from types import SimpleNamespace


class ServedAccount:
    """An account's answers over HTTP; a test may look at each report's request before it is answered.

    Args:
        account: Gives the answers.
        seen: Called with the path of each report; returns None, or a status and headers instead of the
            answer; it may wait.
    """

    def __init__(self, account, seen=None):
        self.account = account
        self.seen = seen
        self.url = ""
        self.in_flight = 0
        self.most_in_flight = 0
        self.reports = 0

    async def _connected(self, reader, writer):
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                target = head.split(b" ", 2)[1]
                self.in_flight += 1
                self.most_in_flight = max(self.most_in_flight, self.in_flight)
                writer.write(await self._answer(target))
                self.in_flight -= 1
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, target):
        refused = None
        if b"/experiment/" in target:
            self.reports += 1
            refused = await self.seen(target.decode()) if self.seen else None
        if refused:
            status, headers, body = *refused, b"{}"
        else:
            answer = await self.account.send(SimpleNamespace(target=target))
            status, headers, body = answer.status, {}, answer.body
        lines = [f"HTTP/1.1 {status} .", "content-type: application/json"]
        lines += [f"content-length: {len(body)}", *(f"{k}: {v}" for k, v in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode() + body


@contextmanager
def serving(account, seen=None):
    """A `ServedAccount` on a loop in a thread of its own."""
    found, ready = ServedAccount(account, seen), threading.Event()
    loop = asyncio.new_event_loop()

    async def main():
        server = await asyncio.start_server(found._connected, "127.0.0.1", 0)
        found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ready.set()
        async with server:
            await asyncio.Event().wait()

    task = loop.create_task(main())

    def work():
        try:
            loop.run_until_complete(task)
        except asyncio.CancelledError:
            loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            loop.close()

    thread = threading.Thread(target=work)
    thread.start()
    ready.wait()
    try:
        yield found
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join()
