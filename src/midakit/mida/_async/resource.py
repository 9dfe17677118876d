"""What every resource has: the client it sends with."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from midakit.core._async.paging import AsyncPager

if TYPE_CHECKING:
    from midakit.core.call import Call
    from midakit.mida._async.client import AsyncMida


class AsyncResource:
    """A noun of the API, bound to a client."""

    __slots__ = ("_client",)

    def __init__(self, client: "AsyncMida") -> None:
        self._client = client

    def _pager(
        self, build: Callable[[int, int], "Call[Any]"], *, items: str, key: str, **options: Any
    ) -> AsyncPager[Any]:
        return AsyncPager(self._client, build, items=items, key=key, **options)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._client!r}>"
