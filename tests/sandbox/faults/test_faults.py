"""Faults as a client sees them on a real socket, and what they leave behind."""

import json
import socket
import time
from contextlib import suppress
from email.utils import parsedate_to_datetime

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midakit.sandbox.errors import HttpError
from midakit.sandbox.faults import damage, rules
from midakit.sandbox.faults.active_rules import ActiveFaultRules
from midakit.sandbox.faults.rules import Fault
from support.api import Api

GOAL = {"goal_name": "G", "goal_type": "event", "goal_value": "g", "goal_key": "made"}


def fetch(api, fault, path="/experiment/1001", **options):
    options = {"method": "GET", "timeout": 5, **options}
    method = options.pop("method")
    headers = {"x-sandbox-fault": fault}
    return api.http.request(method, f"/project/{api.project}{path}", headers=headers, **options)


def created(api):
    """Whether the write of `lose` was executed."""
    return "made" in [goal["goal_key"] for goal in api.get("/goals?limit=500")["goals"]]


def test_statuses_with_every_kind_of_retry_after(api):
    """429 and 5xx come with Retry-After in seconds, as a date, or in milliseconds."""
    seconds = fetch(api, "status;code=429;retry_after=2")
    assert (seconds.status_code, seconds.headers["retry-after"]) == (429, "2")
    assert seconds.json() == {"error": "Too many requests"}
    date = fetch(api, "status;code=503;retry_after=date+30")
    later = parsedate_to_datetime(date.headers["retry-after"]).timestamp() - time.time()
    assert 25 < later <= 31
    milliseconds = fetch(api, "status;code=429;retry_after_ms=150")
    assert milliseconds.headers["retry-after-ms"] == "150"


@pytest.mark.parametrize("at", ["accept", "headers", "0.5"])
def test_a_reset_is_a_real_reset(api, at):
    """A reset before, at the head and in the body ends in ECONNRESET."""
    with pytest.raises(httpx.ReadError, match="reset"):
        fetch(api, f"reset;at={at}")


def test_a_reset_after_the_body_kills_the_connection_alone(api):
    """The answer is whole; the kept connection is dead behind it."""
    with socket.create_connection(("127.0.0.1", int(api.sandbox.url.rsplit(":", 1)[1]))) as client:
        target = f"/v2/project/{api.project}/experiment/1001"
        client.sendall(
            f"GET {target} HTTP/1.1\r\nhost: x\r\nx-api-key: sandbox\r\n"
            "x-sandbox-fault: reset;at=1\r\n\r\n".encode()
        )
        received = b""
        with pytest.raises(ConnectionResetError):
            while True:
                piece = client.recv(65536)
                assert piece, "closed instead of reset"
                received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"200 OK" in head
    assert body.endswith(b"}")


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_a_close_in_the_body_is_an_incomplete_body(api, framing):
    """The head promises more than comes, with a length and in chunks."""
    with pytest.raises(httpx.RemoteProtocolError, match="incomplete|without sending complete"):
        fetch(api, f"close;at=0.5;framing={framing}")


@pytest.mark.parametrize(
    ("fault", "status"), [("truncate", 200), ("badjson", 200), ("empty", 200), ("html", 502)]
)
def test_bodies_that_are_no_json(api, fault, status):
    """Truncated, malformed, empty and HTML answers arrive whole as HTTP and are no JSON."""
    response = fetch(api, fault)
    assert response.status_code == status
    with pytest.raises(json.JSONDecodeError):
        response.json()


def test_a_drip_is_slow_but_whole(api):
    """A dripping answer takes its time and arrives complete."""
    started = time.perf_counter()
    response = fetch(api, "drip;bytes=100;interval=0.02")
    assert response.json()["success"]
    assert time.perf_counter() - started > 0.1


def test_a_hang_runs_into_the_readers_timeout(api):
    """No byte comes until the client gives up."""
    with pytest.raises(httpx.ReadTimeout):
        fetch(api, "hang", timeout=0.3)


def test_latency_then_the_real_answer(api):
    """Fixed, uniform and lognormal delays end in the ordinary answer."""
    for fault in ("latency;ms=60", "latency;dist=uniform;low=60;high=70",
                  "latency;dist=lognormal;median=60;sigma=0"):  # fmt: skip
        started = time.perf_counter()
        assert fetch(api, fault).json()["success"]
        assert time.perf_counter() - started > 0.055


def test_answers_of_a_future_server(api):
    """Unknown fields appear, listed words become unknown ones, numbers stay."""
    both = fetch(api, "unknown", "/experiment/1001/result").json()
    assert both["future_field"] == {"added": "later"}
    assert both["status"] == both["variants"][0]["variant_status"] == "future_value"
    assert both["status_code"] == 1
    enums = fetch(api, "unknown;enums=1", "/experiment/1001/result").json()
    assert "future_field" not in enums
    assert enums["distribution_mode"] == "future_value"


def test_a_redirect_leads_elsewhere(api):
    """The Location is another host, which a client must not follow with its key."""
    response = fetch(api, "redirect;to=http://127.0.0.2:9/x;code=302")
    assert response.status_code == 302
    assert response.headers["location"] == "http://127.0.0.2:9/x"


def test_listings_drift_between_pages(api):
    """With one row come in front, the second page repeats one; with one gone, it skips one."""
    first = [e["test_id"] for e in api.get("/experiments?limit=3")["experiments"]]
    for by, expected in (("1", 1), ("-1", 0)):
        fault = {"headers": {"x-sandbox-fault": f"drift;by={by}"}}
        same = [e["test_id"] for e in api.get("/experiments?limit=3", **fault)["experiments"]]
        second = [
            e["test_id"] for e in api.get("/experiments?limit=3&offset=3", **fault)["experiments"]
        ]
        assert same == first
        assert len(set(first) & set(second)) == expected
    assert 1004 not in first + second


@pytest.mark.parametrize(
    "fault",
    ["reset;at=headers", "reset;at=0.5", "close", "truncate", "badjson", "empty", "html;after=1",
     "status;code=502;after=1"],
)  # fmt: skip
def test_a_lost_reply_leaves_its_write(api, fault):
    """Faults after the handler execute the write: the goal is there, its reply is not."""
    try:
        response = fetch(api, fault, "/goal", method="POST", json=GOAL)
        assert response.status_code >= 500 or not response.text.endswith("}")
    except httpx.HTTPError:
        pass
    assert created(api)


def test_a_hang_after_the_handler_leaves_its_write(api):
    """The most treacherous one: it worked, and nobody will ever say so."""
    with pytest.raises(httpx.ReadTimeout):
        fetch(api, "hang;after=1", "/goal", method="POST", json=GOAL, timeout=0.3)
    assert any(created(api) for _ in range(500))  # at once, or when a busy machine comes to it


@pytest.mark.parametrize("fault", ["reset", "html", "status;code=503", "hang", "redirect"])
def test_a_fault_before_the_handler_executes_nothing(api, fault):
    """The goal is not there."""
    with suppress(httpx.HTTPError):
        fetch(api, fault, "/goal", method="POST", json=GOAL, timeout=0.3)
    assert not created(api)


def test_fail_twice_then_succeed(api, sandbox):
    """`times` ends a rule, `skip` delays it, and the rule says what it did."""
    sandbox.faults("status;code=503", path="/goals$", method="GET", times=2, skip=1)
    codes = [fetch(api, "", "/goals").status_code for _ in range(5)]
    assert codes == [200, 503, 503, 200, 200]
    (rule,) = sandbox.faults()
    assert (rule["seen"], rule["fired"]) == (5, 2)
    assert [r["status"] for r in sandbox.requests()] == codes


def test_rules_over_http(api):
    """The admin adds, shows and clears rules; a wrong one is refused and changes nothing."""
    body = [{"action": "status", "args": {"code": 418}, "path": "/goals"}]
    assert api.admin("POST", "/faults", json=body).status_code == 200
    assert api.http.get(f"/project/{api.project}/goals").status_code == 418
    wrong = [{"action": "latency"}, {"action": "explode"}]
    refused = api.admin("POST", "/faults", json=wrong)
    assert refused.status_code == 400
    assert "explode" in refused.json()["error"]
    assert len(api.admin("GET", "/faults").json()["rules"]) == 1
    api.admin("DELETE", "/faults")
    assert api.get("/goals")["success"]


def test_the_same_seed_gives_the_same_faults(api, sandbox):
    """A probability hits the same requests again after the chances begin anew."""

    def run():
        api.admin("DELETE", "/faults?seed=7")
        sandbox.faults("status;code=503", probability=0.5)
        return [fetch(api, "", "/goals").status_code for _ in range(20)]

    first = run()
    assert first == run()
    assert set(first) == {200, 503}


def test_one_client_hanging_holds_nobody_up(sandbox):
    """While requests hang and drip, others are answered at once."""
    with Api(sandbox) as one, Api(sandbox) as two:
        with pytest.raises(httpx.ReadTimeout):
            fetch(one, "hang", timeout=0.2)
        two.get("/goals")


@pytest.mark.parametrize(
    "text",
    ["nope", "status;code=abc", "status;code=99", "status;colour=red", "reset;at=2",
     "latency;ms=nan", "close;at=x", "drip;bytes=1e99", "status;retry_after=soon"],
)  # fmt: skip
def test_wrong_faults_are_refused_in_words(api, text):
    """An unknown action or argument is a 400 that names it, and the handler does not run."""
    response = fetch(api, text, "/goal", method="POST", json=GOAL)
    assert response.status_code == 400
    assert text.partition(";")[0] in response.json()["error"]
    assert not created(api)


@pytest.mark.parametrize("code", [200, 204, 304, 404, 418, 599])
def test_any_status_can_be_asked_for(api, code):
    """Also those that have no body."""
    response = fetch(api, f"status;code={code}")
    assert response.status_code == code


# ------------------------------------------------------------------ the pure parts


@given(st.text(max_size=60))
@settings(deadline=None, max_examples=200)
def test_reading_a_fault_never_fails_but_by_an_error(text):
    """Any header text is either faults or an HttpError."""
    try:
        for fault in rules.parse_faults(text):
            assert fault.action in rules.ACTIONS
            assert rules.parse_faults(str(fault)) == [fault]
    except HttpError as error:
        assert error.status == 400


@given(st.binary(min_size=2, max_size=50), st.floats(0, 1))
@settings(deadline=None)
def test_a_part_is_a_proper_prefix(body, at):
    """A cut body is a prefix, and shorter unless all was asked for."""
    piece = damage.first_part(body, at)
    assert body.startswith(piece)
    assert (len(piece) < len(body)) == (at < 1)


def test_lognormal_latency_has_its_median():
    """Half of the delays lie below the median asked for."""
    active = ActiveFaultRules(1)
    fault = Fault("latency", {"dist": "lognormal", "median": 100, "sigma": 0.5})
    delays = sorted(active.latency(fault) for _ in range(2001))
    assert 0.09 < delays[1000] < 0.11
