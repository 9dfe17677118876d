"""Page through a listing by offset: which page is next, what was seen twice, what moved (pure).

There is no total and no cursor, so paging ends at a page shorter than the limit asked for. With an
overlap, neighbouring pages share rows: if the first rows of a page are not the last rows of the
page before it, something was inserted or deleted meanwhile, and paging steps back to where the
two meet again. That repair is bounded; a listing that never settles is reported, not chased.
"""

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from midakit.core.extra import ExtraOptions
from midakit.core.options import Option
from midakit.errors import DecodeError

if TYPE_CHECKING:
    from midakit.core.call import Call


class PagingOptions(ExtraOptions, total=False):
    """Options that every listing has, beside the size of its pages."""

    max_items: Annotated[int | None, Option(None)]
    """Stop after so many items; None means all."""
    start_offset: Annotated[int, Option(0)]
    """How many items to leave out before the first one."""
    prefetch: Annotated[int, Option(0)]
    """How many pages beyond the next one are fetched together with it."""
    overlap: Annotated[int, Option(0)]
    """How many rows neighbouring pages share, so that a listing that changes meanwhile is noticed and
    read again where it changed; exports use 1."""


class PagingReport(NamedTuple):
    """What was seen while paging through a listing."""

    items: int = 0
    """How many came out; the rest of a page that was read only in part does not count."""
    pages: int = 0
    duplicates: int = 0
    drift: int = 0
    """How often neighbouring pages did not fit together."""
    settled: bool = True
    """False: the listing kept moving and rows may be missing."""
    complete: bool = False
    """Whether the end was reached."""


class Step(NamedTuple):
    """What to do with a page: the indexes that are new, and where to go on (None: at the end)."""

    fresh: tuple[int, ...]
    next_offset: int | None


class Paging:
    """The state of paging through a listing; give it the ids of each page in order.

    Args:
        page_size: Items asked for on a page.
        start: Items skipped at the beginning.
        overlap: Rows that neighbouring pages share.
    """

    MOST_REPAIRS = 10

    def __init__(self, *, page_size: int, start: int = 0, overlap: int = 0) -> None:
        if overlap >= page_size:
            raise ValueError("overlap must be smaller than page_size")
        self.page_size = page_size
        self.overlap = overlap
        self.offset = start
        self._start = start
        self._seen: set[Hashable] = set()
        self._tail: tuple[Hashable, ...] = ()
        self._repairs = 0
        self.report = PagingReport()

    def take(self, ids: Sequence[Hashable], sent: int | None = None) -> Step:
        """Account for the page at `self.offset`.

        Args:
            ids: The ids of its items, in their order.
            sent: How many items were sent, if not all of them could be read.

        Returns:
            Which items are new, and where the next page begins.
        """
        fresh = tuple(self._fresh(ids))
        report = self.report
        self.report = report._replace(
            items=report.items + len(fresh),
            pages=report.pages + 1,
            duplicates=report.duplicates + len(ids) - len(fresh) - self._expected_repeats(ids),
        )
        return Step(fresh, self._advance(ids, len(ids) if sent is None else sent))

    def _fresh(self, ids: Sequence[Hashable]) -> list[int]:
        fresh = []
        for index, key in enumerate(ids):
            if key is None or key not in self._seen:
                fresh.append(index)
                self._seen.add(key)
        return fresh

    def _expected_repeats(self, ids: Sequence[Hashable]) -> int:
        shared = min(len(self._tail), len(ids))
        return sum(1 for key in ids[:shared] if key in self._tail)

    def _advance(self, ids: Sequence[Hashable], sent: int) -> int | None:
        if self._tail and tuple(ids[: len(self._tail)]) != self._tail:
            self.report = self.report._replace(drift=self.report.drift + 1)
            if self._repairs < self.MOST_REPAIRS and self.offset > self._start:
                self._repairs += 1
                self._tail = ()
                self.offset = max(self._start, self.offset - self.page_size + self.overlap)
                return self.offset
            self.report = self.report._replace(settled=False)
        if sent < self.page_size:
            self.report = self.report._replace(complete=True)
            return None
        self._tail = tuple(ids[-self.overlap :]) if self.overlap else ()
        self.offset += self.page_size - self.overlap
        return self.offset


def rows_of(call: "Call[Any]", page: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the list that a page is there for; null is an empty one.

    Args:
        call: The call that the page answers, for the error.
        page: The plain object of its body.
        name: Name of the field that holds the list.

    Raises:
        DecodeError: There is no such list: what answered is another service, or another version.
    """
    rows = page.get(name, "missing")
    if rows is not None and not isinstance(rows, list):
        raise DecodeError(f"{call.operation} answered with no list `{name}`", status=200, call=call)
    return rows or []
