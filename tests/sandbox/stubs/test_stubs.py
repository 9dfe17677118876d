"""Stubs: the test's own answers to some requests, from Python and over HTTP."""

import base64
import json
import time

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit import Mida, RateLimited
from midakit.sandbox.errors import HttpError
from midakit.sandbox.stubs.request_match import RequestMatch, SentRequest, parse_match
from midakit.sandbox.stubs.stub import parse_stub


def test_a_stub_answers_in_turn_and_then_the_sandbox_itself(api, sandbox):
    """Status, headers and body are the test's; after `times` answers the real one comes again."""
    slow_down = {"status": 429, "headers": {"Retry-After": "7"}, "body": {"error": "slow down"}}
    number = sandbox.stub("GET", "/experiment/1001/result$", 503, slow_down, times=3)
    path = f"/project/{api.project}/experiment/1001/result"
    answers = [api.http.get(path) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [503, 429, 429, 200]
    assert answers[1].headers["retry-after"] == "7"
    assert answers[1].json() == {"error": "slow down"}
    assert answers[3].json()["test_id"] == 1001
    (stub,) = sandbox.stubs()
    assert (stub["number"], stub["used"], stub["times"]) == (number, 3, 3)
    assert [one["stub"] for one in sandbox.requests()] == [number, number, number, None]


def test_our_client_meets_a_stub_as_it_would_meet_the_service(sandbox):
    """It decodes the body, and a 429 is a RateLimited with its pause."""
    options = {"project_key": sandbox.project_key, "base_url": sandbox.base_url}
    sandbox.stub(
        "GET", "/experiment/1001$", {"body": {"success": True, "experiment": {"test_id": 5}}}
    )
    sandbox.stub("GET", "/goals$", {"status": 429, "headers": {"retry-after": "3"}, "body": {}})
    with Mida(sandbox.api_key, retry=1, **options) as mida:
        assert mida.experiments.get(1001).test_id == 5
        with pytest.raises(RateLimited) as caught:
            mida.goals.list().collect()
    assert caught.value.retry_after == 3


def test_the_body_of_a_request_decides_and_reaches_the_handler_all_the_same(api, sandbox):
    """Only the goal that is meant gets the stub; the other one is really made."""
    sandbox.stub(
        "POST", "/goal$", {"status": 409, "body": {"error": "taken"}}, body={"goal_name": "A"}
    )
    goal = {"goal_name": "A", "goal_type": "event", "goal_value": "a"}
    assert api.send("POST", "/goal", status=409, json=goal) == {"error": "taken"}
    api.post("/goal", goal | {"goal_name": "B"})
    assert "B" in [made["goal_name"] for made in api.get("/goals")["goals"]]
    assert "A" not in [made["goal_name"] for made in api.get("/goals")["goals"]]
    assert json.loads(sandbox.requests()[1]["body"])["goal_name"] == "B"


def test_the_last_one_wins_and_each_can_be_removed(api, sandbox):
    """Without a stub the sandbox answers again."""
    first = sandbox.stub("GET", "/goals$", 500)
    second = sandbox.stub(None, "/goals$", 501)
    path = f"/project/{api.project}/goals"
    assert api.http.get(path).status_code == 501
    assert api.admin("DELETE", f"/stubs?number={second}").status_code == 200
    assert api.http.get(path).status_code == 500
    assert api.admin("DELETE", f"/stubs?number={second}").status_code == 404
    assert [stub["number"] for stub in sandbox.stubs()] == [first]
    sandbox.clear_stubs()
    assert api.http.get(path).status_code == 200
    sandbox.stub("GET", "/goals$", 500)
    sandbox.reset()
    assert sandbox.stubs() == []


@pytest.mark.parametrize(
    ("response", "content", "kind"),
    [
        ({"body": [1, "ä"]}, b'[1,"\xc3\xa4"]', "application/json"),
        ({"text": "plain"}, b"plain", "text/plain; charset=utf-8"),
        ({"base64": base64.b64encode(b"\0\xff").decode()}, b"\0\xff", "application/octet-stream"),
        ({"text": "<p>", "headers": {"Content-Type": "text/html"}}, b"<p>", "text/html"),
        ({"status": 204}, b"", "application/json"),
        ({}, b"{}", "application/json"),
    ],
)
def test_any_body_can_be_given(api, sandbox, response, content, kind):
    """JSON, text or bytes, with the header that goes with it; also under paths that do not exist."""
    sandbox.stub("GET", "/v2/newer/than/this$", response)
    answer = httpx.get(f"{sandbox.url}/v2/newer/than/this")
    assert (answer.content, answer.headers["content-type"]) == (content, kind)


def test_a_stub_can_take_its_time_and_have_faults(api, sandbox):
    """`delay` is waited, and a fault rule works on the stub's answer."""
    sandbox.stub("GET", "/goals$", {"body": {"far": "too long"}, "delay": 0.2})
    sandbox.faults("badjson", path="/goals$")
    started = time.monotonic()
    answer = api.http.get(f"/project/{api.project}/goals")
    assert time.monotonic() - started >= 0.2
    assert answer.content == b'{"far":"too long",'


@pytest.mark.parametrize(
    "stub",
    [
        [],
        5,
        {"answer": {}},
        {"request": {"url": "/"}},
        {"request": {"path": "("}},
        {"request": {"path": "(?=x)"}},
        {"request": {"query": "a=b"}},
        {"response": []},
        {"response": {"status": 99}},
        {"response": {"status": "200"}},
        {"response": {"body": 1, "text": "2"}},
        {"response": {"base64": "?"}},
        {"response": {"delay": -1}},
        {"response": {"delay": 1e9}},
        {"response": {"headers": {"a b": "c"}}},
        {"response": {"headers": {"a": "b\r\nc: d"}}},
        {"response": {"headers": {"content-length": "5"}}},
        {"times": 0},
        {"times": True},
    ],
)
def test_what_is_no_stub_gets_400_and_changes_nothing(api, sandbox, stub):
    """With a sentence that says what is wrong."""
    answer = api.admin("POST", "/stubs", json=stub)
    assert answer.status_code == 400
    assert len(answer.json()["error"]) > 10
    assert sandbox.stubs() == []


def test_a_pattern_cannot_stop_the_server(api, sandbox):
    """One that backtracks for ever elsewhere takes no time."""
    sandbox.stub("GET", r"(a|aa)+$", 500)
    path = "/v2/" + "a" * 4000 + "!"
    assert httpx.get(sandbox.url + path).status_code == 404


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=3), VALUES, max_size=4), st.data())
def test_a_body_matches_when_it_has_what_is_wanted(body, data):
    """Any part of an object is met by the whole of it, and one other value is not."""
    import json

    sent = SentRequest("POST", "/v2/x", "", json.dumps(body).encode())
    names = data.draw(st.sets(st.sampled_from(sorted(body)))) if body else set()
    wanted = {name: body[name] for name in names}
    assert RequestMatch(body=wanted).differences(sent) == []
    for name in names:
        other = {**wanted, name: "something else"}
        assert len(RequestMatch(body=other).differences(sent)) == 1
    assert RequestMatch(body={"not there": 1}).differences(sent)


def test_a_match_says_every_difference():
    """One sentence each, for the message of a test that fails."""
    match = parse_match(
        {"method": "post", "path": "/goal$", "query": {"limit": 3}, "body": {"a": {"b": True}}}
    )
    assert match.differences(SentRequest("POST", "/v2/goal", "limit=1&limit=3", b'{"a":{"b":true,"c":1}}')) == []  # fmt: skip
    assert match.differences(SentRequest("GET", "/v2/goals", "limit=4", b'{"a":{"b":1}}')) == [
        "method is GET, expected POST",
        "path is /v2/goals, which /goal$ does not match",
        'query limit is "4", expected "3"',
        "body.a.b is 1, expected true",
    ]
    assert match.differences(SentRequest("POST", "/goal", "", b"text"))[-1].startswith(
        'body is "text"'
    )


def test_a_stub_reads_back_as_it_was_given():
    """Its JSON form is good for another sandbox."""
    form = {"request": {"method": "GET", "path": "/a"}, "response": [{"status": 500}], "times": 2}
    told = parse_stub(form).as_json()
    assert {name: told[name] for name in form} == form


def test_errors_of_the_python_helper_are_errors(sandbox):
    """As over HTTP."""
    with pytest.raises(HttpError, match="regular expression"):
        sandbox.stub("GET", "(")
