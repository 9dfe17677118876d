"""Which event loop this runs on: asyncio's or trio's."""

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from midakit.core.concurrency import fork

if TYPE_CHECKING:
    from midakit.core.wire.messages import AsyncTransport

_left: list[Any] = []
"""Transports of a parent process."""
_closing: set[Any] = set()
"""Tasks that close transports in other event loops: nobody else holds them."""


def is_trio() -> bool:
    """Return whether this runs under trio."""
    return _asyncio_loop() is None


def _asyncio_loop() -> Any:
    asyncio = sys.modules.get("asyncio")  # whoever runs on it has loaded it
    try:
        return None if asyncio is None else asyncio.get_running_loop()
    except RuntimeError:
        return None


def loop_token() -> object:
    """Return what connections belong to: this process and its running event loop."""
    loop = _asyncio_loop()
    if loop is None:
        import trio

        loop = trio.lowlevel.current_trio_token()
    return fork.process_token, loop


def is_current_loop(token: Any) -> bool:
    """Return whether we still run where a token was taken; asked before every call.

    Args:
        token: What `loop_token` returned, or None.
    """
    if token is None or token[0] is not fork.process_token:
        return False
    asyncio = sys.modules.get("asyncio")
    running = None if asyncio is None else asyncio._get_running_loop()
    return token[1] is running or token == loop_token()


def is_over(token: Any) -> bool:
    """Return whether the event loop of a token is closed, or belongs to the process we were forked from.

    Args:
        token: What `loop_token` returned.
    """
    process, loop = token
    return process is not fork.process_token or getattr(loop, "is_closed", bool)()


def leave(transports: Iterable["AsyncTransport"], token: Any) -> None:
    """Leave transports to the event loop or the process that they belong to.

    Those of a parent process are kept: collecting them would warn about the parent's connections.
    Those of a closed event loop have ended with it.

    Args:
        transports: The transports.
        token: The loop token of where they were made.
    """
    process, loop = token
    if process is not fork.process_token:
        _left.extend(transports)
    elif not is_over(token) and hasattr(loop, "call_soon_threadsafe"):
        for transport in transports:
            loop.call_soon_threadsafe(_close_there, loop, transport)


def _close_there(loop: Any, transport: "AsyncTransport") -> None:
    """Close a transport in a task of its own event loop, which runs this."""
    closing = loop.create_task(transport.aclose())
    _closing.add(closing)
    closing.add_done_callback(_closing.discard)
