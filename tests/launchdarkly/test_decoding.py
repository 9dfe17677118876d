"""Decoding: nothing odd costs more than itself, and nothing is lost."""

import copy
import json
import pickle
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midakit.core.models.decode import NotDecodable
from midakit.launchdarkly import Metric, MetricList
from midakit.launchdarkly.decode import _fields_of

CASES = json.loads(
    (Path(__file__).parents[1] / "data/launchdarkly/ld_awkward_bodies.json").read_text()
)["cases"]
GOOD = CASES[1]["body"]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def load(body, answer=Metric, **options):
    return answer.loads(json.dumps(body).encode(), **options)


def fields(metric):
    return {key: getattr(metric, name) for name, key, _ in _fields_of(Metric)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_an_awkward_body_decodes_with_the_rest_intact(case):
    """Fields that are as promised read the same whatever stands beside them."""
    metric, good = load(case["body"]), fields(load(GOOD))
    found = fields(metric)
    same = [key for key in GOOD if case["body"].get(key) == GOOD[key]]
    assert len(same) >= len(GOOD) - 12
    assert {key: found[key] for key in same} == {key: good[key] for key in same}
    assert metric.to_dict() == case["body"]


def test_what_could_not_be_read_is_reported():
    """The report names place, value and reason, for these bodies and no others."""
    reported = {case["title"]: load(case["body"]).undecoded for case in CASES}
    assert {title for title, odd in reported.items() if odd} == {
        "_links.self is a string",
        "experiments=[null]",
        "urls string, broken JSON",
        "dataSource string",
    }
    (odd,) = reported["dataSource string"]
    assert odd.path == ("dataSource",)
    assert odd.value == "launchdarkly-hosted"
    assert "object" in odd.reason


@settings(deadline=None, max_examples=300)
@given(key=st.sampled_from(sorted(GOOD)) | st.text(), value=JSON)
def test_any_value_in_any_field_leaves_the_others_intact(key, value):
    """A field may hold anything; the other fields do not notice, and re-encoding loses nothing."""
    body = {**GOOD, key: value}
    metric, good = load(body), fields(load(GOOD))
    assert {k: v for k, v in fields(metric).items() if k != key} == {
        k: v for k, v in good.items() if k != key
    }
    assert metric.to_dict() == body
    assert all(odd.path[0] == key for odd in metric.undecoded)


@settings(deadline=None, max_examples=100)
@given(value=JSON, place=st.integers(0, 2))
def test_a_bad_item_keeps_its_siblings_and_its_place(value, place):
    """A page of three has three items whatever one of them is."""
    items = [{**GOOD, "key": f"m{index}"} for index in range(3)]
    items[place] = value
    page = load({"items": items, "totalCount": 3, "_links": {}}, MetricList)
    assert len(page.items) == 3
    assert [m.key for i, m in enumerate(page.items) if i != place] == [
        f"m{i}" for i in range(3) if i != place
    ]
    assert page.total_count == 3
    assert page.to_dict()["items"] == items


def test_the_seed_example_is_read_whole():
    """JSON text where an object belongs is opened, digits become moments."""
    metric = load(CASES[0]["body"])
    assert metric.maintainer.first_name == "Ariel"
    assert metric.urls[0].url == "https://www.example.com/page1"
    assert metric.filters.values[1].attribute == "category"
    assert metric.creation_date == 1628192791148
    assert metric.creation_date.datetime == datetime(2021, 8, 5, 19, 46, 31, 148000, UTC)
    assert metric.last_modified.date == datetime(2021, 8, 5, 19, 46, 31, 148082, UTC)
    assert metric.data_source.integration_key == "<string>"
    assert metric.access.denied[0].reason.not_resources == ["<string>"]
    assert metric.last_used_in_guarded_rollout.flag_purpose == "migration"
    assert metric.attached_features[0].site.href == "<string>"
    assert not metric.undecoded


@pytest.mark.parametrize("millis", [1628192791148, "1628192791148", 1628192791148.0])
def test_milliseconds_come_in_three_forms(millis):
    """Number, text and float are the same moment."""
    assert load({"key": "k", "_creationDate": millis}).creation_date.datetime.year == 2021


def test_fields_nobody_documented_are_kept():
    """`extra` holds them, and they survive a copy and a pickle."""
    metric = load({"key": "k", "eventSources": [1], "tags": None})
    for one in (
        metric,
        copy.copy(metric),
        copy.deepcopy(metric),
        pickle.loads(pickle.dumps(metric)),
    ):
        assert one.extra == {"eventSources": [1]}
        assert one.tags == []
        assert one == metric


def test_a_metric_made_by_hand_encodes_by_its_json_names():
    """Without bytes behind it the fields are what there is."""
    assert Metric(key="k", version_id="v", is_numeric=True).to_dict() == {
        "key": "k",
        "_versionId": "v",
        "isNumeric": True,
    }


@pytest.mark.parametrize("body", [b"", b"<html></html>", b'{"key": "k', b"[1]", b"null", b'"x"'])
@pytest.mark.parametrize("answer", [Metric, MetricList])
def test_a_body_that_is_no_object_is_an_error(answer, body):
    """HTML, nothing, half of it, or something else is told apart from a metric."""
    with pytest.raises(NotDecodable):
        answer.loads(body)


@pytest.mark.parametrize("odd", [{"zzNew": 1}, {"dataSource": "x"}])
def test_strict_decoding_refuses_what_is_odd(odd):
    """For a CI that wants to know of every change."""
    assert load(GOOD, on_unknown="error").key == GOOD["key"]
    with pytest.raises(NotDecodable):
        load({**GOOD, **odd}, on_unknown="error")
    with pytest.raises(NotDecodable):
        load({"items": [{**GOOD, **odd}]}, MetricList, on_unknown="error")


@pytest.mark.parametrize(
    "odd", [{"urls": {"kind": "exact"}}, {"lastModified": {"date": 10**30}}, {"tags": {"a": 1}}]
)
def test_a_shape_never_stands_in_for_another(odd):
    """An object is no list of one, and a moment outside the calendar is none."""
    metric = load({**GOOD, **odd})
    (reported,) = metric.undecoded
    assert reported.path[0] == next(iter(odd))
    assert metric.urls == ([] if "urls" in odd else load(GOOD).urls)
    assert isinstance(metric.tags, list)


def test_a_change_date_may_be_milliseconds():
    """Some answers count where others write a date."""
    metric = load({**GOOD, "lastModified": {"date": 1628192791148}})
    assert metric.last_modified.date == datetime(2021, 8, 5, 19, 46, 31, 148000, UTC)


@pytest.mark.parametrize(
    "body",
    [b'{"key": "m", "newer": "\xff"}', b'{"newer": 1' + b"0" * 5000 + b"}"],
    ids=["bytes that are no text", "a number of 5,000 digits"],
)
def test_strict_reading_refuses_what_is_no_json_also_in_fields_that_nobody_knows(
    body: bytes,
) -> None:
    """The reader skips an unknown field unseen; the error is still the one of an answer that is odd."""
    with pytest.raises(NotDecodable, match="not complete JSON"):
        Metric.loads(body, on_unknown="error")
