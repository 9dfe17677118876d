"""When the fast transport steps aside."""

import asyncio

import httpcore
import pytest
import respx

from midakit.core.fast import choosing
from midakit.core.port import Origin

HTTPS = Origin("https", "api.example.com", 443)


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def unusable(origin=HTTPS):
    async def main():
        return choosing.unusable(origin)

    return asyncio.run(main())


def test_nothing_stands_in_the_way():
    """On asyncio, with httptools and without a proxy, it is usable."""
    assert unusable() is None


def test_outside_asyncio_it_steps_aside():
    """Without a running asyncio loop (under trio, say) it says so."""
    assert "asyncio" in choosing.unusable(HTTPS)


def test_a_proxy_is_left_to_httpx(monkeypatch):
    """A proxy for the origin's scheme stands in the way, unless the host is exempt."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert "proxy" in unusable()
    assert unusable(Origin("http", "api.example.com", 80)) is None
    monkeypatch.setenv("NO_PROXY", "example.com")
    assert unusable() is None


def test_mocks_are_not_bypassed():
    """While respx mocks httpcore or httpx, requests must not reach the network."""
    with respx.mock(using="httpcore"):
        assert "mocked" in unusable()
    with respx.mock(using="httpx"):
        assert "mocked" in unusable()
    assert httpcore.AsyncHTTPConnection
    assert unusable() is None


def test_without_httptools_it_says_how_to_install_it(monkeypatch):
    """The message holds the command."""
    monkeypatch.setattr(choosing, "find_spec", lambda name: None)
    assert "pip install 'midakit[fast]'" in unusable()
