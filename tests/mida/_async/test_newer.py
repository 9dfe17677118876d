"""What is newer than the package: further parameters, fields and headers, and calls to any path."""

import traceback

import pytest

from midakit import AsyncMida, BadRequest, InvalidRequest, NotFound, Timeout, TransportError
from midakit.mida import calls, models
from support.bad_server import BadServer, message
from support.hostile import silence

pytestmark = pytest.mark.anyio

OTHER = "Bearer other-secret-456"
ONE = {"success": True, "experiment": {"test_id": 1}, "comments": [], "goals": []}


def say(*args):
    return lambda sock, server: sock.sendall(message(*args))


def reset(sock, server):
    return "close"


@pytest.fixture
def server():
    behaviours = {
        "1": say(200, ONE), "goals": say(200, ONE), "discussion": say(200, ONE), "funnels": say(200, [1, {"error": "x"}]),
        "nothing": say(204, b""), "refused": say(400, {"error": f"no: {OTHER}"}), "silent": silence, "reset": reset,
        "result": silence,
    }  # fmt: skip
    with BadServer(behaviours) as running:
        yield running


@pytest.fixture
def options(server):
    return {"api_key": "own-key", "project_key": "p", "base_url": server.url, "retry": 1}


async def test_a_method_sends_what_is_extra(options, server):
    """Query and headers, in place of the client's own where they have its names."""
    async with AsyncMida(**options) as mida:
        await mida.experiments.get(1, extra_query={"a": [1, 2]}, extra_headers={"X-Beta": "yes"})
        await mida.goals.list(extra_query={"limit": 7, "new": True}).collect()
        await mida.comments.list(1, extra_headers={"Authorization": OTHER})
    assert server.seen[0].endswith("/experiment/1?a=1&a=2")
    assert "x-beta: yes" in server.heads[0].lower()
    assert server.seen[1].endswith("/goals?offset=0&limit=7&new=true")
    assert f"authorization: {OTHER}" in server.heads[2]
    assert "own-key" not in server.heads[2]


async def test_a_new_field_reaches_the_server(mida_sandbox):
    """It is checked there as any other field of the body."""
    async with AsyncMida(
        mida_sandbox.api_key, project_key=mida_sandbox.project_key, base_url=mida_sandbox.base_url
    ) as mida:
        with pytest.raises(BadRequest):
            await mida.goals.update(1, extra_body={"goal_type": "no such type"})


async def test_a_secret_header_is_in_no_frame_of_an_error(options, server):
    """While a method waits, its local variables hold no key that was given to it."""
    async with AsyncMida(**options, timeout=0.3) as mida:
        asked = [
            lambda: mida.experiments.result(1, extra_headers={"Authorization": OTHER}),
            lambda: mida.experiments.segments(1, {"all": None}, extra_headers={"Authorization": OTHER}),
            lambda: mida.request("GET", "/x/silent", headers={"Authorization": OTHER}),
        ]  # fmt: skip
        for ask in asked:
            try:
                found = await ask()
                error = found["all"].error
            except Timeout as timeout:
                error = timeout
            assert isinstance(error, Timeout)
            for frame, _ in traceback.walk_tb(error.__traceback__):
                if frame.f_globals["__name__"].startswith("midakit"):
                    for name, value in frame.f_locals.items():
                        assert "other-secret" not in repr(value), (frame.f_code.co_name, name)


async def test_any_path_can_be_asked(options, server):
    """The answer is JSON of any kind, None where there is none, or a model."""
    async with AsyncMida(**options) as mida:
        found = await mida.request("GET", "/project/{project_key}/funnels", query={"limit": 5})
        assert found == [1, {"error": "x"}]
        assert await mida.request("DELETE", "/x/nothing") is None
        listed = await mida.request("GET", "/project/{project_key}/goals", answer=models.GoalList)
        assert listed.goals == []
        asked = [calls.request("GET", "/x/funnels")] * 3
        assert len(await mida.gather(asked)) == 3
    assert server.seen[0] == "/v2/project/p/funnels?limit=5"
    assert "authorization: Bearer own-key" in server.heads[0]


async def test_a_refusal_shows_no_key_that_was_sent(options):
    """Though the server repeats it."""
    async with AsyncMida(**options) as mida:
        with pytest.raises(BadRequest) as caught:
            await mida.request("POST", "/x/refused", headers={"Authorization": OTHER})
    assert "other-secret" not in str(caught.value) + repr(caught.value.body)


async def test_what_may_have_worked_is_not_sent_twice(options, server):
    """A GET is repeated, a POST only where it is said to be safe."""
    async with AsyncMida(**{**options, "retry": 2}) as mida:
        for method, safe, times in (("POST", None, 1), ("POST", True, 2), ("GET", None, 2)):
            before = len(server.seen)
            with pytest.raises(TransportError):
                await mida.request(method, "/x/reset", safe=safe)
            assert len(server.seen) - before == times


async def test_no_path_leads_to_another_host(options, server):
    """It is refused before anything is sent."""
    async with AsyncMida(**options) as mida:
        for path in ("https://evil.example/x", "//evil.example/x", "/../x"):
            with pytest.raises(InvalidRequest, match="path"):
                await mida.request("GET", path)
    assert server.seen == []


async def test_an_operation_of_the_contract_can_be_asked_by_its_path(mida_sandbox):
    """As the method does, with the same errors."""
    async with AsyncMida(
        mida_sandbox.api_key, project_key=mida_sandbox.project_key, base_url=mida_sandbox.base_url
    ) as mida:
        found = await mida.request("GET", "/project/{project_key}/experiment/1001")
        assert found["experiment"]["test_id"] == 1001
        with pytest.raises(NotFound):
            await mida.request("GET", "/project/{project_key}/experiment/999999")
