"""Which event loop this runs on: asyncio's or trio's."""

import sys
from typing import Any

from midakit.core.concurrency import fork


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
    return token[1] is _asyncio_loop() or token == loop_token()
