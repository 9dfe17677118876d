"""uvicorn's h11 protocol, with the connection handed to the application.

Faults need the socket itself: a real reset is SO_LINGER 0 and abort, which no ASGI message says.
"""

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol

TRANSPORT = "midakit.sandbox.transport"
"""The scope extension that holds the transport."""

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class SandboxProtocol(H11Protocol):
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
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        for event in (
            h11.Response(status_code=400, headers=headers, reason=STATUS_PHRASES[400]),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
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
