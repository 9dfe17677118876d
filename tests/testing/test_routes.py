"""Routes: answers for calls, without a server."""

import anyio
import httpx
import pytest
import respx

from midakit import AsyncMida, Mida, NotFound, RateLimited, ServerError
from midakit.mida import calls, models
from midakit.testing.asked import Unexpected
from midakit.testing.routes import Routes, respx_route

OPTIONS = {"api_key": "key", "project_key": "project", "base_url": "https://api-us.mida.so/v2"}
RESULT = {"test_id": 1001, "total_visitors": 12}


@pytest.fixture
def routes():
    return Routes()


@pytest.fixture
def mida(routes):
    with Mida(**OPTIONS, transport=routes, retry=1) as client:
        yield client


def test_a_call_is_answered_with_a_mapping(routes, mida):
    """What a route holds arrives as the model that the call promises, and is counted."""
    route = routes.on(calls.experiments.result(1001)).respond(RESULT)
    assert not route.called
    assert mida.experiments.result(1001).total_visitors == 12
    assert route.calls == routes.calls == [calls.experiments.result(1001)]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_the_same_routes_serve_asynchronous_clients(routes, backend):
    """One transport object serves both halves, one call or many at once."""
    for number in range(20):
        routes.on(calls.experiments.result(number + 1)).respond(
            {**RESULT, "total_visitors": number}
        )

    async def work():
        async with AsyncMida(**OPTIONS, transport=routes) as mida:
            return await mida.gather([calls.experiments.result(n + 1) for n in range(20)])

    found = anyio.run(work, backend=backend)
    assert [one.total_visitors for one in found] == list(range(20))


def test_blocking_fan_outs_pass_the_routes(routes, mida):
    """`gather` of a blocking client takes its answers from the routes too."""
    routes.on("get_experiment_result").respond(
        lambda call: {"test_id": int(call.path.split("/")[4])}
    )
    found = mida.gather([calls.experiments.result(n) for n in (3, 1, 2)])
    assert [one.test_id for one in found] == [3, 1, 2]


def test_a_model_is_wrapped_as_the_contract_wraps_it(routes, mida):
    """A model stands for the whole body, or for the part that its call hands out."""
    routes.on(calls.experiments.result(1001)).respond(models.Result(test_id=1001, total_visitors=5))
    routes.on(calls.projects.get()).respond(models.Project(name="Shop"))
    assert mida.experiments.result(1001).total_visitors == 5
    assert mida.projects.get().name == "Shop"


def test_a_model_of_another_call_is_refused(routes, mida):
    """A test that hands out the wrong kind of answer hears of it."""
    routes.on(calls.experiments.result(1)).respond(models.Project(name="Shop"))
    with pytest.raises(TypeError, match="answers with Result, not Project"):
        mida.experiments.result(1)


def test_a_number_is_a_refusal(routes, mida):
    """Statuses raise the typed errors, headers included."""
    routes.on(calls.experiments.get(7)).respond(404)
    routes.on(calls.experiments.result(7)).respond(429, headers={"retry-after": "3"})
    with pytest.raises(NotFound):
        mida.experiments.get(7)
    with pytest.raises(RateLimited) as caught:
        mida.experiments.result(7)
    assert caught.value.retry_after == 3


def test_a_status_without_a_name_is_a_refusal_too(routes, mida):
    """Such as those of a proxy in front of the API."""
    routes.on("get_experiment").respond(520, lambda _: 599)
    for status in (520, 599):
        with pytest.raises(ServerError) as caught:
            mida.experiments.get(7)
        assert caught.value.status == status


@pytest.mark.parametrize(
    "wrong", [5, 1000, True, b"{}", {"test_id": len}], ids=["low", "high", "bool", "bytes", "part"]
)
def test_an_answer_that_nothing_can_mean_is_refused_where_it_is_told(routes, mida, wrong):
    """Not later, in a call of the code under test; what a function returns is known only then."""
    route = routes.on("get_experiment")
    with pytest.raises(TypeError, match="neither a status from 100 to 999, nor JSON"):
        route.respond(404, wrong)
    route.respond(lambda _: wrong)
    with pytest.raises(TypeError, match="neither a status from 100 to 999, nor JSON"):
        mida.experiments.get(7)


@pytest.mark.parametrize("wrong", ["200", 5, True])
def test_a_status_that_is_none_is_refused_where_it_is_told(routes, wrong):
    """The error names it."""
    with pytest.raises(TypeError, match="is no status from 100 to 999"):
        routes.on("get_experiment").respond({}, status=wrong)


@pytest.mark.parametrize(
    ("wanted", "narrowed", "said"),
    [
        (5, {}, "5 is neither a call nor the name of an operation"),
        (None, {}, "None is neither a call nor the name"),
        ("get_goal", {"path": 5}, "path is text, not 5"),
        ("get_goal", {"query": "limit=1"}, "query is a mapping, not 'limit=1'"),
        ("get_goal", {"body": [1]}, r"body is a mapping, not \[1\]"),
    ],
)
def test_what_no_call_can_match_is_refused(routes, wanted, narrowed, said):
    """The error names the argument."""
    with pytest.raises(TypeError, match=said):
        routes.on(wanted, **narrowed)


def test_a_header_may_be_a_number_and_an_error_a_class(routes, mida):
    """As people write them."""
    routes.on("get_experiment").respond(429, TimeoutError, headers={"retry-after": 3})
    with pytest.raises(RateLimited) as caught:
        mida.experiments.get(7)
    assert caught.value.retry_after == 3
    with pytest.raises(TimeoutError):
        mida.experiments.get(7)


def test_answers_come_in_turn(routes):
    """A sequence is answered in order, so that retries can be tested; the last answer stays."""
    route = routes.on(calls.experiments.result(1001)).respond(503, RESULT)
    with Mida(**OPTIONS, transport=routes) as mida:
        mida.experiments.result(1001)
        mida.experiments.result(1001)
    assert len(route.calls) == 3


def test_an_exception_is_raised(routes, mida):
    """An exception among the answers is raised as it is."""
    routes.on(calls.goals.list()).respond(ValueError("boom"))
    with pytest.raises(ValueError, match="boom"):
        mida.send(calls.goals.list())


def test_operations_are_narrowed(routes, mida):
    """A path with `*`, part of a query and part of a body pick among an operation's calls."""
    routes.on("get_experiment_result").respond({**RESULT, "total_visitors": 1})
    routes.on("get_experiment_result", query={"breakdown_by": "device"}).respond(RESULT)
    routes.on("update_experiment_status", path="/experiment/*/status").respond(404)
    assert mida.experiments.result(1).total_visitors == 1
    assert mida.experiments.result(2, breakdown_by="device").total_visitors == 12
    with pytest.raises(NotFound):
        mida.experiments.start(9)


def test_an_unmatched_call_names_the_nearest_route(routes, mida):
    """The error says which route was meant, and in which part the call differs."""
    routes.on(calls.goals.list()).respond({})
    routes.on(calls.experiments.result(1001, breakdown_by="device", tz="2")).respond(RESULT)
    with pytest.raises(Unexpected) as caught:
        mida.experiments.result(1001, breakdown_by="os")
    text = str(caught.value)
    assert "nearest: GET /project/{project_key}/experiment/1001/result" in text
    assert 'query \'breakdown_by\' is "os", expected "device"' in text
    assert "query 'tz' is missing" in text


def test_a_body_that_differs_is_told_by_its_field(routes, mida):
    """The field of the body that differs is named, with both values."""
    routes.on(calls.comments.add(1, "good")).respond({})
    with pytest.raises(Unexpected, match='body \'comment\' is "bad", expected "good"'):
        mida.comments.add(1, "bad")


def test_idle_routes_are_named(routes):
    """A test can insist that everything it prepared was asked for."""
    routes.on("list_goals").respond({})
    with pytest.raises(AssertionError, match="list_goals"):
        routes.assert_all_called()


def test_a_call_is_a_respx_pattern():
    """respx matches a call by its path, whole query and body, whatever the project is."""
    call = calls.experiments.result(1001, breakdown_by="device")
    with respx.mock(assert_all_called=False) as router, Mida(**OPTIONS) as mida:
        plain = respx_route(router, calls.experiments.result(1001)).respond(json=RESULT)
        wanted = respx_route(router, call).mock(
            return_value=httpx.Response(200, json={**RESULT, "total_visitors": 3})
        )
        body = respx_route(router, calls.comments.add(1, "good")).respond(404, json={})
        assert mida.send(call).total_visitors == 3
        assert mida.experiments.result(1001).total_visitors == 12
        with pytest.raises(NotFound):
            mida.comments.add(1, "good")
        assert wanted.call_count == plain.call_count == body.call_count == 1
