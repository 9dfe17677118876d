"""uvicorn's protocol over httptools, with the connection handed to the application.

Faults need the socket itself: a real reset is SO_LINGER 0 and abort, which no ASGI message says.
"""

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

TRANSPORT = "midakit.sandbox.transport"
"""The scope extension that holds the transport."""

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class SandboxProtocol(HttpToolsProtocol):
    """One connection; the application finds its transport in the scope."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        inner = self.app

        async def with_transport(scope: Any, receive: Any, send: Any) -> None:
            scope.setdefault("extensions", {})[TRANSPORT] = self.transport
            with suppress(asyncio.CancelledError):  # the server ends; the connection is cut
                await inner(scope, receive, send)

        self.app = with_transport

    def send_400_response(self, msg: str) -> None:
        """Answer bytes that are not HTTP, in JSON too.

        Args:
            msg: What is wrong with them.
        """
        body = json.dumps({"error": msg}).encode()
        head = (
            b"content-type: application/json\r\n"
            b"content-length: %d\r\nconnection: close\r\n\r\n" % len(body)
        )
        self.transport.write(STATUS_LINE[400] + head + body)
        self.transport.close()


def reset(scope: Scope) -> None:
    """Cut the connection so that the client gets ECONNRESET.

    Args:
        scope: The ASGI scope of the request.
    """
    transport = scope["extensions"][TRANSPORT]
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def close(scope: Scope) -> None:
    """Close the connection after what was written to it.

    Args:
        scope: The ASGI scope of the request.
    """
    scope["extensions"][TRANSPORT].close()
