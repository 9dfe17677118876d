"""What a file says in the wrong form is refused with the file and the field, or read as it is meant."""

import pytest

from midakit import InvalidRequest
from midakit.ascode.compare import compare, hidden_changes
from midakit.ascode.documents import FIELDS, NOT_IN_FILES, checked
from midakit.ascode.yaml_text import parse
from midakit.core.options import option_table

WHOLE = {
    "goal": {"goal_key": "k", "goal_name": "n", "goal_type": "pageview", "goal_value": "/x"},
    "experiment": {"test_name": "a", "url": "https://a.example/", "variants": [{"nickname": "b"}]},
    "group": {"name": "a", "tests": ["a", "b"]},
    "project": {},
}
VALUES = (None, 5, 1.5, "x", True, [], [5], [None], ["x"], [[]], [{}], {}, {"x": None}, {"x": {}})
NAMES = [(kind, name) for kind in FIELDS for name in option_table(FIELDS[kind]) if name not in NOT_IN_FILES]  # fmt: skip


@pytest.mark.parametrize(("kind", "name"), NAMES)
def test_a_value_of_any_form_is_taken_or_refused_by_the_name_of_its_file(kind, name):
    for value in VALUES:
        try:
            document = checked(kind, {**WHOLE[kind], name: value}, "f.yaml")
        except InvalidRequest as error:
            source, _, said = str(error).partition(": ")
            assert (source, name in said) == ("f.yaml", True), value
        else:
            compare(kind, document, WHOLE[kind])
            compare(kind, WHOLE[kind], document)
            assert kind != "experiment" or hidden_changes(document, {}) is not None


@pytest.mark.parametrize("name", ["targeting", "control", "configuration"])
def test_a_heading_with_nothing_below_it_is_as_good_as_left_out(name):
    assert checked("experiment", {**WHOLE["experiment"], name: None}, "f") == WHOLE["experiment"]


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("experiment", "targeting: {allowed_country: [US]}",
         "targeting.allowed_country[0]: must be an object: names and their values, not \"US\""),
        ("experiment", "targeting: {device_rule: mobile}", "targeting.device_rule: must be a list"),
        ("experiment", "variants: [{nickname: [b]}]", "variants[0].nickname: must be one value"),
        ("experiment", "variants: [null, {}]", "variants[0]: is empty"),
        ("experiment", "status:", "status: None is not draft, live or inactive"),
        ("goal", "goal_value:", "goal_value: is missing"),
        ("goal", "goal_value: true", "goal_value: must be text: write 'true' in quotes"),
        ("goal", "goal_value: [a, b]", "goal_value: must be one value, not [\"a\", \"b\"]"),
    ],
)  # fmt: skip
def test_what_is_meant_is_said(kind, text, said):
    with pytest.raises(InvalidRequest) as refused:
        checked(kind, {**WHOLE[kind], **parse(text, "f.yaml")}, "f.yaml")
    assert str(refused.value).startswith(f"f.yaml: {said}")


@pytest.mark.parametrize(("written", "text"), [("75", "75"), ("0123", "0123"), ("7.5", "7.5")])
def test_a_number_where_text_belongs_is_its_text(written, text):
    document = {**WHOLE["goal"], **parse(f"goal_value: {written}", "f.yaml")}
    assert checked("goal", document, "f.yaml")["goal_value"] == text
