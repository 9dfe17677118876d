"""Pagers over a socket: items, pages, look-ahead, drift."""

from urllib.parse import parse_qs

import pytest

from midakit import AsyncMida, InvalidRequest, ServerError

pytestmark = pytest.mark.anyio


def offsets(sandbox):
    """The offsets that the server was asked for, in order."""
    asked = [request for request in sandbox.requests() if request["path"].endswith("/events")]
    return [int(parse_qs(request["query"])["offset"][0]) for request in asked]


async def test_items_come_page_by_page_and_the_walk_ends_at_a_short_page(sandbox, options):
    """Seven items at three a page are three requests, and the report says so."""
    async with AsyncMida(**options) as mida:
        pager = mida.events.list(page_size=3, max_items=7)
        found = [event.event_id async for event in pager]
    assert len(set(found)) == 7
    assert offsets(sandbox) == [0, 3, 6]
    assert pager.report.pages == 3


async def test_pages_are_the_answers_themselves(options):
    """`.pages()` hands out what each request brought."""
    async with AsyncMida(**options) as mida:
        sizes = [
            len(page.events) async for page in mida.events.list(page_size=4, max_items=8).pages()
        ]
    assert sizes == [4, 4]


async def test_look_ahead_asks_for_several_pages_and_keeps_the_order(sandbox, options):
    """Prefetching changes how many requests run together, never what comes out."""
    async with AsyncMida(**options) as mida:
        plain = [e.event_id for e in await mida.events.list(page_size=5, max_items=25).collect()]
        ahead = mida.events.list(page_size=5, max_items=25, prefetch=3)
        assert [event.event_id for event in await ahead.collect()] == plain
    assert sorted(offsets(sandbox)) == sorted([0, 5, 10, 15, 20] * 2)


@pytest.mark.parametrize("prefetch", [0, 2])
async def test_a_pager_goes_on_after_an_error(sandbox, options, prefetch):
    """The page that failed is asked for again; what was read is not, and nothing is missing."""
    async with AsyncMida(**options, retry=1) as mida:
        plain = [e.event_id for e in await mida.events.list(page_size=4, max_items=12).collect()]
        sandbox.faults("status;code=500", path="/events$", skip=1, times=1)
        pager = mida.events.list(page_size=4, max_items=12, prefetch=prefetch)
        found = []
        with pytest.raises(ServerError):
            async for event in pager:
                found.append(event.event_id)  # noqa: PERF401  # those before the error stay
        assert found == plain[:4]
        found += [event.event_id async for event in pager]
    assert found == plain


@pytest.mark.parametrize("options_of_it", [{}, {"prefetch": 2}, {"overlap": 1}])
async def test_a_list_that_failed_is_whole_the_next_time(sandbox, options, options_of_it):
    """Whoever calls `collect()` again gets the items that were read before the error too, or loops over them."""
    async with AsyncMida(**options, retry=1) as mida:
        plain = [e.test_id for e in await mida.experiments.list().collect()]
        for again in ("list", "loop"):
            pager = mida.experiments.list(page_size=4, **options_of_it)
            sandbox.faults("status;code=500", path="/experiments$", skip=1, times=1)
            with pytest.raises(ServerError):
                await pager.collect()
            if again == "list":
                found = [one.test_id for one in await pager.collect()]
            else:
                found = [one.test_id async for one in pager]
            assert found == plain
            assert pager.report.items == len(plain)


@pytest.mark.parametrize(("most", "read"), [(4, 4), (None, 4), (None, 3), (0, 0)])
async def test_the_report_counts_what_came_out(options, most, read):
    """It is the offset of the next item, also where the limit or a `break` fell within a page."""
    async with AsyncMida(**options) as mida:
        every = [event.event_id async for event in mida.events.list(page_size=10, max_items=10)]
        part = mida.events.list(page_size=3, max_items=most)
        seen = []
        while len(seen) < read:
            seen.append((await part.__anext__()).event_id)
        assert part.report.items == read
        assert "nothing" in repr(part) if not read else f"{read} read" in repr(part)
        rest = mida.events.list(start_offset=part.report.items, max_items=10 - read)
        seen += [event.event_id async for event in rest]
    assert seen == every


async def test_look_ahead_asks_for_no_page_beyond_max_items(sandbox, options):
    """Ten items of three a page are four pages, however far the look-ahead reaches."""
    async with AsyncMida(**options) as mida:
        found = await mida.events.list(page_size=3, max_items=10, prefetch=9).collect()
    assert len(found) == 10
    assert sorted(offsets(sandbox)) == [0, 3, 6, 9]


@pytest.mark.parametrize("name", ["max_items", "start_offset", "prefetch", "overlap"])
@pytest.mark.parametrize("value", ["2", 1.5, -1, True])
async def test_numbers_of_a_listing_are_checked_by_name(options, name, value):
    """Before anything is sent, and as `page_size` is."""
    async with AsyncMida(**options) as mida:
        with pytest.raises(InvalidRequest) as caught:
            mida.events.list(**{name: value})
    assert caught.value.field == name


async def test_leaving_a_walk_early_leaves_nothing_under_way(sandbox, options):
    """A loop that breaks after one item has fetched one page."""
    async with AsyncMida(**options) as mida:
        async for _ in mida.events.list(page_size=2, prefetch=4):
            break
    assert offsets(sandbox) == [0]


async def test_an_item_that_moved_between_pages_comes_once_and_is_reported(sandbox, options):
    """The server shifts its listing by one: overlap notices, and no item is lost or doubled."""
    async with AsyncMida(**options) as mida:
        whole = [e.test_id for e in await mida.experiments.list().collect()]
        sandbox.faults("drift;by=1", path="/experiments$", skip=1)
        drifting = mida.experiments.list(page_size=3, overlap=1)
        found = [experiment.test_id async for experiment in drifting]
    assert len(found) == len(set(found))
    assert set(found) <= set(whole)
    assert drifting.report.drift


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("page_size", {"page_size": 0}),
        ("page_size", {"page_size": 501}),
        ("max_items", {"max_items": -1}),
        ("start_offset", {"start_offset": -1}),
        ("prefetch", {"prefetch": -1}),
        ("overlap", {"page_size": 3, "overlap": 3}),
    ],
)
async def test_a_wrong_walk_is_refused_before_anything_is_sent(sandbox, options, field, wrong):
    """The field is named, and the server hears nothing."""
    async with AsyncMida(**options) as mida:
        with pytest.raises(InvalidRequest) as caught:
            mida.events.list(**wrong)
    assert caught.value.field == field
    assert sandbox.requests() == []
