"""The rules of framing for requests and responses, as pure functions.

A request is one request line, one block of headers, and `content-length` whenever there is a body.
Nothing that could end a line early passes these functions, so no value can add a header or a second
request.

Responses are held against stricter rules than RFC 9112 asks of a recipient. Where a tolerant reader
and a strict one could disagree about where a response ends, there is no response:

    one content-length, digits only          or one transfer-encoding, exactly `chunked`,
    never both                               and never in an HTTP/1.0 response
    HTTP/1.0 or 1.1, status 200 to 999       101 was not asked for
    no folded lines, no bare CR or LF        no byte after the body
"""

import re

from midakit.core.wire.content import accepted
from midakit.core.wire.headers import Headers, RequestHeaders
from midakit.core.wire.messages import Request
from midakit.core.wire.own.errors import Malformed
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
LONGEST_HINTS = 64 * 1024
IDLE_SECONDS = 60.0
"""How long a connection may be idle and still be used."""
METHODS = {
    name: name.encode("ascii") + b" "
    for name in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
}
EMPTY_BODY = frozenset({"POST", "PUT", "PATCH"})
VISIBLE = bytes(range(0x21, 0x7F))

_plain_head = re.compile(
    rb"HTTP/1\.[01] [1-9][\t\x20-\x7e\x80-\xff]*\r\n(?![\t ])(?:[^\r\n]+\r\n(?![\t ]))*\r\n"
).fullmatch
_control = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]").search
_token = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+").fullmatch
_value = re.compile(
    rb"(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?"
).fullmatch


# Requests


def check_request(request: Request) -> None:
    """Refuse a request that could smuggle a line; its values stay in no frame of the error.

    Args:
        request: Checked before a connection is used.

    Raises:
        TransportError: The method, the target or a header cannot be sent.
    """
    target = request.target
    if target[:1] != b"/" or target.translate(None, VISIBLE):
        raise TransportError("the target holds bytes that a request line cannot", sent=False)
    if request.method not in METHODS:
        raise TransportError(f"{request.method!r} is not a method sent here", sent=False)
    if request.headers.lines is None:
        problem = _problem(request.headers)
        if problem is not None:
            raise TransportError(problem, sent=False)
        request.headers.lines = _lines(request.headers)


def _problem(headers: RequestHeaders) -> str | None:
    for name, value in headers:
        if not _token(name) or not _value(value):
            return f"header {name!r} holds bytes that headers cannot"
        if name.lower() in OURS:
            return f"header {name!r} belongs to the transport"
    return None


def _lines(headers: RequestHeaders) -> bytes:
    """Return header lines; `accept-encoding` is added when it is missing."""
    lines = [b"%b: %b\r\n" % pair for pair in headers]
    if not any(name.lower() == b"accept-encoding" for name, _ in headers):
        lines.append(b"accept-encoding: %b\r\n" % accepted())
    return b"".join(lines)


def request_bytes(request: Request) -> bytes:
    """Return a whole request as it goes on the wire; whoever gets it holds the key.

    Args:
        request: A request that `check_request` has accepted.
    """
    body = request.body
    if body is not None:
        end = b"content-length: %d\r\n\r\n" % len(body)
    else:
        end = b"content-length: 0\r\n\r\n" if request.method in EMPTY_BODY else b"\r\n"
    start = METHODS[request.method]
    lines = request.headers.lines
    return b"".join((start, request.target, b" HTTP/1.1\r\n", lines or b"", end, body or b""))


# Responses


def is_interim(data: bytes) -> bool:
    """Say whether the first bytes of an answer are no answer yet: nothing, or hints (1xx) alone.

    Args:
        data: What has come, which may end within a head; more than 64 kB of it count as an answer.
    """
    if len(data) > LONGEST_HINTS:
        return False
    while len(data) >= len(b"HTTP/1.1 1"):
        if data[:7] != b"HTTP/1." or data[9:10] != b"1":
            return False
        data = data.partition(b"\r\n\r\n")[2]
    return True


def check_start(start: bytes) -> None:
    """Refuse a first line that is not an HTTP/1 status line, as early as its bytes tell.

    Args:
        start: The line, or as much of it as has come.

    Raises:
        Malformed: No status line begins like this.
    """
    if b"HTTP/1."[: len(start)] != start[:7]:
        raise Malformed("it does not begin like an HTTP/1 answer")
    if start[7:8] not in b"10":
        raise Malformed("its HTTP version is unknown")
    if start[9:10] == b"0":
        raise Malformed("its status is below 100")
    if _control(start.partition(b"\r")[0]):
        raise Malformed("its first line holds control bytes")


def check_head(head: bytes) -> None:
    """Refuse a head that tolerant readers could read differently.

    Args:
        head: The whole head, or as much of it as has come.

    Raises:
        Malformed: Folded headers, bare line ends, or not HTTP/1.
    """
    if _plain_head(head):
        return  # nothing below would object
    check_start(head)
    if b"\r\n " in head or b"\r\n\t" in head:
        raise Malformed("a header is folded over two lines")
    lines = head.count(b"\r\n")
    if head.count(b"\n") != lines or head.count(b"\r", 0, len(head) - 1) > lines:
        raise Malformed("a line ends without CR LF")


def body_length(
    method: str, status: int, old: bool, headers: Headers | list[tuple[bytes, bytes]]
) -> int:
    """Return how long a body is: a number of bytes, `CHUNKED` or `UNTIL_CLOSE`.

    Args:
        method: The method of the request.
        status: The status of the response.
        old: Whether the response is of HTTP/1.0.
        headers: The headers of the response, names in lower case.

    Raises:
        Malformed: The headers leave room for two opinions.
    """
    found = [pair for pair in headers if pair[0] in FRAMING]
    if len(found) > 1:
        _refuse_two(found)
    if not found:
        length = UNTIL_CLOSE
    elif found[0][0] == b"content-length":
        length = _number(found[0][1])
    else:
        length = CHUNKED
        if found[0][1].lower() != b"chunked":
            raise Malformed("its transfer-encoding is not exactly 'chunked'")
        if old:
            raise Malformed("an HTTP/1.0 answer has a transfer-encoding")
    return 0 if method == "HEAD" or status in BODYLESS else length


def _refuse_two(found: list[tuple[bytes, bytes]]) -> None:
    names = {name for name, _ in found}
    if len(names) > 1:
        raise Malformed("it has both a content-length and a transfer-encoding")
    raise Malformed(f"it has two {names.pop().decode()}s")


def _number(text: bytes) -> int:
    if not text.isdigit() or len(text) > 20:
        raise Malformed("its content-length is not a number")
    return int(text)


def check_chunked_end(tail: bytes) -> None:
    """Refuse line ends after the end of a chunked body, which the parser would skip silently.

    Args:
        tail: The last five bytes of the response: a whole body ends with one empty line.

    Raises:
        Malformed: There are more line ends.
    """
    if tail[-4:] != b"\r\n\r\n" or tail[:1] in b"\r\n":
        raise Malformed("bytes follow its body")
