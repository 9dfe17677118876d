"""Side effects and responses of respx with clients of every form: failures are ours, and are retried."""

import gzip
import ssl
from typing import NamedTuple

import httpcore
import httpx
import pytest
import respx

from midakit import (
    APIError,
    BadRequest,
    ConnectionFailed,
    DecodeError,
    NotFound,
    RateLimited,
    ServerError,
    Timeout,
    TransportError,
)
from support.mocking import API, NUMBER, SEVEN, answer, experiment

pytestmark = pytest.mark.anyio


class Failure(NamedTuple):
    """What a mock raises, and what the caller must see."""

    effect: object
    kind: type
    sent: bool


REQUEST = httpx.Request("GET", SEVEN)
FAILURES = {
    "ConnectError": Failure(httpx.ConnectError, ConnectionFailed, False),
    "ConnectError with a text": Failure(httpx.ConnectError("refused"), ConnectionFailed, False),
    "ConnectError with its request": Failure(
        httpx.ConnectError("refused", request=REQUEST), ConnectionFailed, False
    ),
    "ProxyError": Failure(httpx.ProxyError, ConnectionFailed, False),
    "UnsupportedProtocol": Failure(httpx.UnsupportedProtocol, ConnectionFailed, False),
    "ConnectTimeout": Failure(httpx.ConnectTimeout, Timeout, False),
    "PoolTimeout": Failure(httpx.PoolTimeout, Timeout, False),
    "ReadTimeout": Failure(httpx.ReadTimeout, Timeout, True),
    "ReadTimeout with a text": Failure(httpx.ReadTimeout("slow"), Timeout, True),
    "WriteTimeout": Failure(httpx.WriteTimeout, Timeout, True),
    "TimeoutException": Failure(httpx.TimeoutException, Timeout, True),
    "ReadError": Failure(httpx.ReadError, TransportError, True),
    "WriteError": Failure(httpx.WriteError, TransportError, True),
    "CloseError": Failure(httpx.CloseError, TransportError, True),
    "NetworkError": Failure(httpx.NetworkError, TransportError, True),
    "LocalProtocolError": Failure(httpx.LocalProtocolError, TransportError, True),
    "RemoteProtocolError": Failure(httpx.RemoteProtocolError("hung up"), TransportError, True),
    "DecodingError": Failure(httpx.DecodingError, TransportError, True),
    "TransportError": Failure(httpx.TransportError("broken"), TransportError, True),
    "RequestError": Failure(httpx.RequestError("broken"), TransportError, True),
    "OSError": Failure(OSError("unreachable"), TransportError, True),
    "ConnectionResetError": Failure(ConnectionResetError, TransportError, True),
    "TimeoutError": Failure(TimeoutError, Timeout, True),
    "ssl.SSLError": Failure(ssl.SSLError("bad certificate"), TransportError, True),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
async def test_a_failure_of_the_network(mida, failure):
    """One that passes is retried; one that stays is our error, after three attempts."""
    for using in ("httpcore", "httpx"):
        with respx.mock(base_url=API, using=using) as router:
            route = router.get("/experiment/7")
            route.side_effect = [failure.effect, httpx.Response(503), answer()]
            assert (await mida.experiments.get(7)).test_id == 7
            assert route.call_count == 3
            route.side_effect = failure.effect
            with pytest.raises(TransportError) as caught:
                await mida.experiments.get(7)
            assert type(caught.value) is failure.kind
            assert caught.value.sent == failure.sent
            assert caught.value.__cause__ is not None
            assert len(caught.value.attempts) == route.call_count - 3 == 3


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
async def test_an_unsafe_post_is_repeated_only_when_it_never_left(mida, failure):
    """A mocked failure says by its class whether the server may have seen the request."""
    with respx.mock(base_url=API) as router:
        route = router.post("/experiment/7/discussion").mock(side_effect=failure.effect)
        with pytest.raises(failure.kind):
            await mida.comments.add(7, "Looks good.")
        assert route.call_count == (1 if failure.sent else 3)


@pytest.mark.parametrize(
    ("effect", "kind"),
    [
        (httpcore.ConnectError("refused"), ConnectionFailed),
        (httpcore.ReadTimeout, Timeout),
        (httpcore.RemoteProtocolError("hung up"), TransportError),
    ],
)
async def test_exceptions_of_httpcore_are_translated_too(mida, effect, kind):
    """respx replaces httpcore's pool, so they pass through httpx like real ones."""
    with respx.mock(base_url=API, using="httpcore") as router:
        router.get("/experiment/7").mock(side_effect=effect)
        with pytest.raises(kind):
            await mida.experiments.get(7)


async def test_a_function(mida):
    """It gets the request, and may answer or raise."""

    def effect(request):
        if "breakdown_by" not in request.url.params:
            raise httpx.ConnectError("refused", request=request)
        return httpx.Response(200, json={"test_id": 7})

    with respx.mock(base_url=API) as router:
        route = router.get("/experiment/7/result").mock(side_effect=effect)
        assert (await mida.experiments.result(7, breakdown_by="device")).test_id == 7
        with pytest.raises(ConnectionFailed):
            await mida.experiments.result(7)
        assert route.call_count == 4


async def test_a_coroutine_function(mida):
    """An asynchronous client may have an asynchronous side effect."""

    async def effect(request, number):
        if number == "8":
            raise httpx.ReadTimeout("slow", request=request)
        return answer(int(number))

    with respx.mock:
        respx.get(path__regex=NUMBER).mock(side_effect=effect)
        assert (await mida.experiments.get(7)).test_id == 7
        with pytest.raises(Timeout):
            await mida.experiments.get(8)


async def test_a_function_of_the_route(mida):
    """An argument `route` is the route, whose count tells the attempts."""

    def effect(request, route):
        return httpx.Response(503) if route.call_count == 0 else answer()

    with respx.mock(base_url=API) as router:
        route = router.get("/experiment/7").mock(side_effect=effect)
        assert (await mida.experiments.get(7)).test_id == 7
        assert route.call_count == 2


async def test_functions_in_an_iterator(mida):
    """A generator of side effects of every kind."""

    def effects():
        yield httpx.ConnectError
        yield lambda request: httpx.Response(429, headers={"retry-after": "0"})
        yield answer()

    with respx.mock(base_url=API) as router:
        route = router.get("/experiment/7")
        route.side_effect = effects()
        assert (await mida.experiments.get(7)).test_id == 7
        assert route.call_count == 3


async def test_a_function_that_lets_the_next_route_answer(mida):
    """None means that the route does not match; respx does not count it as called."""
    with respx.mock(base_url=API, assert_all_called=False) as router:
        router.get(path__regex=NUMBER).mock(side_effect=lambda request, number: None)
        router.get("/experiment/7").mock(return_value=answer())
        assert (await mida.experiments.get(7)).test_id == 7


async def test_a_mistake_in_a_side_effect_is_not_hidden(mida):
    """What is no failure of a network reaches the test as it is, at once."""
    with respx.mock(base_url=API) as router:
        route = router.get("/experiment/7").mock(side_effect=ValueError("a mistake"))
        with pytest.raises(ValueError, match="a mistake") as caught:
            await mida.experiments.get(7)
        assert type(caught.value) is ValueError
        assert route.call_count == 1


STATUSES = {
    400: BadRequest, 404: NotFound, 429: RateLimited, 500: ServerError, 503: ServerError,
}  # fmt: skip


@pytest.mark.parametrize("status", STATUSES)
async def test_statuses(mida, status):
    """`% status`, `respond(status)`: an error of ours with the body's message."""
    with respx.mock(base_url=API) as router:
        route = router.get("/experiment/7") % status
        with pytest.raises(STATUSES[status]) as caught:
            await mida.experiments.get(7)
        assert caught.value.status == status
        assert route.call_count == (3 if status in (429, 500, 503) else 1)
        route.respond(status, json={"error": "No such thing"}, headers={"x-request-id": "r1"})
        with pytest.raises(STATUSES[status], match="No such thing") as caught:
            await mida.experiments.get(7)
        assert caught.value.request_id == "r1"


TEXT = '{"experiment": {"test_id": 7, "test_name": "Größe"}}'
RESPONSES = {
    "json": {"json": {"experiment": {"test_id": 7, "test_name": "Größe"}}},
    "text": {"text": TEXT},
    "html": {"html": TEXT},
    "bytes": {"content": TEXT.encode()},
    "gzip": {
        "content": gzip.compress(TEXT.encode()),
        "headers": {"content-encoding": "gzip", "content-type": "application/json"},
    },
}


@pytest.mark.parametrize("using", ["httpcore", "httpx"])
@pytest.mark.parametrize("response", RESPONSES.values(), ids=RESPONSES)
async def test_responses(mida, response, using):
    """A body in every form that respx takes, twice from one route."""
    with respx.mock(base_url=API, using=using) as router:
        route = router.get("/experiment/7").respond(**response)
        for _ in range(2):
            assert (await mida.experiments.get(7)).test_name == "Größe"
        assert route.call_count == 2


async def test_a_cookie_is_not_sent_back(mida, how):
    """The server's cookies are forgotten; only an injected client may keep them, as its owner wants."""
    with respx.mock(base_url=API) as router:
        route = router.get("/experiment/7").respond(json=experiment(7), cookies={"session": "1"})
        await mida.experiments.get(7)
        await mida.experiments.get(7)
        assert ("cookie" in route.calls.last.request.headers) == ("http_client" in how)


async def test_a_redirect_is_not_followed(mida):
    """It is an error that names the other address."""
    with respx.mock(base_url=API) as router:
        router.get("/experiment/7").respond(302, headers={"location": "https://other.example/"})
        with pytest.raises(APIError, match=r"other\.example") as caught:
            await mida.experiments.get(7)
        assert caught.value.status == 302


async def test_a_body_that_is_not_what_was_promised(mida):
    """An HTML page with status 200 is a DecodeError that keeps its first bytes."""
    with respx.mock(base_url=API) as router:
        router.get("/experiment/7").respond(html="<h1>Sign in</h1>")
        with pytest.raises(DecodeError, match="HTML") as caught:
            await mida.experiments.get(7)
        assert b"Sign in" in caught.value.first_bytes


async def test_one_response_object_serves_many_calls(mida):
    """`return_value` is copied for each request."""
    with respx.mock(base_url=API) as router:
        router.get("/experiment/7").mock(return_value=httpx.Response(200, json=experiment(7)))
        assert [(await mida.experiments.get(7)).test_id for _ in range(3)] == [7, 7, 7]
