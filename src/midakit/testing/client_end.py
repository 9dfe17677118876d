"""The end of an asynchronous client in code that no event loop runs.

A fixture that is no coroutine works under every plugin that runs `async` tests, but nothing tells it
when their event loops begin and end. So its client is closed where it was used:

    the event loop waits, such as one of a session    it runs once more, and the client closes in it
    it runs, in another thread for example            it closes the connections as soon as it can
    it is over, or it is trio's                       connections end with their loop by themselves
"""

import asyncio
from typing import TYPE_CHECKING, Any

from midakit.core.concurrency.event_loop import leave

if TYPE_CHECKING:
    from midakit.core._async.client import AsyncClient


def close_client(client: "AsyncClient") -> None:
    """Close an asynchronous client from blocking code.

    Args:
        client: The client; if it is closed, nothing happens.
    """
    engine = client._engine
    token: Any = engine._loop_token
    if token is not None and can_run(token[1]):
        token[1].run_until_complete(client.aclose())
    elif not engine.closed:
        engine.closed = True
        opened = {token: engine._transports} if token is not None else {}
        opened |= {other: transports for other, (transports, _) in engine._elsewhere.items()}
        for owner, transports in opened.items():
            leave(transports.values(), owner)


def can_run(loop: Any) -> bool:
    """Return whether an event loop is one of asyncio's that this thread may run now.

    Args:
        loop: An event loop of any kind.
    """
    return (
        isinstance(loop, asyncio.AbstractEventLoop)
        and not (loop.is_closed() or loop.is_running())
        and asyncio._get_running_loop() is None
    )
