"""A real server that misbehaves on purpose, one behaviour a path."""

import contextlib
import gzip
import json
import socket
import struct
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

OK = {"success": True, "test_id": 1}


def message(status, body, *headers, length=None):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [
        f"HTTP/1.1 {status} X",
        f"Content-Length: {len(data) if length is None else length}",
        *headers,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + data


class BadServer:
    """`with BadServer() as server: server.url`; `server.seen` holds the requests' paths.

    Args:
        behaviours: Functions of the socket and the server, by name; those whose name begins with
            `early` are called before the body of the request is read.
        context: TLS settings of the server.
    """

    def __init__(self, behaviours=None, context=None):
        self._behaviours = behaviours
        self._context = context
        self.proxy = None
        """The forward proxy before it, while a client comes through one."""
        self.late = []
        """What was sent to clients that never hung up."""
        self.followed = threading.Event()
        """Set by a test when an answer has been read."""
        self.sent = threading.Event()
        """Set when something was sent behind that answer."""
        self.begun = 0
        """How many bytes of the latest request's body had come with its head."""
        self.seen = []
        self.heads = []
        self._counts = {}
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stop = threading.Event()
        self._open = set()

    @property
    def url(self):
        scheme = "http" if self._context is None else "https"
        return f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self):
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()
        return self

    def __exit__(self, *exc):
        self._stop.set()
        with socket.create_connection(self._listener.getsockname()):
            pass
        self._thread.join()
        self._listener.close()
        for sock, thread in list(self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            thread.join(5)
            sock.close()

    def _accept(self):
        while not self._stop.is_set():
            sock, _ = self._listener.accept()
            thread = threading.Thread(target=self._serve, args=(sock,))
            self._open.add((sock, thread))
            thread.start()

    def _serve(self, sock):
        buffer = b""
        try:
            if self._context is not None:
                sock = self._secured(sock)
            while not self._stop.is_set():
                while b"\r\n\r\n" not in buffer:
                    data = sock.recv(65536)
                    if not data:
                        return
                    buffer += data
                head, _, buffer = buffer.partition(b"\r\n\r\n")
                length = 0
                for line in head.split(b"\r\n"):
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.partition(b":")[2])
                path = head.split(b" ")[1].decode()
                name = path.rsplit("/", 1)[1].partition("?")[0]
                while len(buffer) < length and not name.startswith("early"):
                    buffer += sock.recv(65536)
                self.begun = min(length, len(buffer))
                buffer = buffer[length:]
                with self._lock:
                    self.seen.append(path)
                    self.heads.append(head.decode("latin-1"))
                    count = self._counts[name] = self._counts.get(name, 0) + 1
                if self._answer(sock, name, count) == "close":
                    return
        except OSError:
            return
        finally:
            sock.close()

    def _secured(self, sock):
        plain = next(pair for pair in self._open if pair[0] is sock)
        secured = self._context.wrap_socket(sock, server_side=True)
        self._open.add((secured, plain[1]))
        self._open.discard(plain)
        return secured

    def _answer(self, sock, name, count):
        if name.startswith("once-") and count > 1:
            sock.sendall(message(200, OK))
            return None
        if self._behaviours is not None:
            return self._behaviours[name](sock, self)
        return BEHAVIOURS[name.removeprefix("once-")](sock)


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return "close"


def drip(sock):
    """For minutes, or until the client leaves."""
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(5000):
        sock.sendall(b"x")
        time.sleep(0.05)
    return "close"


def hang(sock):
    sock.recv(1)
    return "close"


def say(*args, **kwargs):
    return lambda sock: sock.sendall(message(*args, **kwargs))


def say_and_close(data):
    def behave(sock):
        sock.sendall(data)
        return "close"

    return behave


def reset_in_body(sock):
    sock.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"succ')
    return reset(sock)


def http_date(sock):
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)
    sock.sendall(message(429, {"error": "slow"}, f"Retry-After: {soon}"))


BODY = json.dumps(OK).encode()
BEHAVIOURS = {
    "ok": say(200, OK),
    "gzip": say(200, gzip.compress(BODY), "Content-Encoding: gzip"),
    "damaged": say(200, gzip.compress(BODY)[:-6] + b"nonsense" * 9000, "Content-Encoding: gzip"),
    "chunked": lambda sock: sock.sendall(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
    ),
    "eof": say_and_close(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + BODY),
    "continue": lambda sock: sock.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n" + message(200, OK)),
    "closing": say_and_close(message(200, OK, "Connection: close")),
    "silent-close": say_and_close(message(200, OK)),
    "r429": say(429, {"error": "slow"}),
    "r429-s": say(429, {"error": "slow"}, "Retry-After: 1"),
    "r429-ms": say(429, {"error": "slow"}, "Retry-After-Ms: 100"),
    "r429-date": http_date,
    "r429-hour": say(429, {"error": "slow"}, "Retry-After: 3600"),
    "r400": say(400, {"error": "bad"}),
    "r401": say(401, {"error": "Bearer sekret-key-123 is wrong"}),
    "r403": say(403, {"error": "Plan limit: 2 live experiments"}),
    "r404": say(404, {"error": {"message": "gone"}}),
    "r500": say(500, {"error": "oops"}, "X-Request-Id: abc"),
    "r503": say(503, b"<html>busy</html>"),
    "redirect": say(302, b"", "Location: http://127.0.0.1:9/elsewhere"),
    "html": say(200, b"<html>hello</html>"),
    "empty": say(200, b""),
    "list": say(200, [1, 2]),
    "cut-json": say(200, b'{"success": true, "test'),
    "short": say_and_close(message(200, OK, length=500)),
    "reset": reset,
    "reset-in-body": reset_in_body,
    "drip": drip,
    "hang": hang,
    "error-in-200": say(200, {"error": "not really"}),
    "garbage": say_and_close(b"\x00\x01\x02 nonsense\r\n\r\n"),
}
