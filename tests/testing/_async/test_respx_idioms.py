"""The idioms of respx with clients of every form: how a mock starts, matches, counts and ends."""

import httpx
import pytest
import respx
from respx.models import AllMockedAssertionError

from midakit import AsyncMida, DecodeError
from midakit.launchdarkly import AsyncLaunchDarkly
from midakit.mida import calls
from midakit.testing.routes import respx_route
from support.bad_server import BadServer
from support.forms import call
from support.mocking import API, NUMBER, OPTIONS, SEVEN, answer, experiment

pytestmark = pytest.mark.anyio


async def test_the_global_mock_as_a_context(mida):
    """`with respx.mock:` and functions of the module; afterwards nothing is mocked."""
    with respx.mock:
        route = respx.get(SEVEN).mock(return_value=answer())
        assert (await mida.experiments.get(7)).test_name == "Number 7"
        assert route.called
        assert respx.calls.call_count == 1
    assert respx.calls.call_count == 0


async def test_the_asynchronous_context(mida):
    """`async with` is the same as `with`."""
    async with respx.mock(base_url=API) as router:
        router.get("/experiment/7").respond(json=experiment(7))
        assert (await mida.experiments.get(7)).test_id == 7


async def test_a_decorated_function(mida):
    """`@respx.mock` covers the function, and routes are those of the module."""

    @respx.mock
    async def decorated():
        respx.get(SEVEN).mock(return_value=answer())
        return await mida.experiments.get(7)

    assert (await decorated()).test_id == 7


async def test_a_decorated_function_with_a_router(mida):
    """`@respx.mock(...)` hands its router over as `respx_mock`."""

    @respx.mock(base_url=API, assert_all_called=False)
    async def decorated(respx_mock):
        respx_mock.get("/experiment/7").mock(return_value=answer())
        respx_mock.get("/experiment/8").mock(return_value=answer(8))
        return await mida.experiments.get(7)

    assert (await decorated()).test_id == 7


async def test_the_fixture(mida, respx_mock):
    """`respx_mock` of the pytest plugin is the global router."""
    respx_mock.get(SEVEN).mock(return_value=answer())
    assert (await mida.experiments.get(7)).test_id == 7


@pytest.mark.respx(base_url=API, assert_all_called=False, using="httpx")
async def test_the_fixture_with_its_marker(mida, respx_mock):
    """The marker's options reach the router of the fixture."""
    route = respx_mock.get("/experiment/7").mock(return_value=answer())
    never = respx_mock.get("/experiment/8")
    assert (await mida.experiments.get(7)).test_id == 7
    assert (route.call_count, never.called) == (1, False)


@pytest.mark.parametrize("using", ["httpcore", "httpx"])
async def test_a_client_made_inside_the_mock(how, using):
    """Each way that respx patches, for both providers."""
    with respx.mock(using=using) as router:
        router.get(SEVEN).mock(return_value=answer())
        router.get(host="app.launchdarkly.com").respond(json={"key": "sales"})
        async with AsyncMida(**OPTIONS, **how) as mida:
            assert (await mida.experiments.get(7)).test_id == 7
        async with AsyncLaunchDarkly("token", **how) as launchdarkly:
            assert (await launchdarkly.metrics.get("shop", "sales")).key == "sales"


async def test_a_router_that_is_started_and_stopped_by_hand(mida):
    """`start` and `stop`, several times; routes of a stopped router are gone."""
    router = respx.MockRouter(base_url=API)
    for _ in range(2):
        router.start()
        router.get("/experiment/7").mock(return_value=answer())
        assert (await mida.experiments.get(7)).test_id == 7
        router.stop()


async def test_mocks_inside_mocks(mida):
    """The outer router answers what the inner one does not know, and again when that is over."""
    with respx.mock as outer:
        outer.get(SEVEN).mock(return_value=answer())
        with respx.mock(base_url=API) as inner:
            inner.get("/experiment/8").mock(return_value=answer(8))
            assert (await mida.experiments.get(8)).test_id == 8
            assert (await mida.experiments.get(7)).test_id == 7
        assert (await mida.experiments.get(7)).test_id == 7


PATTERNS = {
    "nothing": {},
    "method and path": {"method": "GET", "path": "/v2/project/p/experiment/7/result"},
    "host and scheme": {"scheme": "https", "host": "api-us.mida.so"},
    "a prefix": {"url__startswith": f"{API}/experiment/7/"},
    "one of several": {"path__in": ["/v2/project/p/experiment/7/result", "/other"]},
    "a regular expression": {"url__regex": r"/project/\w+/experiment/7/result\?"},
    "some parameters": {"params": {"breakdown_by": "device"}},
    "all parameters": {"params__eq": {"breakdown_by": "device", "tz": "2"}},
    "headers": {"headers": {"authorization": "Bearer key"}},
}


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
async def test_patterns_of_routes(mida, pattern):
    """What respx compares is what midakit sends."""
    with respx.mock:
        respx.route(**pattern).respond(json={"test_id": 7})
        result = await mida.experiments.result(7, breakdown_by="device", tz=2)
        assert result.test_id == 7


async def test_a_body_is_compared_as_json(mida):
    """`json=` sees the body; `calls.last` keeps the request as it was sent."""
    with respx.mock(base_url=API) as router:
        route = router.patch("/experiment/7/status", json={"status": 0}) % {
            "json": {"success": True}
        }
        assert (await mida.experiments.stop(7)).success
        request = route.calls.last.request
        assert request.method == "PATCH"
        assert request.headers["authorization"] == "Bearer key"
        assert request.headers["content-type"] == "application/json"


async def test_a_call_makes_its_own_route(mida):
    """`respx_route` of a call matches that call and no other."""
    with respx.mock as router:
        respx_route(router, calls.experiments.get(7)).mock(return_value=answer())
        assert (await mida.experiments.get(7)).test_id == 7
        with pytest.raises(AllMockedAssertionError):
            await mida.experiments.get(8)


async def test_named_routes_can_be_looked_up_changed_and_removed(mida):
    """`name=`, `router[...]`, `return_value =`, `pop`."""
    with respx.mock(base_url=API, assert_all_mocked=True) as router:
        router.get("/experiment/7", name="seven").mock(return_value=answer())
        assert (await mida.experiments.get(7)).test_id == 7
        router["seven"].return_value = answer(70)
        assert (await mida.experiments.get(7)).test_id == 70
        assert router["seven"].call_count == 2
        router.pop("seven")
        with pytest.raises(AllMockedAssertionError):
            await mida.experiments.get(7)


async def test_snapshot_rollback_and_reset(mida):
    """A router goes back to the routes and counts that it had."""
    with respx.mock(base_url=API) as router:
        route = router.get("/experiment/7").mock(return_value=answer())
        await mida.experiments.get(7)
        router.snapshot()
        route.return_value = answer(70)
        assert (await mida.experiments.get(7)).test_id == 70
        assert route.call_count == 2
        router.rollback()
        assert route.call_count == 1
        router.reset()
        assert not route.called
        assert (await mida.experiments.get(7)).test_id == 7


async def test_counts(mida):
    """The assertions of `unittest.mock` work on a route's calls."""
    with respx.mock(base_url=API, assert_all_called=False) as router:
        seven = router.get("/experiment/7").mock(return_value=answer())
        other = router.get("/experiment/8").mock(return_value=answer(8))
        for _ in range(3):
            await mida.experiments.get(7)
        assert (seven.call_count, other.call_count, router.calls.call_count) == (3, 0, 3)
        other.calls.assert_not_called()
        with pytest.raises(AssertionError):
            seven.calls.assert_called_once()
        await mida.experiments.get(8)
        other.calls.assert_called_once()


async def test_a_route_that_nobody_called_fails_the_test(mida):
    """`assert_all_called` is checked at the end of the mock."""
    with pytest.raises(AssertionError, match="not called"), respx.mock(base_url=API) as router:
        router.get("/experiment/7").mock(return_value=answer())
        router.get("/experiment/8").mock(return_value=answer(8))
        await mida.experiments.get(7)


async def test_a_request_without_a_route_fails_the_test_and_is_not_repeated(mida):
    """The error of respx reaches the test as it is, so `except MidakitError` cannot hide it."""
    retries = []
    mida.hooks.on_retry(retries.append)
    with respx.mock, pytest.raises(AllMockedAssertionError, match="not mocked"):
        await mida.experiments.get(7)
    assert retries == []
    with respx.mock(assert_all_mocked=False), pytest.raises(DecodeError):
        await mida.experiments.get(7)  # respx answers with an empty body


async def test_what_passes_through_reaches_a_real_server(how):
    """`pass_through` beside a mocked route, before and after, over one client."""
    with BadServer() as server:
        where = {**OPTIONS, "region": None, "base_url": server.url}
        async with AsyncMida(**where, **how) as mida:
            for _ in range(2):
                with respx.mock as router:
                    router.get(path__regex="/experiment/7$").mock(return_value=answer())
                    passed = router.route(host="127.0.0.1").pass_through()
                    assert (await mida.experiments.get(7)).test_name == "Number 7"
                    assert await mida.send(call("ok"))
                    assert passed.called
                assert await mida.send(call("ok"))
        assert len(server.seen) == 4


async def test_a_router_as_the_handler_of_an_injected_client():
    """`httpx.MockTransport(router.handler)` needs no patch at all."""
    router = respx.Router(base_url=API)
    router.get(path__regex=NUMBER).mock(
        side_effect=lambda request, number: answer(int(number)),
    )
    async with (
        httpx.AsyncClient(transport=httpx.MockTransport(router.handler)) as http_client,
        AsyncMida(**OPTIONS, http_client=http_client) as mida,
    ):
        assert (await mida.experiments.get(7)).test_id == 7
        found = await mida.gather([calls.experiments.get(8)] * 3)
        assert [one.test_id for one in found] == [8, 8, 8]
    assert router.calls.call_count == 4
