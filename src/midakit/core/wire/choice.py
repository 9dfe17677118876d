"""Which transport a client gets (pure)."""

from typing import Any, Literal

from midakit.core.wire.messages import Origin
from midakit.errors import ConfigurationError

Kind = Literal["own", "injected", "httpx", "fast", "default"]

NAMES = ("default", "fast", "httpx")
MISSING = "httptools is not installed; run: pip install 'midakit[fast]'"


def choose(
    choice: Any,
    *,
    http_client: Any,
    trio: bool,
    proxied: bool,
    mocked: str | None,
    not_fast: str | None,
) -> Kind:
    """None is automatic; what was asked for and cannot be is an error that says why."""
    if http_client is not None:
        if choice is not None:
            raise ConfigurationError("transport and http_client: give one of them")
        return "injected"
    if choice is not None and not isinstance(choice, str):
        if not hasattr(choice, "send"):
            raise ConfigurationError("transport: an object needs a `send(request)`")
        return "own"
    if choice is not None and choice not in NAMES:
        raise ConfigurationError(f"transport: {choice!r} is not one of: {', '.join(NAMES)}")
    if choice == "httpx" or trio or proxied or mocked == "httpx":
        return "httpx"
    if choice == "fast" and not_fast == MISSING:
        raise ConfigurationError(f"transport='fast': {not_fast}")
    if choice in (None, "fast") and not_fast is None and mocked is None:
        return "fast"
    return "default"


def missing() -> str | None:
    """What to install for the fast transport; None when it is there."""
    from importlib.util import find_spec

    return None if find_spec("httptools") else MISSING


def is_proxied(origin: Origin) -> bool:
    """Whether the environment names a proxy for this origin."""
    from urllib.request import getproxies, proxy_bypass  # slow to import

    proxies = getproxies()
    if not (proxies.get(origin.scheme) or proxies.get("all")):
        return False
    return not proxy_bypass(f"{origin.host}:{origin.port}")
