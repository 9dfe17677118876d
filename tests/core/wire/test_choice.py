"""Which transport a client gets, and the reason that logs and `midakit doctor` tell."""

import asyncio
import logging

import httpx
import pytest

from midakit import AsyncMida, Mida
from midakit.core.call import Call
from midakit.core.wire.choice import choose, has_parser, is_proxied
from midakit.core.wire.messages import Origin
from midakit.errors import ConfigurationError
from support.bad_server import BadServer

HTTPS = Origin("https", "api.example.com", 443)
OK = Call(operation="probe", method="GET", path="/ok", answer=dict, safe=True)


@pytest.mark.parametrize("transport", [None, "own"])
@pytest.mark.parametrize(
    ("situation", "kind", "reason"),
    [
        ({}, "own", ""),
        ({"trio": True}, "httpx", "trio"),
        ({"proxied": True}, "httpx", "proxy"),
        ({"mocked": True}, "httpx", "mock"),
    ],
)
def test_own_wherever_it_can_serve_and_httpx_elsewhere(transport, situation, kind, reason):
    """By itself or when asked for, and the choice says why."""
    found = choose(transport, **situation)
    assert found.kind == kind
    assert reason in found.reason


def test_without_httptools_httpx_serves():
    """A platform without the parser works by itself; `transport="own"` says what is missing."""
    assert choose(None, parser=False).kind == "httpx"
    assert choose("httpx", parser=False).kind == "httpx"
    with pytest.raises(ConfigurationError, match="pip install httptools"):
        choose("own", parser=False)


def test_the_parser_is_looked_for(monkeypatch):
    """Whether httptools is installed is asked of the import system, and nothing is imported."""
    assert has_parser()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert not has_parser()


def test_what_the_application_gives_is_taken():
    """A client of httpx, or an object with `send`; both at once contradict each other."""
    client, transport = httpx.Client(), httpx.MockTransport(lambda request: None)
    transport.send = None
    assert choose(None, http_client=client, mocked=True, proxied=True).kind == "injected"
    assert choose(transport, mocked=True).kind == "custom"
    with pytest.raises(ConfigurationError, match="one of them"):
        choose("own", http_client=client)
    with pytest.raises(ConfigurationError, match=r"a method `send\(request\)`"):
        choose(object())
    client.close()


@pytest.mark.parametrize("word", ["fast", "default", "Own", ""])
def test_a_word_that_names_no_transport_lists_those_that_do(word):
    """The error names the two words, and that neither is needed."""
    with pytest.raises(ConfigurationError, match="is not one of: own, httpx") as caught:
        choose(word)
    assert repr(word) in str(caught.value)
    with pytest.raises(ConfigurationError, match="own, httpx"), Mida("k", transport=word) as mida:
        mida.send(OK)


def test_a_proxy_is_seen_in_the_environment(monkeypatch):
    """A proxy for the origin's scheme counts, unless the host is exempt."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    assert not is_proxied(HTTPS)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert is_proxied(HTTPS)
    assert not is_proxied(Origin("http", "api.example.com", 80))
    monkeypatch.setenv("NO_PROXY", "example.com")
    assert not is_proxied(HTTPS)


@pytest.mark.parametrize(("transport", "kind"), [(None, "own"), ("httpx", "httpx")])
def test_one_log_line_explains_the_choice(caplog, transport, kind):
    """At level debug, once for a client, in both worlds."""

    async def main(url):
        async with AsyncMida("k", base_url=url, transport=transport) as mida:
            await mida.send(OK)
            await mida.send(OK)

    with BadServer() as server, caplog.at_level(logging.DEBUG, logger="midakit"):
        asyncio.run(main(server.url))
        with Mida("k", base_url=server.url, transport=transport) as mida:
            mida.send(OK)
            mida.send(OK)
    told = [one.getMessage() for one in caplog.records if "transport" in one.getMessage()]
    assert len(told) == 2
    assert all(f"transport: {kind} (" in one for one in told)
