"""Whether the fast transport may be used: what it cannot do, it leaves to the default one."""

import sys
from asyncio import get_running_loop
from importlib.util import find_spec

from midakit.core.port import Origin
from midakit.core.transports import MISSING, is_proxied

MOCKED = (
    ("httpcore", "AsyncHTTPConnection", "handle_async_request"),
    ("httpx", "AsyncHTTPTransport", "handle_async_request"),
    ("httpx", "AsyncClient", "_transport_for_url"),
)
"""What mockers replace; looked at only where it is loaded already."""


def unusable(origin: Origin) -> str | None:
    """Why the fast transport cannot serve here and now, in a few words; None when it can."""
    try:
        get_running_loop()
    except RuntimeError:
        return "the event loop is not asyncio's"
    if mocked():
        return "httpcore or httpx is mocked"
    if is_proxied(origin):
        return f"a proxy is set for {origin}"
    if find_spec("httptools") is None:
        return MISSING
    return None


def mocked() -> bool:
    """Whether a mocker (respx, pytest-httpx) is at work, so that no request may reach the network."""
    for module, owner, name in MOCKED:
        method = getattr(getattr(sys.modules.get(module), owner, None), name, None)
        if method is not None and not str(method.__module__).startswith(f"{module}."):
            return True
    return False
