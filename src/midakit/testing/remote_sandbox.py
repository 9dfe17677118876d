"""A sandbox in another process or container, with the controls that `Sandbox` has in this one.

with RemoteSandbox("http://127.0.0.1:4010") as sandbox:
    sandbox.faults("status;code=503", times=1)
    mine = sandbox.namespace("checkout")
"""

import json
from collections.abc import Mapping
from copy import copy
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Lock
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from midakit.sandbox.errors import HttpError
from midakit.sandbox.server.sandbox_controls import SandboxControls

_PATIENCE = 60.0


class RemoteSandbox(SandboxControls):
    """The controls of a sandbox over HTTP; one connection, which threads may share.

    Args:
        url: Scheme, host and port.
        namespace: The namespace to use; None is the server's own data.
        api_key: The API key that the server was started with.
        access_token: The LaunchDarkly access token that it was started with.

    Example:
        with RemoteSandbox(sandbox.url) as remote:  # it may run in a container
            remote.faults("status;code=503", times=1)
            print(remote.project_key)
    """

    def __init__(
        self,
        url: str,
        namespace: str | None = None,
        *,
        api_key: str = "sandbox",
        access_token: str = "sandbox",  # noqa: S107 -- a public default of a local test server
    ) -> None:
        self.server = url.rstrip("/")
        self.name = namespace
        self._key, self._token = api_key, access_token
        parts = urlsplit(self.server)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._connection = kind(parts.hostname or "", parts.port, timeout=_PATIENCE)
        self._lock = Lock()
        self._project_key = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<RemoteSandbox {self.url}>"

    @property
    def url(self) -> str:
        """Scheme, host and port, and the namespace as the beginning of the path."""
        return f"{self.server}/~{self.name}" if self.name else self.server

    @property
    def base_url(self) -> str:
        """What a Mida client takes as its base URL."""
        return f"{self.url}/v2"

    @property
    def api_key(self) -> str:
        """The API key; it leads to the namespace with any base URL."""
        return f"{self._key}~{self.name}" if self.name else self._key

    @property
    def access_token(self) -> str:
        """The LaunchDarkly access token; it leads to the namespace with any base URL."""
        return f"{self._token}~{self.name}" if self.name else self._token

    @property
    def headers(self) -> dict[str, str]:
        """The header that names the namespace, for clients that keep their own key."""
        return {"x-sandbox-namespace": self.name} if self.name else {}

    @property
    def project_key(self) -> str:
        """The first project's key; empty when there is no project."""
        if not self._project_key:
            projects = self._ask("GET", "/meta")["projects"]
            self._project_key = str(projects[0]["project_key"]) if projects else ""
        return self._project_key

    def namespace(self, name: str) -> "RemoteSandbox":
        """Return a namespace: data of its own, which start as the server has started.

        Args:
            name: Letters, digits, `.`, `_` and `-`; it is made when it is first used.

        Returns:
            Its address and its controls.

        Example:
            with RemoteSandbox(sandbox.url) as remote:
                mine = remote.namespace("checkout")
                print(mine.base_url)
        """
        own = copy(self)  # they share the connection
        own.name, own._project_key = name, ""
        return own

    def delete(self) -> None:
        """Delete the namespace and its data; when it is used again, it is a new one.

        Raises:
            HttpError: 404, these are the data of the server itself, not a namespace.

        Example:
            with RemoteSandbox(sandbox.url, namespace="checkout") as mine:
                mine.delete()
        """
        self._ask("DELETE", "/namespaces", query={"name": self.name or ""})

    def close(self) -> None:
        """Close the connection; another request opens a new one.

        Example:
            remote = RemoteSandbox(sandbox.url)
            print(remote.snapshots())
            remote.close()
        """
        with self._lock:
            self._connection.close()

    def _ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: Mapping[str, object] | None = None,
        good: tuple[int, ...] = (200, 201),
    ) -> Any:
        """Send a request to a control, and return the JSON value of its answer."""
        target = f"/__sandbox__{path}" + (f"?{urlencode(query)}" if query else "")
        raw = None if body is None else json.dumps(body)
        with self._lock:
            try:
                status, text = self._send(method, target, raw)
            except (HTTPException, ConnectionError):  # the server had closed an idle connection
                self._connection.close()
                status, text = self._send(method, target, raw)
        try:
            value = json.loads(text)
            if status in good:
                return value
            said = value["error"]
        except (ValueError, KeyError, TypeError):
            raise HttpError(status, f"{self.server} does not answer as a sandbox does") from None
        raise HttpError(status, said)

    def _send(self, method: str, target: str, body: str | None) -> tuple[int, bytes]:
        """Send a request, and return the status and the body of its answer."""
        self._connection.request(method, target, body, self.headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()
