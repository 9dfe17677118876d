"""Both transports against nginx, haproxy and tinyproxy: every call gets its own answer."""

import asyncio
import signal
import ssl
import time

import httpx
import pytest
import trustme

from midakit import AsyncMida, BadRequest, ConnectionFailed, Mida, TransportError
from midakit.core.call import Call
from midakit.core.retry import Retry
from midakit.core.wire.own.blocking import OwnTransport
from midakit.core.wire.own.transport import AsyncOwnTransport
from midakit.core.wire.tls import shared_context
from support.real_servers import haproxy, needs, nginx, tinyproxy

FORMS = [(way, world) for way in ("own", "httpx") for world in ("asyncio", "sync")]
KEY = "sekret-key-123"


@pytest.fixture(params=FORMS, ids="-".join)
def form(request):
    return request.param


def call(number, *, method="GET"):
    """A call that is told apart by its number; a POST must not be sent twice."""
    return Call(
        operation="probe", method=method, path=f"/x/{number}", answer=dict, safe=method == "GET",
        body=b"{}" if method == "POST" else None,
    )  # fmt: skip


def ask(form, url, calls, *, context=None, between=lambda: None, width=8):
    """Send calls through a client of a form, `width` at once, and return their answers.

    `between` is called after each such group.
    """
    way, world = form
    options = {"project_key": "p", "base_url": url, "timeout": 30, "retry": Retry(base=0)}
    groups = [calls[start : start + width] for start in range(0, len(calls), width)]
    found = []
    if world == "sync":
        http_client = httpx.Client(verify=context) if way == "httpx" and context else None
        options |= _chosen(way, context, http_client, OwnTransport)
        with http_client or httpx.Client(), Mida(KEY, **options) as mida:
            for group in groups:
                found += [mida.send(one) for one in group]
                between()
        return found

    async def main():
        http_client = httpx.AsyncClient(verify=context) if way == "httpx" and context else None
        chosen = _chosen(way, context, http_client, AsyncOwnTransport)
        async with http_client or httpx.AsyncClient(), AsyncMida(KEY, **options, **chosen) as mida:
            for group in groups:
                found.extend(await asyncio.gather(*map(mida.send, group)))
                between()
        return found

    return asyncio.run(main())


def _chosen(way, context, http_client, own):
    """The options for a transport, with TLS settings of the test's own if there are some."""
    if way == "own":
        return {"transport": own(ssl_context=context) if context else "own"}
    return {"http_client": http_client} if http_client else {"transport": "httpx"}


def check(found, calls):
    """Each answer is the one to its own request."""
    assert [one["asked"] for one in found] == [f"/v2{one.path}" for one in calls]


@needs("nginx")
def test_a_limit_of_requests_per_connection(form, tmp_path):
    """nginx closes each connection after three requests: no call fails, and no connection has a fourth."""
    calls = [call(number, method="POST" if number % 2 else "GET") for number in range(60)]
    with nginx(tmp_path, "keepalive_requests 3;") as server:
        found = ask(form, server.url, calls)
    check(found, calls)
    assert {one["number"] for one in found} == {1, 2, 3}
    assert 20 <= len({one["connection"] for one in found}) < 40


@needs("nginx")
def test_connections_are_kept(form, tmp_path):
    """Calls one after the other share a connection."""
    calls = [call(number) for number in range(20)]
    with nginx(tmp_path) as server:
        found = ask(form, server.url, calls, width=1)
    check(found, calls)
    assert [one["number"] for one in found] == list(range(1, 21))


@needs("nginx")
def test_reloads_of_nginx_under_load(form, tmp_path):
    """Old workers end and close their connections: every call gets its own answer."""
    calls = [call(number) for number in range(160)]
    with nginx(tmp_path) as server:
        found = ask(form, server.url, calls, between=server.reload)
    check(found, calls)


@needs("haproxy")
def test_reloads_of_haproxy_under_load(form, tmp_path):
    """The same with a new process that takes the port over."""
    calls = [call(number) for number in range(80)]
    with haproxy(tmp_path, idle="5s") as server:
        found = ask(
            form, server.url, calls, between=lambda: server.reload(signal.SIGUSR2), width=16
        )
    check(found, calls)


@needs("haproxy")
def test_connections_that_are_closed_when_idle(form, tmp_path):
    """haproxy hangs up after 20 ms: a connection that was closed meanwhile is replaced."""
    calls = [call(number) for number in range(12)]
    with haproxy(tmp_path, idle="20ms") as server:
        found = ask(form, server.url, calls, between=lambda: time.sleep(0.1), width=3)
    check(found, calls)


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def trusting(authority):
    """TLS settings that trust the authority of the tests."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def certified(place, certificate, *settings):
    """Settings of nginx that show a certificate."""
    certificate.private_key_and_cert_chain_pem.write_to_path(place / "server.pem")
    return f"ssl_certificate {place}/server.pem; ssl_certificate_key {place}/server.pem;" + "".join(
        f"{one};" for one in settings
    )


@needs("nginx")
@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_versions_of_tls(form, tmp_path, authority, trusting, version):
    """Calls over one version; with a limit of requests, so that connections are also closed."""
    settings = certified(
        tmp_path,
        authority.issue_cert("127.0.0.1"),
        f"ssl_protocols {version}",
        "keepalive_requests 5",
    )
    calls = [call(number) for number in range(24)]
    with nginx(tmp_path, settings, tls=True) as server:
        check(ask(form, server.url, calls, context=trusting), calls)


@needs("nginx")
@pytest.mark.parametrize("wrong", ["another name", "another authority"])
def test_wrong_certificates(form, tmp_path, authority, trusting, wrong):
    """Nothing is sent to a server that cannot show who it is."""
    issuer = authority if wrong == "another name" else trustme.CA()
    name = "other.example" if wrong == "another name" else "127.0.0.1"
    settings = certified(tmp_path, issuer.issue_cert(name))
    with nginx(tmp_path, settings, tls=True) as server:
        with pytest.raises(ConnectionFailed, match="certificate") as caught:
            ask(form, server.url, [call(1, method="POST")], context=trusting)
        assert not caught.value.sent


@needs("nginx")
def test_certificates_of_clients(form, tmp_path, authority, trusting):
    """A server that asks for one answers with it, and refuses without it."""
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    settings = certified(
        tmp_path, authority.issue_cert("127.0.0.1"),
        "ssl_verify_client on", f"ssl_client_certificate {tmp_path}/authority.pem",
    )  # fmt: skip
    with nginx(tmp_path, settings, tls=True) as server:
        with pytest.raises(BadRequest, match="400"):
            ask(form, server.url, [call(1)], context=trusting)
        authority.issue_cert("client.example").configure_cert(trusting)
        calls = [call(number) for number in range(8)]
        check(ask(form, server.url, calls, context=trusting), calls)


@needs("nginx")
@needs("tinyproxy")
@pytest.mark.parametrize("world", ["asyncio", "sync"])
def test_a_tunnel_with_a_password(world, tmp_path, monkeypatch, authority):
    """CONNECT with the user and password of the proxy's address; a wrong one is a failed connection."""
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    settings = certified(tmp_path, authority.issue_cert("127.0.0.1"), "keepalive_requests 5")
    calls = [call(number, method="POST" if number % 2 else "GET") for number in range(24)]
    shared_context.cache_clear()
    try:
        with (
            nginx(tmp_path, settings, tls=True) as server,
            tinyproxy(tmp_path, server.port) as proxy,
        ):
            inside = proxy.url.removeprefix("http://")
            for form in (("own", world), ("httpx", world)):
                monkeypatch.setenv("HTTPS_PROXY", f"http://user:secret-of-the-proxy@{inside}")
                check(ask(form, server.url, calls), calls)
                monkeypatch.setenv("HTTPS_PROXY", f"http://user:wrong-word@{inside}")
                with pytest.raises(ConnectionFailed, match="40[17]") as caught:
                    ask(form, server.url, [call(1, method="POST")])
                assert not caught.value.sent
                assert "wrong-word" not in str(caught.value)
    finally:
        shared_context.cache_clear()


@needs("nginx")
def test_a_server_that_is_gone(form, tmp_path):
    """After its end a call is a failed connection that sent nothing."""
    with nginx(tmp_path) as server:
        check(ask(form, server.url, [call(1)]), [call(1)])
    with pytest.raises(TransportError) as caught:
        ask(form, server.url, [call(1)])
    assert not caught.value.sent
