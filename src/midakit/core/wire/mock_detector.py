"""Notices a library that mocks requests: they must then pass through httpx, where it waits for them.

respx, pytest-httpx and vcrpy replace methods of httpx or of httpcore's connection pools. The
question is asked before every call, so it only compares a few functions with those that were found
when their library was first seen, and it imports nothing.
"""

import sys
from typing import Any, NamedTuple


class Patchable(NamedTuple):
    """A method that a mocking library may replace."""

    module: str
    owner: str
    name: str


ASYNC = (
    Patchable("httpx", "AsyncHTTPTransport", "handle_async_request"),
    Patchable("httpx", "AsyncClient", "_transport_for_url"),
    Patchable("httpcore", "AsyncConnectionPool", "handle_async_request"),
)
BLOCKING = (
    Patchable("httpx", "HTTPTransport", "handle_request"),
    Patchable("httpx", "Client", "_transport_for_url"),
    Patchable("httpcore", "ConnectionPool", "handle_request"),
)


class MockDetector:
    """Compares methods with what they were at first; those of libraries not yet loaded come later.

    Args:
        methods: The methods to compare.
    """

    def __init__(self, methods: tuple[Patchable, ...]) -> None:
        self._unseen = list(methods)
        self._modules = frozenset(method.module for method in methods)
        self._seen: list[tuple[Any, str, Any]] = []

    def __call__(self) -> bool:
        """Say whether one of the methods is replaced just now."""
        for module in self._modules:
            if module in sys.modules and self._look():
                return True
        for owner, name, genuine in self._seen:  # noqa: SIM110  # any() takes 2.5 times as long
            if getattr(owner, name) is not genuine:
                return True
        return False

    def _look(self) -> bool:
        """Remember the genuine methods of libraries that are loaded by now."""
        seen, unseen = list(self._seen), []
        replaced = False
        for method in self._unseen:
            owner = getattr(sys.modules.get(method.module), method.owner, None)
            found = getattr(owner, method.name, None)
            if found is None:
                unseen.append(method)
            elif str(found.__module__).startswith(f"{method.module}."):
                seen.append((owner, method.name, found))
            else:  # replaced before we saw the genuine one
                unseen.append(method)
                replaced = True
        self._seen, self._unseen = seen, unseen
        self._modules = frozenset(method.module for method in unseen)
        return replaced
