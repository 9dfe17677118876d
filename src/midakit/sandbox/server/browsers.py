"""What browsers need and what protects from them, around everything: Host, Origin, CORS, HEAD.

Host      a name that may be a website's, which leads here by DNS rebinding, gets 403
Origin    pages of this machine and of listed origins may read answers and use the controls; any
          other one gets 403 from the controls, and no CORS header from the API
HEAD      is GET without its body, on every path
"""

from collections.abc import Collection
from typing import Any

from starlette.middleware.cors import CORSMiddleware

from midakit.sandbox.delivery.endpoints import PATHS as OPEN_TO_ALL
from midakit.sandbox.faults.protocol import Receive, Scope, Send
from midakit.sandbox.origins import host_allowed, origin_allowed
from midakit.sandbox.server.namespace_app import split_path
from midakit.sandbox.server.responses import json_response
from midakit.sandbox.settings import Settings

SENT_METHOD = "midakit.sandbox.method"
"""The entry of a scope that holds the method that was sent, where the application sees another."""
_KNOWN_HOSTS = 64


class _Cors(CORSMiddleware):
    """CORS headers for the origins that are allowed."""

    def __init__(self, app: Any, origins: Collection[str]) -> None:
        super().__init__(
            app,
            allow_origins=["*"] if "*" in origins else [],
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=["*"],
        )
        self._origins = origins

    def is_allowed_origin(self, origin: str) -> bool:
        """Return whether pages of an origin may read answers.

        Args:
            origin: The header `Origin`.
        """
        return origin_allowed(origin, "", self._origins)


class BrowserRules:
    """The application behind the rules.

    Args:
        app: The application.
        settings: The address that is listened on, and the hosts and origins that are allowed besides.
    """

    def __init__(self, app: Any, settings: Settings) -> None:
        self._app, self._settings = app, settings
        self._cors = _Cors(app, settings.origins)
        self._known_hosts: set[bytes] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)  # type: ignore[no-any-return]
        host, origin = b"", None
        for name, value in scope["headers"]:
            if name == b"host":
                host = value
            elif name == b"origin":
                origin = value.decode("latin-1")
        if host not in self._known_hosts and not self._knows(host):
            return await _refuse(scope, receive, send, "host name", "hosts", host.decode("latin-1"))
        if scope["method"] == "HEAD":  # the server sends no body, whatever it is given
            scope = {**scope, "method": "GET", SENT_METHOD: "HEAD"}
        _, path = split_path(scope["path"])
        if origin is None or path.startswith(OPEN_TO_ALL):
            return await self._app(scope, receive, send)  # type: ignore[no-any-return]
        allowed = origin_allowed(origin, host.decode("latin-1"), self._settings.origins)
        if not allowed and not path.startswith(("/v2/", "/api/v2/", "/openapi.json")):
            return await _refuse(scope, receive, send, "website", "origins", origin)
        return await self._cors(scope, receive, send)

    def _knows(self, host: bytes) -> bool:
        """Return whether a host is allowed, and remember that it is."""
        settings = self._settings
        allowed = host_allowed(host.decode("latin-1"), settings.host, settings.hosts)
        if allowed and len(self._known_hosts) < _KNOWN_HOSTS:
            self._known_hosts.add(host)
        return allowed


async def _refuse(
    scope: Scope, receive: Receive, send: Send, what: str, setting: str, value: str
) -> None:
    """Answer with 403 and what to do about it."""
    words = f"This sandbox does not answer to the {what} {value[:100]!r}; --{setting} allows more"
    await json_response((403, {"error": words}))(scope, receive, send)
