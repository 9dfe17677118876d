"""Starting and stopping the server: in a thread of this process, or as this process.

- We bind the socket ourselves: port 0 has no race, and with proto=IPPROTO_TCP asyncio switches
  Nagle's algorithm off (with proto 0 every keep-alive request waits 40 ms).
- Loopback only, unless told otherwise; then a warning says so.
- Stopping cuts connections that still hang, and leaves no thread and no socket.
"""

import asyncio
import signal
import socket
import sys
import threading
import warnings
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn

from midakit.sandbox.data import load as loading
from midakit.sandbox.exchange import Body
from midakit.sandbox.faults.protocol import Protocol
from midakit.sandbox.server.admin import is_loopback
from midakit.sandbox.server.app import BASE, build
from midakit.sandbox.settings import Settings
from midakit.sandbox.state.clock import parse, stamp
from midakit.sandbox.world import World

_GRACE = 2
_STARTUP_SECONDS = 60


class Sandbox:
    """A sandbox in this process: `with Sandbox(seed=42) as sandbox: sandbox.url`.

    Takes the fields of `Settings` as keywords, or a `Settings`.  Also an async context manager.
    """

    def __init__(self, settings: Settings | None = None, **options: Any) -> None:
        self.settings = settings or Settings(**_paths(options))
        self._world: World | None = None
        self._thread: threading.Thread | None = None
        self._server: _Server | None = None
        self._port = self.settings.port
        self._starting = threading.Lock()
        self._abandoned = False

    # ---------------------------------------------------------------- where

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        return address(self.settings.host, self._port)

    @property
    def base_url(self) -> str:
        """What a Mida client takes as its base URL."""
        return self.url + BASE

    @property
    def api_key(self) -> str:
        """The API key that opens the seeded or imported projects."""
        return self.settings.api_key

    @property
    def access_token(self) -> str:
        """The LaunchDarkly access token."""
        return self.settings.access_token

    @property
    def project_key(self) -> str:
        """The first project's key."""
        projects = self.world.records.list("project")
        return str(projects[0]["project_key"]) if projects else ""

    @property
    def world(self) -> World:
        """The state behind the server, for tests that look inside."""
        if self._world is None:
            raise RuntimeError("the sandbox is not running; use it as a context manager")
        return self._world

    # ---------------------------------------------------------------- controls

    def reset(self) -> None:
        """Back to the data it started with, in milliseconds."""
        with self.world.loading:
            self.world.reset()

    def faults(self, *rules: str | Body, **match: Any) -> list[Body]:
        """Add fault rules, as text (`"status;code=503"`) or as JSON; keywords go to each of them.

        Returns the rules in force with what they saw and did.
        """
        bodies = [{"action": rule} if isinstance(rule, str) else rule for rule in rules]
        self.world.faults.add([{**body, **match} for body in bodies])
        return self.world.faults.shown()

    def clear_faults(self) -> None:
        """Drop the rules."""
        self.world.faults.clear()

    def requests(self, after: int = 0) -> list[Body]:
        """The requests seen, oldest first, with a number higher than `after`."""
        return self.world.requests.since(after)

    def clock(self, *, freeze: str | bool | None = None, move: float | None = None) -> str:
        """Freeze or move the clock; returns the time it shows."""
        clock = self.world.clock
        if freeze:
            clock.freeze(parse(freeze) if isinstance(freeze, str) else None)
        if freeze is False:
            clock.run()
        if move is not None:
            clock.move(move)
        self.world.keep_clock()
        return stamp(clock.now())

    # ---------------------------------------------------------------- life

    def start(self) -> Self:
        """Bind, load the data, and serve from a thread; returns when requests are answered."""
        listener = bind(self.settings.host, self.settings.port)
        self._port = listener.getsockname()[1]
        world = None
        try:
            world = World(self.settings)
            loading.start(world)
        except BaseException:
            listener.close()
            if world is not None:
                world.close()
            raise
        with self._starting:
            if self._abandoned:
                listener.close()
                world.close()
                raise RuntimeError("whoever started the sandbox went away meanwhile")
            self._world, self._server = world, _Server(_config(world))
            self._thread = threading.Thread(
                target=self._server.run_on, args=(listener,), name="midakit-sandbox", daemon=True
            )
            self._thread.start()
        if not self._server.ready.wait(_STARTUP_SECONDS):
            raise RuntimeError("the sandbox did not start")
        return self

    def stop(self) -> None:
        """Cut what still hangs, stop serving and close the stores."""
        server, thread = self._server, self._thread
        if server is None or thread is None:
            return
        server.stop()
        thread.join()
        self._world = self._server = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        import anyio.to_thread

        self._abandoned = False
        try:
            return await anyio.to_thread.run_sync(self.start)
        except BaseException:  # cancelled: the thread goes on, and must not leave a server behind
            with self._starting:
                self._abandoned = True
            self.stop()
            raise

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        import anyio.to_thread
        from anyio import CancelScope

        with CancelScope(shield=True):
            await anyio.to_thread.run_sync(self.stop)


class _Server(uvicorn.Server):
    """uvicorn's server on a socket of ours, with a prompt end."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say when requests are answered."""
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


def _config(world: World) -> uvicorn.Config:
    return uvicorn.Config(
        build(world),
        http=Protocol,
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


def serve(settings: Settings) -> None:
    """Serve from this process until SIGINT or SIGTERM."""
    done = threading.Event()
    previous = {
        number: signal.signal(number, lambda *_: done.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        with Sandbox(settings) as sandbox:
            _say(f"Mida sandbox at {sandbox.url}")
            _say(f"  base URL     {sandbox.base_url}")
            _say(f"  project key  {sandbox.project_key or '(none: nothing was seeded)'}")
            _say(f"  API key      {sandbox.api_key}")
            _say("Ctrl-C ends it. For this shell:")
            _say(
                f"  export MIDA_BASE_URL={sandbox.base_url} MIDA_API_KEY={sandbox.api_key}"
                f" MIDA_PROJECT_KEY={sandbox.project_key}"
            )
            while not done.wait(0.5):
                pass
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _paths(options: dict[str, Any]) -> dict[str, Any]:
    named = ("import_file", "data_dir")
    paths = {name: Path(options[name]) for name in named if options.get(name) is not None}
    return {**options, **paths}
