"""A call: frozen, hashable, picklable, printable."""

import json
import pickle
import shlex

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit import InvalidRequest
from midakit.core.call import Call
from midakit.core.unset import UNSET
from midakit.launchdarkly import calls as launchdarkly
from midakit.mida import calls as mida

text = st.text(max_size=20).filter(lambda value: value.isprintable())


def call(**changes):
    return attrs.evolve(
        Call(operation="x", method="GET", path="/project/{project_key}/a", answer=dict), **changes
    )


@given(st.lists(st.tuples(text, text), max_size=4), st.one_of(st.none(), st.binary(max_size=20)))
def test_a_call_travels(query, body):
    """Pickled and hashed, it stays itself, and so does its id."""
    one = call(query=tuple(query), body=body)
    back = pickle.loads(pickle.dumps(one))
    assert back == one
    assert hash(back) == hash(one)
    assert back.id == one.id


def test_the_id_is_stable_across_versions_of_this_library():
    """An export resumed next year must find its calls again: this id is pinned."""
    assert call(query=(("b", "2"), ("a", "1"))).id == call(query=(("a", "1"), ("b", "2"))).id
    assert call(query=(("a", "1"),)).id == "4cb9b8e6aee8a6b1"


def test_different_requests_have_different_ids():
    """Method, path, query and body all count."""
    calls = [
        call(),
        call(method="POST"),
        call(path="/b"),
        call(query=(("a", "1"),)),
        call(body=b"{}"),
    ]
    assert len({one.id for one in calls}) == len(calls)


@given(st.text(min_size=1, max_size=10))
def test_a_project_key_cannot_leave_its_place(key):
    """Whatever the key holds, it stays one segment of the path."""
    target = call().target(project_key=key.encode("utf-8", "replace").decode())
    assert target.count("/") == 3
    assert target.isascii()


def test_it_prints_as_a_curl_line_with_the_key_masked():
    """The line can be pasted into a shell once the mask is replaced."""
    words = shlex.split(str(call(method="POST", body=b'{"a": "it\'s"}', query=(("q", "a b"),))))
    assert words[:3] == ["curl", "-X", "POST"]
    assert words[3].endswith("/a?q=a%20b")
    assert "Authorization: ***" in words
    assert words[-1] == '{"a": "it\'s"}'


def test_a_printed_call_shows_its_own_providers_host_and_header():
    """The core knows no provider: each builder says where its calls go and how the key travels."""
    line = shlex.split(str(mida.experiments.get(7)))
    assert line[3] == "https://api-us.mida.so/v2/project/{project_key}/experiment/7"
    assert "Authorization: Bearer ***" in line
    line = shlex.split(str(launchdarkly.metrics.get("web", "clicks")))
    assert line[3] == "https://app.launchdarkly.com/api/v2/metrics/web/clicks"
    assert "Authorization: ***" in line
    elsewhere = mida.goals.list().curl("http://127.0.0.1:1/v2/", "x-api-key: ***", project_key="p")
    assert "http://127.0.0.1:1/v2/project/p/goals" in elsewhere
    assert "'x-api-key: ***'" in elsewhere


def test_unset_is_one_object_for_good():
    """It survives pickling, is false, and is not None."""
    assert pickle.loads(pickle.dumps(UNSET)) is UNSET
    assert not UNSET
    assert UNSET is not None


def test_calls_are_frozen():
    """A plan cannot be changed behind its id."""
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        call().path = "/other"


HALF = "Sale \ud83d"
"""A text that a server cut inside an emoji, as JSON carries it; UTF-8 cannot hold it."""


def test_half_a_surrogate_pair_goes_back_in_a_body_as_it_came():
    """What was read can be written again; other letters stay as they are."""
    call = mida.goals.create(goal_name=HALF, goal_type="event", goal_value="b\xfcy")
    assert json.loads(call.body)["goal_name"] == HALF
    assert call.id
    assert "b\xfcy".encode() in mida.goals.create("b\xfcy", "event", "x").body


@pytest.mark.parametrize(
    ("field", "build"),
    [
        ("goal_key", lambda: mida.experiments.result(1, goal_key=HALF)),
        ("project_key", lambda: mida.projects.get(HALF)),
        ("path", lambda: mida.request("GET", f"/{HALF}")),
    ],
)
def test_half_a_surrogate_pair_in_an_address_is_refused_by_name(field, build):
    """A URL has no form for it, and the error is one of ours."""
    with pytest.raises(InvalidRequest, match="surrogate") as caught:
        build().target(project_key="p")
    assert caught.value.field == field


def test_a_call_that_cannot_be_sent_has_an_id_all_the_same():
    """Plans list calls by their ids before anything is sent."""
    assert mida.experiments.result(1, goal_key=HALF).id != mida.experiments.result(1).id
