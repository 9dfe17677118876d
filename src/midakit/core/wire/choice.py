"""Which transport a client gets, and why."""

import os
import sys
from typing import Any, Literal, NamedTuple

from midakit.core.wire.messages import Origin
from midakit.errors import ConfigurationError

Kind = Literal["own", "httpx", "injected", "custom"]

NAMES = ("own", "httpx")


class TransportChoice(NamedTuple):
    """The transport that was chosen, and why."""

    kind: Kind
    reason: str
    """The reason in words, for the log and for `midakit doctor`."""


def choose(
    transport: Any,
    *,
    http_client: Any = None,
    trio: bool = False,
    proxied: bool = False,
    mocked: bool = False,
    parser: bool = True,
) -> TransportChoice:
    """Choose the transport (pure).

    Args:
        transport: What the application asked for: None chooses by itself, "own" and "httpx" name
            a transport, anything else is an object with a method `send`.
        http_client: The client of httpx or httpx2 that the application injected.
        trio: Whether the running event loop is trio's.
        proxied: Whether requests must pass a proxy.
        mocked: Whether a library that mocks requests has patched httpx.
        parser: Whether httptools is installed.

    Returns:
        The kind of transport and the reason. Asked for "own", it is "httpx" all the same where our
        own transport cannot serve: on trio, behind a proxy and under a mock.

    Raises:
        ConfigurationError: The arguments contradict each other, name no transport, or ask for
            "own" without httptools.
    """
    if http_client is not None:
        if transport is not None:
            raise ConfigurationError("transport and http_client: give one of them")
        return TransportChoice("injected", "http_client was given")
    if transport is not None and not isinstance(transport, str):
        if not hasattr(transport, "send"):
            raise ConfigurationError("transport: an object needs a method `send(request)`")
        return TransportChoice("custom", "transport is an object of the application")
    if transport is not None and transport not in NAMES:
        raise ConfigurationError(
            f"transport: {transport!r} is not one of: {', '.join(NAMES)} "
            "(when left out, the client chooses)"
        )
    if transport == "own" and not parser:
        raise ConfigurationError(
            "transport='own': httptools is not installed; run: pip install httptools"
        )
    obstacles = {
        "transport='httpx' was given": transport == "httpx",
        "a mocking library has patched httpx": mocked,
        "the event loop is trio's": trio,
        "the environment names a proxy": proxied,
        "httptools is not installed": not parser,
    }
    for reason, found in obstacles.items():
        if found:
            return TransportChoice("httpx", reason)
    return TransportChoice(
        "own", "no proxy, mock or trio" if transport is None else "transport='own'"
    )


def has_parser() -> bool:
    """Say whether httptools is installed."""
    from importlib.util import find_spec

    return find_spec("httptools") is not None


def is_proxied(origin: Origin) -> bool:
    """Say whether the environment names a proxy for an origin.

    Args:
        origin: Where requests go.
    """
    variables_only = sys.platform not in ("darwin", "win32")  # those have system settings too
    if variables_only and not any(name.lower().endswith("_proxy") for name in os.environ):
        return False  # urllib.request is a quarter of what a process loads for its first call
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    if not (proxies.get(origin.scheme) or proxies.get("all")):
        return False
    return not proxy_bypass(f"{origin.host}:{origin.port}")
