"""Verification: was this asked, how often, with what; and what came instead."""

import json

import pytest

from midakit.sandbox.state.request_log import (
    KEPT_ANSWER,
    KEPT_BODIES,
    KEPT_BODY,
    RequestLog,
    kept_part,
)
from midakit.sandbox.stubs.request_match import RequestMatch
from midakit.sandbox.stubs.verification import ExpectedCount, verify
from midakit.testing.remote_sandbox import RemoteSandbox


@pytest.fixture(params=["here", "elsewhere"])
def either(request, sandbox):
    """The same helper in this process and over HTTP."""
    if request.param == "here":
        yield sandbox
        return
    with RemoteSandbox(sandbox.url) as remote:
        yield remote


def test_what_was_asked_is_returned(api, either):
    """With method, path, query and body, once or as often as is expected."""
    api.post("/goal", {"goal_name": "A", "goal_type": "event", "goal_value": "a"})
    api.get("/goals?limit=3")
    api.get("/goals?limit=4")
    (made,) = either.verify("POST", "/goal$", body={"goal_name": "A"}, times=1)
    assert made["status"] == 200
    assert json.loads(made["body"])["goal_value"] == "a"
    assert len(either.verify("GET", "/goals$", times=2)) == 2
    either.verify("GET", query={"limit": "4"}, at_least=1, at_most=1)
    either.verify("DELETE", times=0)
    either.verify("GET", at_most=2)


def test_a_failure_names_what_was_nearest(api, either):
    """The message is enough to see what is wrong."""
    api.post("/goal", {"goal_name": "A", "goal_type": "event", "goal_value": "a"})
    with pytest.raises(AssertionError) as caught:
        either.verify("POST", "/goal$", body={"goal_name": "B", "goal_type": "event"})
    number = either.requests()[-1]["number"]
    assert str(caught.value) == (
        'POST /goal$ with body {"goal_name": "B", "goal_type": "event"}: '
        "expected at least 1 request, came 0\n"
        f"  nearest: POST /v2/project/{api.project}/goal (number {number})\n"
        '    - body.goal_name is "A", expected "B"'
    )
    with pytest.raises(AssertionError, match="expected 0 requests, came 1$"):
        either.verify("POST", at_most=0)
    api.admin("DELETE", "/requests")
    with pytest.raises(AssertionError, match="no request was seen at all"):
        either.verify("GET")


def test_a_long_body_is_looked_into(api, either):
    """Such as the code of a variant; of one that is too long for that the message says so."""
    made = {"test_name": "Long", "url": "https://shop.example.com/"}
    for length in (100_000, KEPT_BODY):
        variant = {"name": "Variant 1", "data": [], "customJS": "x" * length}
        api.post("/create-experiment", {**made, "variants": [variant]})
    either.verify("POST", "/create-experiment$", body={"test_name": "Long"}, times=1)
    with pytest.raises(AssertionError, match="body is longer than the 262,144 bytes") as failed:
        either.verify("POST", "/create-experiment$", body={"test_name": "Long"}, times=2)
    assert "1 request more may match" in str(failed.value)


def test_over_http_a_failed_check_is_a_406(api):
    """So that curl -f ends with an error; the message is in the body for every language."""
    api.get("/goals")
    good = api.admin("POST", "/verify", json={"request": {"path": "/goals$"}, "times": 1})
    assert (good.status_code, good.json()["count"]) == (200, 1)
    bad = api.admin("POST", "/verify", json={"request": {"path": "/goals$"}, "times": 2})
    assert bad.status_code == 406
    assert bad.json()["error"] == "any method /goals$: expected 2 requests, came 1"
    for body in ({"times": -1}, {"times": 1, "at_most": 2}, {"request": 5}, {"often": 1}):
        assert api.admin("POST", "/verify", json=body).status_code == 400


def test_requests_can_be_filtered_and_opened(api, sandbox):
    """By method and pattern; one alone has headers and answer, keys masked."""
    api.get("/goals")
    api.patch("", {"name": "Shop"})
    found = api.admin("GET", "/requests?method=PATCH&brief=1").json()["requests"]
    assert [one["method"] for one in found] == ["PATCH"]
    assert "body" not in found[0]
    whole = api.admin("GET", f"/request?number={found[0]['number']}").json()
    assert json.loads(whole["body"]) == {"name": "Shop"}
    assert whole["headers"]["x-api-key"] == "***"
    assert sandbox.api_key not in str(whole["headers"])
    assert '"success":true' in whole["answer"]
    assert whole["answer_headers"]["content-type"] == "application/json"
    assert api.admin("GET", "/request?number=999999").status_code == 404


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (ExpectedCount(1, 1), "1 request"),
        (ExpectedCount(2, 2), "2 requests"),
        (ExpectedCount(), "at least 1 request"),
        (ExpectedCount(0, 3), "at most 3 requests"),
        (ExpectedCount(2, 3), "at least 2 requests and at most 3 requests"),
    ],
)
def test_how_often_in_words(expected, text):
    """As a reader of a failed test expects it."""
    assert str(expected) == text


@pytest.mark.parametrize("count", range(5))
@pytest.mark.parametrize("bounds", [(0, 0), (1, None), (2, 2), (1, 3)])
def test_the_bounds_are_kept(count, bounds):
    """Verified exactly when the count is within them."""
    log = RequestLog()
    for _ in range(count):
        log.add("GET", "/v2/goals", "", [])
    least, most = bounds
    found = verify(RequestMatch("GET"), ExpectedCount(*bounds), log.entries())
    assert found["verified"] is (least <= count and (most is None or count <= most))
    assert found["count"] == count


def test_forgotten_requests_are_said():
    """A log that has dropped the oldest ones says so when a check fails."""
    log = RequestLog(size=3)
    log.add("POST", "/v2/goal", "", [])
    log.clear()
    for _ in range(5):
        log.add("GET", "/v2/goals", "", [])
    assert log.forgotten == 2
    found = verify(RequestMatch("GET"), ExpectedCount(5, 5), log.entries(), log.forgotten)
    assert "2 older requests are forgotten" in found["message"]


def test_of_long_bodies_the_oldest_are_shortened():
    """All together stay within a bound, and a check says of how many it cannot see the end."""
    log, count = RequestLog(), 300
    for _ in range(count):
        entry = log.add("POST", "/v2/goal", "", [])
        for piece in (b'{"goal_name": "G", "note": "', b"x" * 200_000, b'"}'):
            log.add_body(entry, piece)
    log.add_body(log.add("GET", "/v2/goals", "", []), b"")
    kept = [len(one.received) for one in log.entries()]
    assert sum(kept) <= KEPT_BODIES + count * KEPT_ANSWER
    whole = kept.count(200_030)
    assert whole > 100
    assert kept == [*[KEPT_ANSWER] * (count - whole), *[200_030] * whole, 0]
    match = RequestMatch("POST", body={"goal_name": "G"})
    found = verify(match, ExpectedCount(count, count), log.entries())
    assert (found["verified"], found["count"]) == (False, whole)
    assert f"{count - whole} requests more may match" in found["message"]
    assert verify(RequestMatch("POST"), ExpectedCount(count, count), log.entries())["verified"]
    assert (
        "may match" not in verify(RequestMatch("POST"), ExpectedCount(), log.entries())["message"]
    )
    first = log.entries()[0]
    log.add_body(first, b"late")
    assert (len(first.received), first.as_json()["body_cut"]) == (KEPT_ANSWER, True)


def test_a_body_of_just_the_kept_length_is_whole():
    """One byte more, and it is cut."""
    log = RequestLog()
    for length in (KEPT_BODY, KEPT_BODY + 1):
        entry = log.add("POST", "/", "", [])
        log.add_body(entry, b"x" * length)
        assert (len(entry.received), entry.cut) == (KEPT_BODY, length > KEPT_BODY)


def test_of_a_body_the_first_part_is_kept():
    """Whole characters come back whole, however the body was cut into pieces."""
    headers = [(b"authorization", b"Bearer abc"), (b"host", b"h")]
    entry = RequestLog().add("POST", "/", "", headers)
    for piece in ("ä" * 10).encode():
        entry.received = kept_part(entry.received, bytes([piece]), KEPT_BODY)
    assert entry.as_json()["body"] == "ä" * 10
    for most in (KEPT_BODY, KEPT_ANSWER):
        assert len(kept_part(entry.received, b"x" * most, most)) == most
    assert entry.as_json()["headers"] == {"authorization": "***", "host": "h"}
    assert "abc" not in repr(entry)
