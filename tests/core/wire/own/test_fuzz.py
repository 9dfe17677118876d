"""Our own transport's reading against h11's, on answers good and bad, cut anywhere.

An answer either has one meaning or none. So, for every stream of bytes:

- what we take for a whole answer, h11 takes for the same answer, to the byte;
- what h11 takes and we refuse is in `STRICTER`, the list of what we refuse on purpose;
- where the bytes are cut changes nothing.
"""

import gzip
import os
import re
from itertools import pairwise

import h11
import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from midakit.core.wire.own.errors import Malformed
from midakit.core.wire.own.plain_answer import plain_answer
from midakit.core.wire.own.response_reader import PackedResponse, ResponseReader

EXAMPLES = int(os.environ.get("MIDAKIT_FUZZ_EXAMPLES", "300"))

STRICTER = {
    "another version of HTTP": lambda head, body: not re.match(rb"HTTP/1\.[01] ", head),
    "a line ends in LF alone": lambda head, body: re.search(rb"(?<!\r)\n", head + body),
    "a header is folded": lambda head, body: re.search(rb"\r\n[ \t]", head),
    "a header holds control bytes": lambda head, body: re.search(
        rb"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f]", head
    ),
    "two content-lengths, though equal": lambda head, body: re.search(
        rb"(?is)content-length:.*content-length:|content-length:[^\r]*,", head
    ),
    "content-length beside transfer-encoding": lambda head, body: (
        re.search(rb"(?i)content-length:", head) and re.search(rb"(?i)transfer-encoding:", head)
    ),
    "transfer-encoding in an HTTP/1.0 answer": lambda head, body: (
        head.startswith(b"HTTP/1.0") and re.search(rb"(?i)transfer-encoding:", head)
    ),
    "framing headers among the trailers": lambda head, body: re.search(
        rb"(?i)(content-length|transfer-encoding):", body
    ),
    "a space after a chunk's size, or an odd extension": lambda head, body: re.search(
        rb"(?:\r\n|^)[0-9a-fA-F]+(?: |\t|;\r|;[^a-z]|;[^\n]*?(?:[^!-~\r\n]|\r(?!\n)))", body
    ),
}
"""What h11 takes and we refuse: predicates on the final head and on what follows it."""

OF_EVERY_HEAD = {
    "another version of HTTP",
    "a line ends in LF alone",
    "a header is folded",
    "a header holds control bytes",
}
"""Those that interim heads are held against too."""


def ours(raw, cuts, method):
    """(status, headers, body) as we read it, "short" when more is needed, or what is wrong."""
    reader = ResponseReader(max_head=16_000)
    reader.begin(method, max_body=100_000)
    try:
        pieces = pieces_of(raw, cuts)
        for at, piece in enumerate(pieces):
            if reader.feed(piece):
                if at + 1 < len(pieces):
                    return Malformed("bytes follow its body")
                return seen(reader)
        return seen(reader) if reader.end() else "short"
    except Malformed as error:
        return error


def seen(reader):
    if reader._plain is not None:
        return comparable(reader._plain.status, [*reader._plain.headers], reader._plain.body)
    return comparable(reader._status, reader._headers, b"".join(reader._pieces))


def comparable(status, headers, body):
    """h11 writes `chunked` in lower case; we hand headers over as they came."""
    headers = [
        (name, value.lower() if name == b"transfer-encoding" else value) for name, value in headers
    ]
    return status, headers, body


def theirs(raw, method):
    """The same from h11; bytes that follow the answer are an error here too."""
    peer = h11.Connection(h11.CLIENT, max_incomplete_event_size=16_000)
    peer.send(h11.Request(method=method, target="/", headers=[("host", "h")]))
    peer.send(h11.EndOfMessage())
    found, body = None, b""
    try:
        peer.receive_data(raw)
        while True:
            happened = peer.next_event()
            if happened is h11.NEED_DATA:
                if peer.their_state is h11.SEND_BODY and closes(peer):
                    return comparable(found.status_code, found.headers, body)
                return "short"
            if happened is h11.PAUSED or isinstance(happened, h11.ConnectionClosed):
                return "paused"
            if isinstance(happened, h11.Response):
                found = happened
            elif isinstance(happened, h11.Data):
                body += bytes(happened.data)
            elif isinstance(happened, h11.EndOfMessage):
                if peer.trailing_data[0]:
                    return "bytes follow its body"
                return comparable(found.status_code, found.headers, body)
    except h11.RemoteProtocolError as error:
        return error


def closes(peer):
    return type(peer._reader).__name__ == "Http10Reader"


def pieces_of(raw, cuts):
    edges = sorted({0, len(raw), *(cut % (len(raw) + 1) for cut in cuts)})
    return [raw[a:b] for a, b in pairwise(edges)]


word = st.sampled_from(
    [b"a", b"X-A", b"Content-Type", b"ETag", b"X-Long-Name", b"Connection", b"Server"]
)
plain = st.sampled_from(
    [b"x", b"text/html", b"a b", b"", b"close", b"keep-alive", b"\xe9", b"a, b", b'"q"']
)
odd_line = st.sampled_from(
    [
        b"X : y\r\n",
        b" folded\r\n",
        b"\tfolded\r\n",
        b"nocolon\r\n",
        b": empty\r\n",
        b"X: \x00\r\n",
        b"X: a\rb\r\n",
        b"X: y\n",
        b"X(: y\r\n",
        b"X:\r\n",
        b"X:y  \r\n",
        b"\r\n",
        b"Content-Length: 3\r\n",
        b"Content-Length: 2, 2\r\n",
        b"Content-Length: +2\r\n",
        b"Content-Length: 0x2\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: \r\n",
        b"Content-Length: 00002\r\n",
        b"Content-Length: 184467440737095516160000\r\n",
        b"Content-Length: 2 \r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Transfer-Encoding: chunked;q=1\r\n",
        b"Transfer-Encoding: identity\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"transfer-encoding:CHUNKED\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding: \x0bchunked\r\n",
        b"Upgrade: h2c\r\nConnection: upgrade\r\n",
    ]
)
status_line = st.one_of(
    st.sampled_from(
        [b"HTTP/1.1 200 OK\r\n"] * 4 + [b"HTTP/1.0 200 OK\r\n", b"HTTP/1.1 204 No\r\n"]
    ),
    st.sampled_from(
        [
            b"HTTP/1.1 304 N\r\n",
            b"HTTP/1.1 200\r\n",
            b"HTTP/1.1 200 \r\n",
            b"HTTP/1.1 404 a b c\r\n",
            b"HTTP/1.1 099 X\r\n",
            b"HTTP/1.1 999 X\r\n",
            b"HTTP/1.1 2000 X\r\n",
            b"HTTP/1.1 20 X\r\n",
            b"HTTP/1.2 200 OK\r\n",
            b"HTTP/2.0 200 OK\r\n",
            b"http/1.1 200 OK\r\n",
            b"HTTP/1.1  200 OK\r\n",
            b"HTTP/1.1 200 O\x01K\r\n",
            b"HTTP/1.1 200 OK\n",
            b"\r\nHTTP/1.1 200 OK\r\n",
            b"HTTP/1.1 101 S\r\n",
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n",
            b"HTTP/1.1 103 E\r\nLink: a\r\n\r\nHTTP/1.1 201 C\r\n",
            b"HTTP/1.1 100 C\r\nContent-Length: 2\r\n\r\nHTTP/1.1 200 OK\r\n",
            b"SSH-2.0-x\r\n",
            b"\x16\x03\x01\r\n",
        ]
    ),
)
chunk_end = st.sampled_from(
    [b"0\r\n\r\n"] * 6
    + [
        b"0\r\nT: v\r\n\r\n",
        b"0;e=1\r\n\r\n",
        b"000\r\n\r\n",
        b"0\n\n",
        b"0\r\n",
        b"",
        b"0 \r\n\r\n",
        b"-1\r\n\r\n",
        b"0\r\nContent-Length: 1\r\n\r\n",
        b"0\r\nbad\r\n\r\n",
        b"0\r\n\r\n\r\n",
        b"0\r\n\r\nHTTP/1.1 200 OK\r\n",
    ]
)


@st.composite
def chunked(draw):
    out = b""
    for data in draw(st.lists(st.binary(min_size=1, max_size=20), max_size=4)):
        size = b"%x" % len(data)
        size = draw(
            st.sampled_from([size] * 5 + [size.upper(), b"00" + size, b"0x" + size, size + b" "])
        )
        size += draw(st.sampled_from([b""] * 8 + [b";a=b", b";a", b" ;a", b";"]))
        out += size + draw(st.sampled_from([b"\r\n"] * 12 + [b"\n", b"\r"])) + data
        out += draw(st.sampled_from([b"\r\n"] * 12 + [b"\n", b"", b"x\r\n"]))
    return out + draw(chunk_end)


@st.composite
def answers(draw):
    lines = [b"%b: %b\r\n" % pair for pair in draw(st.lists(st.tuples(word, plain), max_size=4))]
    framing = draw(st.sampled_from(["length", "length", "chunked", "chunked", "close"]))
    if framing == "chunked":
        body = draw(chunked())
        lines.append(b"Transfer-Encoding: chunked\r\n")
    else:
        body = draw(st.binary(max_size=40))
        if framing == "length":
            off = draw(st.sampled_from([0] * 8 + [-1, 1, 3]))
            lines.append(b"Content-Length: %d\r\n" % max(0, len(body) + off))
            body += draw(st.sampled_from([b""] * 8 + [b"\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b"x"]))
    lines += draw(st.lists(odd_line, max_size=2)) if draw(st.integers(0, 2)) == 0 else []
    raw = draw(status_line) + b"".join(draw(st.permutations(lines))) + b"\r\n" + body
    for _ in range(draw(st.sampled_from([0] * 6 + [1, 2]))):  # damage a byte
        at = draw(st.integers(0, len(raw) - 1))
        raw = raw[:at] + draw(st.binary(max_size=2)) + raw[at + 1 :]
    if draw(st.integers(0, 7)) == 0:
        raw = raw[: draw(st.integers(0, len(raw)))]
    return raw


def parted(raw):
    """The interim heads, the final head, and what follows it."""
    found = re.match(rb"((?:HTTP/1\.. 1.*?\r\n\r\n)*)(.*?\r\n\r\n)(.*)", raw, re.DOTALL)
    if not found:
        return [], raw, b""
    return re.findall(rb".*?\r\n\r\n", found[1], re.DOTALL), found[2], found[3]


def chosen(raw):
    """Why we refuse on purpose what h11 takes, or None."""
    interim, head, body = parted(raw)
    for why, applies in STRICTER.items():
        if applies(head, body) or (
            why in OF_EVERY_HEAD and any(applies(one, b"") for one in interim)
        ):
            return why
    return None


@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
@given(
    answers(),
    st.lists(st.integers(0, 10_000), max_size=6),
    st.sampled_from(["GET", "GET", "GET", "HEAD"]),
)
@example(b"HTTP/1.1 103 E\nLink: a\r\n\r\nHTTP/1.1 201 C\r\nContent-Length: 0\r\n\r\n", [], "GET")
@example(b"HTTP/1.1 200 \x00K\r\nContent-Length: 0\r\n\r\n", [], "GET")
def test_fuzz_agrees_with_h11(raw, cuts, method):
    """Both readers see the same answer, or the difference is one we chose."""
    whole = ours(raw, (), method)
    cut = ours(raw, cuts, method)
    assert (whole == cut) or (isinstance(whole, Malformed) and isinstance(cut, Malformed)), (
        whole,
        cut,
    )
    other = theirs(raw, method)
    event(f"ours {type(whole).__name__}, theirs {type(other).__name__}")
    if isinstance(whole, tuple):
        assert whole == other
    elif isinstance(other, tuple):
        assert isinstance(whole, Malformed), (whole, other)
        assert chosen(raw), (whole, other)


@st.composite
def nearly_plain(draw):
    """A plain answer, or one that differs from it by a header, a byte or its end."""
    usual = [b"A", b"Content-Type", b"Keep-Alive", b"Content-Lengths"]
    telling = [b"content-length", b"Connection", b"CONNECTION", b"Content-Encoding",
        b"Transfer-Encoding", b"Upgrade", b"Proxy-Connection"]  # fmt: skip
    names = st.sampled_from(usual * 4 + telling)
    values = st.sampled_from([b"", b" x", b" keep-alive", b"\tKeep-Alive ", b" close", b" 3", b" 03", b" \xff",
        b"keep-alive, x", b" gzip", b" identity", b" chunked", b" h2c", b" a:b "])  # fmt: skip
    lines = [b"%b:%b\r\n" % pair for pair in draw(st.lists(st.tuples(names, values), max_size=3))]
    body = draw(st.binary(max_size=8))
    if draw(st.booleans()):
        packed = gzip.compress(body)
        odd = [
            packed * 2,
            packed[:-1],
            packed + b"x",
            packed[:-6] + b"\0\0" + packed[-4:],
            body,
            b"",
        ]
        body = draw(st.sampled_from([packed] * 6 + odd))
        lines.append(
            draw(st.sampled_from([b"Content-Encoding: gzip\r\n", b"content-encoding:GZIP \r\n"]))
        )
    lines.append(
        draw(st.sampled_from([b"Content-Length: %d\r\n", b"content-length:\t%d  \r\n"])) % len(body)
    )
    start = draw(st.sampled_from([b"HTTP/1.1 200 OK\r\n"] * 4 + [b"HTTP/1.1 201 \r\n", b"HTTP/1.1 204 No\r\n",
        b"HTTP/1.1 205 R\r\n", b"HTTP/1.1 206 \xe9\r\n", b"HTTP/1.1 299 x\ty\r\n", b"HTTP/1.0 200 OK\r\n"]))  # fmt: skip
    raw = start + b"".join(draw(st.permutations(lines))) + b"\r\n" + body
    if draw(st.integers(0, 3)) == 3:
        at = draw(st.integers(0, len(raw) - 1))
        raw = raw[:at] + draw(st.binary(max_size=2)) + raw[at + 1 :]
    return raw


@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
@given(nearly_plain() | nearly_plain() | answers())
def test_fuzz_plain_answers_are_read_as_by_the_reader(raw):
    """What is read at once, the reader reads to the same status, headers and body, to its last byte."""
    plain = plain_answer(raw, 16_000, 100_000)
    event("plain" if plain is not None else "left to the reader")
    if plain is not None:
        reader = ResponseReader(max_head=16_000)
        assert not reader.feed(raw[:1])  # one byte, so that nothing is read at once
        assert reader.feed(raw[1:])
        assert reader.reusable
        read = reader.response()
        event("packed" if isinstance(read, PackedResponse) else "not packed")
        while isinstance(read, PackedResponse):
            read = read.unpacked() or read
        assert (plain.status, plain.headers, plain.body) == (read.status, read.headers, read.body)


@pytest.mark.parametrize(
    ("start", "lines"),
    [
        (b"HTTP/1.1 200 OK", (b"Content-Type: application/json", b"Content-Length: 2")),
        (
            b"HTTP/1.1 201 Created",
            (b"content-length:2", b"Connection: Keep-Alive", b"Server: nginx"),
        ),
    ],
)
def test_what_servers_usually_send_is_plain(start, lines):
    """The answers of nginx, of uvicorn and of Node are read at once."""
    plain = plain_answer(b"\r\n".join((start, *lines, b"", b"{}")), 16_000, 2)
    assert plain.body == b"{}"


def test_short_gzip_is_plain_and_long_or_odd_gzip_is_not():
    """What unpacks to more than the limit, holds two members or ends early is left to the reader."""
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
    packed = gzip.compress(b"a" * 1000)

    def read(body, limit=1001):
        return plain_answer(head % len(body) + body, 16_000, limit)

    assert read(packed).body == b"a" * 1000
    assert read(packed, limit=999) is None
    assert read(packed * 2) is None
    assert read(packed[:-1]) is None
    assert read(gzip.compress(b"a" * 70_000), limit=100_000) is None


@pytest.mark.parametrize("limits", [(16_000, 1), (42, 2)])
def test_an_answer_beyond_a_limit_is_left_to_the_reader(limits):
    """Head and body have the reader's limits."""
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nA: \r\n\r\n{}"
    assert plain_answer(raw, *limits) is None
    assert plain_answer(raw, 43, 2) is not None


def test_bytes_behind_a_plain_answer_are_refused():
    """They are no second answer, also when they come later."""
    reader = ResponseReader()
    assert reader.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    with pytest.raises(Malformed, match="bytes follow its body"):
        reader.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")


@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=4))
def test_fuzz_noise_never_crashes(noise, cuts):
    """Whatever a server sends, the reader ends in an answer, a wish for more, or `Malformed`."""
    for raw in (
        noise,
        b"HTTP/1.1 200 OK\r\n" + noise,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + noise,
    ):
        found = ours(raw, cuts, "GET")
        assert found == "short" or isinstance(found, (tuple, Malformed))
