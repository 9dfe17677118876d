"""A listing as an iterator: items, pages, or everything at once.

A class and not an async generator, so that leaving a loop early leaves nothing running: look-ahead
pages are fetched together, when they are needed, and none is under way between two items.
"""

from collections.abc import AsyncIterator, Callable
from math import ceil, inf
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from midakit.core.checks import between
from midakit.core.concurrency import aio as concurrency
from midakit.core.pages import Paging, PagingReport
from midakit.errors import InvalidRequest

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

    from midakit.core._async.client import AsyncClient
    from midakit.core.call import Call

T = TypeVar("T")


class AsyncPager(Generic[T]):
    """Iterate it for items, `.pages()` for pages, `.collect()` for a list; `.report` afterwards.

    Raises:
        InvalidRequest: A number is out of its bounds.

    Example:
        goals = mida.goals.list(page_size=100, prefetch=2)
        async for goal in goals:
            print(goal.goal_key)
        print(goals.report.items, goals.report.duplicates)
    """

    def __init__(
        self,
        client: "AsyncClient",
        build: Callable[[int, int], "Call[Any]"],
        *,
        items: str,
        key: str,
        page_size: int,
        max_items: int | None = None,
        start_offset: int = 0,
        prefetch: int = 0,
        overlap: int = 0,
    ) -> None:
        if max_items is not None:
            between("max_items", max_items, 0, inf, whole=True)
        between("start_offset", start_offset, 0, inf, whole=True)
        between("prefetch", prefetch, 0, inf, whole=True)
        _check(build, page_size, start_offset)
        between("overlap", overlap, 0, page_size - 1, whole=True)
        self.answer: Any = None
        """The answer that brought the last page, with what it says beside the items."""
        self._client = client
        self._build = build
        self._items = items
        self._key = key
        self._left = max_items
        self._prefetch = 0 if overlap else prefetch
        self._paging = Paging(page_size=page_size, start=start_offset, overlap=overlap)
        self._next: int | None = start_offset
        self._ahead: dict[int, Any] = {}
        self._buffer: list[T] = []
        self._at = 0
        self._cut = 0

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._items}: {self._told()}>"

    def _repr_html_(self) -> str:
        """Say in a notebook what to do with it: showing it reads nothing."""
        from html import escape

        return f"<div>{type(self).__name__} of <b>{escape(self._items)}</b>: {self._told()}</div>"

    def _told(self) -> str:
        read = self.report.items
        if not read:
            return "nothing read yet; iterate it, or use .collect() or .to_pandas()"
        over = self._next is None or self._left == 0
        return f"{read:,} read, {'the end' if over else 'more may follow'}"

    @property
    def report(self) -> PagingReport:
        """Items that came out, pages, duplicates dropped and drift seen so far."""
        found = self._paging.report
        kept_back = self._cut + len(self._buffer) - self._at
        return found._replace(items=found.items - kept_back)

    def __aiter__(self) -> "AsyncPager[T]":
        return self

    async def __anext__(self) -> T:
        while self._at >= len(self._buffer):
            if self._next is None or self._left == 0:
                raise StopAsyncIteration
            self._buffer, self._at = (await self._next_page())[1], 0
        item = self._buffer[self._at]
        self._at += 1
        return item

    def pages(self) -> AsyncIterator[Any]:
        """Return an iterator of the answers themselves, one per page, duplicates included.

        Example:
            async for page in mida.experiments.list(page_size=5).pages():
                print(page.count, page.company_id)
        """
        return AsyncPages(self)

    async def collect(self) -> list[T]:
        """Return every item in a list.

        After an error the pager has all items still: this, or a loop, begins with those that were read.

        Example:
            goals = await mida.goals.list().collect()
        """
        items: list[T] = []
        try:
            async for item in self:
                items.append(item)  # noqa: PERF401, PERF402, RUF100 -- a comprehension that fails gives nothing back
        except BaseException:
            self._buffer, self._at = [*items, *self._buffer[self._at :]], 0
            raise
        return items

    async def to_arrow(self) -> "pyarrow.Table":
        """Return every item as a row of a `pyarrow.Table` (extra `export`).

        Raises:
            MissingExtra: pyarrow is not installed.

        Example:
            table = await mida.experiments.list().to_arrow()
            print(table.schema)
        """
        from midakit.export.rows.frames import to_arrow

        return to_arrow(await self.collect(), self._items)

    async def to_polars(self) -> "polars.DataFrame":
        """Return every item as a row of a `polars.DataFrame`.

        Raises:
            MissingExtra: polars is not installed.

        Example:
            frame = await mida.goals.list().to_polars()
            print(frame.group_by("goal_type").len())
        """
        from midakit.export.rows.frames import to_polars

        return to_polars(await self.collect(), self._items)

    async def to_pandas(self) -> "pandas.DataFrame":
        """Return every item as a row of a `pandas.DataFrame`.

        Raises:
            MissingExtra: pandas is not installed.

        Example:
            frame = await mida.events.list(max_items=100).to_pandas()
            print(frame["event_text"].value_counts())
        """
        from midakit.export.rows.frames import to_pandas

        return to_pandas(await self.collect(), self._items)

    async def _next_page(self) -> tuple[Any, list[T]]:
        assert self._next is not None
        page = await self._fetch(self._next)
        self.answer = page
        rows: list[T] = getattr(page, self._items)
        step = self._paging.take([getattr(row, self._key) for row in rows], self._sent(page, rows))
        self._next = step.next_offset
        fresh = [rows[index] for index in step.fresh]
        if self._left is not None:
            self._cut += max(0, len(fresh) - self._left)
            fresh = fresh[: self._left]
            self._left -= len(fresh)
        return page, fresh

    def _sent(self, page: Any, rows: list[T]) -> int:
        """Count the rows on the wire: one that could not be read still counts for the page's length."""
        sent = page.raw.get(self._items) if page.undecoded else rows
        return len(sent if isinstance(sent, list) else rows)

    async def _fetch(self, offset: int) -> Any:
        if offset not in self._ahead:
            first = not self._paging.report.pages  # most listings end on their first page
            count = 1 if first else 1 + self._prefetch
            size = self._paging.page_size
            if self._left is not None:
                count = min(count, ceil(self._left / size))
            offsets = [offset + size * index for index in range(count)]
            pages = await concurrency.fan_out(self._page, offsets, limit=count)
            self._ahead = dict(zip(offsets, pages, strict=True))
        return self._ahead.pop(offset)

    async def _page(self, offset: int) -> Any:
        return await self._client.send(self._build(self._paging.page_size, offset))


def _check(build: Callable[[int, int], "Call[Any]"], page_size: int, start_offset: int) -> None:
    """Run the builder's own checks before anything is sent, and name the pager's argument in errors."""
    try:
        build(page_size, start_offset)
    except InvalidRequest as error:
        if error.field == "limit":
            raise InvalidRequest("page_size", error.rule) from None
        raise


class AsyncPages(AsyncIterator[Any]):
    """The pages of a pager."""

    def __init__(self, pager: AsyncPager[Any]) -> None:
        self._pager = pager

    async def __anext__(self) -> Any:
        pager = self._pager
        if pager._next is None or pager._left == 0:
            raise StopAsyncIteration
        return (await pager._next_page())[0]
