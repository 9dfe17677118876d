"""Whether the fast transport may be used: what it cannot do, it leaves to the default one."""

import os
import sys
from asyncio import get_running_loop
from importlib.util import find_spec

from midakit.core.port import Origin


def usable(origin: Origin) -> bool:
    """Whether nothing stands in the way."""
    return obstacle(origin) is None


def obstacle(origin: Origin) -> str | None:
    """What stands in the way of the fast transport here and now, in a few words; None if nothing."""
    try:
        get_running_loop()
    except RuntimeError:
        return "the event loop is not asyncio's"
    if mocked():
        return "httpcore or httpx is mocked"
    if proxied(origin):
        return f"a proxy is set for {origin}"
    if find_spec("httptools") is None:
        return "httptools is not installed; run: pip install 'midakit[fast]'"
    return None


def mocked() -> bool:
    """Whether a mocker (respx, pytest-httpx) has replaced the methods that our answers must not bypass."""
    for module, owner in (("httpcore", "AsyncHTTPConnection"), ("httpx", "AsyncHTTPTransport")):
        loaded = sys.modules.get(module)
        if loaded is not None:
            method = getattr(loaded, owner).handle_async_request
            if not str(getattr(method, "__module__", "")).startswith(f"{module}."):
                return True
    return False


def proxied(origin: Origin) -> bool:
    """Whether the environment (or the system's settings) sends this origin through a proxy."""
    named = any(name.lower().endswith("_proxy") for name in os.environ)
    if not named and sys.platform not in ("darwin", "win32"):
        return False  # spares the import below, which is most of urllib
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    proxy = proxies.get(origin.scheme) or proxies.get("all")
    return bool(proxy) and not proxy_bypass(f"{origin.host}:{origin.port}")
