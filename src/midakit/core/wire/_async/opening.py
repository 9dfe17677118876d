"""Opens the transport that was chosen; the choice itself is `transports.choose`."""

from typing import TYPE_CHECKING, Any

from midakit.core.concurrency import aio as concurrency
from midakit.core.wire.choice import choose, is_proxied
from midakit.core.wire.messages import Origin

if TYPE_CHECKING:
    from midakit.core.wire.messages import AsyncTransport


async def open_transport(choice: Any, *, http_client: Any, origin: Origin) -> "AsyncTransport":
    """A transport for this event loop."""
    trio = concurrency.is_trio()
    kind = choose(
        choice,
        http_client=http_client,
        trio=trio,
        proxied=http_client is None and is_proxied(origin),
        mocked=concurrency.mocked(),
        not_fast=concurrency.not_fast(),
    )
    if kind == "own":
        return choice  # type: ignore[no-any-return]
    if kind == "injected":
        from midakit.core.wire.httpx._async.injected import AsyncInjected

        return AsyncInjected(http_client)
    if kind == "httpx":
        return _plain_httpx()
    if kind == "fast":
        return concurrency.open_fast()
    from midakit.core.wire.httpx._async.free_list import AsyncFreeList

    return AsyncFreeList()


def _plain_httpx() -> "AsyncTransport":
    import httpx

    from midakit.core.wire.httpx._async.injected import AsyncInjected

    limits = httpx.Limits(max_connections=None, max_keepalive_connections=16)
    return AsyncInjected(httpx.AsyncClient(limits=limits), owned=True)
