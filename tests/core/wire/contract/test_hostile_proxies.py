"""Proxies that do harm before there is a tunnel: nothing of a request has left, so it may be repeated."""

import contextlib
import socket
import threading

import pytest

import midakit
from support.bad_server import BadServer, message
from support.forms import FORMS, call, caught, certified, talk
from support.forward_proxy import ForwardProxy
from support.hostile import BEHAVIOURS

FORMS = [form for form in FORMS if form.is_tunnelled]


def say(data):
    return lambda sock: sock.sendall(data)


def forever(piece, pause=0.0):
    """Send pieces until the client hangs up."""

    def behave(sock):
        with contextlib.suppress(OSError):
            for _ in range(100_000):
                sock.sendall(piece)
                threading.Event().wait(pause)

    return behave


def silence(sock):
    sock.settimeout(30)
    while sock.recv(65536):
        pass


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


REFUSING = {
    "password": say(message(407, b"", 'Proxy-Authenticate: Basic realm="x"')),
    "forbidden": say(message(403, b"no")),
    "unreachable": say(message(502, b"")),
    "garbage": say(b"\x00\x01 nonsense\r\n\r\n"),
    "closes": lambda sock: None,
    "resets": reset,
    "endless-head": forever(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 8000),
    "no-tls": say(b"HTTP/1.1 200 OK\r\n\r\nthis is no handshake"),
}
LATE = {
    "silent": silence,
    "drips": forever(b"x", pause=0.02),
    "drips-headers": forever(b"HTTP/1.1 200 OK\r\n", pause=0.02),
    "silent-tunnel": lambda sock: [sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n"), silence(sock)],
}


def refused_by(form, behaviour, **options):
    """The error of an unsafe POST through a proxy, the proxy, and what the server has seen."""
    with (
        BadServer(BEHAVIOURS, certified()[0]) as server,
        ForwardProxy(behaviour) as proxy,
    ):
        server.proxy = proxy
        error = caught(form, server, "ok", method="POST", safe=False, retry=1, **options)
        return error, proxy, server.seen


@pytest.mark.parametrize("form", FORMS, ids=str)
@pytest.mark.parametrize("name", REFUSING)
def test_a_tunnel_that_is_refused_is_a_failed_connection(form, name):
    """Whatever the proxy says: the request has not left, and its key and path are not told to the proxy."""
    error, proxy, seen = refused_by(form, REFUSING[name])
    assert isinstance(error, midakit.TransportError), repr(error)
    assert not isinstance(error, midakit.Timeout)
    assert not error.sent
    assert seen == []
    (head,) = proxy.heads
    assert head.startswith("CONNECT 127.0.0.1:")
    assert "authorization" not in head.lower()


@pytest.mark.parametrize("form", FORMS, ids=str)
@pytest.mark.parametrize("name", LATE)
def test_a_proxy_that_goes_on_for_ever_holds_nobody(form, name):
    """Neither silence nor drips outlast the attempt, and what was not sent may be sent again."""
    error, _, seen = refused_by(form, LATE[name], timeout=0.4)
    assert type(error) is midakit.Timeout, repr(error)
    assert not error.sent
    assert seen == []


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_what_a_proxy_refused_is_sent_again(form):
    """A POST that must not be sent twice is repeated: the first has reached nobody."""
    refusals = [b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"]

    class Changing(ForwardProxy):
        def _serve(self, client):
            self._answer = say(refusals.pop()) if refusals else None
            super()._serve(client)

    async def work(send):
        return await send(call("ok", method="POST", safe=False))

    with BadServer(BEHAVIOURS, certified()[0]) as server, Changing() as proxy:
        server.proxy = proxy
        assert talk(form, server, work)["success"]
        assert len(proxy.heads) == 2
        assert len(server.seen) == 1


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_tunnel_is_used_again(form):
    """Calls one after the other share a tunnel; the proxy sees no more of them than where they go."""

    async def work(send):
        return [await send(call("ok")) for _ in range(3)]

    with BadServer(BEHAVIOURS, certified()[0]) as server, ForwardProxy() as proxy:
        server.proxy = proxy
        assert [one["test_id"] for one in talk(form, server, work)] == [1, 1, 1]
        assert len(proxy.heads) == 1
