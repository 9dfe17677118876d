"""A whole account out and in again: nothing is lost, and no key is in the file."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midakit.sandbox import Sandbox
from midakit.sandbox.data import datasets
from midakit.sandbox.data.account_objects import KINDS, key_name
from midakit.sandbox.data.sizes import Sizes
from midakit.sandbox.errors import HttpError
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.settings import Settings
from support.api import Api

SECRET = "my-own-secret-key"


def objects(state):
    """All stored objects; keys under other names, and a project's `now` follows the clock."""
    kinds = ("project", "goal", "experiment", *KINDS)
    left_out = {"project": "now", "goal": "project_key"}
    return {
        kind: [
            (one.number, one.company, one.project, one.active,
             {name: value for name, value in one.body.items() if name != left_out.get(kind)})
            for one in state.records.stored(kind)
        ]
        for kind in kinds
    }  # fmt: skip


def change_everything(api):
    """Use each part of the API that stores something."""
    api.post("/goal", {"goal_name": "New", "goal_type": "event", "goal_value": "new"})
    api.delete("/goal/103")
    page = "https://shop.example.com/"
    made = {"test_name": "Made", "url": page, "variants": [{"name": "Variant 1", "data": []}]}
    api.post("/create-experiment", made, headers={"x-idempotency-key": "once"})
    api.delete("/experiment/1003")
    tests = [{"test_id": 1001}, {"test_id": 1002}]
    api.post("/exclusion-groups", {"name": "Group", "tests": tests})
    person = {"x-sandbox-user": "alicia@example.com"}
    api.post("/experiment/1001/discussion", {"comment": "Ä comment"}, headers=person)
    accounts = [{"name": "Notion"}]
    api.post("/personalization/campaigns",
             {"strategy": "accounts", "page_urls": [page], "accounts": accounts})  # fmt: skip
    event = api.get("/events?limit=1")["events"][0]["event_id"]
    api.delete(f"/event/{event}")
    api.sandbox.flags(**{"new-checkout": 12.5})
    api.admin("PATCH", "/options", json={"plan": 305, "personalization": False, "ld_rate_limit": 7})
    api.admin("POST", "/clock", json={"freeze": "2026-06-02T03:04:05.678Z"})
    api.admin("POST", "/projects", json={"project_key": "NEW", "api_key": SECRET})
    api.admin("POST", "/projects", json={"project_key": "GONE", "status": 2})


def test_every_part_of_an_account_comes_back():
    """Groups, comments, campaigns, keys, options, flags, clock and what was deleted."""
    with Sandbox(seed=1, visitors=60) as sandbox, Api(sandbox) as api:
        change_everything(api)
        text = api.admin("GET", "/export").text
        before = objects(sandbox.state)
        assert all(before[kind] for kind in before), {kind for kind in before if not before[kind]}
        assert SECRET not in text
        api.admin("POST", "/seed", json={"seed": 2, "visitors": 5})
        assert api.admin("POST", "/import", content=text.encode()).is_success
        assert api.admin("GET", "/export").text == text
        assert objects(sandbox.state) == before
        assert sandbox.clock() == "2026-06-02T03:04:05.678Z"
        assert api.admin("GET", "/meta").json()["options"]["ld_rate_limit"] == 7
        sandbox.reset()
        assert api.admin("GET", "/export").text == text


def test_another_sandbox_reads_it_and_knows_the_keys_by_their_names(tmp_path):
    """Its own key opens everything; a key that it was started with is known again."""
    with Sandbox(seed=1, visitors=20) as sandbox, Api(sandbox) as api:
        change_everything(api)
        text = api.admin("GET", "/export").text
    file = tmp_path / "account.jsonl"
    file.write_text(text)
    with Sandbox(import_file=file, api_key="other", api_keys={SECRET: "NEW"}) as sandbox:
        for key, project, status in (
            ("other", sandbox.project_key, 200),
            (SECRET, "NEW", 200),
            (key_name("sandbox"), sandbox.project_key, 200),
            (key_name(SECRET), "NEW", 401),
            ("sandbox", sandbox.project_key, 401),
        ):
            with Api(sandbox, key=key, project=project) as api:
                assert api.http.get(f"/project/{project}/goals").status_code == status, key
    with Sandbox(import_file=file) as sandbox, Api(sandbox) as api:
        assert api.admin("GET", "/export").text == text


def test_a_file_without_an_account_line_is_filled_in():
    """As files written by hand are: defaults, a team, and the sandbox's key."""
    state = SandboxState(Settings(seed=None))
    datasets.import_data(state, ['{"type": "project", "project_key": "shop"}'])
    exported = [json.loads(line) for line in datasets.export_data(state)]
    assert exported[0] == {"type": "account", "form": 1}
    assert exported[1]["website_name"] == "shop"
    assert sum(line["type"] == "member" for line in exported) == 4
    assert [line["name"] for line in exported if line["type"] == "key"] == [key_name("sandbox")]
    state.close()


@pytest.mark.parametrize(
    "line",
    [
        {"type": "group", "id": 1},
        {"type": "group", "id": "1", "body": {}},
        {"type": "group", "id": True, "body": {}},
        {"type": "group", "id": -1, "body": {}},
        {"type": "group", "id": 1, "body": []},
        {"type": "group", "id": 1, "body": {}, "company": "1001"},
        {"type": "group", "id": 1, "body": {}, "active": 1},
        {"type": "account", "form": 2},
        {"type": "nothing", "id": 1, "body": {}},
    ],
)
def test_a_bad_line_is_named_and_nothing_is_changed(line):
    """With its number."""
    state = SandboxState(Settings(seed=None))
    datasets.seed(state, 1, Sizes(visitors=5))
    before = [*datasets.export_data(state)]
    lines = ['{"type": "project", "project_key": "shop"}', json.dumps(line)]
    with pytest.raises(HttpError, match="line 2"):
        datasets.import_data(state, lines)
    assert [*datasets.export_data(state)] == before
    state.close()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
BODY = st.dictionaries(st.text(max_size=6), JSON, max_size=4)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
OBJECT = st.tuples(
    st.sampled_from([kind for kind in KINDS if kind not in ("key", "option")]),
    st.integers(0, 2**63 - 1), BODY, st.integers(0, 10**6), TEXT, TEXT, st.booleans(),
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(OBJECT, max_size=6), st.lists(TEXT, max_size=3))
def test_any_object_survives_export_and_import(given_objects, keys):
    """Export, import, export: the same text, and the same objects in the store."""
    state, other = SandboxState(Settings(seed=None)), SandboxState(Settings(seed=None))
    datasets.import_data(state, ['{"type": "project", "project_key": "shop"}'])
    for kind, number, body, company, project, name, active in given_objects:
        state.records.put(
            kind, number, body, company=company, project=project, name=name, active=active
        )
    for key in keys:
        state.add_key(key, "shop")
    lines = [*datasets.export_data(state)]
    datasets.import_data(other, lines)
    assert [*datasets.export_data(other)] == lines
    for kind in KINDS:
        if kind != "key":
            assert other.records.stored(kind) == state.records.stored(kind)
    state.close()
    other.close()
