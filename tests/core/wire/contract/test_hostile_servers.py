"""Every hostile server against every form in which a call can be sent: one verdict, kept in time and space."""

import contextlib
import tracemalloc
from typing import NamedTuple

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest

import midakit
from support import hostile
from support.forms import FORMS, Form, call, caught, serving, talk
from support.framings import BAD
from support.hostile import BEHAVIOURS, MIB, RETRY_AFTER


class Case(NamedTuple):
    """A server's behaviour, and what becomes of a call."""

    name: str
    error: type[Exception]
    sent: bool = True
    options: dict = {}  # noqa: RUF012


SOON = {"timeout": 0.4}
SMALL = {"max_body": MIB}
CASES = [
    *(Case(name, midakit.Timeout, options=SOON) for name in ("silent", "drip-head", "drip-body", "drip-chunks")),
    *(Case(name, midakit.TransportError) for name in ("endless-head", "endless-line", "endless-1xx")),
    *(
        Case(name, midakit.BodyTooLarge, options=SMALL)
        for name in ("a-gigabyte", "endless-chunks", "endless-until-close")
    ),
    Case("endless-tiny-chunks", midakit.BodyTooLarge, options={"max_body": 10_000}),
    *(Case(f"bomb-{coding}", midakit.BodyTooLarge, options=SMALL) for coding in ("gzip", "deflate", "br", "zstd")),
    *(Case(name, midakit.TransportError) for name in ("second-answer", "second-answer-to-chunks")),
    *(Case(name, midakit.TransportError) for name in ("half-close-head", "half-close-body")),
    *(Case(name, midakit.TransportError) for name in ("reset-at-once", "reset-head", "reset-body")),
    *(Case(f"redirect-{status}", midakit.APIError) for status in (301, 302, 303, 307, 308)),
]  # fmt: skip


@pytest.fixture(params=FORMS, ids=str)
def form(request):
    return request.param


@pytest.fixture
def server(form):
    with serving(form, BEHAVIOURS) as running:
        yield running
    assert not running.late, "a client did not hang up"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_unsafe_post_fails_once_and_says_whether_it_was_sent(form, server, case):
    """The error is of one class on every form, nothing is sent twice, and the client hangs up."""
    error = caught(form, server, case.name, method="POST", safe=False, **case.options)
    assert type(error) is case.error, repr(error)
    assert getattr(error, "sent", True) is case.sent
    assert len(server.seen) == 1


@pytest.mark.parametrize("name", ["silent", "drip-head", "drip-body", "endless-tiny-chunks"])
def test_a_deadline_ends_what_goes_on_for_ever(form, server, name):
    """However the bytes come; the server would go on for half a minute."""
    error = caught(form, server, name, deadline=0.4, max_body=2000 * MIB)
    assert type(error) is midakit.DeadlineExceeded, repr(error)
    assert len(server.seen) == 1


@pytest.mark.parametrize("name", ["second-answer", "second-answer-to-chunks", "later-answer"])
def test_nobody_gets_the_answer_to_another_request(form, server, name):
    """Bytes behind an answer spoil the connection, at once or a moment later."""

    async def work(send):
        for _ in range(4):
            server.followed.clear()
            server.sent.clear()
            try:
                await send(call(name, method="POST", safe=False))
            except midakit.TransportError:
                assert name != "later-answer"
            server.followed.set()
            if name == "later-answer":
                await arrived(form, server)
            assert (await send(call("ok")))["test_id"] == 1

    talk(form, server, work)


async def arrived(form, server):
    """Wait until the bytes that nobody asked for have come, as a client that has other work does."""
    if form.is_async:
        assert await anyio.to_thread.run_sync(server.sent.wait, 10)
    assert server.sent.wait(10)
    if server.proxy is not None:
        server.proxy.settle()
    if form.is_async:
        await anyio.sleep(0.01)


def test_doubtful_answers_are_refused(form):
    """What two readers could understand differently is an error on every form."""
    behaviours = {
        f"bad-{number}": hostile.then_close(hostile.HEAD + rest)
        for number, (rest, _) in enumerate(BAD.values())
    }

    async def work(send):
        for number, name in enumerate(BAD):
            with pytest.raises(midakit.TransportError) as caught:
                await send(call(f"bad-{number}", method="POST", safe=False))
                pytest.fail(f"accepted: {name}")
            assert caught.value.sent

    with serving(form, behaviours) as server:
        talk(form, server, work)
        assert len(server.seen) == len(BAD)


def test_an_answer_before_the_body_was_sent_is_read(form, server):
    """A server that refuses a long body at once is heard, and not a broken pipe."""
    error = caught(form, server, "early-answer", method="POST", safe=False, body=bytes(300_000))
    assert type(error) is midakit.APIError, repr(error)
    assert error.status == 413


@pytest.mark.parametrize("name", ["early-answer-alone", "early-answer-kept"])
def test_an_answer_is_read_while_the_body_waits_in_buffers(form, server, name):
    """The server reads no more and does not hang up: the answer comes at once, and the client hangs up."""
    error = caught(form, server, name, method="POST", safe=False, body=bytes(24 * MIB))
    assert type(error) is midakit.APIError, repr(error)
    assert error.status == 413
    assert len(server.seen) == 1


def test_a_long_body_arrives_whole(form):
    """Hints before its end are no answer; the connection is used again."""
    body = bytes(range(256)) * 4096 * 8
    lengths = []

    def count(sock, server):
        sock.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
        left = len(body) - server.begun
        while left:
            data = sock.recv(min(left, MIB))
            assert data
            left -= len(data)
        lengths.append(len(body))
        sock.sendall(hostile.OWN)

    async def work(send):
        for _ in range(2):
            assert (await send(call("early-count", method="POST", body=body)))["test_id"] == 1

    with serving(form, {"early-count": count}) as server:
        talk(form, server, work)
        assert lengths == [len(body)] * 2


def test_whatever_a_server_asks_to_wait_the_call_ends(form, server):
    """Numbers, dates and nonsense in Retry-After: the last attempt does not wait."""

    async def work(send):
        for number in range(len(RETRY_AFTER)):
            with pytest.raises(midakit.RateLimited):
                await send(call(f"retry-after-{number}"))

    talk(form, server, work, retry=1)


def test_redirects_are_not_followed(form, server):
    """Even to the same origin; the error names the place."""
    error = caught(form, server, "redirect-302")
    assert "/v2/project/p/ok" in str(error)
    assert len(server.seen) == 1


@pytest.mark.parametrize("name", ["escapes", "escapes-in-place", "head-of-escapes"])
def test_what_a_server_says_forges_no_line_of_a_log(form, server, name):
    """Escapes, line ends and marks of direction are spelled out in the text of an error."""
    error = caught(form, server, name)
    assert str(error).isprintable(), str(error)


@pytest.mark.parametrize("name", ["chunks", "bomb-zstd"])
def test_memory_is_bounded_by_max_body(form, server, name):
    """Small chunks and small packets that unpack to much take a few times the limit at most."""
    caught(form, server, "ok")  # imports
    if name == "chunks":  # h11, below httpx, takes 15 us for each of them
        name = "more-tiny-chunks" if form.transport == "own" else "tiny-chunks"
    hostile.tiny_chunks(), hostile.tiny_chunks(400_000), hostile.bomb("zstd")
    tracemalloc.start()
    try:
        found = caught(form, server, name, max_body=MIB)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    if name.endswith("chunks"):
        assert found["success"]
    else:
        assert type(found) is midakit.BodyTooLarge
    assert peak < (1 if name == "tiny-chunks" else 9) * MIB


@pytest.mark.parametrize(
    "name", ["bomb-gzip", "bomb-deflate", "bomb-br", "bomb-zstd", "empty-members"]
)
@pytest.mark.parametrize(
    "form",
    [Form("own", "asyncio"), Form("httpx", "asyncio"), Form("httpx", "trio")],
    ids=str,
)
def test_others_have_their_turn_while_a_body_is_unpacked(form, server, name):
    """Between a few milliseconds of unpacking, the event loop runs other tasks."""
    ticks = 0

    async def work(send):
        nonlocal ticks

        async def heartbeat():
            nonlocal ticks
            while True:
                ticks += 1
                await anyio.lowlevel.checkpoint()

        async with anyio.create_task_group() as group:
            group.start_soon(heartbeat)
            with contextlib.suppress(midakit.DecodeError):  # zeros are no JSON
                await send(call(name))
            group.cancel_scope.cancel()

    talk(form, server, work)
    assert ticks > 8
