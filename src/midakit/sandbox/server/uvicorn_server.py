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

import uvicorn

from midakit.sandbox.faults.protocol import SandboxProtocol
from midakit.sandbox.origins import is_loopback
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.server.app import build_app

_GRACE = 2


class UvicornServer(uvicorn.Server):
    """The server of one sandbox.

    Args:
        state: What the sandbox holds.
    """

    def __init__(self, state: SandboxState) -> None:
        config = uvicorn.Config(
            build_app(state),
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

    def stop(self) -> None:
        """End now: requests in flight are cut."""
        self.should_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._cut)

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
            f"the sandbox listens on {host}: others on the network can read and change it",
            RuntimeWarning,
            stacklevel=2,
        )
    return listener


def address(host: str, port: int) -> str:
    """Return the URL that a client on this machine uses.

    Args:
        host: The address that is listened on; any-address becomes loopback.
        port: The TCP port that is listened on.

    Returns:
        Scheme, host and port.
    """
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 -- compared, not bound
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
