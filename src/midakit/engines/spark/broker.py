"""The broker: one rate for all workers of a cluster, from a thread of the driver.

A connection opens with a challenge: the worker answers the server's nonce with an HMAC under the
broker's random token, so the token itself never travels. Then each line asks for tokens and is
answered with a lease. Lines are plain text of a bounded length; nothing is unpickled.

    server   <nonce>\n
    worker   <hmac of the nonce>\n
    server   ok\n                        (or it hangs up)
    worker   <tokens wanted>\n
    server   <tokens> <delay> <interval>\n
"""

import hmac
import logging
import secrets
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any, Self

import attrs

from midakit.engines.spark.leases import Book

log = logging.getLogger("midakit.engines")

LONGEST_LINE = 128
PATIENCE = 5.0
"""Seconds that a stranger has to prove itself."""
IDLE = 300.0
"""Seconds after which a silent worker is taken for dead; a live one connects again."""


@attrs.frozen
class Address:
    """Where the broker is, and what opens it."""

    host: str
    port: int
    token: str = attrs.field(repr=False)


def answer_to(nonce: bytes, token: str) -> bytes:
    """What a worker answers to the challenge."""
    return hmac.digest(token.encode(), nonce.strip(), "sha256").hex().encode()


class Broker:
    """Serves leases until it is closed."""

    def __init__(self, rps: float, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._server = _Server((host, port), rps)
        self.address = Address(host, self._server.server_address[1], self._server.token)
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="midakit-broker", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop serving and hang up; workers go on at their share of the rate."""
        self._server.shutdown()
        self._server.hang_up()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], rps: float) -> None:
        self.token = secrets.token_hex(32)
        self.book = Book(rps)
        self.lock = threading.Lock()
        self._open: set[socket.socket] = set()
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, _Conversation)

    @contextmanager
    def remembered(self, connection: socket.socket) -> Iterator[None]:
        with self.lock:
            self._open.add(connection)
        try:
            yield
        finally:
            with self.lock:
                self._open.discard(connection)

    def hang_up(self) -> None:
        with self.lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A worker that went away, or a stranger's nonsense, is no news."""
        log.debug("a conversation with %s ended", client_address, exc_info=True)


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server = self.server
        assert isinstance(server, _Server)
        with server.remembered(self.connection):
            self.connection.settimeout(PATIENCE)
            if not self._knows(server.token):
                return
            self._say(b"ok")
            self.connection.settimeout(IDLE)
            while line := self.rfile.readline(LONGEST_LINE):
                with server.lock:
                    grant = server.book.grant(int(line), monotonic())
                self._say(f"{grant.tokens} {grant.delay:.6f} {grant.interval:.6f}".encode())

    def _knows(self, token: str) -> bool:
        nonce = secrets.token_hex(16).encode()
        self._say(nonce)
        answer = self.rfile.readline(LONGEST_LINE).strip()
        return hmac.compare_digest(answer, answer_to(nonce, token))

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\n")
