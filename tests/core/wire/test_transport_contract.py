"""One contract for every way over the wire, on real sockets against a server that misbehaves."""

import asyncio
import contextlib
import gc
import os
import ssl
import threading
import time
import warnings

import anyio
import httpx
import httpx2
import pytest
import respx
import trustme

import midakit
from midakit import AsyncMida, Mida
from midakit.core.call import Call
from midakit.core.retry import Retry
from support.bad_server import BadServer

KEY = "sekret-key-123"

WAYS = [
    ("own", "asyncio"), ("httpx", "asyncio"), ("httpx", "trio"),
    ("injected httpx", "asyncio"), ("injected httpx", "trio"), ("injected httpx2", "asyncio"),
    ("own", "sync"), ("httpx", "sync"), ("injected httpx", "sync"), ("injected httpx2", "sync"),
]  # fmt: skip


@pytest.fixture(scope="module")
def server():
    with BadServer() as running:
        yield running


@pytest.fixture(params=WAYS, ids=lambda way: "-".join(way).replace(" ", "-"))
def way(request):
    return request.param


def call(name, *, method="GET", safe=True):
    return Call(
        operation="probe", method=method, path=f"/project/{{project_key}}/{name}", answer=dict,
        body=b"{}" if method == "POST" else None, safe=safe,
    )  # fmt: skip


def talk(way, server, work, **options):
    """Run `work(client)`, where work is written once for both worlds."""
    transport, world = way
    options = {"project_key": "p", "base_url": server.url, "timeout": 30, **options}
    if not transport.startswith("injected"):
        options["transport"] = transport
    library = httpx2 if transport.endswith("httpx2") else httpx
    brought = transport.startswith("injected")
    if world == "sync":
        with contextlib.ExitStack() as stack:
            injected = stack.enter_context(library.Client(verify=False)) if brought else None
            try:
                with Mida(KEY, http_client=injected, **options) as client:
                    return work(client)
            finally:
                assert injected is None or not injected.is_closed

    async def main():
        async with contextlib.AsyncExitStack() as stack:
            injected = (
                await stack.enter_async_context(library.AsyncClient(verify=False))
                if brought
                else None
            )
            try:
                async with AsyncMida(KEY, http_client=injected, **options) as client:
                    return await work(client)
            finally:
                assert injected is None or not injected.is_closed

    return anyio.run(main, backend=world)


def send(way, server, name, *, method="GET", safe=True, **options):
    return talk(
        way, server, lambda client: client.send(call(name, method=method, safe=safe)), **options
    )


@pytest.mark.parametrize("name", ["ok", "gzip", "chunked", "eof", "continue", "closing"])
def test_every_framing_gives_the_answer(way, server, name):
    """Lengths, chunks, packing, early hints and closing connections all end in the same object."""
    assert send(way, server, name) == {"success": True, "test_id": 1}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("r400", "BadRequest"), ("r401", "Unauthorized"), ("r403", "PlanLimitReached"), ("r404", "NotFound"),
        ("r500", "ServerError"), ("r503", "ServerError"), ("r429-hour", "RateLimited"),
        ("redirect", "APIError"), ("html", "DecodeError"), ("empty", "DecodeError"), ("list", "DecodeError"),
        ("cut-json", "DecodeError"), ("error-in-200", "APIError"), ("short", "TransportError"),
        ("reset", "TransportError"), ("reset-in-body", "TransportError"), ("garbage", "TransportError"),
        ("damaged", "TransportError"),
    ],
)  # fmt: skip
def test_every_misbehaviour_is_its_typed_error(way, server, name, kind):
    """Never a hang, never a bare exception of a library, never the key in the text."""
    with pytest.raises(midakit.MidakitError) as caught:
        send(way, server, name, retry=1, timeout=60)  # a busy machine is no misbehaving server
    assert type(caught.value).__name__ == kind
    assert KEY not in str(caught.value) + repr(caught.value.__dict__)
    assert caught.value.call.operation == "probe"


@pytest.mark.parametrize(
    "name", ["once-r500", "once-reset", "once-short", "once-r429-ms", "once-r503"]
)
def test_a_passing_fault_is_a_successful_retry(way, name):
    """The second attempt gives the answer, and the raw response remembers both."""
    with BadServer() as server:
        soon = Retry(base=0.01)
        response = talk(way, server, lambda client: client.send_raw(call(name)), retry=soon)
        assert response.parse()["success"]
        assert len(response.attempts) == 2
        assert len(server.seen) == 2


def test_an_answer_longer_than_max_body_is_refused_once(way):
    """The error names the limit, asking again is left out, and a view may allow more."""
    with BadServer() as server:
        with pytest.raises(midakit.BodyTooLarge, match="longer than 10 bytes") as caught:
            send(way, server, "ok", max_body=10)
        assert caught.value.limit == 10
        with pytest.raises(midakit.BodyTooLarge):
            talk(way, server, lambda client: client.gather([call("gzip")]), max_body=35)
        assert len(server.seen) == 2
        wider = talk(
            way,
            server,
            lambda client: client.with_options(max_body=99).send(call("ok")),
            max_body=10,
        )
        assert wider["success"]


def test_retry_after_is_a_floor(way):
    """A server that asks for a second gets it, and one that asks for less waits no less."""
    name, floor = ("once-r429-s", 1) if way[0] == "own" else ("once-r429-ms", 0.1)
    with BadServer() as server:
        started = time.monotonic()
        assert send(way, server, name, retry=Retry(base=0.001))["success"]
        assert time.monotonic() - started >= floor


def test_what_may_have_worked_is_not_sent_twice(way):
    """An unsafe POST whose reply was lost reaches the server once."""
    with BadServer() as server:
        with pytest.raises(midakit.TransportError):
            send(way, server, "reset-in-body", method="POST", safe=False)
        assert len(server.seen) == 1


@pytest.mark.parametrize("name", ["hang", "drip"])
def test_what_timed_out_after_it_was_sent_is_not_sent_twice(way, name):
    """An unsafe POST that a server took and never answered reaches it once, and the error says so."""
    asked = call(name, method="POST", safe=False)

    def work(client):
        client.send(call("ok"))  # there is a connection
        return client.with_options(timeout=timeout).send(asked)

    async def async_work(client):
        await client.send(call("ok"))
        return await client.with_options(timeout=timeout).send(asked)

    for timeout in (0.5, 5, 50):  # noqa: B007 - a busy machine may need more until the few bytes are out
        with BadServer() as server:
            with pytest.raises(midakit.Timeout) as caught:
                talk(way, server, work if way[1] == "sync" else async_work)
            if len(server.seen) > 1:
                break
    assert type(caught.value) is midakit.Timeout
    assert caught.value.sent
    assert len(caught.value.attempts) == 1
    assert len(server.seen) == 2
    assert KEY not in str(caught.value) + repr(caught.value.__dict__)
    assert caught.value.call.operation == "probe"


def test_the_deadline_bounds_attempts_and_waits(way):
    """A second is a second, whatever the server asks for."""
    with BadServer() as server:
        with pytest.raises(midakit.DeadlineExceeded, match="deadline"):
            send(way, server, "r429-s", deadline=0.6)
        started = time.monotonic()
        with pytest.raises(midakit.DeadlineExceeded):
            send(way, server, "drip", deadline=0.3, timeout=60)
        assert time.monotonic() - started < 60  # it would have gone on for minutes


def test_a_refused_connection_was_not_sent(way, server):
    """Nobody listens: ConnectionFailed, and an unsafe call may be repeated."""

    class Nowhere:
        url = "http://127.0.0.1:9"

    with pytest.raises(midakit.ConnectionFailed) as caught:
        send(way, Nowhere, "ok", retry=1)
    assert not caught.value.sent


def test_connections_are_reused_and_stale_ones_replaced(way):
    """Closing silently between calls is not the caller's problem."""
    with BadServer() as server:
        if way[1] == "sync":
            found = talk(
                way, server, lambda client: [client.send(call("silent-close")) for _ in range(5)]
            )
        else:

            async def work(client):
                return [await client.send(call("silent-close")) for _ in range(5)]

            found = talk(way, server, work)
        assert all(one["success"] for one in found)


def test_many_at_once_each_get_their_own_answer(way, server):
    """A hundred calls at sixteen in flight."""
    calls = [call("ok")] * 100
    found = talk(way, server, lambda client: client.gather(calls, 16))
    assert len(found) == 100
    assert all(one["success"] for one in found)


def test_the_key_travels_in_its_header_and_nowhere_else(way):
    """Path and query never hold it."""
    with BadServer() as server:
        send(way, server, "ok")
        assert all(KEY not in path for path in server.seen)
        assert f"Bearer {KEY}" in server.heads[0]


@pytest.mark.parametrize("auth", ["bearer", "x-api-key", "api-key"])
def test_the_three_ways_to_carry_a_key(auth):
    """Each style is one header."""
    with BadServer() as server:
        send(("own", "asyncio"), server, "ok", auth=auth)
        wanted = f"authorization: Bearer {KEY}" if auth == "bearer" else f"{auth}: {KEY}"
        assert wanted.lower() in server.heads[0].lower()


def test_respx_intercepts_the_automatic_choice():
    """A user's mocks keep working, in both worlds."""

    async def main():
        async with AsyncMida(KEY, project_key="p", region="us") as mida:
            return await mida.send(call("x"))

    with respx.mock:
        route = respx.get("https://api-us.mida.so/v2/project/p/x").mock(
            return_value=httpx.Response(200, json={"success": True})
        )
        assert asyncio.run(main()) == {"success": True}
        with Mida(KEY, project_key="p", region="us") as mida:
            assert mida.send(call("x")) == {"success": True}
        assert route.call_count == 2


@pytest.mark.parametrize(
    "way",
    [("own", "asyncio"), ("httpx", "asyncio"), ("own", "sync"), ("httpx", "sync")],
    ids=str,
)
def test_certificates_are_checked(way, tmp_path, monkeypatch):
    """An authority that is trusted works; one that is not is a ConnectionFailed."""
    from midakit.core.wire.tls import shared_context

    authority, stranger = trustme.CA(), trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    ready = threading.Event()
    address = []

    async def serve(stop):
        async def answer(reader, writer):
            try:
                while await reader.readuntil(b"\r\n\r\n"):
                    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{"success":true}')
            except (asyncio.IncompleteReadError, ConnectionError):
                writer.close()

        running = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
        address.append(running.sockets[0].getsockname()[1])
        ready.set()
        await asyncio.to_thread(stop.wait)
        running.close()

    stop = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(serve(stop)))
    thread.start()
    try:
        assert ready.wait(60)

        class Server:
            url = f"https://127.0.0.1:{address[0]}"

        for one, trusted in ((authority, True), (stranger, False)):
            path = tmp_path / f"{trusted}.pem"
            one.cert_pem.write_to_path(path)
            monkeypatch.setenv("SSL_CERT_FILE", str(path))
            shared_context.cache_clear()
            if trusted:
                assert send(way, Server, "ok") == {"success": True}
            else:
                with pytest.raises(midakit.ConnectionFailed):
                    send(way, Server, "ok", retry=1)
    finally:
        shared_context.cache_clear()
        stop.set()
        thread.join(10)


def test_an_unclosed_client_warns_where_it_was_made(server):
    """ResourceWarning names this file."""

    async def main():
        client = AsyncMida(KEY, project_key="p", base_url=server.url)
        await client.send(call("ok"))
        await client._engine.transport.aclose()

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        asyncio.run(main())
        gc.collect()
    assert any("test_transport_contract" in str(one.message) for one in caught)


def test_a_client_works_in_a_second_event_loop(server):
    """A fresh pool, no error, no leak."""
    client = AsyncMida(KEY, project_key="p", base_url=server.url)

    async def use(last):
        assert (await client.send(call("ok")))["success"]
        if last:
            await client.aclose()

    asyncio.run(use(last=False))
    asyncio.run(use(last=True))


def test_a_closed_client_says_so(server):
    """Use after close is a ConfigurationError."""
    client = Mida(KEY, project_key="p", base_url=server.url)
    client.close()
    with pytest.raises(midakit.ConfigurationError, match="closed"):
        client.send(call("ok"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_gets_connections_of_its_own(server):
    """Parent and child never share a socket."""
    with Mida(KEY, project_key="p", base_url=server.url) as client:
        assert client.send(call("ok"))["success"]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            try:
                fine = client.send(call("ok"))["success"]
                os._exit(0 if fine else 1)
            except BaseException:
                os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert client.send(call("ok"))["success"]


def test_errors_of_settings_come_before_anything_is_sent(monkeypatch):
    """No key, no project, contradicting addresses: each says what to do."""
    for name in (
        "MIDA_API_KEY",
        "MIDA_PROJECT_KEY",
        "MIDA_BASE_URL",
        "MIDA_REGION",
        "MIDA_PROFILE",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", "/nonexistent")
    with pytest.raises(midakit.ConfigurationError, match="MIDA_API_KEY"):
        Mida()
    with pytest.raises(midakit.ConfigurationError, match="not one of"):
        Mida("k", region="mars")
    with pytest.raises(midakit.ConfigurationError, match="one of them"):
        Mida("k", region="eu", base_url="https://h")
    with pytest.raises(midakit.ConfigurationError, match="control characters"):
        Mida("k\r\nx: y")
    with pytest.raises(midakit.ConfigurationError, match="timeout"):
        Mida("k", timeout=0)
    with pytest.raises(midakit.ConfigurationError, match="AsyncClient|Client"):
        Mida("k", project_key="p", http_client=object()).send(call("ok"))
    with Mida("k") as client, pytest.raises(midakit.ConfigurationError, match="project_key"):
        client.send(call("ok"))


def test_hooks_see_each_attempt_and_cannot_break_the_call():
    """A hook that raises is logged and dropped."""
    with BadServer() as server, Mida(KEY, project_key="p", base_url=server.url) as client:
        seen = []
        client.hooks.on_attempt(lambda event: seen.append(("attempt", event.status)))
        client.hooks.on_retry(lambda event: seen.append(("retry", event.status)))
        client.hooks.on_answer(lambda event: seen.append(("answer", event.status)))
        client.hooks.on_answer(lambda event: 1 / 0)
        assert client.send(call("once-r500"))["success"]
        assert seen == [("attempt", 500), ("retry", 500), ("attempt", 200), ("answer", 200)]
