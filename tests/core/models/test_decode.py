"""Bytes become models, and one odd value costs one value."""

import copy
import gc
import json
import logging
from typing import get_type_hints

import pytest
from attrs import define
from hypothesis import given, settings
from hypothesis import strategies as st

from midakit.core.models import decode
from midakit.core.models.decode import NotDecodable, loads, parse
from midakit.core.models.locate import is_list
from midakit.core.models.model import Model, fields
from midakit.core.models.places import dotted
from midakit.mida import models
from midakit.mida.models import (
    AddedAccounts,
    Breakdown,
    Experiment,
    ExperimentList,
    GoalList,
    MyAccess,
    Result,
    Status,
    Timeseries,
)
from support.answers import example, examples

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
EXAMPLES = list(examples())


def places(value, path=()):
    """Every path in a JSON value, the top left out."""
    if path:
        yield path
    if not isinstance(value, dict | list):
        return
    for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield from places(inner, (*path, step))


def replaced(value, path, new):
    """The value with another one at the path."""
    whole = copy.deepcopy(value)
    inner = whole
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = new
    return whole


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_one_odd_value_loses_nothing(data):
    """Any value of any answer replaced by any JSON: the rest is read, and everything goes back."""
    _, cls, body = data.draw(st.sampled_from(EXAMPLES))
    sent = json.loads(body)
    path = data.draw(st.sampled_from(list(places(sent))))
    mutated = replaced(sent, path, data.draw(JSON))
    model = loads(cls, json.dumps(mutated).encode())
    assert model.to_dict() == mutated
    whole = loads(cls, body)
    for name in (name for name in sent if name != path[0]):
        if hasattr(whole, name):
            assert getattr(model, name) == getattr(whole, name)
    for one in model.undecoded:
        assert one.path[: len(path)] == path


def test_absent_fields_cost_no_attribute_error():
    """The decoder finds every field of a new object set, so it never asks for one that is not there."""
    missed = []

    @define(kw_only=True, repr=False)
    class Watched(Model):
        name: str | None = None
        count: int | None = None

        def __getattr__(self, name):  # Python calls this only where an attribute is missing
            missed.append(name)
            raise AttributeError(name)

    assert loads(Watched, b'{"count": 2}').name is None
    assert missed == []


def test_models_of_an_empty_object_are_empty():
    """An answer without fields equals a model made by hand without any, whatever its class and bases."""
    for name in models.__all__:
        cls = getattr(models, name)
        if isinstance(cls, type) and issubclass(cls, Model) and not hasattr(cls, "loads"):
            assert loads(cls, b"{}") == cls()


def with_lists():
    """Every model and the names of its lists."""
    found = [getattr(models, name) for name in models.__all__]
    for cls in (one for one in found if isinstance(one, type) and issubclass(one, Model)):
        hints = get_type_hints(cls)
        names = [field.name for field in fields(cls) if is_list(hints[field.name])]
        if names:
            yield cls, names


WITH_LISTS = list(with_lists())


def test_the_models_have_their_lists():
    """The property below is about these, not about nothing."""
    assert (Result, ["variants", "breakdowns"]) in WITH_LISTS
    assert sum(len(names) for _, names in WITH_LISTS) >= 30


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_list_is_a_list_whatever_the_server_sent(data):
    """Missing, null and unfit lists are empty; `raw` and `to_dict` still tell them apart."""
    cls, names = data.draw(st.sampled_from(WITH_LISTS))
    sent = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(names, st.just([]) | JSON)))
    found = loads(cls, json.dumps(sent).encode())
    for name in names:
        assert isinstance(getattr(found, name), list)
    assert found.raw == sent
    assert found.to_dict() == sent
    assert {one.path[0] for one in found.undecoded} <= set(sent)
    assert decode._tolerant(cls, json.dumps(sent).encode()) == found
    assert getattr(found, names[0]) is not getattr(cls(), names[0])


@pytest.mark.parametrize("sent", ["{}", '{"variants": null, "breakdowns": [{"variants": null}]}'])
def test_missing_and_null_lists_are_read_the_fast_way(sent, monkeypatch):
    """And the models within an answer have lists as well."""
    monkeypatch.setattr(decode, "_tolerant", None)
    found = loads(Result, sent.encode())
    assert found.variants == []
    assert all(part.variants == [] for part in found.breakdowns)
    assert "variants" not in repr(found)
    assert found.to_dict() == json.loads(sent)


def test_a_list_that_is_emptied_goes_back_empty():
    """An empty list is written where the server sent another one, and nowhere else."""
    found = loads(Result, b'{"variants": [{"visitors": 1}], "breakdowns": null}')
    found.variants.clear()
    assert found.to_dict() == {"variants": [], "breakdowns": None}
    found.breakdowns = [Breakdown(has_revenue=True)]
    assert found.to_dict() == {"variants": [], "breakdowns": [{"has_revenue": True}]}


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_both_paths_agree_on_good_input(data):
    """Where the fast path reads an answer, the tolerant one reads the same out of it."""
    rows = data.draw(
        st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "test_id": st.none() | st.integers() | st.integers().map(str),
                    "test_name": st.none() | st.text(),
                    "status": st.sampled_from([0, 1, 9, 7, "live", "9", "odd", None]),
                    "is_completed": st.sampled_from([0, 1, True, "true", "0", None]),
                    "created_at": st.none() | st.datetimes().map(lambda t: f"{t.isoformat()}Z"),
                    "new": JSON,
                },
            ),
            max_size=4,
        )
    )
    body = json.dumps({"experiments": rows}).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decode, "_tolerant", None)  # nothing falls back on it here
        fast = loads(ExperimentList, body)
    assert fast == decode._tolerant(ExperimentList, body)


@settings(deadline=None, max_examples=100)
@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_give_a_model_or_one_error(body):
    """Whatever the body, there is a model or NotDecodable, never another exception."""
    try:
        model = loads(Result, body)
    except NotDecodable:
        with pytest.raises(NotDecodable):
            parse(body)
    else:
        assert model.raw == json.loads(body)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "an empty body"),
        (b" \n ", "an empty body"),
        (b"<html>", "HTML"),
        (b'{"success": tr', "not complete JSON"),
        (b"[1]", "a JSON list"),
        (b"null", "a JSON NoneType"),
        (b"\xff\xfe", "not complete JSON"),
        (b"[" * 100_000, "not complete JSON"),
    ],
)
def test_what_is_no_object_is_refused(body, reason):
    """A body that holds no JSON object is refused, and the text says what it is."""
    for answer in (Result, dict):
        with pytest.raises(NotDecodable, match=reason):
            loads(answer, body)


def test_the_reason_does_not_quote_the_body():
    """A refusal never repeats what was in the body."""
    with pytest.raises(NotDecodable) as caught:
        loads(MyAccess, b'{"note": "sk-secret')
    assert "secret" not in str(caught.value)


def test_bad_items_keep_their_siblings():
    """What cannot be read in a list is reported with its place; its siblings stay."""
    body = {"goals": [None, {"goal_profile_id": 1}, "oops", {"goal_profile_id": 2, "odd": 0}]}
    found = loads(GoalList, json.dumps(body).encode())
    assert [goal.goal_profile_id for goal in found.goals] == [1, 2]
    assert found.goals[1].extra == {"odd": 0}
    assert [(one.path, one.value) for one in found.undecoded] == [
        (("goals", 0), None),
        (("goals", 2), "oops"),
    ]
    assert found.to_dict() == body


def test_undecoded_begins_at_the_model():
    """A nested model reports its own trouble only, with paths from itself."""
    found = loads(Result, b'{"variants": [{"visitors": "many"}, {"visitors": 3}], "aov": {}}')
    assert {dotted(one.path) for one in found.undecoded} == {"aov", "variants[0].visitors"}
    assert [one.path for one in found.variants[0].undecoded] == [("visitors",)]
    assert found.variants[0].visitors is None
    assert found.variants[1].undecoded == ()


def test_json_text_where_an_object_belongs():
    """An object that came as text is read, and keeps its extras and its form on the way back."""
    text = json.dumps({"goal_name": "Buy", "odd": 1})
    found = loads(Result, json.dumps({"goal": text}).encode())
    assert found.goal.goal_name == "Buy"
    assert found.goal.extra == {"odd": 1}
    assert found.to_dict() == {"goal": text}


@pytest.mark.parametrize(
    ("body", "objection"),
    [
        (b'{"test_id": 1, "new": 2}', "an undocumented field at new"),
        (b'{"report_phase": "later"}', "an undocumented value at report_phase"),
        (b'{"status": "archived"}', "an undocumented value at status"),
        (b'{"variants": [{"visitors": []}]}', r"instead of an? .* at variants\[0\].visitors"),
        (b'{"variants": [{"odd": 1}]}', r"an undocumented field at variants\[0\].odd"),
        (b'{"goal": {"goal_type": "telepathy"}}', "an undocumented value at goal.goal_type"),
    ],
)
def test_strict_refuses_what_is_unknown(body, objection):
    """`on_unknown="error"` names the first thing that the contract does not have."""
    assert loads(Result, body).to_dict() == json.loads(body)
    with pytest.raises(NotDecodable, match=objection):
        loads(Result, body, on_unknown="error")


def test_strict_knows_documented_extras():
    """Raw chart rows and documented keys that are no fields pass the strict check."""
    loads(Timeseries, b'{"timeseries": [{"anything": 1}]}', on_unknown="error")
    assert loads(AddedAccounts, b'{"_note": "hi"}', on_unknown="error").note == "hi"


def test_unknown_words_stay():
    """Unknown vocabulary values stay as they came."""
    found = loads(Result, b'{"report_phase": "later", "status": "archived"}')
    assert found.report_phase == "later"
    assert found.status == Status("archived")
    assert found.status.label == "archived"


def test_true_is_no_status_although_it_equals_one():
    """Neither before nor after a status 1 was read."""
    bodies = [b'{"status": 1}', b'{"status": true}', b'{"status": 1}']
    assert [loads(Experiment, body).status for body in bodies] == [Status.LIVE, None, Status.LIVE]


def test_drift_is_told_once(caplog, monkeypatch):
    """The log says once per type what did not fit, and never the value itself."""
    monkeypatch.setattr(decode, "_warned", set())
    with caplog.at_level(logging.WARNING, logger="midakit.decode"):
        for _ in range(3):
            loads(MyAccess, b'{"can_edit": "sk-secret"}')
    assert [record.name for record in caplog.records] == ["midakit.decode"]
    assert "can_edit" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize("was_on", [True, False])
@pytest.mark.parametrize("good", [True, False])
def test_the_collector_is_left_as_it_was(was_on, good):
    """After a big body, good or bad, garbage collection is on or off as before."""
    rows = [{"variant_id": "0", "visitors": 1 if good else "x"}] * 8000
    body = json.dumps({"timeseries": rows}).encode()
    assert len(body) > decode.BIG
    try:
        (gc.enable if was_on else gc.disable)()
        found = loads(Timeseries, body)
        assert gc.isenabled() is was_on
    finally:
        gc.enable()
    assert len(found.timeseries) == 8000
    assert found.timeseries[7999].raw == rows[-1]


def test_numbers_python_alone_can_read():
    """Lone surrogates and huge numbers, which the fast path refuses, are read all the same."""
    assert loads(Experiment, b'{"test_name": "\\ud800"}').test_name == "\ud800"
    assert (
        loads(Experiment, b'{"test_id": 1234567890123456789012}').test_id == 1234567890123456789012
    )
    assert loads(Experiment, b"\xef\xbb\xbf" + b'{"test_id": 1}').test_id == 1


def test_epoch_times():
    """Epoch numbers are read in seconds, or in milliseconds where seconds would be absurd."""
    for sent in (1_705_314_600, 1_705_314_600_000, "1705314600000"):
        found = loads(Experiment, json.dumps({"created_at": sent}).encode())
        assert found.created_at.isoformat() == "2024-01-15T10:30:00+00:00"
        assert found.to_dict() == {"created_at": sent}


def test_times_that_no_calendar_holds():
    """The first second of the year 10000 is read as milliseconds, and later ones are reported."""
    found = loads(Experiment, b'{"created_at": 253402300800, "updated_at": 253402300800000}')
    assert found.created_at.year == 1978
    assert [dotted(one.path) for one in found.undecoded] == ["updated_at"]


def test_example_of_a_page_is_read_once():
    """Extras of many rows parse the answer a single time."""
    found = loads(ExperimentList, example("list_experiments"))
    first, second = found.experiments
    assert first.raw is found.raw["experiments"][0]
    assert second.raw is found.raw["experiments"][1]
