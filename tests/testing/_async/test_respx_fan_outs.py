"""What sends many requests under respx, with clients of every form."""

import httpx
import pytest
import respx

from midakit import ConnectionFailed, F
from midakit.mida import calls
from support.mocking import API, NUMBER, answer, listing

pytestmark = pytest.mark.anyio


def numbered(request, number):
    """Answer with the experiment that was asked for; number 5 has no connection."""
    if number == "5":
        raise httpx.ConnectError("refused", request=request)
    return answer(int(number))


def result(request, number):
    """Answer with a result whose visitors depend on the segment; tablets get none."""
    segment = request.url.params.get("custom_filter", "")
    if "tablet" in segment:
        raise httpx.ReadTimeout("slow", request=request)
    return httpx.Response(
        200,
        json={
            "success": True, "test_id": int(number), "variants": [],
            "total_visitors": 3 if "mobile" in segment else 12,
        },
    )  # fmt: skip


async def test_pages(mida):
    """A function that answers by the query serves a listing of three pages, looked ahead or not."""
    with respx.mock(base_url=API) as router:
        route = router.get("/experiments").mock(side_effect=listing)
        found = [one.test_id async for one in mida.experiments.list(page_size=20)]
        assert found == list(range(1, 46))
        assert route.call_count == 3
        ahead = await mida.experiments.list(page_size=20, prefetch=2).collect()
        assert [one.test_id for one in ahead] == found
        some = await mida.experiments.list(page_size=20, max_items=5).collect()
        assert len(some) == 5


async def test_a_page_that_fails_once_is_read_again(mida):
    """A failure in the middle of a listing is a retry of that page."""
    failures = [None, httpx.ReadTimeout, None, None]

    def effect(request):
        failure = failures.pop(0)
        if failure is not None:
            raise failure("slow", request=request)
        return listing(request)

    with respx.mock(base_url=API) as router:
        router.get("/experiments").mock(side_effect=effect)
        assert len(await mida.experiments.list(page_size=20).collect()) == 45
        assert failures == []


@pytest.mark.parametrize("using", ["httpcore", "httpx"])
async def test_gather(mida, using):
    """Thirty calls in order; a mocked failure is raised, or stands beside the answers."""
    good = [calls.experiments.get(one) for one in range(10, 40)]
    with respx.mock(using=using) as router:
        route = router.get(path__regex=NUMBER).mock(side_effect=numbered)
        assert [one.test_id for one in await mida.gather(good)] == list(range(10, 40))
        assert route.call_count == 30
        with pytest.raises(ConnectionFailed):
            await mida.gather([*good[:3], calls.experiments.get(5)])
        mixed = [calls.experiments.get(one) for one in (4, 5, 6)]
        outcomes = await mida.gather(mixed, on_error="collect")
        assert [one.ok for one in outcomes] == [True, False, True]
        assert isinstance(outcomes[1].error, ConnectionFailed)
        assert len(outcomes[1].attempts) == 3


async def test_stream(mida):
    """Outcomes as they finish."""
    with respx.mock as router:
        router.get(path__regex=NUMBER).mock(side_effect=numbered)
        async with mida.stream(calls.experiments.get(one) for one in range(10, 20)) as outcomes:
            seen = [outcome.answer.test_id async for outcome in outcomes]
        assert sorted(seen) == list(range(10, 20))


async def test_segments(mida):
    """Each segment is a request with its filter; one that fails keeps the others."""
    with respx.mock as router:
        route = router.get(path__regex=NUMBER.replace("$", "/result$")).mock(side_effect=result)
        found = await mida.experiments.segments(
            7, {"all": None, "mobile": F.device == "mobile", "tablet": F.device == "tablet"}
        )
        visitors = {name: one.answer.total_visitors for name, one in found.items() if one.ok}
        assert visitors == {"all": 12, "mobile": 3}
        assert "no complete answer" in str(found["tablet"].error)
        assert route.call_count == 5


async def test_an_export(mida, tmp_path):
    """Listing, results and files: a failure that passes is retried, one that stays is reported."""
    failures = [httpx.ConnectError]

    def effect(request, number):
        if number == "2" and failures:
            raise failures.pop()("refused", request=request)
        if number == "3":
            return httpx.Response(403, json={"error": "Not yours"})
        return result(request, number)

    place = tmp_path / "out"
    with respx.mock as router:
        router.get(f"{API}/experiments").mock(side_effect=listing)
        router.get(path__regex=NUMBER.replace("$", "/result$")).mock(side_effect=effect)
        report = await mida.export(
            place, kinds=["results"], test_ids=[1, 2, 3], format="jsonl",
            start_date="2026-01-01", end_date="2026-01-31",
        )  # fmt: skip
    assert (report.fetched, failures) == (2, [])
    assert [(one.label, one.error) for one in report.failures] == [("3", "Forbidden")]
    assert "Not yours" in (place / "failures.jsonl").read_text()
