"""A sandbox in this process: its address, its controls, its start and its stop."""

import threading
from pathlib import Path
from typing import Self, Unpack

from midakit.sandbox.data import datasets
from midakit.sandbox.origins import address
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.server.app import BASE, build_app
from midakit.sandbox.server.browsers import BrowserRules
from midakit.sandbox.server.certificates import Certificate, certificate_for
from midakit.sandbox.server.local_controls import LocalControls
from midakit.sandbox.server.namespace_app import MARK
from midakit.sandbox.server.uvicorn_server import UvicornServer, bind
from midakit.sandbox.settings import Settings, SettingsOptions

_STARTUP_SECONDS = 60


class Sandbox(LocalControls):
    """A sandbox in this process; it serves from a thread while its block runs.

    It is an async context manager too.

    Args:
        settings: How to serve; None takes the keywords.
        **options: The fields of `Settings`; a path may be text.

    Example:
        with Sandbox(seed=42, visitors=100) as shop:
            print(shop.base_url, shop.project_key)
    """

    def __init__(
        self, settings: Settings | None = None, **options: Unpack[SettingsOptions]
    ) -> None:
        paths = {
            name: Path(given)
            for name in ("import_file", "data_dir", "tls_cert", "tls_key")
            if isinstance(given := options.get(name), str)
        }
        self.settings = settings or Settings(**{**options, **paths})  # type: ignore[arg-type]
        self._state: SandboxState | None = None
        self._thread: threading.Thread | None = None
        self._server: UvicornServer | None = None
        self._certificate: Certificate | None = None
        self._port = self.settings.port
        self._starting = threading.Lock()
        self._abandoned = False

    # ---------------------------------------------------------------- where

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        tls = self.settings.tls or self.settings.tls_cert is not None
        return address(self.settings.host, self._port, "https" if tls else "http")

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
    def state(self) -> SandboxState:
        """The state behind the server, for tests that look inside."""
        if self._state is None:
            raise RuntimeError("the sandbox is not running; use it as a context manager")
        return self._state

    @property
    def ca_file(self) -> Path | None:
        """The certificate to trust when the sandbox made its own; None otherwise."""
        return self._certificate.ca if self._certificate else None

    def namespace(self, name: str) -> "SandboxNamespace":
        """Return a namespace: data of its own, which start as this sandbox has started.

        Args:
            name: Letters, digits, `.`, `_` and `-`; it is made when it is first used.

        Returns:
            Its address and its controls.

        Raises:
            HttpError: 400, a namespace cannot be called so, or there are too many.

        Example:
            mine = sandbox.namespace("checkout")
            with Mida(mine.api_key, project_key=mine.project_key, base_url=mine.base_url) as own:
                own.experiments.delete(1001)  # in the namespace only
        """
        return SandboxNamespace(self, name)

    # ---------------------------------------------------------------- life

    def start(self) -> Self:
        """Load the data and serve from a thread; requests are answered when this returns.

        Raises:
            OSError: The port is taken, or the data folder cannot be opened.
            HttpError: The file to import is not a data set.
            ValueError: The certificate cannot be used.
            RuntimeError: It runs already; `with` starts it itself.

        Example:
            shop = Sandbox(visitors=100).start()
            print(shop.url)
            shop.stop()
        """
        if self._thread is not None:
            raise RuntimeError("the sandbox runs already; `with` starts it itself")
        try:
            self._serve()
        except BaseException:
            self.stop()
            raise
        return self

    def _serve(self) -> None:
        """Load the data and serve from a thread; what fails half way is for `stop`."""
        self._certificate = certificate_for(self.settings)
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
            app = BrowserRules(build_app(state), state.settings)
            self._state, self._server = state, UvicornServer(app, self._certificate)
            self._thread = threading.Thread(
                target=self._server.run_on, args=(listener,), name="midakit-sandbox", daemon=True
            )
            self._thread.start()
        if not self._server.ready.wait(_STARTUP_SECONDS):
            raise RuntimeError("the sandbox did not start")

    @property
    def serves(self) -> bool:
        """Whether requests are answered."""
        return self._thread is not None and self._thread.is_alive()

    def end_requests(self, grace: float) -> None:
        """Take no new connections, and let requests in flight finish; `stop` comes afterwards.

        Args:
            grace: The seconds that they get.

        Example:
            shop = Sandbox(visitors=100).start()
            shop.end_requests(grace=5)
            shop.stop()
        """
        if self._server is not None:
            self._server.stop(grace)

    def stop(self) -> None:
        """Stop serving and close the stores; requests in flight are cut.

        Example:
            shop = Sandbox(visitors=100).start()
            try:
                print(shop.serves)
            finally:
                shop.stop()
        """
        server, thread = self._server, self._thread
        if server is not None and thread is not None:
            server.stop()
            thread.join()
        self._state = self._server = self._thread = None
        if self._certificate is not None:
            self._certificate.remove()

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


class SandboxNamespace(LocalControls):
    """A namespace of a sandbox: the same server, data of its own.

    Args:
        sandbox: The sandbox, which runs.
        name: The name of the namespace.

    Example:
        mine = sandbox.namespace("checkout")
        print(mine.url, mine.headers)
    """

    def __init__(self, sandbox: Sandbox, name: str) -> None:
        self._sandbox = sandbox
        self.name = name
        self._state = sandbox.state.namespaces.get(name)

    @property
    def url(self) -> str:
        """Scheme, host, port, and the namespace as the beginning of the path."""
        return f"{self._sandbox.url}/{MARK}{self.name}"

    @property
    def base_url(self) -> str:
        """What a Mida client takes as its base URL."""
        return self.url + BASE

    @property
    def api_key(self) -> str:
        """The API key that opens the projects; it leads here with any base URL."""
        return f"{self._sandbox.api_key}{MARK}{self.name}"

    @property
    def access_token(self) -> str:
        """The LaunchDarkly access token; it leads here with any base URL."""
        return f"{self._sandbox.access_token}{MARK}{self.name}"

    @property
    def headers(self) -> dict[str, str]:
        """The header that names the namespace, for clients that keep their own key."""
        return {"x-sandbox-namespace": self.name}

    @property
    def state(self) -> SandboxState:
        """The state behind it."""
        return self._state

    def delete(self) -> None:
        """Delete the namespace and its data.

        Example:
            mine = sandbox.namespace("checkout")
            mine.delete()
        """
        self._sandbox.state.namespaces.drop(self.name)
