"""What every resource has: the client it sends with."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from midakit.core._async.paging import AsyncPager
from midakit.core.extra import taken
from midakit.core.options import EXTRA, check_names, option_table
from midakit.core.pages import PagingOptions

if TYPE_CHECKING:
    from midakit.core.call import Call
    from midakit.mida._async.client import AsyncMida


class AsyncResource:
    """A noun of the API, bound to a client.

    Args:
        client: The client that sends the calls.
    """

    __slots__ = ("_client",)

    def __init__(self, client: "AsyncMida") -> None:
        self._client = client

    def _pager(
        self,
        build: Callable[..., "Call[Any]"],
        options: Mapping[str, Any],
        filters: type | None = None,
        *,
        items: str,
        key: str,
        page_size: int,
    ) -> AsyncPager[Any]:
        """Return a pager over a listing; `options` may hold filters of the listing too."""
        paging = option_table(PagingOptions)
        narrowed = option_table(filters) if filters else {}
        check_names("list", options, [*paging, *narrowed, *EXTRA])
        asked = {
            name: value
            for name, value in taken({**options}).items()
            if name in narrowed or name in EXTRA
        }
        return AsyncPager(
            self._client,
            lambda limit, offset: build(limit=limit, offset=offset, **asked),
            items=items,
            key=key,
            page_size=page_size,
            **{name: value for name, value in options.items() if name in paging},
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._client!r}>"
