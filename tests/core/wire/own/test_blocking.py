"""Our own transport of blocking code, against a server in threads."""

import contextlib
import gzip
import os
import socket
import ssl
import threading
import time

import pytest
import trustme

from midakit import Mida
from midakit.core.call import Call
from midakit.core.wire.headers import RequestHeaders
from midakit.core.wire.messages import Origin, Request
from midakit.core.wire.own.blocking import OwnTransport
from midakit.errors import BodyTooLarge, ConnectionFailed, Timeout, TransportError
from support.framings import BAD, GOOD
from support.wire import HEADERS, OK, request


class Wire:
    """Answers each request with what `script(server, seen, sock)` sends; "close" ends a connection."""

    def __init__(self, script, context=None):
        self.script = (
            script if callable(script) else lambda server, seen, sock: sock.sendall(script)
        )
        self.context = context
        self.accepted = 0
        self.seen = []
        self._threads = []
        self._sockets = []

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(self, *exc):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def _start(self, work, *args):
        thread = threading.Thread(target=work, args=args)
        self._threads.append(thread)
        thread.start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self._sockets.append(sock)
                self.accepted += 1
                self._start(self._talk, sock)

    def _talk(self, sock):
        with sock, contextlib.suppress(OSError):
            if self.context is not None:
                sock = self.context.wrap_socket(sock, server_side=True)
            with sock:
                while seen := self._request(sock):
                    self.seen.append(seen)
                    if self.script(self, seen, sock) == "close":
                        return

    def _request(self, sock):
        data = b""
        while b"\r\n\r\n" not in data:
            more = sock.recv(65536)
            if not more:
                return b""
            data += more
        return data


def closing(answer):
    def script(server, seen, sock):
        sock.sendall(answer)
        return "close"

    return script


@contextlib.contextmanager
def transport(**options):
    made = OwnTransport(**options)
    try:
        yield made
    finally:
        made.close()


@pytest.mark.parametrize("name", GOOD)
def test_every_framing_is_read(name):
    """Lengths, chunks, the connection's end, interim answers and empty ones are understood."""
    answer, body = GOOD[name]
    with Wire(closing(answer)) as server, transport() as own:
        assert own.send(request(server.port)).body == body


@pytest.mark.parametrize("name", BAD)
def test_doubtful_answers_are_errors(name):
    """An answer that two readers could understand differently is an error that says why."""
    rest, why = BAD[name]
    with Wire(closing(b"HTTP/1.1 200 OK\r\n" + rest)) as server, transport() as own:
        with pytest.raises(TransportError) as caught:
            own.send(request(server.port))
        assert any(word in str(caught.value).lower() for word in why.lower().split("|"))
        assert caught.value.sent


def test_limits_hold_and_codings_are_undone():
    """A bomb is refused; what was packed honestly arrives unpacked."""
    packed = gzip.compress(bytes(5000))
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b"
    with Wire(answer % (len(packed), packed)) as server:
        with transport() as own:
            assert own.send(request(server.port)).body == bytes(5000)
        with transport() as own, pytest.raises(BodyTooLarge, match="longer than 1000 bytes"):
            own.send(request(server.port, max_body=1000))


def test_a_connection_is_used_again():
    """Calls after one another share a connection."""
    with Wire(OK) as server, transport() as own:
        for _ in range(5):
            assert own.send(request(server.port)).body == b"ok"
        assert server.accepted == 1


def test_head_then_get():
    """A HEAD answer has no body, though it has a length."""

    def script(server, seen, sock):
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
        sock.sendall(head if seen.startswith(b"HEAD") else head + b"ok")

    with Wire(script) as server, transport() as own:
        for _ in range(2):
            assert own.send(request(server.port, "HEAD")).body == b""
            assert own.send(request(server.port)).body == b"ok"
        assert server.accepted == 1


@pytest.mark.parametrize("late", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"])
def test_an_idle_connection_that_spoke_or_ended_is_not_used(late):
    """Neither a goodbye nor an answer nobody asked for meets a later request, even a POST."""

    def script(server, seen, sock):
        sock.sendall(OK)
        time.sleep(0.02)
        sock.sendall(late)
        return None if late else "close"

    with Wire(script) as server, transport() as own:
        for _ in range(3):
            assert own.send(request(server.port, "POST", body=b"x")).body == b"ok"
            time.sleep(0.08)
        assert server.accepted == 3


@pytest.mark.parametrize(("method", "tries"), [("GET", 3), ("POST", 2)])
def test_a_connection_that_ends_at_the_next_request(method, tries):
    """A GET is sent once more; a POST may have been acted on, so its caller decides."""

    def script(server, seen, sock):
        if len(server.seen) == 2:
            return "close"
        return sock.sendall(OK)

    with Wire(script) as server, transport() as own:
        own.send(request(server.port))
        if method == "GET":
            assert own.send(request(server.port)).body == b"ok"
        else:
            with pytest.raises(TransportError, match="before it answered") as caught:
                own.send(request(server.port, "POST", body=b"x"))
            assert type(caught.value) is TransportError
            assert caught.value.sent
        assert len(server.seen) == tries


def test_time_runs_out_even_while_it_drips():
    """Silence and dripping cost a caller its time and no more."""

    def script(server, seen, sock):
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(900):
            sock.sendall(b"x")
            time.sleep(0.1)

    def silent(server, seen, sock):
        sock.recv(1)

    for serving, words in ((silent, "before it answered"), (script, "bytes of the answer")):
        with Wire(serving) as server, transport() as own:
            started = time.monotonic()
            with pytest.raises(Timeout, match=words):
                own.send(request(server.port, within=2))
            assert 1.99 < time.monotonic() - started < 30
    with transport() as own, pytest.raises(Timeout) as caught:
        own.send(request(9, within=-1))
    assert not caught.value.sent


def test_nobody_there():
    """A refused connection and a name that is none sent nothing."""
    with transport() as own:
        for origin in (Origin("http", "127.0.0.1", 9), Origin("http", "a..b", 80)):
            with pytest.raises(ConnectionFailed) as caught:
                own.send(
                    Request(
                        "GET", origin, b"/", RequestHeaders(HEADERS), expires=time.monotonic() + 5
                    )
                )
            assert not caught.value.sent


def test_certificates_are_checked():
    """A trusted authority and the right name, or no request at all; over TLS a cut is no end."""
    authority = trustme.CA()
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server_side)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    answers = [OK, OK, b"HTTP/1.1 200 OK\r\n\r\nhello"]

    def script(server, seen, sock):
        sock.sendall(answers[len(server.seen) - 1])
        if len(server.seen) == 3:
            os.close(sock.detach())  # no close_notify
            return "close"
        return None

    with Wire(script, server_side) as server:
        with transport(ssl_context=trusting) as own:
            for _ in range(2):
                assert own.send(request(server.port, scheme="https")).body == b"ok"
            assert server.accepted == 1
            with pytest.raises(TransportError, match="closed the connection"):
                own.send(request(server.port, scheme="https"))
        with transport() as own, pytest.raises(ConnectionFailed, match="(?i)certificate"):
            own.send(request(server.port, scheme="https"))


def test_blocking_clients_choose_it():
    """With httptools installed a blocking client goes this way by itself, from any thread."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n" + b'{"success":true}'
    call = Call(operation="probe", method="GET", path="/x", answer=dict, safe=True)
    with (
        Wire(answer) as server,
        Mida("k", project_key="p", base_url=f"http://127.0.0.1:{server.port}") as mida,
    ):
        found = []
        threads = [threading.Thread(target=lambda: found.append(mida.send(call))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 8
        assert isinstance(mida._engine.transport, OwnTransport)
