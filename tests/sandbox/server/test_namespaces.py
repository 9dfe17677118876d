"""Namespaces: one server, data of its own for every test, sent by a header or behind the key."""

import threading

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit import Mida
from midakit.launchdarkly import LaunchDarkly
from midakit.sandbox.errors import HttpError
from midakit.sandbox.server.namespace_app import split_namespace, split_path
from midakit.sandbox.state.namespaces import Namespaces
from support.api import Api

HEADER = "x-sandbox-namespace"


def names(api):
    return [one["name"] for one in api.admin("GET", "/namespaces").json()["namespaces"]]


@pytest.fixture
def fresh(api):
    """No namespace before and after."""
    api.admin("DELETE", "/namespaces")
    yield api
    api.admin("DELETE", "/namespaces")


def test_what_one_does_no_other_sees(fresh, sandbox):
    """Objects, events, options, clock, faults and requests are each namespace's own."""
    api = fresh
    before = api.admin("GET", "/export").text
    with Api(sandbox, key=f"{sandbox.api_key}~one") as one, Api(sandbox) as two:
        two.http.headers[HEADER] = "two"
        one.delete("/experiment/1002")
        one.post("/goal", {"goal_name": "G", "goal_type": "event", "goal_value": "g"})
        event = one.get("/events?limit=1")["events"][0]["event_id"]
        one.delete(f"/event/{event}")
        one.admin("POST", "/clock", json={"move": 3600})
        one.admin("POST", "/faults", json={"action": "status", "path": "/goals$", "times": 1})
        one.send("GET", "/goals", status=500)
        assert two.get("/experiment/1002")["experiment"]["test_id"] == 1002
        assert two.get(f"/event/{event}")["event"]["status"] == 1
        two.get("/goals")
        assert two.admin("GET", "/export").text == before
        assert api.admin("GET", "/export").text == before
        assert [len(who.admin("GET", "/requests").json()["requests"]) for who in (one, two, api)] == [5, 3, 0]  # fmt: skip
        one.admin("POST", "/reset")
        assert one.admin("GET", "/export").text == before
    assert names(api) == ["one", "two"]


def test_a_namespace_starts_from_the_seed_not_from_what_came_since(fresh):
    """What the server's own clients have changed is not in it, and reports agree with the seed's."""
    api = fresh
    seeded = api.get("/experiment/1005/metrics")
    visitor = api.sandbox.state.visits.visitors.texts("uuid").text(0)
    body = {"mida_uuid": visitor, "event_name": "later", "properties": {"revenue": 5}}
    assert api.http.post(f"/project/{api.project}/event", json=body).is_success
    with Api(api.sandbox, key=f"{api.sandbox.api_key}~late") as late:
        assert late.get("/experiment/1005/metrics") == seeded
        assert late.get("/events?event_text=later")["events"] == []


def test_attributes_of_a_visitor_are_the_namespaces_own(fresh, sandbox):
    """Changed in one, they filter nobody in the other, whoever has asked for the report before."""
    api, state = fresh, sandbox.state
    rule = '[[{"criteria":"attribute","key":"plan","value":"vip","operator":"=="}]]'
    path = f"/experiment/1001/result?custom_filter={rule}"
    assert api.get(path)["total_visitors"] == 0
    mine = sandbox.namespace("mine")
    rows = state.visits.assignments_of(1001)
    place = int(state.visits.assignments.values("visitor")[rows[0]])
    visitor = state.visits.find_visitor(uuid=state.visits.visitors.texts("uuid").text(place))
    mine.state.visits.set_attributes(visitor, {"plan": "vip"})
    with Api(sandbox, key=mine.api_key) as own:
        assert own.get(path)["total_visitors"] == 1
        assert api.get(path)["total_visitors"] == 0
        state.visits.set_attributes(visitor, {"plan": "vip"})
        mine.reset()
        assert api.get(path)["total_visitors"] == 1
        assert own.get(path)["total_visitors"] == 0
        with Api(sandbox, key=f"{sandbox.api_key}~later") as later:
            assert later.get(path)["total_visitors"] == 0


def test_deleted_it_is_forgotten_and_made_anew(fresh):
    """A name can be used again, and unknown ones cannot be deleted."""
    api = fresh
    with Api(api.sandbox, key=f"{api.sandbox.api_key}~gone") as gone:
        gone.delete("/experiment/1002")
        assert api.admin("DELETE", "/namespaces?name=gone").json() == {"namespaces": []}
        gone.get("/experiment/1002")
    assert api.admin("DELETE", "/namespaces?name=unknown").status_code == 404
    assert api.admin("POST", "/namespaces", json={"name": "made"}).status_code == 201
    assert names(api) == ["gone", "made"]
    assert api.admin("POST", "/namespaces", json={"name": "../up"}).status_code == 400
    bad = api.http.get(f"/project/{api.project}/goals", headers={HEADER: "a/b"})
    assert bad.status_code == 400


def test_a_seed_leaves_the_namespaces_as_they_are(fresh):
    """Other data in the server change nothing in a namespace that was made before."""
    api = fresh
    with Api(api.sandbox, key=f"{api.sandbox.api_key}~old") as old:
        result = old.get("/experiment/1001/result")
        metrics = old.get("/experiment/1001/metrics")
        filtered = api.get("/experiment/1001/metrics?filter_by=mobile")
        export = old.admin("GET", "/export").text
        api.admin("POST", "/seed", json={"seed": 7, "visitors": 40})
        try:
            assert old.get("/experiment/1001/result") == result
            assert old.get("/experiment/1001/metrics") == metrics
            assert old.get("/experiment/1001/metrics?filter_by=mobile") == filtered
            assert old.admin("GET", "/export").text == export
        finally:
            api.admin("POST", "/seed", json={"seed": 42, "visitors": 1500})


def test_the_clients_of_this_package_need_only_a_key(fresh, sandbox):
    """A suffix of the key, or a header, leads to the namespace; for LaunchDarkly too."""
    mine = sandbox.namespace("mine")
    options = {"project_key": mine.project_key, "base_url": sandbox.base_url}
    with Mida(mine.api_key, **options) as mida:
        mida.experiments.stop(1001)
        assert mine.requests()[-1]["method"] == "PATCH"
    with Mida(sandbox.api_key, **options) as mida:
        assert mida.experiments.get(1001).status == 1
    with Api(sandbox) as named:
        named.http.headers.update(mine.headers)
        assert named.get("/experiment/1001")["experiment"]["status"] == 0
    with Mida(sandbox.api_key, project_key=mine.project_key, base_url=mine.base_url) as mida:
        assert mida.experiments.get(1001).status == 0
    with LaunchDarkly(mine.access_token, base_url=sandbox.url) as ld:
        assert next(iter(ld.metrics.list("sandbox"))).key
    assert mine.requests()[-1]["path"].startswith("/api/v2/metrics")
    assert sandbox.requests()[-1]["path"].endswith("/experiment/1001")
    with LaunchDarkly(sandbox.access_token, base_url=mine.url) as ld:
        assert next(iter(ld.metrics.list("sandbox"))).key
    assert len([one for one in mine.requests() if "metrics" in one["path"]]) == 2
    assert httpx.get(f"{mine.url}/__sandbox__/requests").json()["requests"] == mine.requests()
    mine.delete()
    assert names(fresh) == []


def test_visitors_reach_a_namespace_by_the_address_alone(fresh, sandbox):
    """The endpoints for visitors take no API key: the beginning of the path leads there."""
    mine = sandbox.namespace("mine")
    body = {"key": mine.project_key, "experiment_key": "1001", "distinct_id": "somebody-new"}
    assert httpx.post(f"{mine.url}/experiment/query", json=body).is_success
    assert [one["path"] for one in mine.requests()] == ["/experiment/query"]
    assert sandbox.requests() == []


def test_a_share_link_leads_to_the_namespace_of_its_address(fresh, sandbox):
    """Also when the same experiment was asked for by the header, which no link can carry."""
    path = f"/v2/project/{sandbox.project_key}/experiment/1001/share-link"
    for start, headers in (("", {HEADER: "mine"}), ("/~mine", {}), ("/~mine", {})):
        found = fresh.http.get(f"{sandbox.url}{start}{path}", headers=headers).json()
        assert found["share_link"].startswith(f"{sandbox.url}{start}/share/")


def test_parallel_tests_share_one_server(fresh, sandbox):
    """Eight threads, each in its namespace, count their own events only."""
    found, errors = {}, []

    def run(name):
        try:
            with Api(sandbox, key=f"{sandbox.api_key}~{name}") as api:
                visitor = sandbox.state.visits.visitors.texts("uuid").text(0)
                for number in range(int(name[1:]) + 1):
                    body = {"mida_uuid": visitor, "event_name": f"{name}-{number}"}
                    assert api.http.post(f"/project/{api.project}/event", json=body).is_success
                    api.get("/experiment/1001/metrics")
                today = sandbox.clock()[:10]
                found[name] = len(api.get(f"/events?limit=500&start_date={today}")["events"])
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(f"t{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    base = found["t0"]
    assert found == {f"t{number}": base + number for number in range(8)}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/v2/x", ("", "/v2/x")),
        ("/~a/v2/x", ("a", "/v2/x")),
        ("/~a", ("a", "/")),
        ("/~a/", ("a", "/")),
        ("/~/v2", ("", "/v2")),
        ("/~a/~b/v2", ("a", "/~b/v2")),
    ],
)
def test_a_path_begins_with_a_namespace(path, found):
    """Its first part after the tilde, once."""
    assert split_path(path) == found


WORDS = st.text("abcXYZ019.-_", min_size=1, max_size=8)


@given(WORDS, WORDS, st.sampled_from([b"authorization", b"x-api-key", b"api-key"]))
def test_a_suffix_is_taken_off_the_key(key, name, header):
    """What is left is the key alone, with its scheme; a key that has a `~` of its own stays whole."""
    scheme = b"Bearer " if header == b"authorization" else b""
    sent = [(b"host", b"a~b"), (header, scheme + f"{key}~{name}".encode())]
    plain = [(b"host", b"a~b"), (header, scheme + key.encode())]
    assert split_namespace(sent, lambda _: False) == (name, plain)
    assert split_namespace(sent, lambda whole: whole == f"{key}~{name}") == ("", sent)
    assert split_namespace([*sent, (HEADER.encode(), b"other")], lambda _: False)[0] == "other"
    assert split_namespace(plain, lambda _: False) == ("", plain)


def test_a_page_of_another_website_cannot_use_a_namespace(fresh, sandbox):
    """The header opens nothing that the origin check closes."""
    headers = {"origin": "http://evil.example", HEADER: "mine"}
    answer = httpx.post(f"{sandbox.url}/__sandbox__/reset", headers=headers)
    assert answer.status_code == 403


def test_nothing_is_opened_for_a_name_that_is_refused():
    """What would have been made could never be closed."""
    made = []
    namespaces = Namespaces(made.append, made.remove)
    with pytest.raises(HttpError, match="400"):
        namespaces.get("no/name")
    assert made == []
