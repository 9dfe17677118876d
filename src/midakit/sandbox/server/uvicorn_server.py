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
from midakit.sandbox.server.app import build

_GRACE = 2


class UvicornServer(uvicorn.Server):
    """uvicorn's server on a socket of ours, with a prompt end."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say when requests are json_response."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self.ready.set()

    def run_on(self, listener: socket.socket) -> None:
        """Serve until stopped."""
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
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        # Only after the protocols have heard of the end: a task cut short then says nothing.
        asyncio.get_running_loop().call_soon(self._cancel)

    def _cancel(self) -> None:
        for task in list(self.server_state.tasks):
            task.cancel()


def config(state: SandboxState) -> uvicorn.Config:
    """Return how uvicorn serves the application."""
    return uvicorn.Config(
        build(state),
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


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; a host that others can reach gets a warning."""
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
    """The URL a client on this machine uses; any-address becomes loopback."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 -- compared, not bound
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
