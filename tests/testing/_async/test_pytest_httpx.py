"""The idioms of pytest-httpx with clients of every form."""

import re

import httpx
import pytest

from midakit import AsyncMida, ConnectionFailed, NotFound, Timeout, TransportError
from midakit.mida import calls
from support.bad_server import BadServer
from support.forms import call
from support.mocking import API, OPTIONS, SEVEN, answer, experiment, listing

pytestmark = pytest.mark.anyio


async def test_a_response(mida, httpx_mock):
    """Address, method and headers are compared with what midakit sends."""
    httpx_mock.add_response(
        url=SEVEN, method="GET", match_headers={"authorization": "Bearer key"}, json=experiment(7)
    )
    assert (await mida.experiments.get(7)).test_id == 7
    assert str(httpx_mock.get_request().url) == SEVEN


async def test_a_client_made_inside_the_mock(how, httpx_mock):
    """Patterns match as well as whole addresses."""
    httpx_mock.add_response(url=re.compile(r".*/experiment/7$"), json=experiment(7))
    async with AsyncMida(**OPTIONS, **how) as mida:
        assert (await mida.experiments.get(7)).test_id == 7


async def test_a_body(mida, httpx_mock):
    """`match_json` sees the body of an update."""
    httpx_mock.add_response(method="PATCH", match_json={"status": 0}, json={"success": True})
    assert (await mida.experiments.stop(7)).success


FAILURES = [
    (httpx.ConnectError("refused"), ConnectionFailed),
    (httpx.ConnectTimeout("slow"), Timeout),
    (httpx.ReadTimeout("slow"), Timeout),
    (httpx.ReadError("broken"), TransportError),
    (OSError("unreachable"), TransportError),
]


@pytest.mark.parametrize(("failure", "kind"), FAILURES, ids=lambda one: type(one).__name__)
async def test_a_failure_that_passes_is_retried(mida, httpx_mock, failure, kind):
    """`add_exception`, then a status, then the answer."""
    httpx_mock.add_exception(failure)
    httpx_mock.add_response(status_code=503)
    httpx_mock.add_response(json=experiment(7))
    assert (await mida.experiments.get(7)).test_id == 7
    assert len(httpx_mock.get_requests()) == 3


@pytest.mark.httpx_mock(can_send_already_matched_responses=True)
@pytest.mark.parametrize(("failure", "kind"), FAILURES, ids=lambda one: type(one).__name__)
async def test_a_failure_that_stays_is_one_of_our_errors(mida, httpx_mock, failure, kind):
    """After three attempts, for single calls and for fan-outs."""
    httpx_mock.add_exception(failure)
    with pytest.raises(TransportError) as caught:
        await mida.experiments.get(7)
    assert type(caught.value) is kind
    assert len(caught.value.attempts) == len(httpx_mock.get_requests()) == 3
    outcomes = await mida.gather([calls.experiments.get(7)] * 3, on_error="collect")
    assert {type(one.error) for one in outcomes} == {kind}


@pytest.mark.httpx_mock(can_send_already_matched_responses=True)
async def test_callbacks_serve_listings_and_fan_outs(mida, httpx_mock):
    """A callback answers by the request."""

    def effect(request):
        number = request.url.path.rpartition("/")[2]
        return listing(request) if number == "experiments" else answer(int(number))

    httpx_mock.add_callback(effect)
    assert len(await mida.experiments.list(page_size=20).collect()) == 45
    found = await mida.gather([calls.experiments.get(one) for one in range(10, 40)])
    assert [one.test_id for one in found] == list(range(10, 40))
    assert len(httpx_mock.get_requests()) == 33


async def test_a_status(mida, httpx_mock):
    """An error status is our error with the message of the body."""
    httpx_mock.add_response(status_code=404, json={"error": "Experiment not found"})
    with pytest.raises(NotFound, match="Experiment not found"):
        await mida.experiments.get(7)


@pytest.mark.httpx_mock(assert_all_requests_were_expected=False)
async def test_a_request_that_was_not_expected_is_a_timeout(mida, httpx_mock):
    """pytest-httpx raises httpx.TimeoutException; its text says which requests it knows."""
    httpx_mock.add_response(url=f"{API}/experiment/8", json=experiment(8))
    with pytest.raises(Timeout) as caught:
        await mida.with_options(retry=1).experiments.get(7)
    assert "No response can be found" in str(caught.value.__cause__)
    assert (await mida.experiments.get(8)).test_id == 8


@pytest.mark.httpx_mock(should_mock=lambda request: request.url.host != "127.0.0.1")
async def test_what_passes_through_reaches_a_real_server(how, mida, httpx_mock):
    """`should_mock` leaves the other requests to the network."""
    httpx_mock.add_response(json=experiment(7))
    with BadServer() as server:
        where = {**OPTIONS, "region": None, "base_url": server.url}
        async with AsyncMida(**where, **how) as real:
            assert await real.send(call("ok"))
            assert (await mida.experiments.get(7)).test_id == 7
        assert len(server.seen) == 1
