"""A sandbox in this process: its address, its controls, its start and its stop."""

import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from midakit.sandbox.answers import Body
from midakit.sandbox.data import datasets
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.server.app import BASE
from midakit.sandbox.server.uvicorn_server import UvicornServer, address, bind, config
from midakit.sandbox.settings import Settings
from midakit.sandbox.state.clock import parse_time
from midakit.sandbox.state.timestamps import iso_text

_STARTUP_SECONDS = 60


class Sandbox:
    """A sandbox in this process: `with Sandbox(seed=42) as sandbox: sandbox.url`.

    Takes the fields of `Settings` as keywords, or a `Settings`.  Also an async context manager.
    """

    def __init__(self, settings: Settings | None = None, **options: Any) -> None:
        self.settings = settings or Settings(**_paths(options))
        self._state: SandboxState | None = None
        self._thread: threading.Thread | None = None
        self._server: UvicornServer | None = None
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
        projects = self.state.records.find_all("project")
        return str(projects[0]["project_key"]) if projects else ""

    @property
    def state(self) -> SandboxState:
        """The state behind the server, for tests that look inside."""
        if self._state is None:
            raise RuntimeError("the sandbox is not running; use it as a context manager")
        return self._state

    # ---------------------------------------------------------------- controls

    def reset(self) -> None:
        """Back to the data it started with, in milliseconds."""
        with self.state.loading:
            self.state.reset()

    def faults(self, *rules: str | Body, **match: Any) -> list[Body]:
        """Add fault rules, as text (`"status;code=503"`) or as JSON; keywords go to each of them.

        Returns the rules in force with what they saw and did.
        """
        bodies = [{"action": rule} if isinstance(rule, str) else rule for rule in rules]
        self.state.faults.add([{**body, **match} for body in bodies])
        return self.state.faults.shown()

    def clear_faults(self) -> None:
        """Drop the rules."""
        self.state.faults.clear()

    def requests(self, after: int = 0) -> list[Body]:
        """The requests seen, oldest first, with a number higher than `after`."""
        return self.state.requests.since(after)

    def clock(self, *, freeze: str | bool | None = None, move: float | None = None) -> str:
        """Freeze or move the clock; returns the time it shows."""
        clock = self.state.clock
        if freeze:
            clock.freeze(parse_time(freeze) if isinstance(freeze, str) else None)
        if freeze is False:
            clock.run()
        if move is not None:
            clock.move(move)
        self.state.keep_clock()
        return iso_text(clock.now())

    # ---------------------------------------------------------------- life

    def start(self) -> Self:
        """Bind, load the data, and serve from a thread; returns when requests are json_response."""
        listener = bind(self.settings.host, self.settings.port)
        self._port = listener.getsockname()[1]
        state = None
        try:
            state = SandboxState(self.settings)
            datasets.start(state)
        except BaseException:
            listener.close()
            if state is not None:
                state.close()
            raise
        with self._starting:
            if self._abandoned:
                listener.close()
                state.close()
                raise RuntimeError("whoever started the sandbox went away meanwhile")
            self._state, self._server = state, UvicornServer(config(state))
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
        self._state = self._server = self._thread = None

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


def _paths(options: dict[str, Any]) -> dict[str, Any]:
    named = ("import_file", "data_dir")
    paths = {name: Path(options[name]) for name in named if options.get(name) is not None}
    return {**options, **paths}
