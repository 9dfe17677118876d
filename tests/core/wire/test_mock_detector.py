"""Libraries that mock requests get what they wait for, whenever they start and stop."""

import asyncio
import sys
import types

import httpcore
import httpx
import pytest
import respx

import midakit
from midakit import AsyncMida, Mida
from midakit.core.call import Call
from midakit.core.retry import Retry
from midakit.core.wire.mock_detector import ASYNC, BLOCKING, MockDetector, Patchable
from midakit.mida import calls
from support.bad_server import BadServer
from support.wire import serving

CALL = calls.experiments.distribution(1234)
BODY = b'{"success": true, "test_id": 1234, "test_name": "over the wire"}'
WIRE = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY
MOCKED = {"success": True, "test_id": 1234, "test_name": "mocked"}
AT_ONCE = Retry(base=0.0)
POST = Call(operation="probe", method="POST", path="/x", answer=dict, body=b"{}", safe=False)


@pytest.mark.parametrize("methods", [ASYNC, BLOCKING], ids=["async", "blocking"])
def test_a_mock_is_noticed_while_it_lasts(methods):
    """respx replaces methods of httpcore's pools, or with using="httpx" of httpx."""
    is_mocked = MockDetector(methods)
    assert not is_mocked()
    for using in ("httpcore", "httpx"):
        with respx.mock(using=using):
            assert is_mocked()
        assert not is_mocked()


def test_a_detector_made_inside_a_mock_knows_it_and_its_end():
    """The genuine method was never seen before; its replacement is recognised all the same."""
    with respx.mock(using="httpcore"):
        is_mocked = MockDetector(ASYNC)
        assert is_mocked()
    assert not is_mocked()


def test_a_detector_imports_nothing_and_sees_what_is_loaded_later(monkeypatch):
    """A library that is not loaded cannot be mocked; once it is, it is watched."""
    is_mocked = MockDetector((Patchable("late_library", "Client", "send"),))
    assert not is_mocked()
    assert "late_library" not in sys.modules
    library = types.ModuleType("late_library")

    class Client:
        def send(self): ...

    Client.send.__module__ = "late_library.client"
    library.Client = Client
    monkeypatch.setitem(sys.modules, "late_library", library)
    assert not is_mocked()
    monkeypatch.setattr(Client, "send", lambda self: None)
    assert is_mocked()


@pytest.mark.parametrize("using", ["httpcore", "httpx"])
@pytest.mark.parametrize("transport", [None, "own", "httpx"])
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


def sent(blocking, call, **options):
    """Send a call through a client of either kind, as a user's test would."""
    options = {"project_key": "p", "region": "us", **options}
    if blocking:
        with Mida("k", **options) as mida:
            return mida.send(call)

    async def main():
        async with AsyncMida("k", **options) as mida:
            return await mida.send(call)

    return asyncio.run(main())


FAILURES = {
    "a class": httpx.ConnectError,
    "an instance": httpx.ConnectError("refused"),
    "httpcore's": httpcore.ConnectError("refused"),
    "a read that timed out": httpx.ReadTimeout,
    "a server that hung up": httpx.RemoteProtocolError("hung up"),
    "an error of the system": OSError("unreachable"),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("transport", [None, "own", "httpx"])
@pytest.mark.parametrize("blocking", [False, True], ids=["async", "sync"])
def test_a_mocked_network_failure_is_ours_and_is_retried(blocking, transport, failure):
    """`side_effect=httpx.ConnectError` and its like: a retry when it passes, our error when not."""
    with respx.mock:
        route = respx.get(path__regex="/distribution$")
        route.mock(side_effect=[FAILURES["an instance"], httpx.Response(200, json=MOCKED)])
        assert sent(blocking, CALL, transport=transport, retry=AT_ONCE).test_name == "mocked"
        assert route.call_count == 2
        route.mock(side_effect=failure)
        with pytest.raises(midakit.TransportError) as caught:
            sent(blocking, CALL, transport=transport, retry=AT_ONCE)
        assert len(caught.value.attempts) == 3
        assert route.call_count == 5


@pytest.mark.parametrize(
    ("failure", "kind", "tries"),
    [
        (httpx.ConnectError, midakit.ConnectionFailed, 3),
        (httpx.ConnectTimeout, midakit.Timeout, 3),
        (httpx.ReadTimeout, midakit.Timeout, 1),
        (httpx.ReadError, midakit.TransportError, 1),
    ],
)
@pytest.mark.parametrize("blocking", [False, True], ids=["async", "sync"])
def test_a_post_is_repeated_under_a_mock_only_when_it_never_left(blocking, failure, kind, tries):
    """The same rule as on a real network."""
    with respx.mock:
        route = respx.post(path__regex="/x$").mock(side_effect=failure)
        with pytest.raises(midakit.TransportError) as caught:
            sent(blocking, POST, retry=AT_ONCE)
        assert type(caught.value) is kind
        assert caught.value.sent == (tries == 1)
        assert route.call_count == tries
