"""Servers that do harm: one behaviour a path, each going on until the client hangs up."""

import contextlib
import gzip
import select
import socket
import struct
import time
import zlib
from functools import cache

import brotli

from support.bad_server import message
from support.packing import zstd_compress

MIB = 1024 * 1024
PATIENCE = 30
"""Seconds after which a server notes that nobody hung up on it."""
HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
FOREIGN = message(200, {"success": True, "test_id": 666})
OWN = message(200, {"success": True, "test_id": 1})


def forever(piece, first=b"", pause=0.0):
    """Send `first`, then pieces until the client hangs up; a client that does not is noted."""

    def behave(sock, server):
        ends = time.monotonic() + PATIENCE
        sock.sendall(first)
        while time.monotonic() < ends:
            sock.sendall(piece)
            if pause and select.select([sock], [], [], pause)[0] and not sock.recv(1):
                return "close"
        server.late.append(piece)
        return "close"

    return behave


def silence(sock, server):
    """Say nothing until the client hangs up."""
    sock.settimeout(PATIENCE)
    try:
        sock.recv(1)
    except TimeoutError:
        server.late.append(b"")
    return "close"


def packed(coding):
    """Send a body that unpacks to 32 MiB."""

    def behave(sock, server):
        sock.sendall(bomb(coding))

    return behave


@cache
def bomb(coding):
    packer = {
        "gzip": gzip.compress, "deflate": zlib.compress, "br": lambda data: brotli.compress(data, quality=1),
        "zstd": zstd_compress,
    }[coding]  # fmt: skip
    body = packer(bytes(32 * MIB))
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@cache
def empty_members():
    body = gzip.compress(b"") * 50_000 + gzip.compress(b'{"success": true}')
    return HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body


@cache
def tiny_chunks(length=4_000):
    """A good answer, two bytes a chunk."""
    body = b'{"success": true, "pad": "' + b"x" * length + b'"}'
    chunks = (b"2\r\n%b\r\n" % body[at : at + 2] for at in range(0, len(body), 2))
    return CHUNKED + b"".join(chunks) + b"0\r\n\r\n"


def say(data):
    def behave(sock, server):
        sock.sendall(data() if callable(data) else data)

    return behave


def then_close(data):
    def behave(sock, server):
        sock.sendall(data)
        return "close"

    return behave


def half_close(data):
    """Send what there is and close one direction only."""

    def behave(sock, server):
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
        return silence(sock, server)

    return behave


def reset(data):
    def behave(sock, server):
        sock.sendall(data)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return "close"

    return behave


def a_moment_later(first, later):
    """Send an answer, and bytes that nobody asked for once it has been read."""

    def behave(sock, server):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or it waits for an ACK
        sock.sendall(first)
        server.followed.wait(PATIENCE)
        with contextlib.suppress(OSError):
            sock.sendall(later)
        server.sent.set()

    return behave


def early(data):
    """Answer before the body has come, and read no more of it."""

    def behave(sock, server):
        sock.sendall(data)
        return silence_unread(sock, server)

    return behave


def silence_unread(sock, server):
    time.sleep(0.2)
    return "close"


def refuse(data):
    """Answer before the body has come, leave it unread, and wait until the client hangs up."""

    def behave(sock, server):
        sock.sendall(data)
        poll = select.poll()
        poll.register(sock, select.POLLRDHUP)
        if not poll.poll(PATIENCE * 1000):
            server.late.append(data)
        return "close"

    return behave


BEHAVIOURS = {
    "ok": say(OWN),
    "silent": silence,
    "drip-head": forever(b"x", HEAD + b"X: ", pause=0.02),
    "drip-body": forever(b"x", HEAD + b"Content-Length: 9999999\r\n\r\n", pause=0.02),
    "drip-chunks": forever(b"1\r\nx\r\n", CHUNKED, pause=0.02),
    "endless-head": forever(b"X: %b\r\n" % (b"y" * 8000), HEAD),
    "endless-line": forever(b"y" * 8000, HEAD + b"X: "),
    "endless-1xx": forever(b"HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n" * 100),
    "endless-chunks": forever(b"10000\r\n%b\r\n" % bytes(65536), CHUNKED),
    "endless-tiny-chunks": forever(b"2\r\nxx\r\n" * 10_000, CHUNKED),
    "endless-until-close": forever(bytes(65536), HEAD + b"\r\n"),
    "a-gigabyte": forever(bytes(65536), HEAD + b"Content-Length: 1000000000\r\n\r\n"),
    "second-answer": say(OWN + FOREIGN),
    "second-answer-to-chunks": say(CHUNKED + b"2\r\n{}\r\n0\r\n\r\n" + FOREIGN),
    "later-answer": a_moment_later(OWN, FOREIGN),
    "half-close-head": half_close(HEAD + b"X: "),
    "half-close-body": half_close(HEAD + b"Content-Length: 50\r\n\r\n{"),
    "reset-at-once": reset(b""),
    "reset-head": reset(HEAD),
    "reset-body": reset(HEAD + b"Content-Length: 50\r\n\r\n{"),
    "empty-members": say(empty_members),
    "tiny-chunks": say(tiny_chunks),
    "more-tiny-chunks": say(lambda: tiny_chunks(400_000)),
    "early-answer": early(message(413, {"error": "too large"}, "Connection: close")),
    "early-answer-alone": refuse(message(413, {"error": "too large"}, "Connection: close")),
    "early-answer-kept": refuse(message(413, {"error": "too large"})),
    "escapes": say(message(400, {"error": "red \x1b[31m\x07 and\r\nERROR: forged \x9b31m\u202e"})),
    "head-of-escapes": then_close(b"HTTP/1.1 200 \x1b[31m\x9b\r\nX\x1b: \x1b\r\n\r\n"),
    "escapes-in-place": say(message(302, b"", "Location: /\x1b[31m\x9b")),
    **{f"bomb-{coding}": packed(coding) for coding in ("gzip", "deflate", "br", "zstd")},
    **{
        f"redirect-{status}": say(message(status, b"", "Location: /v2/project/p/ok"))
        for status in (301, 302, 303, 307, 308)
    },
}

RETRY_AFTER = [
    "1000000000", "nan", "inf", "-5", "9" * 5000, "", "soon", "1e400", "0x10", "3600", "3,5", "²",
    "Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "Mon, 32 Foo 2026 25:61:61 GMT",
    "\xa0",
]  # fmt: skip
"""What servers may ask for, sensible or not."""
for number, value in enumerate(RETRY_AFTER):
    BEHAVIOURS[f"retry-after-{number}"] = say(
        b"HTTP/1.1 429 X\r\nRetry-After: %b\r\nContent-Length: 2\r\n\r\n{}"
        % value.encode("latin-1")
    )
