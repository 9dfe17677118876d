"""The sandbox's own controls."""

import json
import time

import httpx
import pytest

from support.api import Api, operations


def test_health_and_meta(api):
    """Health says ok; meta names the contract, all operations and every choice by number."""
    assert api.admin("GET", "/health").json() == {"status": "ok"}
    meta = api.admin("GET", "/meta").json()
    assert meta["operations"] == sorted(operations())
    assert [choice["number"] for choice in meta["choices"]][:26] == list(range(1, 27))
    assert meta["contract"]["version"] == "2"
    assert "sandbox" not in str(meta["projects"]).split("key")[0]


def test_reset_takes_everything_back_in_milliseconds(api, sandbox):
    """Objects, events, options, clock, faults and requests are as at the start."""
    before = api.admin("GET", "/export").text
    api.post("/goal", {"goal_name": "G", "goal_type": "event", "goal_value": "g"})
    api.delete("/experiment/1002")
    event = api.get("/events?limit=1")["events"][0]["event_id"]
    api.delete(f"/event/{event}")
    api.admin("PATCH", "/options", json={"plan": 300})
    api.admin("POST", "/clock", json={"move": 1000})
    sandbox.faults("latency;ms=1", path="nowhere")
    assert api.admin("GET", "/export").text != before
    sandbox.reset()
    assert api.admin("GET", "/export").text == before
    assert sandbox.faults() == []
    assert sandbox.requests() == []
    assert api.admin("GET", "/meta").json()["options"]["plan"] is None


def test_export_and_import_are_inverse(api):
    """What is exported imports to the same reports and exports to the same bytes."""
    api.post("/goal", {"goal_name": "G", "goal_type": "event", "goal_value": "checkout_started"})
    reports = [api.get(f"/experiment/{n}/result") for n in (1001, 1005, 1006)]
    exported = api.admin("GET", "/export").text
    counts = api.admin("POST", "/import", content=exported.encode()).json()
    assert counts["projects"] == 2
    assert api.admin("GET", "/export").text == exported
    assert [api.get(f"/experiment/{n}/result") for n in (1001, 1005, 1006)] == reports
    api.admin("POST", "/seed", json={"seed": 42, "visitors": 1500})


def test_a_bad_import_leaves_the_old_data(api):
    """Lines that cannot be read get 400 and nothing changes."""
    before = api.admin("GET", "/export").text
    for body in (b"", b"{", b'{"type":"nonsense"}', b'{"type":"goal"}', b"\xff\xfe"):
        assert api.admin("POST", "/import", content=body).status_code == 400
    assert api.admin("GET", "/export").text == before


def test_seeding_again_is_the_same_and_another_seed_is_not(api):
    """The same seed and size give the same bytes."""
    first = api.admin("GET", "/export").text
    api.admin("POST", "/seed", json={"seed": 7, "visitors": 300})
    assert api.admin("GET", "/export").text != first
    api.admin("POST", "/seed", json={"seed": 42, "visitors": 1500})
    assert api.admin("GET", "/export").text == first


def test_the_clock_freezes_moves_and_runs(api):
    """Frozen it stands, moved it jumps, running it goes on from there."""
    frozen = api.admin("POST", "/clock", json={"freeze": "2027-01-01T00:00:00Z"}).json()
    assert frozen == {"now": "2027-01-01T00:00:00.000Z", "frozen": True}
    assert api.admin("POST", "/clock", json={"move": 86400}).json()["now"].startswith("2027-01-02")
    running = api.admin("POST", "/clock", json={"run": True}).json()
    assert running["frozen"] is False
    time.sleep(0.02)
    assert running["now"] < api.admin("GET", "/clock").json()["now"] < "2027-01-03"
    api.admin("POST", "/clock", json={"freeze": True})
    assert api.admin("POST", "/clock", json={"freeze": False}).json()["frozen"] is False


def test_a_refused_change_of_the_clock_changes_nothing(api):
    """Also when one half of it would have been possible."""
    before = api.admin("GET", "/clock").json()
    for bad in (
        {"move": 1e300}, {"freeze": "yesterday"}, {"speed": 2}, {"move": True}, [1], {"freeze": ""},
        {"run": False}, {"run": True, "freeze": True},
        {"freeze": "2027-01-01T00:00:00Z", "move": 1e300},
    ):  # fmt: skip
        assert api.admin("POST", "/clock", json=bad).status_code == 400, bad
        assert api.admin("GET", "/clock").json() == before, bad


def test_traffic_adds_visitors_to_reports(api):
    """Simulated visitors enter the live experiments, and the frozen clock moves on."""
    before = api.get("/experiment/1001/result")["total_visitors"]
    shown = api.admin("POST", "/traffic", json={"visitors": 200, "days": 3}).json()
    entered = {item["test_id"]: item["entered"] for item in shown["experiments"]}
    assert entered[1001] > 0
    after = api.get("/experiment/1001/result")["total_visitors"]
    assert after == before + entered[1001]


def test_the_journal_tells_what_clients_did(api, sandbox):
    """Requests are numbered and carry no key; `after` goes on from a number."""
    api.get("/goals?limit=3")
    api.post("/goal", {"goal_name": "G", "goal_type": "event", "goal_value": "g"})
    seen = api.admin("GET", "/requests").json()["requests"]
    assert [(r["method"], r["query"], r["status"]) for r in seen] == [
        ("GET", "limit=3", 200),
        ("POST", "", 200),
    ]
    assert '"goal_name":"G"' in seen[1]["body"].replace(" ", "")
    assert seen[1]["milliseconds"] > 0
    assert seen[0]["headers"]["x-api-key"] == "***"
    later = api.admin("GET", f"/requests?after={seen[0]['number']}").json()["requests"]
    assert [r["number"] for r in later] == [seen[1]["number"]]
    assert sandbox.requests(after=seen[1]["number"]) == []


def test_a_reader_waits_for_the_next_request(api):
    """With `wait` the answer comes when there is a request, or when the time is up."""
    count = api.admin("GET", "/requests").json()["count"]
    started = time.perf_counter()
    empty = api.admin("GET", f"/requests?after={count}&wait=1").json()
    assert empty["requests"] == []
    assert time.perf_counter() - started > 0.8


def test_controls_refuse_what_they_do_not_know(api):
    """Unknown controls, methods and fields are 404, 405 and 400 in JSON."""
    assert api.admin("GET", "/nothing").status_code == 404
    assert api.admin("GET", "/reset").status_code == 405
    assert api.admin("PATCH", "/options", json={"colour": 1}).status_code == 400
    assert api.admin("PATCH", "/options", content=b"{").status_code == 400
    assert api.admin("GET", "/requests?after=x").status_code == 400
    assert api.admin("POST", "/projects", json={"website_name": "x"}).status_code == 400
    taken = {"project_key": api.project}
    assert api.admin("POST", "/projects", json=taken).status_code == 409


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"host": "evil.example"}, {"origin": "null"}]
)
def test_other_websites_cannot_use_the_controls(sandbox, headers):
    """A foreign Origin, or a foreign name that leads to loopback, is refused."""
    for path in ("/__sandbox__/reset", "/__sandbox__/export", "/"):
        method = "POST" if path.endswith("reset") else "GET"
        response = httpx.request(method, sandbox.url + path, headers=headers)
        assert response.status_code == 403


def test_controls_lie_outside_the_api(api):
    """Looking at the sandbox is no request in its journal."""
    before = api.admin("GET", "/requests").json()["count"]
    api.admin("GET", "/meta")
    assert api.admin("GET", "/requests").json()["count"] == before


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"company_id": "x"}, "company_id must be a whole number"),
        ({"website_name": 5}, "website_name must be text"),
        ({"now": "soon"}, "Not a date and time"),
        ({"project_key": None}, "project_key"),
    ],
)
def test_an_import_the_server_could_not_hold_is_refused(api, change, words):
    """Wrong types and repeated keys are refused in words, and the projects stay."""
    line = {"type": "project", "project_key": "P", **change}
    refused = api.admin("POST", "/import", content=json.dumps(line).encode())
    assert refused.status_code == 400
    assert words in refused.json()["error"]
    assert api.get("/projects")["count"] == 2
    api.admin("POST", "/seed", json={"seed": 42, "visitors": 1500})


def test_a_project_line_is_enough(api):
    """Everything else has a default, and the default key opens the project."""
    line = {"type": "project", "project_key": "P"}
    api.admin("POST", "/import", content=json.dumps(line).encode())
    with Api(api.sandbox, project="P") as other:
        assert other.get()["project"]["name"] == "P"
        assert other.get("/experiments")["count"] == 0
    api.admin("POST", "/seed", json={"seed": 42, "visitors": 1500})
