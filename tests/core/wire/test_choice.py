"""When the fast transport steps aside, and that mockers always get what they wait for."""

import asyncio
import sys
import types

import httpcore
import httpx
import pytest
import respx

from midakit import AsyncMida, Mida
from midakit.core.call import Call
from midakit.core.concurrency import aio, threads
from midakit.core.wire.choice import MISSING, choose, is_proxied
from midakit.core.wire.messages import Origin
from midakit.core.wire.mock_watch import ASYNC, BLOCKING, Spot, Watch
from midakit.errors import ConfigurationError
from midakit.mida import calls
from support.bad_server import BadServer
from support.wire import serving

HTTPS = Origin("https", "api.example.com", 443)
PLAIN = {"http_client": None, "trio": False, "proxied": False, "mocked": None, "not_fast": None}
CALL = calls.experiments.distribution(1234)
BODY = b'{"success": true, "test_id": 1234, "test_name": "over the wire"}'
WIRE = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY
MOCKED = {"success": True, "test_id": 1234, "test_name": "mocked"}


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("situation", "kind"),
    [
        ({}, "fast"),
        ({"trio": True}, "httpx"),
        ({"proxied": True}, "httpx"),
        ({"mocked": "httpcore"}, "default"),
        ({"mocked": "httpx"}, "httpx"),
        ({"not_fast": MISSING}, "default"),
    ],
)
def test_what_the_fast_transport_cannot_do_it_leaves_to_others(situation, kind):
    """Automatic choice: fast on plain asyncio, otherwise whichever transport can serve."""
    assert choose(None, **PLAIN | situation) == kind


def test_asked_for_and_missing_is_an_error_with_the_command():
    """`transport="fast"` without httptools says how to install it."""
    with pytest.raises(ConfigurationError, match=r"pip install 'midakit\[fast\]'"):
        choose("fast", **PLAIN | {"not_fast": MISSING})


def test_without_httptools_both_worlds_say_so(monkeypatch):
    """The decision knows whether the parser is installed."""
    assert aio.not_fast() is threads.not_fast() is None
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert aio.not_fast() == threads.not_fast() == MISSING


def test_a_proxy_is_seen_in_the_environment(monkeypatch):
    """A proxy for the origin's scheme counts, unless the host is exempt."""
    assert not is_proxied(HTTPS)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert is_proxied(HTTPS)
    assert not is_proxied(Origin("http", "api.example.com", 80))
    monkeypatch.setenv("NO_PROXY", "example.com")
    assert not is_proxied(HTTPS)


@pytest.mark.parametrize("spots", [ASYNC, BLOCKING], ids=["async", "blocking"])
def test_a_watch_names_the_library_that_is_mocked(spots):
    """respx waits at httpcore's connections, or with using="httpx" at httpx."""
    watch = Watch(spots)
    assert watch() is None
    with respx.mock(using="httpcore"):
        assert watch() == "httpcore"
    with respx.mock(using="httpx"):
        assert watch() == "httpx"
    assert watch() is None


def test_a_watch_made_inside_a_mock_knows_it_and_its_end():
    """The genuine method was never seen before; its replacement is recognised all the same."""
    with respx.mock(using="httpcore"):
        watch = Watch(ASYNC)
        assert watch() == "httpcore"
    assert watch() is None


def test_a_watch_loads_nothing_and_sees_what_is_loaded_later(monkeypatch):
    """A library that is not loaded cannot be mocked; once it is, it is watched."""
    spot = Spot("late_library", "Client", "send", "httpx")
    watch = Watch((spot,))
    assert watch() is None
    assert "late_library" not in sys.modules
    library = types.ModuleType("late_library")

    class Client:
        def send(self): ...

    Client.send.__module__ = "late_library.client"
    library.Client = Client
    monkeypatch.setitem(sys.modules, "late_library", library)
    assert watch() is None
    monkeypatch.setattr(Client, "send", lambda self: None)
    assert watch() == "httpx"


@pytest.mark.parametrize("using", ["httpcore", "httpx"])
@pytest.mark.parametrize("transport", [None, "fast", "default"])
def test_a_mock_that_starts_after_the_client_gets_its_calls(using, transport):
    """An open client with warm connections: mocked inside, on its old connection again outside."""

    async def main():
        async with (
            serving(WIRE) as (server, port),
            AsyncMida(
                "k", project_key="p", base_url=f"http://127.0.0.1:{port}", transport=transport
            ) as mida,
        ):
            names = [(await mida.send(CALL)).test_name]
            for _ in range(2):
                with respx.mock(using=using) as router:
                    router.get(path__regex="/distribution$").respond(json=MOCKED)
                    names.append((await mida.send(CALL)).test_name)
                    names += [one.test_name for one in await mida.gather([CALL] * 3)]
                names.append((await mida.project("q").send(CALL)).test_name)
            return names, server.accepted

    names, accepted = asyncio.run(main())
    assert names == ["over the wire"] + (["mocked"] * 4 + ["over the wire"]) * 2
    assert accepted == 1


@pytest.mark.parametrize("using", ["httpcore", "httpx"])
def test_a_mock_gets_the_calls_of_an_open_blocking_client_too(using):
    """Single calls and fan-outs of a blocking client that has spoken to its server before."""
    call = Call(operation="probe", method="GET", path="/ok", answer=dict, safe=True)
    with BadServer() as server, Mida("k", base_url=server.url) as mida:
        mida.send(call)
        with respx.mock(using=using) as router:
            router.get(path__regex="/ok$").respond(json=MOCKED)
            assert mida.send(call) == MOCKED
            assert mida.gather([call] * 3) == [MOCKED] * 3
            assert len(router.calls) == 4
        assert len(server.seen) == 1
        assert mida.send(call) != MOCKED


def test_a_mock_of_httpx_alone_is_not_bypassed(monkeypatch):
    """pytest-httpx replaces the transport of httpx: an open client goes through httpx then."""

    async def answer(self, request):
        return httpx.Response(200, json=MOCKED)

    async def main():
        async with (
            serving(WIRE) as (_, port),
            AsyncMida("k", project_key="p", base_url=f"http://127.0.0.1:{port}") as mida,
        ):
            first = await mida.send(CALL)
            with monkeypatch.context() as patch:
                patch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", answer)
                second = await mida.send(CALL)
            return first.test_name, second.test_name, (await mida.send(CALL)).test_name

    assert asyncio.run(main()) == ("over the wire", "mocked", "over the wire")
    assert httpcore.AsyncHTTPConnection
