"""What every call takes beside its own options, and calls to any path."""

import inspect
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit import AsyncMida, InvalidRequest, Mida
from midakit.core.call import Call
from midakit.core.extend import extended
from midakit.core.extra import taken
from midakit.core.options import EXTRA
from midakit.core.own_call import checked_path, own_call
from midakit.core.secret import Secret
from midakit.mida import calls

KEY = "Bearer other-secret-456"
READ = Call(operation="x", method="GET", path="/x", answer=dict, query=(("a", "1"), ("b", "2")))
WRITE = Call(operation="x", method="POST", path="/x", answer=dict, body=b'{"a":1,"b":[2]}')
RESOURCES = (
    "account", "comments", "events", "exclusion_groups", "experiments", "goals", "personalization", "projects",
)  # fmt: skip


def public(thing):
    return {name: one for name, one in vars(thing).items() if not name.startswith("_")}


@pytest.mark.parametrize("client", [AsyncMida, Mida])
@pytest.mark.parametrize("name", RESOURCES)
def test_every_method_and_builder_takes_them(client, name):
    """By name, as `inspect.signature`, editors and `help` show them, and each is described."""
    resource = type(getattr(client("k", project_key="p"), name))
    methods = [one for one in public(resource).values() if inspect.isfunction(one)]
    builders = [
        one for one in public(getattr(calls, name)).values()
        if inspect.isfunction(one) and one.__module__ == f"midakit.mida.calls.{name}"
        and one.__name__ != "check_transition"
    ]  # fmt: skip
    assert methods
    assert builders
    for one in methods + builders:
        assert list(inspect.signature(one).parameters)[-3:] == list(EXTRA), one
        assert all(f"{option}: " in one.__doc__ for option in EXTRA), one


def test_a_query_replaces_the_calls_own_and_adds_to_it():
    """Booleans as JSON writes them, a list as several, UNSET not at all."""
    found = extended(READ, {"extra_query": {"b": [True, 3], "c": "x y", "d": 1.5}})
    assert found.query == (("a", "1"), ("b", "true"), ("b", "3"), ("c", "x y"), ("d", "1.5"))
    assert found.target() == "/x?a=1&b=true&b=3&c=x%20y&d=1.5"
    assert found.id != READ.id


def test_a_body_replaces_fields_of_the_calls_own_and_adds_to_it():
    """Where the call had none, it gets one; a GET has none."""
    assert json.loads(extended(WRITE, {"extra_body": {"b": 3, "c": None}}).body) == {
        "a": 1,
        "b": 3,
        "c": None,
    }
    bare = Call(operation="x", method="DELETE", path="/x", answer=dict)
    assert extended(bare, {"extra_body": {"why": "old"}}).body == b'{"why":"old"}'
    with pytest.raises(InvalidRequest, match=r"extra_body.*GET"):
        extended(READ, {"extra_body": {"a": 1}})
    with pytest.raises(InvalidRequest, match=r"extra_body.*JSON"):
        extended(WRITE, {"extra_body": {"a": object()}})


def test_a_change_may_be_of_new_fields_alone():
    """`update` needs a field, and one that only the server knows is one."""
    assert json.loads(calls.goals.update(5, extra_body={"color": "red"}).body) == {"color": "red"}
    with pytest.raises(InvalidRequest, match="at least one"):
        calls.goals.update(5, extra_query={"a": 1})


@pytest.mark.parametrize(
    "nothing", [{}, {"extra_query": {}}, {"extra_body": None, "extra_headers": {}}]
)
def test_nothing_extra_is_the_same_call(nothing):
    """No copy is made."""
    assert extended(READ, nothing) is READ


@pytest.mark.parametrize(
    ("option", "value"),
    [("extra_query", "a=1"), ("extra_query", {"a": {"b": 1}}), ("extra_body", [1]), ("extra_headers", [("a", "b")]),
     ("extra_headers", {"a": 1}), ("extra_headers", {"a b": "c"}), ("extra_headers", {"Host": "x"}),
     ("extra_headers", {"Content-Length": "3"}), ("extra_headers", {"x-a": "b\r\nc: d"}), ("extra_headers", {"x-a": "ü"})],
)  # fmt: skip
def test_what_cannot_be_sent_is_refused_before_anything_is(option, value):
    """And named."""
    with pytest.raises(InvalidRequest, match=option):
        extended(WRITE, {option: value})


def test_headers_are_part_of_the_id_unless_they_are_keys():
    """A header may change the answer, so calls that differ in it are two."""
    plain = extended(READ, {"extra_headers": {"X-Beta": "1"}})
    keyed = extended(READ, {"extra_headers": {"Authorization": KEY}})
    assert READ.id == keyed.id != plain.id
    assert plain.id == extended(READ, {"extra_headers": {"x-beta": "1"}}).id
    assert len({calls.experiments.create("x", [{}], url="https://a.b").id for _ in range(3)}) == 1


@pytest.mark.parametrize(
    "name", ["Authorization", "X-Api-Key", "Cookie", "x-auth-token", "X-Signature"]
)
def test_a_secret_header_is_shown_nowhere(name):
    """Not by repr, print, pickle or the message of a refusal; the curl line has it masked."""
    call = extended(READ, {"extra_headers": {name: KEY}})
    shown = repr(call) + str(call) + call.curl() + repr(pickle.dumps(call))
    assert "other-secret" not in shown
    assert f"{name}: ***" in call.curl()
    with pytest.raises(InvalidRequest) as caught:
        extended(READ, {"extra_headers": {name: KEY + "\n"}})
    assert "other-secret" not in str(caught.value)


def test_the_clients_own_key_is_not_shown_beside_one_that_replaces_it():
    """One Authorization goes out, so the curl line has one."""
    call = calls.goals.list(extra_headers={"authorization": KEY})
    assert call.curl().count("***") == 1


def test_options_that_were_taken_are_gone():
    """A method waits while its call is under way; its local variables hold no key by then."""
    options = {"extra_headers": {"Authorization": KEY, "x": "y"}, "a": 1}
    found = taken(options)
    assert options == {}
    assert found == {"extra_headers": {"Authorization": Secret(KEY), "x": "y"}, "a": 1}


# Calls to any path


@pytest.mark.parametrize(
    ("path", "sent"),
    [("/project/{project_key}/funnels", "/project/{project_key}/funnels"), ("/a/é", "/a/%C3%A9"), ("/a%20b", "/a%20b"),
     ("/a/...", "/a/..."), ("/a/b:c@d", "/a/b:c@d"), ("/", "/")],
)  # fmt: skip
def test_a_path_below_the_base_url_is_sent(path, sent):
    """Letters beyond ASCII are encoded, what is encoded stays."""
    assert checked_path(path) == sent


@pytest.mark.parametrize(
    "path",
    ["", "a/b", "https://evil.example/x", "//evil.example/x", "/a/../b", "/..", "/a/%2e%2E/b", "/a/.%2e", "/a%2f..%2fb",
     "/a?b=1", "/a#b", "/a b", "/a\r\nb", "/a\\..\\b", "/a/%zz", "/a/{", "/a/{Key}", "/\x00", "/a%5c..%5cb", None],
)  # fmt: skip
def test_a_path_that_leads_elsewhere_is_refused(path):
    """Another host, another folder, a second line, a query."""
    with pytest.raises(InvalidRequest, match="path"):
        checked_path(path)


@given(st.text(max_size=20))
def test_no_path_leaves_the_base_url(text):
    """What is accepted has one reading: no host, no climbing, no line end, whoever reads it."""
    try:
        sent = checked_path("/" + text)
    except InvalidRequest:
        return
    assert sent.isascii()
    assert sent.isprintable()
    assert not set(" ?#\\") & set(sent)
    assert not sent.startswith("//")
    assert ".." not in sent.replace("%2e", ".").replace("%2E", ".").split("/")


def test_only_a_get_is_repeated_unless_it_is_said_to_be_safe():
    """A POST is not, whatever it may be; the caller may know better."""
    assert own_call("GET", "/a").safe
    assert not any(own_call(method, "/a").safe for method in ("POST", "PUT", "PATCH", "DELETE"))
    assert own_call("PUT", "/a", safe=True).safe
    assert not own_call("GET", "/a", safe=False).safe


@pytest.mark.parametrize("given", [[("limit", 5)], "limit=5", 5])
@pytest.mark.parametrize("field", ["query", "headers"])
def test_a_query_and_headers_are_mappings(field, given):
    """Pairs, as other clients take them, are refused by the name of the argument."""
    with pytest.raises(InvalidRequest, match=f"^{field}: .* is no mapping of names to values"):
        own_call("GET", "/a", **{field: given})


@pytest.mark.parametrize(
    ("method", "body"), [("get", None), ("HEAD", None), ("GET /x", None), ("GET", {"a": 1})]
)
def test_odd_methods_are_refused(method, body):
    """And a GET with a body."""
    with pytest.raises(InvalidRequest):
        own_call(method, "/a", body=body)
