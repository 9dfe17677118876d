"""Two documents differ where a visitor or a report would notice, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit.ascode.compare import compare, fingerprint, hidden_changes, hidden_fields

BASE = {
    "test_name": "A", "status": "draft", "url": "https://a.example/",
    "variants": [{"nickname": "Red", "data": [{"target": "h1"}]}, {"customJS": "x()"}],
    "targeting": {"device_rule": ["mobile", "desktop"]},
    "configuration": {"traffic_allocation": 100, "end_test_date": "2027-01-31T00:00:00.000Z"},
}  # fmt: skip


def changed(**fields):
    return {
        one.field: (one.before, one.after)
        for one in compare("experiment", {**BASE, **fields}, BASE)
    }


def test_the_same_document_has_no_difference():
    assert changed() == {}


@pytest.mark.parametrize(
    "fields",
    [
        {"variants": [{"nickname": "Red", "data": [{"target": "h1"}], "customCSS": ""},
                      {"customJS": "x()", "data": []}]},
        {"targeting": {"device_rule": ["desktop", "mobile"]}},
        {"targeting": {"device_rule": ["mobile", "desktop"], "browser_rule": []}},
        {"configuration": {"traffic_allocation": 100.0, "end_test_date": "2027-01-31"}},
        {"configuration": {"end_test_date": "2027-01-31T01:00:00+01:00"}},
        {"control": {"nickname": ""}},
        {"page_urls": ["https://a.example/"], "custom_js": "y()"},
    ],
)  # fmt: skip
def test_other_spellings_of_the_same_are_no_difference(fields):
    assert changed(**fields) == {}


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"test_name": "B"}, {"test_name": ("A", "B")}),
        ({"variants": BASE["variants"][:1]},
         {"variants": (2, 1), "variants[1].customJS": ("x()", None)}),
        ({"targeting": {}}, {"targeting.device_rule": (["desktop", "mobile"], None)}),
        ({"configuration": {}}, {"configuration.end_test_date": ("2027-01-31T00:00:00+00:00", None)}),
        ({"configuration": {**BASE["configuration"], "traffic_allocation": 99}},
         {"configuration.traffic_allocation": (100, 99)}),
        ({"configuration": {"end_test_date": "2027-02-01"}},
         {"configuration.end_test_date": ("2027-01-31T00:00:00+00:00", "2027-02-01T00:00:00+00:00")}),
        ({"targeting": {"device_rule": ["mobile", "desktop"],
                        "allowed_country": [{"code": "US", "rule": "whitelist"},
                                            {"code": "FR", "rule": "blacklist"}]}},
         {"targeting.allowed_country": (None, ["US"])}),
    ],
)  # fmt: skip
def test_differences(fields, found):
    assert changed(**fields) == found


@given(st.sampled_from(["traffic_allocation", "confidence_interval", "bayesian"]))
def test_a_setting_that_a_file_leaves_out_is_left_alone(name):
    assert compare("experiment", {**BASE, "configuration": {}}, {
        **BASE, "configuration": {name: 7}}) == ()  # fmt: skip


HIDDEN = {
    **BASE, "page_urls": ["https://a.example/"], "custom_js": "y()", "test_type": "mvt",
    "targeting": {"device_rule": ["mobile"], "os_rule": ["ios"],
                  "allowed_country": [{"code": "FR", "rule": "blacklist"}]},
    "variants": [{"layer": "a"}, {}],
}  # fmt: skip


def test_what_the_api_does_not_show_is_told_by_its_hash():
    hidden = hidden_fields(HIDDEN)
    assert hidden == {
        "page_urls": ["https://a.example/"], "custom_js": "y()", "test_type": "mvt",
        "targeting": {"os_rule": ["ios"], "allowed_country": [{"code": "FR", "rule": "blacklist"}]},
        "variants": [{"layer": "a"}, {}],
    }  # fmt: skip
    sent = {name: fingerprint(one) for name, one in hidden.items()}
    assert hidden_changes(HIDDEN, sent) == ()
    later = hidden_changes({**HIDDEN, "custom_js": "z()"}, sent)
    assert [(one.field, one.readable) for one in later] == [("custom_js", False)]
    assert hidden_fields(BASE) == hidden_fields({**BASE, "test_type": "split"}) == {}
