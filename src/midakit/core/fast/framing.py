"""The rules of framing, both ways, as pure functions.

What is sent: one request line, one block of headers, and `content-length` whenever there is a
body. Nothing that could end a line early gets past these functions, so no value can add a header
or a second request.

What is received is held against stricter rules than RFC 9112 asks of a recipient. Where a
tolerant reader and a strict one could disagree about where an answer ends, there is no answer:

    one content-length, digits only          never together with transfer-encoding
    transfer-encoding is exactly `chunked`   never in an HTTP/1.0 answer
    HTTP/1.0 or 1.1, status 200 to 999       101 was not asked for
    no folded lines, no bare CR or LF        no byte after the body
"""

import re

from midakit.core.content import accepted
from midakit.core.port import Headers, Request
from midakit.errors import TransportError

CHUNKED = -1
UNTIL_CLOSE = -2

FRAMING = frozenset({b"content-length", b"transfer-encoding"})
OURS = frozenset(
    {
        b"content-length",
        b"transfer-encoding",
        b"connection",
        b"upgrade",
        b"expect",
        b"te",
        b"trailer",
    }
)
BODYLESS = frozenset({204, 304})
EMPTY_BODY = frozenset({"POST", "PUT", "PATCH"})
VISIBLE = bytes(range(0x21, 0x7F))

_token = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+").fullmatch
_value = re.compile(
    rb"(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?"
).fullmatch
_bare = re.compile(rb"(?<!\r)\n|\r(?!\n|\Z)").search


class Malformed(Exception):
    """The answer cannot be trusted; the text says why."""


# What is sent


def header_block(headers: Headers) -> bytes:
    """Header lines ready to be written; refuses whatever could smuggle a line."""
    lines = []
    for name, value in headers:
        if not _token(name) or not _value(value):
            raise TransportError(f"header {name!r} holds bytes that headers cannot", sent=False)
        if name.lower() in OURS:
            raise TransportError(f"header {name!r} belongs to the transport", sent=False)
        lines.append(b"%b: %b\r\n" % (name, value))
    if not any(name.lower() == b"accept-encoding" for name, _ in headers):
        lines.append(b"accept-encoding: %b\r\n" % accepted())
    return b"".join(lines)


def request_bytes(request: Request, block: bytes) -> bytes:
    """The whole request as it goes on the wire."""
    method, target, body = request.method, request.target, request.body
    if target[:1] != b"/" or target.translate(None, VISIBLE):
        raise TransportError("the target holds bytes that a request line cannot", sent=False)
    if not (method.isascii() and method.isalpha()):
        raise TransportError(f"{method!r} is no method", sent=False)
    if body is None:
        length = b"content-length: 0\r\n\r\n" if method in EMPTY_BODY else b"\r\n"
        return b"%b %b HTTP/1.1\r\n%b%b" % (method.encode("ascii"), target, block, length)
    return b"%b %b HTTP/1.1\r\n%bcontent-length: %d\r\n\r\n%b" % (
        method.encode("ascii"),
        target,
        block,
        len(body),
        body,
    )


# What is received


def check_start(start: bytes) -> None:
    """Refuse a first line that is no HTTP/1 status line, as early as its bytes tell."""
    if not b"HTTP/1."[: len(start)] == start[:7]:
        raise Malformed("it does not begin like an HTTP/1 answer")
    if start[7:8] not in (b"", b"0", b"1"):
        raise Malformed("its HTTP version is unknown")
    if start[9:10] == b"0":
        raise Malformed("its status is below 100")


def check_head(head: bytes) -> None:
    """Refuse a head (whole, or as far as it came) that lenient readers would read differently."""
    check_start(head)
    if b"\r\n " in head or b"\r\n\t" in head:
        raise Malformed("a header is folded over two lines")
    if _bare(head):
        raise Malformed("a line ends without CR LF")


def body_length(
    method: str, status: int, version_10: bool, headers: Headers | list[tuple[bytes, bytes]]
) -> int:
    """How long the body is: a count of bytes, or `CHUNKED`, or `UNTIL_CLOSE`."""
    length = coding = None
    for name, value in headers:
        if name in FRAMING:
            if name == b"content-length":
                if length is not None:
                    raise Malformed("it has two content-lengths")
                length = value
            elif name == b"transfer-encoding":
                coding = value if coding is None else b"two of them"
    if coding is not None:
        if length is not None:
            raise Malformed("it has both a content-length and a transfer-encoding")
        if coding.lower() != b"chunked":
            raise Malformed("its transfer-encoding is not exactly 'chunked'")
        if version_10:
            raise Malformed("an HTTP/1.0 answer has a transfer-encoding")
    if length is not None and not (length.isdigit() and len(length) <= 20):
        raise Malformed("its content-length is not a number")
    if method == "HEAD" or status in BODYLESS:
        return 0
    if coding is not None:
        return CHUNKED
    return UNTIL_CLOSE if length is None else int(length)


def check_chunked_end(tail: bytes) -> None:
    """Refuse line ends after the end of a chunked body; the parser would skip them silently.

    `tail` is the answer's last five bytes: a whole body ends with one empty line.
    """
    if tail[-4:] != b"\r\n\r\n" or tail[:1] in b"\r\n":
        raise Malformed("bytes follow its body")
