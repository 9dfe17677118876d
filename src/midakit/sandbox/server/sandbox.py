"""A sandbox in this process: its address, its controls, its start and its stop."""

import threading
from pathlib import Path
from typing import Self, Unpack

from midakit.sandbox.data import datasets
from midakit.sandbox.delivery.flags import set_flags
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.server.app import BASE
from midakit.sandbox.server.uvicorn_server import UvicornServer, address, bind
from midakit.sandbox.settings import Settings, SettingsOptions
from midakit.sandbox.values import Body

_STARTUP_SECONDS = 60


class Sandbox:
    """A sandbox in this process; it serves from a thread while its block runs.

    It is an async context manager too.

    Args:
        settings: How to serve; None takes the keywords.
        **options: The fields of `Settings`; a path may be text.

    Example:
        ```python
        with Sandbox(seed=42, visitors=1_000) as sandbox:
            print(sandbox.base_url, sandbox.project_key)
        ```
    """

    def __init__(
        self, settings: Settings | None = None, **options: Unpack[SettingsOptions]
    ) -> None:
        paths = {
            name: Path(given)
            for name in ("import_file", "data_dir")
            if isinstance(given := options.get(name), str)
        }
        self.settings = settings or Settings(**{**options, **paths})  # type: ignore[arg-type]
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
        """The first project's key; empty when there is no project."""
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
        """Restore the data that it started with, in milliseconds."""
        with self.state.loading:
            self.state.reset()

    def faults(self, *rules: str | Body, **match: object) -> list[Body]:
        """Add fault rules to those in force.

        Args:
            *rules: Each as text, such as `"status;code=503"`, or as a JSON object.
            **match: Fields that each of the rules gets, such as `path` or `times`.

        Returns:
            All rules in force, with what they matched and did.

        Raises:
            HttpError: 400, a rule is not one.

        Example:
            ```python
            sandbox.faults("status;code=503", path="/result$", times=2)
            ```
        """
        bodies = [{"action": rule} if isinstance(rule, str) else rule for rule in rules]
        self.state.faults.add([{**body, **match} for body in bodies])
        return self.state.faults.as_json()

    def clear_faults(self) -> None:
        """Remove all fault rules."""
        self.state.faults.clear()

    def flags(self, **percents: float) -> None:
        """Replace the feature flags of the first project.

        Args:
            **percents: The percent of visitors that each flag is on for.

        Raises:
            HttpError: 400, a percent is not from 0 to 100.

        Example:
            ```python
            sandbox.flags(**{"new-checkout": 100})
            ```
        """
        set_flags(self.state, self.project_key, percents)

    def requests(self, after: int = 0) -> list[Body]:
        """Return the requests that were seen, oldest first.

        Args:
            after: Only requests with a higher `number`.

        Returns:
            The requests, without secrets.
        """
        return self.state.requests.since(after)

    def clock(self, *, freeze: str | bool | None = None, move: float | None = None) -> str:
        """Freeze the clock, let it run, or move it.

        Args:
            freeze: True or a time (ISO 8601) to stop the clock at, False to let it run.
            move: Seconds to move it by; a negative number moves it back.

        Returns:
            The time that it shows.

        Raises:
            HttpError: 400, the time is not one, or lies too far away.
        """
        self.state.set_clock(freeze, move)
        return self.state.now_text()

    # ---------------------------------------------------------------- life

    def start(self) -> Self:
        """Load the data and serve from a thread; requests are answered when this returns.

        Raises:
            OSError: The port is taken, or the data folder cannot be opened.
            HttpError: The file to import is not a data set.
        """
        listener = bind(self.settings.host, self.settings.port)
        self._port = listener.getsockname()[1]
        state = None
        try:
            state = SandboxState(self.settings)
            datasets.fill_at_start(state)
        except BaseException:
            listener.close()
            if state is not None:
                state.close()
            raise
        with self._starting:
            if self._abandoned:
                listener.close()
                state.close()
                raise RuntimeError("the task that started the sandbox was cancelled meanwhile")
            self._state, self._server = state, UvicornServer(state)
            self._thread = threading.Thread(
                target=self._server.run_on, args=(listener,), name="midakit-sandbox", daemon=True
            )
            self._thread.start()
        if not self._server.ready.wait(_STARTUP_SECONDS):
            raise RuntimeError("the sandbox did not start")
        return self

    def stop(self) -> None:
        """Stop serving and close the stores; requests in flight are cut."""
        server, thread = self._server, self._thread
        if server is None or thread is None:
            return
        server.stop()
        thread.join()
        self._state = self._server = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
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

    async def __aexit__(self, *_: object) -> None:
        import anyio.to_thread
        from anyio import CancelScope

        with CancelScope(shield=True):
            await anyio.to_thread.run_sync(self.stop)
