"""Which namespace a request is for, and the application of that namespace.

    http://127.0.0.1:4010/~NAME/v2      a prefix of the path, in the base URL of any client
    X-Sandbox-Namespace: NAME           or a header
    X-API-Key: KEY~NAME                 or a suffix of the key

The prefix counts before the header, the header before the suffix. The suffix works in each header
that takes a key, for Mida and for LaunchDarkly. Every namespace has an application of its own over a
state of its own; they share the threads.
"""

from collections.abc import Callable
from typing import Any

from midakit.sandbox.errors import HttpError
from midakit.sandbox.faults.protocol import Receive, Scope, Send
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.server.responses import json_response

Headers = list[tuple[bytes, bytes]]
MARK = "~"
"""What stands between a key and a namespace."""
PREFIX = "midakit.sandbox.prefix"
"""The entry of a scope that holds what was cut from the beginning of its path."""
_HEADER = b"x-sandbox-namespace"
_KEYED = frozenset({b"authorization", b"x-api-key", b"api-key"})


class NamespaceApp:
    """The applications of all namespaces behind one.

    Args:
        state: The state of the server.
        build: Builds the application over a state.
    """

    def __init__(self, state: SandboxState, build: Callable[[SandboxState], Any]) -> None:
        self._state, self._build = state, build
        self._main = build(state)
        self._apps: dict[str, tuple[SandboxState, Any]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request to the application of its namespace."""
        app = self._main
        if scope["type"] == "http" and _may_name_one(scope):
            name, headers = split_namespace(scope["headers"], self._is_key)
            prefix, path = split_path(scope["path"])
            name = prefix or name
            if name:
                raw = scope["raw_path"][len(f"/{MARK}{prefix}") :] if prefix else scope["raw_path"]
                prefix = prefix and f"/{MARK}{prefix}"
                scope = {**scope, "headers": headers, "path": path, "raw_path": raw, PREFIX: prefix}
                try:
                    app = self._app(name)
                except HttpError as error:
                    app = json_response((error.status, {"error": error.message}))
        await app(scope, receive, send)

    def _is_key(self, key: str) -> bool:
        """Return whether a key is one as it stands."""
        return key == self._state.settings.access_token or bool(
            self._state.records.find_all("key", name=key)
        )

    def _app(self, name: str) -> Any:
        """Return the application of a namespace, built now if it is new."""
        state = self._state.namespaces.get(name)
        known, app = self._apps.get(name, (None, None))
        if known is not state:  # another one may have had this name
            app = self._build(state)
            held = set(self._state.namespaces.names())
            self._apps = {old: kept for old, kept in self._apps.items() if old in held}
            self._apps[name] = state, app
        return app


def _may_name_one(scope: Scope) -> bool:
    """Return whether a request may name a namespace: most do not, and need no copy."""
    return scope["path"].startswith(f"/{MARK}") or any(
        name == _HEADER or (b"~" in value and name in _KEYED) for name, value in scope["headers"]
    )


def split_path(path: str) -> tuple[str, str]:
    """Return the namespace that a path begins with, and the rest of the path.

    Args:
        path: The path of a request.

    Returns:
        The namespace, empty for none, and the path without it.
    """
    if not path.startswith(f"/{MARK}"):
        return "", path
    name, _, rest = path[2:].partition("/")
    return name, f"/{rest}"


def split_namespace(headers: Headers, is_key: Callable[[str], bool]) -> tuple[str, Headers]:
    """Return the namespace that headers name, and the headers with plain keys.

    Args:
        headers: The headers of a request, names in lower case.
        is_key: Whether a key is known as it stands, with a `~` of its own.

    Returns:
        The namespace, empty for none, and the headers.
    """
    named = next((value for name, value in headers if name == _HEADER), b"").decode("latin-1")
    mark, found, plain = MARK.encode(), named, []
    for name, value in headers:
        if name in _KEYED and mark in value:
            scheme, space, key = value.rpartition(b" ")
            if not is_key(key.decode("latin-1")):
                rest, _, suffix = key.rpartition(mark)
                found = named or suffix.decode("latin-1")
                value = scheme + space + rest
        plain.append((name, value))
    return found, plain
