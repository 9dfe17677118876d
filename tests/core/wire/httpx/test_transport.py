"""The transport over httpx: its bounds, its errors, and what a proxy may refuse."""

import contextlib
import gc
import gzip
import re
import socket
import sys
import threading
import traceback

import anyio
import httpx
import httpx2
import pytest

from midakit import AsyncMida, Mida
from midakit.core.call import Call
from midakit.core.retry import Retry
from midakit.core.wire.httpx._async.transport import AsyncHttpxTransport
from midakit.core.wire.httpx._sync.transport import HttpxTransport
from midakit.core.wire.httpx.client_library import library_of
from midakit.core.wire.httpx.errors import TABLE, translated
from midakit.errors import (
    BodyTooLarge,
    ConfigurationError,
    ConnectionFailed,
    Timeout,
    TransportError,
)
from support.wire import request

FORMS = [
    (library, world)
    for library in (None, httpx, httpx2)
    for world in ("asyncio", "trio", "blocking")
]


@pytest.fixture(params=FORMS, ids=lambda one: f"{one[0].__name__ if one[0] else 'own'}-{one[1]}")
def form(request):
    return request.param


@contextlib.contextmanager
def saying(answer):
    """A server that answers a connection's first request with bytes, or with a few pieces; its address."""
    pieces = [answer] if isinstance(answer, bytes) else answer
    listener = socket.create_server(("127.0.0.1", 0))
    seen = []

    def serve():
        with contextlib.suppress(OSError):
            while True:
                sock, _ = listener.accept()
                with sock, contextlib.suppress(OSError):
                    seen.append(sock.recv(65536))
                    for piece in pieces:
                        sock.sendall(piece)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1], seen
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def sent(form, asked):
    """Send one request through httpx, in one of its forms."""
    library, world = form
    if world == "blocking":
        with library.Client(verify=False) if library else contextlib.nullcontext() as client:
            transport = HttpxTransport(client)
            try:
                return transport.send(asked)
            finally:
                transport.close()

    async def main():
        async with (
            library.AsyncClient(verify=False) if library else contextlib.nullcontext() as client
        ):
            transport = AsyncHttpxTransport(client)
            try:
                return await transport.send(asked)
            finally:
                await transport.aclose()

    return anyio.run(main, backend=world)


def endless():
    yield b"HTTP/1.1 200 OK\r\n\r\n"
    while True:
        yield bytes(5000)


PACKED = gzip.compress(bytes(100_000))
BOMB = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b"
TOO_LONG = {
    "announced": b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n",
    "flowing": b"HTTP/1.1 200 OK\r\n\r\n" + bytes(30_000),
    "a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7530\r\n" + bytes(30_000),
    "a bomb": BOMB % (len(PACKED), PACKED),
}


@pytest.mark.parametrize("name", TOO_LONG)
def test_a_body_that_is_too_long_is_refused(form, name):
    """Announced, flowing or packed: an error with the limit, and nothing is left open."""
    longer = pytest.raises(BodyTooLarge, match="longer than 20000 bytes")
    with saying(TOO_LONG[name]) as (port, _), longer:
        sent(form, request(port, max_body=20_000))


def test_an_endless_body_ends_at_the_bound(form):
    """A server that never stops sending is refused long before the time is over."""
    with saying(endless()) as (port, _), pytest.raises(TransportError, match="answer is longer"):
        sent(form, request(port, within=60, max_body=100_000))


def test_a_body_of_just_the_longest_length_arrives(form):
    """The bound counts bytes, and a HEAD answer's length is about another request."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n" + bytes(20_000)
    with saying(answer) as (port, _):
        assert len(sent(form, request(port, max_body=20_000)).body) == 20_000
    with saying(b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n") as (port, _):
        assert sent(form, request(port, "HEAD", max_body=20_000)).body == b""


@pytest.mark.parametrize("own", [AsyncHttpxTransport, HttpxTransport])
@pytest.mark.parametrize("proxy", ["foo://user:hunter2@127.0.0.1:9", "socks5://127.0.0.1:9"])
def test_a_proxy_of_an_unknown_kind_is_a_setting_that_cannot_work(
    monkeypatch: pytest.MonkeyPatch, proxy: str, own: type
) -> None:
    """What the library says of it is told, without the password, and not raised as it is."""
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    monkeypatch.setitem(sys.modules, "socksio", None)
    with pytest.raises(
        ConfigurationError, match="^HTTPS_PROXY, HTTP_PROXY or ALL_PROXY: "
    ) as caught:
        own()
    assert re.search("scheme|SOCKS", str(caught.value))
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("blocking", [False, True], ids=["async", "sync"])
@pytest.mark.parametrize("status", [b"407 Proxy Authentication Required", b"401 Unauthorized"])
def test_a_proxy_that_refuses_means_that_nothing_was_sent(monkeypatch, status, blocking):
    """A refused CONNECT is a failed connection, so even an unsafe POST may be repeated."""
    call = Call(operation="probe", method="POST", path="/x", answer=dict, body=b"{}", safe=False)
    with saying(b"HTTP/1.1 %b\r\nContent-Length: 0\r\n\r\n" % status) as (port, seen):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        options = {"project_key": "p", "region": "us", "retry": Retry(base=0)}

        async def main():
            async with AsyncMida("k", **options) as mida:
                await mida.send(call)

        with pytest.raises(ConnectionFailed, match=status[:3].decode()) as caught:
            if blocking:
                with Mida("k", **options) as mida:
                    mida.send(call)
            else:
                anyio.run(main)
        assert not caught.value.sent
        assert [one[:8] for one in seen] == [b"CONNECT "] * 3


@contextlib.contextmanager
def deaf():
    """An address where connecting takes for ever: the queue of its listener is full."""
    with socket.socket() as listener, contextlib.ExitStack() as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            sock = waiting.enter_context(socket.socket())
            sock.setblocking(False)
            sock.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def test_no_time_for_a_connection_means_that_nothing_was_sent(form):
    """Even an unsafe POST may be repeated."""
    with deaf() as port, pytest.raises(Timeout) as caught:
        sent(form, request(port, "POST", body=b"{}", within=0.3))
    assert not caught.value.sent


def test_no_time_for_a_handshake_means_that_nothing_was_sent(form):
    """The same for TLS, and its socket is closed at once."""
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(Timeout) as caught:
        asked = request(mute.getsockname()[1], "POST", body=b"{}", within=0.3, scheme="https")
        sent(form, asked)
    assert not caught.value.sent
    gc.collect()  # a socket that is left to it warns, and warnings are errors here


def test_no_time_for_an_answer_means_that_it_may_have_been_sent(form):
    """Also on a connection that was used before."""
    with saying([]) as (port, seen), pytest.raises(TransportError) as caught:
        sent(form, request(port, "POST", body=b"{}"))
    assert caught.value.sent
    assert seen


@pytest.mark.parametrize("library", [httpx, httpx2], ids=lambda one: one.__name__)
def test_every_error_of_the_library_has_one_of_ours(library):
    """By its own entry or by its base class's; a more precise entry wins."""
    kinds = {
        "ConnectError": (ConnectionFailed, False), "ProxyError": (ConnectionFailed, False),
        "UnsupportedProtocol": (ConnectionFailed, False), "ConnectTimeout": (Timeout, False),
        "PoolTimeout": (Timeout, False), "ReadTimeout": (Timeout, True), "WriteTimeout": (Timeout, True),
        "ReadError": (TransportError, True), "RemoteProtocolError": (TransportError, True),
        "DecodingError": (TransportError, True), "TooManyRedirects": (TransportError, True),
    }  # fmt: skip
    for name, (kind, was_sent) in kinds.items():
        found = translated(getattr(library, name)("because"), request(1))
        assert (type(found), found.sent) == (kind, was_sent)
    classes = [one for one in vars(library).values() if isinstance(one, type)]
    errors = [one for one in classes if issubclass(one, library.RequestError)]
    assert len(errors) > 15
    assert all(isinstance(translated(one(""), request(1)), TransportError) for one in errors)
    assert set(TABLE) - {"TimeoutError", "OSError"} <= {one.__name__ for one in errors}


def test_errors_of_the_system_have_one_of_ours_too():
    """What the sockets below raise."""
    assert type(translated(TimeoutError(), request(1))) is Timeout
    assert type(translated(ConnectionResetError("reset"), request(1))) is TransportError
    assert "ConnectionResetError" in str(translated(ConnectionResetError(), request(1)))


def test_a_client_of_the_other_kind_or_of_no_library_is_refused():
    """The error names what is needed."""
    with httpx.Client() as client:
        assert library_of(client, "Client") is httpx
        with pytest.raises(ConfigurationError, match=r"needs httpx.AsyncClient, not httpx.Client"):
            library_of(client, "AsyncClient")
    with httpx2.Client() as client:
        assert library_of(client, "Client") is httpx2
    with pytest.raises(ConfigurationError, match=r"dict is neither httpx.Client nor httpx2.Client"):
        library_of({}, "Client")


@pytest.mark.parametrize("library", [None, httpx, httpx2], ids=["own", "httpx", "httpx2"])
@pytest.mark.parametrize("world", ["asyncio", "trio", "blocking"])
def test_a_closed_client_has_an_error_of_ours(library, world):
    """The application closed what it injected, or another thread closed ours: nothing was sent."""
    asked = request(9)
    wanted = TransportError if library is None else ConfigurationError

    async def main():
        client = None if library is None else library.AsyncClient()
        transport = AsyncHttpxTransport(client)
        await (transport if client is None else client).aclose()
        await transport.send(asked)

    with pytest.raises(wanted, match="closed") as caught:
        if world == "blocking":
            client = None if library is None else library.Client()
            transport = HttpxTransport(client)
            (transport if client is None else client).close()
            transport.send(asked)
        else:
            anyio.run(main, backend=world)
    assert getattr(caught.value, "sent", False) is False


@pytest.mark.parametrize("world", ["asyncio", "trio", "blocking"])
@pytest.mark.parametrize("library", [httpx, httpx2], ids=lambda one: one.__name__)
def test_of_two_clients_over_one_of_httpx_each_may_close_first(library, world):
    """The other one still refuses an answer that goes on behind its end; the last one leaves no trace."""

    def blocking(port):
        with library.Client() as client:
            before = client._transport._pool._network_backend
            first, second = HttpxTransport(client), HttpxTransport(client)
            first.close()
            first.close()
            with pytest.raises(TransportError, match="malformed"):
                second.send(request(port))
            second.close()
            assert client._transport._pool._network_backend is before

    async def main():
        async with library.AsyncClient() as client:
            before = client._transport._pool._network_backend
            first, second = AsyncHttpxTransport(client), AsyncHttpxTransport(client)
            await first.aclose()
            await first.aclose()
            with pytest.raises(TransportError, match="malformed"):
                await second.send(request(port))
            await second.aclose()
            assert client._transport._pool._network_backend is before

    with saying(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}{}") as (port, _):
        if world == "blocking":
            blocking(port)
        else:
            anyio.run(main, backend=world)
