"""The rules of framing, as pure functions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midakit.core.wire.headers import RequestHeaders
from midakit.core.wire.messages import Origin, Request
from midakit.core.wire.own import framing
from midakit.core.wire.own.errors import Malformed
from midakit.core.wire.own.framing import CHUNKED, UNTIL_CLOSE
from midakit.errors import TransportError

ORIGIN = Origin("http", "testserver", 80)


def sent(method="GET", target=b"/v2/x?a=1", headers=((b"host", b"h"),), body=None):
    request = Request(method, ORIGIN, target, RequestHeaders(headers), body)
    framing.check_request(request)
    return framing.request_bytes(request)


def test_a_get_is_one_line_and_its_headers():
    """A request without a body announces none."""
    assert sent(headers=((b"host", b"h"), (b"accept-encoding", b"gzip"))) == (
        b"GET /v2/x?a=1 HTTP/1.1\r\nhost: h\r\naccept-encoding: gzip\r\n\r\n"
    )


def test_codings_are_asked_for():
    """Unless the request says otherwise, every coding that can be undone is accepted."""
    assert b"\r\naccept-encoding: gzip, deflate" in sent()


@pytest.mark.parametrize(
    ("method", "body", "length"),
    [("POST", b"{}", b"2"), ("POST", None, b"0"), ("PUT", b"", b"0"), ("DELETE", b"x", b"1")],
)
def test_a_body_has_its_length(method, body, length):
    """content-length is written for every body, and for the methods that usually have one."""
    head, _, tail = sent(method, body=body).partition(b"\r\n\r\n")
    assert b"\r\ncontent-length: " + length in head
    assert tail == (body or b"")


@pytest.mark.parametrize("method", ["GET", "DELETE", "HEAD"])
def test_no_body_no_length(method):
    """Methods without a body announce no length."""
    assert b"content-length" not in sent(method)


@given(st.binary(min_size=1, max_size=12), st.binary(max_size=12))
@settings(deadline=None)
def test_no_header_adds_a_line(name, value):
    """Whatever a header holds, it is one line on the wire or refused before anything is sent."""
    try:
        lines = sent(headers=((name, value),)).split(b"\r\n")
    except TransportError:
        return
    assert lines[1] == name + b": " + value
    assert len(lines) == 5 if name.lower() != b"accept-encoding" else 4
    assert not any(b"\r" in line or b"\n" in line for line in lines)


@given(st.binary(max_size=20))
@settings(deadline=None)
def test_no_target_adds_a_line(rest):
    """Whatever a target holds, the request line keeps its three words or is refused."""
    try:
        line = sent(target=b"/" + rest).partition(b"\r\n")[0]
    except TransportError:
        return
    assert line == b"GET /" + rest + b" HTTP/1.1"
    assert len(line.split()) == 3


@pytest.mark.parametrize("target", [b"", b"x", b"http://else/", b"/a b", b"/\r\nx: y", b"/\xe9"])
def test_odd_targets_are_refused(target):
    """A target is an absolute path of visible ASCII."""
    with pytest.raises(TransportError, match="target"):
        sent(target=target)


@pytest.mark.parametrize("method", ["", "GE T", "GET\r\n", "GÉT", "CONNECT"])
def test_odd_methods_are_refused(method):
    """A method is letters."""
    with pytest.raises(TransportError, match="not a method"):
        sent(method)


@pytest.mark.parametrize(
    "name", [b"Content-Length", b"transfer-encoding", b"connection", b"expect"]
)
def test_framing_headers_belong_to_the_transport(name):
    """Nobody above the transport frames messages."""
    with pytest.raises(TransportError, match="belongs to the transport"):
        sent(headers=((name, b"5"),))


@pytest.mark.parametrize(
    ("method", "status", "headers", "expected"),
    [
        ("GET", 200, {b"content-length": b"12"}, 12),
        ("GET", 200, {b"transfer-encoding": b"Chunked"}, CHUNKED),
        ("GET", 200, {}, UNTIL_CLOSE),
        ("HEAD", 200, {b"content-length": b"12"}, 0),
        ("HEAD", 200, {b"transfer-encoding": b"chunked"}, 0),
        ("GET", 204, {}, 0),
        ("GET", 304, {b"content-length": b"12"}, 0),
    ],
)
def test_where_an_answer_ends(method, status, headers, expected):
    """HEAD, 204 and 304 have no body; else chunks, a length, or the connection's end decide."""
    assert framing.body_length(method, status, False, tuple(headers.items())) == expected


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        (((b"content-length", b"2"), (b"content-length", b"2")), "two content-lengths"),
        (((b"content-length", b"2, 2"),), "not a number"),
        (((b"content-length", b"+2"),), "not a number"),
        (((b"content-length", b""),), "not a number"),
        (((b"content-length", b"1" * 21),), "not a number"),
        (((b"content-length", b"2"), (b"transfer-encoding", b"chunked")), "both"),
        (((b"transfer-encoding", b"gzip, chunked"),), "not exactly"),
        (((b"transfer-encoding", b"chunked"), (b"transfer-encoding", b"chunked")), "two transfer"),
        (((b"transfer-encoding", b"identity"),), "not exactly"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_ambiguous_lengths_are_refused(headers, why, method):
    """Two readers must not be able to disagree about an answer's end."""
    with pytest.raises(Malformed, match=why):
        framing.body_length(method, 200, False, headers)


def test_old_http_has_no_chunks():
    """An HTTP/1.0 answer cannot be chunked."""
    with pytest.raises(Malformed, match=r"HTTP/1\.0"):
        framing.body_length("GET", 200, True, ((b"transfer-encoding", b"chunked"),))


@pytest.mark.parametrize(
    ("head", "why"),
    [
        (b"SSH-2.0-x\r\n", "begin"),
        (b"\r\nHTTP/1.1 200 OK\r\n\r\n", "begin"),
        (b"HTTP/1.2 200 OK\r\n\r\n", "version"),
        (b"HTTP/1.1 099 OK\r\n\r\n", "below 100"),
        (b"HTTP/1.1 200 \x00K\r\n\r\n", "control bytes"),
        (b"HTTP/1.1 200 O\x7f\r\nX: y\r\n\r\n", "control bytes"),
        (b"HTTP/1.1 200 OK\nX: y\n\n", "without CR LF"),
        (b"HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n", "without CR LF"),
        (b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n", "folded"),
    ],
)
def test_odd_heads_are_refused(head, why):
    """What a lenient reader would repair is refused."""
    with pytest.raises(Malformed, match=why):
        framing.check_head(head)


@given(st.integers(0, 60))
def test_part_of_a_good_head_is_no_error(cut):
    """A head is not condemned for being incomplete."""
    framing.check_head(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: some value\r\n\r\n"[:cut])


@pytest.mark.parametrize("tail", [b"\n\r\n\r\n", b"\r\n\r\n\r", b"\r\n\r\n\n"])
def test_line_ends_after_chunks_are_refused(tail):
    """The parser skips stray line ends; the count of bytes does not."""
    with pytest.raises(Malformed, match="follow"):
        framing.check_chunked_end(tail)


HINTS = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"


@pytest.mark.parametrize("cut", range(len(HINTS) + 1))
def test_hints_are_no_answer_wherever_they_are_cut(cut):
    """Neither whole nor in part, and an answer behind them is one."""
    assert framing.is_interim(HINTS[:cut])
    assert not framing.is_interim(HINTS + b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    "data", [b"HTTP/1.1 413 X", b"HTTP/1.0 200", b"nonsense!!", b"HTTP/2.0 100 C"]
)
def test_whatever_else_comes_is_an_answer(data):
    """Even if it is one that will be refused."""
    assert not framing.is_interim(data)


def test_hints_without_end_are_an_answer():
    """So that nobody fills the memory while a body is written."""
    assert framing.is_interim(HINTS * 500)
    assert not framing.is_interim(HINTS * 2000)
