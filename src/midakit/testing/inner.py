"""The connections that a recording goes through."""

import sys
from typing import Any, Literal

Kind = Literal["blocking", "asynchronous"]


def here() -> Kind:
    """Who is asking: a coroutine, or a plain thread.

    A blocking client inside a running event loop is taken for an asynchronous one: give the
    cassette an `inner` of its own there.
    """
    asyncio, trio = sys.modules.get("asyncio"), sys.modules.get("trio")
    if asyncio is not None and asyncio._get_running_loop() is not None:
        return "asynchronous"
    if trio is not None and trio.lowlevel.in_trio_run():
        return "asynchronous"
    return "blocking"


def opened(kind: Kind) -> Any:
    """A transport over httpx, on every event loop and through proxies."""
    import httpx

    limits = httpx.Limits(max_connections=None, max_keepalive_connections=16)
    if kind == "blocking":
        from midakit.core.wire.httpx._sync.injected import Injected

        return Injected(httpx.Client(limits=limits), owned=True)
    from midakit.core.wire.httpx._async.injected import AsyncInjected

    return AsyncInjected(httpx.AsyncClient(limits=limits), owned=True)
