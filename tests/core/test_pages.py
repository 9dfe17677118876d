"""Walking a listing that may move."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit.core.pages import Paging


def walk_over(server, *, page_size, overlap=0, start=0, change=lambda page, rows: None):
    paging = Paging(page_size=page_size, start=start, overlap=overlap)
    offset, got, asked = start, [], []
    while offset is not None:
        asked.append(offset)
        ids = server[offset : offset + page_size]
        step = paging.take(ids)
        got += [ids[index] for index in step.fresh]
        offset = step.next_offset
        change(len(asked), server)
        assert len(asked) < 500
    return got, asked, paging.report


@given(st.integers(0, 60), st.integers(1, 10), st.integers(0, 9), st.integers(0, 20))
def test_a_still_listing_comes_whole_and_once(count, page_size, overlap, start):
    """Every row comes exactly once in order, whatever the page size, overlap and start."""
    overlap = min(overlap, page_size - 1)
    server = list(range(count))
    got, asked, report = walk_over(server, page_size=page_size, overlap=overlap, start=start)
    assert got == server[start:]
    assert len(set(asked)) == len(asked)
    assert report.complete
    assert report.settled
    assert report.duplicates == report.drift == 0


@given(st.integers(5, 60), st.integers(2, 10), st.data())
def test_deletions_between_pages_lose_nothing_with_an_overlap(count, page_size, data):
    """Up to three rows deleted meanwhile: the rows that stayed are all seen."""
    server = list(range(count))
    moments = data.draw(st.sets(st.integers(1, 6), max_size=3))

    def delete(page, rows):
        if page in moments and rows:
            rows.pop(data.draw(st.integers(0, len(rows) - 1)))

    got, _, report = walk_over(server, page_size=page_size, overlap=1, change=delete)
    assert set(server) <= set(got)
    assert len(set(got)) == len(got)
    assert report.settled


def test_insertions_are_seen_as_duplicates_and_dropped():
    """A row pushed onto the next page by an insertion is handed out once and counted."""
    server = list(range(10))
    got, _, report = walk_over(
        server, page_size=4, change=lambda page, rows: rows.insert(0, "new") if page == 1 else None
    )
    assert sorted(map(str, got)) == sorted(map(str, range(10)))
    assert report.duplicates == 1


def test_a_listing_that_never_settles_is_reported_not_chased():
    """Repairs are bounded, and the report says that rows may be missing."""
    server = list(range(200))
    _, asked, report = walk_over(
        server, page_size=10, overlap=1, change=lambda page, rows: rows.insert(0, f"n{page}")
    )
    assert not report.settled
    assert len(asked) < 100


def test_rows_without_an_id_are_never_dropped():
    """A row whose id could not be read is handed out: it may be a different one each time."""
    paging = Paging(page_size=3)
    assert paging.take([None, None, 1]).fresh == (0, 1, 2)


def test_an_overlap_must_be_smaller_than_the_page():
    """Otherwise the paging would not advance."""
    with pytest.raises(ValueError, match="overlap"):
        Paging(page_size=2, overlap=2)
