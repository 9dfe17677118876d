"""uvicorn on a socket of ours, with a prompt end.

- We bind the socket ourselves: port 0 has no race, and with proto=IPPROTO_TCP asyncio switches
  Nagle's algorithm off (with proto 0 every keep-alive request waits 40 ms).
- Loopback only, unless told otherwise; then a warning says so.
- Stopping cuts connections that still hang, and leaves no thread and no socket.
"""

import asyncio
import socket
import threading
import warnings
from typing import Any

import uvicorn

from midakit.sandbox.faults.protocol import SandboxProtocol
from midakit.sandbox.origins import is_loopback
from midakit.sandbox.server.certificates import Certificate

_GRACE = 2


class UvicornServer(uvicorn.Server):
    """The server of one application.

    Args:
        app: The ASGI application.
        certificate: What to serve https with; None serves http.
    """

    def __init__(self, app: Any, certificate: Certificate | None = None) -> None:
        config = uvicorn.Config(
            app,
            http=SandboxProtocol,
            ws="none",
            loop="asyncio",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=_GRACE,
            ssl_certfile=certificate.cert if certificate else None,
            ssl_keyfile=certificate.key if certificate else None,
        )
        super().__init__(config)
        self.ready = threading.Event()
        """Set when requests are answered, or the server has ended."""
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell who waits that requests are answered.

        Args:
            sockets: The sockets to listen on.
        """
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self.ready.set()

    def run_on(self, listener: socket.socket) -> None:
        """Serve until `stop` is called.

        Args:
            listener: The socket to listen on; it is closed at the end.
        """
        try:
            asyncio.run(self.serve(sockets=[listener]))
        finally:
            self.ready.set()
            listener.close()

    def stop(self, grace: float = 0) -> None:
        """End: no new connection is taken, and requests in flight are cut when the grace is over.

        Args:
            grace: Seconds that requests in flight get to finish.
        """
        self.config.timeout_graceful_shutdown = int(grace) + _GRACE
        self.should_exit = True
        if self._loop is not None and not self._loop.is_closed():
            cut = self._cut if grace <= 0 else lambda: self._after(grace)
            self._loop.call_soon_threadsafe(cut)

    def _after(self, grace: float) -> None:
        """Cut what is still open after the grace."""
        asyncio.get_running_loop().call_later(grace, self._cut)

    def _cut(self) -> None:
        """Cut every connection that is open."""
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        # Only after the protocols have heard of the end: a task cut short then says nothing.
        asyncio.get_running_loop().call_soon(self._cancel)

    def _cancel(self) -> None:
        """Cancel the tasks of the requests that were in flight."""
        for task in list(self.server_state.tasks):
            task.cancel()


def bind(host: str, port: int) -> socket.socket:
    """Open a listening socket; a host that others can reach gets a warning.

    Args:
        host: The address to listen on.
        port: The port; 0 takes a free one.

    Returns:
        The socket, not blocking.

    Raises:
        OSError: The port is taken, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(1024)
        listener.setblocking(False)
    except BaseException:
        listener.close()
        raise
    if not is_loopback(listener.getsockname()[0]):
        warnings.warn(
            f"this server listens on {host}: others on the network can read and change it",
            RuntimeWarning,
            stacklevel=2,
        )
    return listener
