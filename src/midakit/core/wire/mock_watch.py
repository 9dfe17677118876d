"""Whether a mocker is at work here and now: then requests must pass where it waits for them.

    respx                                          waits at httpcore's connections
    respx(using="httpx"), pytest-httpx, vcrpy      wait at httpx, or at httpcore's pools

Asked before every call, so it compares a few functions with those that were found when their
library was first seen, and loads nothing itself.
"""

import sys
from typing import Any, Literal, NamedTuple

Mock = Literal["httpcore", "httpx"]
"""The library that requests must pass through."""


class Spot(NamedTuple):
    """A method that a mocker may replace."""

    module: str
    owner: str
    name: str
    through: Mock


ASYNC = (
    Spot("httpx", "AsyncHTTPTransport", "handle_async_request", "httpx"),
    Spot("httpx", "AsyncClient", "_transport_for_url", "httpx"),
    Spot("httpcore", "AsyncHTTPConnection", "handle_async_request", "httpcore"),
    Spot("httpcore", "AsyncConnectionPool", "handle_async_request", "httpx"),
)
BLOCKING = (
    Spot("httpx", "HTTPTransport", "handle_request", "httpx"),
    Spot("httpx", "Client", "_transport_for_url", "httpx"),
    Spot("httpcore", "HTTPConnection", "handle_request", "httpcore"),
    Spot("httpcore", "ConnectionPool", "handle_request", "httpx"),
)


class Watch:
    """Compares spots with what stood there at first; one whose library is not loaded waits."""

    def __init__(self, spots: tuple[Spot, ...]) -> None:
        self._unseen = list(spots)
        self._modules = frozenset(spot.module for spot in spots)
        self._seen: list[tuple[Any, str, Any, Mock]] = []

    def __call__(self) -> Mock | None:
        """The library that requests must pass through, or None: nothing is mocked."""
        for module in self._modules:
            if module in sys.modules and (replaced := self._look()):
                return replaced
        for owner, name, genuine, through in self._seen:
            if getattr(owner, name) is not genuine:
                return through
        return None

    def _look(self) -> Mock | None:
        seen, unseen = list(self._seen), []
        replaced: Mock | None = None
        for spot in self._unseen:
            owner = getattr(sys.modules.get(spot.module), spot.owner, None)
            found = getattr(owner, spot.name, None)
            if found is None:
                unseen.append(spot)
            elif str(found.__module__).startswith(f"{spot.module}."):
                seen.append((owner, spot.name, found, spot.through))
            else:  # mocked before we saw the genuine one
                unseen.append(spot)
                replaced = replaced or spot.through
        self._seen, self._unseen = seen, unseen
        self._modules = frozenset(spot.module for spot in unseen)
        return replaced
