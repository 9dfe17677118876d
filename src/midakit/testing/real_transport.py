"""The transport that a recording goes through when none is given."""

import sys
from typing import Any, Literal

Kind = Literal["blocking", "asynchronous"]


def asking() -> Kind:
    """Say who is asking: a coroutine, or a plain thread.

    Known weakness: a blocking client inside a running event loop is taken for an asynchronous one.
    Give the cassette an `inner` of its own there.
    """
    asyncio, trio = sys.modules.get("asyncio"), sys.modules.get("trio")
    if asyncio is not None and asyncio._get_running_loop() is not None:
        return "asynchronous"
    if trio is not None and trio.lowlevel.in_trio_run():
        return "asynchronous"
    return "blocking"


def open_transport(kind: Kind) -> Any:
    """Make a transport over httpx, which works on every event loop and through proxies.

    Args:
        kind: Who will send through it.
    """
    if kind == "blocking":
        from midakit.core.wire.httpx._sync.transport import HttpxTransport

        return HttpxTransport()
    from midakit.core.wire.httpx._async.transport import AsyncHttpxTransport

    return AsyncHttpxTransport()
