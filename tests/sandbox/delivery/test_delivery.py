"""The four endpoints that services call: what they answer is what the reports count."""

import json
from contextlib import closing

import httpx
import pytest

from midakit.sandbox import Sandbox

TEST = 1003
KEY = "demo-form-length"


class Page:
    """What a website sends for its visitors."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.http = httpx.Client(base_url=sandbox.url, timeout=300)
        self.project = sandbox.project_key

    def close(self):
        self.http.close()

    def query(self, visitor, key=KEY, **more):
        body = {"key": self.project, "experiment_key": key, "distinct_id": visitor, **more}
        return self.post("/experiment/query", body)["version"]

    def event(self, name, visitor, properties=None, idempotency_key=None):
        headers = {} if idempotency_key is None else {"idempotency-key": idempotency_key}
        body = {"key": self.project, "name": name, "distinct_id": visitor}
        if properties is not None:
            body["properties"] = json.dumps(properties)
        return self.post("/experiment/event", body, headers=headers)

    def post(self, path, body, status=200, **options):
        response = self.http.post(path, json=body, **options)
        assert response.status_code == status, response.text
        assert response.headers["access-control-allow-origin"] == "*"
        return response.json()


@pytest.fixture
def page(sandbox):
    with closing(Page(sandbox)) as found:
        yield found


def rows(api, **query):
    found = api.get(f"/experiment/{TEST}/result", params=query)["variants"]
    return [(row["visitors"], row["conversions"]) for row in found]


def test_assignments_and_events_are_what_the_result_counts(page, api):
    """Each new visitor adds one to the arm that was answered; each conversion one to its arm."""
    before, entered, won = rows(api), [0, 0], [0, 0]
    for number in range(60):
        visitor = f"reader-{number}"
        name = page.query(visitor)
        assert page.query(visitor) == name
        arm = {"Control": 0, "Variant 1": 1}[name]
        entered[arm] += 1
        if number % 3 == 0:
            page.event("demo_requested", visitor)
            won[arm] += 1
    assert min(entered) > 10
    after = [(n + e, c + w) for (n, c), e, w in zip(before, entered, won, strict=True)]
    assert rows(api) == after


def change(sandbox, **fields):
    """Change what only the dashboard can."""
    state = sandbox.state
    state.change_experiment(state.records.find("experiment", TEST), fields)


def test_a_visitor_keeps_the_variant_when_the_split_changes(page):
    """All traffic goes to Variant 1 from now on, but who saw Control before sees it again."""
    visitor = next(f"v{n}" for n in range(99) if page.query(f"v{n}") == "Control")
    change(page.sandbox, distribution={"0": 0, "1": 100})
    assert page.query(visitor) == "Control"
    assert {page.query(f"later-{n}") for n in range(20)} == {"Variant 1"}


def test_a_visitor_of_the_data_is_found_by_uuid(page, sandbox):
    """Who is in the data already gets the variant that the data say, and is not counted again."""
    visits = sandbox.state.visits
    row = next(
        row
        for place in range(len(visits.assignments))
        if (row := visits.assignments.row(place))["test_id"] == TEST
    )
    uuid = visits.visitors.row(row["visitor"])["uuid"]
    known = len(visits.assignments)
    assert page.query(uuid) == ("Control", "Variant 1")[row["variant"]]
    assert len(visits.assignments) == known


def test_only_what_is_live_gives_a_variant(page, api):
    """Unknown keys, drafts and stopped experiments give null; a served winner goes to everybody."""
    assert page.query("x", "no-such-thing") is None
    assert page.query("x", str(TEST)) in ("Control", "Variant 1")
    api.patch(f"/experiment/{TEST}/status", {"status": 0})
    assert page.query("x") is None
    assert {page.query(f"s{n}", "guided-sign-up") for n in range(10)} == {"Variant 1"}


def test_older_clients_say_test_id(page):
    """`test_id` in place of `experiment_key` means the same."""
    body = {"key": page.project, "test_id": KEY, "distinct_id": "x"}
    assert page.post("/experiment/query", body)["version"] == page.query("x")


def test_an_idempotency_key_makes_one_event_of_many_requests(page, api):
    """The same key is acknowledged each time and counted once; another key counts."""
    arm = {"Control": 0, "Variant 1": 1}[page.query("buyer")]
    before = rows(api, min_count=2)[arm][1]
    for key in ("a", "a", "a"):
        page.event("demo_requested", "buyer", idempotency_key=key)
    assert rows(api, min_count=2)[arm][1] == before
    page.event("demo_requested", "buyer", idempotency_key="b")
    assert rows(api, min_count=2)[arm][1] == before + 1


def test_attributes_are_merged_and_filter_reports(page, api):
    """What was tracked is what a filter on attributes selects; a reset takes it back."""
    named = json.dumps(
        [[{"criteria": "attribute", "key": "plan", "operator": "==", "value": "pro"}]]
    )
    before = sum(n for n, _ in rows(api, custom_filter=named))
    for number in range(12):
        page.query(f"member-{number}")
        page.post(f"/track/{page.project}", {"id": f"member-{number}", "plan": "free"})
        page.post(f"/track/{page.project}", {"id": f"member-{number}", "plan": "pro"})
    assert sum(n for n, _ in rows(api, custom_filter=named)) == before + 12
    page.sandbox.reset()
    assert sum(n for n, _ in rows(api, custom_filter=named)) == before


def test_attributes_of_loaded_visitors_change_and_come_back(page, api):
    """A change of the data's own visitors is seen by reports and undone by a reset."""
    visits = page.sandbox.state.visits
    uuid = visits.visitors.row(0)["uuid"]
    before = visits.visitors.row(0)["attributes"]
    page.post(f"/track/{page.project}", {"id": uuid, "tier": "gold"})
    assert json.loads(visits.visitors.row(0)["attributes"])["tier"] == "gold"
    page.sandbox.reset()
    assert visits.visitors.row(0)["attributes"] == before


def test_flags_are_on_for_a_share_and_stay_on_when_it_grows(page):
    """A flag of 100 % is on for all, one of 0 % for nobody; a growing share only adds visitors."""

    def who(percent):
        page.sandbox.flags(big=percent, all=100, none=0)
        found = set()
        for number in range(80):
            on = page.post("/feature-flag", {"key": page.project, "user_id": f"u{number}"})
            assert "all" in on
            assert "none" not in on
            found |= {number} if "big" in on else set()
        return found

    third, half = who(30), who(60)
    assert third < half
    assert 12 <= len(third) <= 36


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/experiment/query", {"experiment_key": KEY, "distinct_id": "x"}, 404),
        ("/experiment/query", {"key": "nobody", "experiment_key": KEY, "distinct_id": "x"}, 404),
        ("/experiment/query", {"key": ..., "experiment_key": KEY}, 400),
        ("/experiment/query", {"key": ..., "distinct_id": "x"}, 400),
        ("/experiment/event", {"key": ..., "name": "", "distinct_id": "x"}, 400),
        ("/experiment/event", {"key": ..., "name": "a", "distinct_id": "x", "properties": 3}, 400),
        ("/feature-flag", {"key": ..., "user_id": True}, 400),
        ("/track/nobody", {"id": "x"}, 404),
    ],
)
def test_bad_requests_are_refused_with_a_sentence(page, path, body, status):
    """What is missing or of the wrong kind is named; nobody is added for it."""
    count = len(page.sandbox.state.visits.visitors)
    body = {name: page.project if value is ... else value for name, value in body.items()}
    assert page.post(path, body, status)["error"]
    assert len(page.sandbox.state.visits.visitors) == count


def test_a_page_of_another_origin_may_call_and_the_request_is_logged(page):
    """The preflight allows what the browser asks for; requests are in the log with their fault."""
    headers = {"origin": "https://shop.example.com", "access-control-request-method": "POST"}
    for path in ("/experiment/query", "/experiment/event", "/feature-flag", "/track/abc"):
        allowed = page.http.options(path, headers=headers)
        assert allowed.status_code == 204
        assert allowed.headers["access-control-allow-origin"] == "*"
        assert "content-type" in allowed.headers["access-control-allow-headers"]
        assert page.http.get(path).status_code == 405
    page.sandbox.faults("status;code=503", path="^/experiment/query$", times=1)
    page.sandbox.state.requests.clear()
    asked = {"key": page.project, "experiment_key": KEY, "distinct_id": "x"}
    assert page.http.post("/experiment/query", json=asked).status_code == 503
    assert page.query("x") is not None
    page.sandbox.clear_faults()
    seen = page.sandbox.requests()
    assert [(one["path"], one["status"]) for one in seen] == [
        ("/experiment/query", 503),
        ("/experiment/query", 200),
    ]


def test_a_restart_keeps_visitors_entries_attributes_and_keys(tmp_path):
    """After a restart a visitor has the same variant and attributes, and a repeat counts once."""
    with (
        Sandbox(seed=42, visitors=200, data_dir=tmp_path) as sandbox,
        closing(Page(sandbox)) as page,
    ):
        before = {f"v{n}": page.query(f"v{n}") for n in range(20)}
        page.event("demo_requested", "v1", idempotency_key="once")
        page.post(f"/track/{page.project}", {"id": "v1", "plan": "pro"})
        events = len(sandbox.state.visits.events.table)
    with Sandbox(data_dir=tmp_path) as sandbox, closing(Page(sandbox)) as page:
        entries = len(sandbox.state.visits.assignments)
        assert {visitor: page.query(visitor) for visitor in before} == before
        page.event("demo_requested", "v1", idempotency_key="once")
        assert len(sandbox.state.visits.events.table) == events
        assert len(sandbox.state.visits.assignments) == entries
        visits = sandbox.state.visits
        found = visits.find_visitor(ext_id="v1")
        row = int((visits.visitors.values("visitor_id") == found.visitor_id).argmax())
        assert json.loads(visits.visitors.row(row)["attributes"]) == {"plan": "pro"}


def test_adaptive_traffic_asks_the_day_for_its_shares(page):
    """Under MAB a visitor gets an arm by the shares of the day, and keeps it."""
    change(page.sandbox, is_mab=1)
    first = [page.query(f"m{n}") for n in range(30)]
    assert [page.query(f"m{n}") for n in range(30)] == first
    assert set(first) <= {"Control", "Variant 1"}
