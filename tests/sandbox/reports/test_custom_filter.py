"""Every criterion takes the operators of the table, and nothing else."""

import json

import pytest

BASE = ["==", "!=", "**", "!*", "ex", "nx"]
ORDER = [">", ">=", "<", "<="]
WORDS = ["gt", "gte", "lt", "lte", "bt", "bf", "days_gt", "days_gte", "days_lt", "days_lte"]
EVERY = [*BASE, *ORDER, *WORDS, "=", "like", ""]
TABLE = {
    "landing_page": (BASE, "blog", None),
    "ref_page": (BASE, "t.co", None),
    "user_agent": (BASE, "Chrome", None),
    "queryparam": (BASE, "aff", "ref"),
    "utm": (BASE, "brand", "campaign"),
    "source": (BASE, "paid", None),
    "device": (BASE, "mobile", None),
    "browser": (BASE, "chrome", None),
    "os": (BASE, "ios", None),
    "dayofweek": ([*BASE, *ORDER], 3, None),
    "hourofday": ([*BASE, *ORDER], 12, None),
    "visitor_type": (BASE, "new", None),
    "country": (BASE[:4], "US", None),
    "v.visitor_id": (BASE[:4], "31001", None),
    "v.uuid": (BASE[:4], "Vis_0-C", None),
    "attribute": ([*BASE, *WORDS], 10, "seats"),
}


def ask(sandboxed, criteria, operator, value, key=None):
    rule = {"criteria": criteria, "operator": operator, "value": value, "key": key}
    given = {name: part for name, part in rule.items() if part is not None}
    return sandboxed.ask("result", 2301, custom_filter=json.dumps([[given]]))


@pytest.mark.parametrize("criteria", TABLE)
def test_operators_of_a_criterion(sandboxed, criteria):
    """An operator of the table answers, every other one is refused with a sentence."""
    operators, value, key = TABLE[criteria]
    for operator in EVERY:
        status, body = ask(sandboxed, criteria, operator, value, key)
        assert status == (200 if operator in operators else 400), (operator, body)
        if status == 400:
            assert criteria in body["error"]


@pytest.mark.parametrize(
    ("criteria", "operator", "value", "key"),
    [
        ("source", "==", "magic", None),
        ("device", "!=", "watch", None),
        ("os", "==", "android", None),
        ("browser", "==", "netscape", None),
        ("visitor_type", "==", "old", None),
        ("country", "==", "us", None),
        ("country", "==", "USA", None),
        ("country", "**", "U1", None),
        ("v.uuid", "==", "a b", None),
        ("v.uuid", "==", "x" * 81, None),
        ("v.visitor_id", "==", "", None),
        ("dayofweek", "==", 7, None),
        ("dayofweek", ">", 1.5, None),
        ("dayofweek", "==", "Monday", None),
        ("hourofday", "<", 24, None),
        ("hourofday", "<", -1, None),
        ("attribute", "==", 1, None),
        ("queryparam", "==", "x", ""),
        ("utm", "ex", None, None),
        ("attribute", "gt", "many", "seats"),
        ("attribute", "days_gt", True, "signup_date"),
        ("attribute", "==", [1], "seats"),
        ("attribute", "==", {"a": 1}, "seats"),
        ("attribute", "==", None, "seats"),
        ("attribute", "==", 1, 5),
        ("region", "==", "California", None),
        (7, "==", "x", None),
    ],
)
def test_refused_rules(sandboxed, criteria, operator, value, key):
    """A value, key or criterion outside the table gets 400."""
    assert ask(sandboxed, criteria, operator, value, key)[0] == 400


@pytest.mark.parametrize(
    "text", ["{", "{}", "1", '"x"', "[1]", "[[1]]", '[{"criteria":"device"}]', "[" * 90_000, "null"]
)
@pytest.mark.parametrize("name", ["custom_filter", "event_attribute"])
def test_filters_must_be_lists_of_lists(sandboxed, name, text):
    """Anything but JSON lists of lists of objects gets 400, however odd."""
    assert sandboxed.ask("result", 2301, **{name: text})[0] == 400


@pytest.mark.parametrize("text", ["", "[]", "[[]]", "[[],[]]"])
def test_empty_filters_restrict_nothing(sandboxed, text):
    """Empty groups are ignored."""
    whole = sandboxed.result()["total_visitors"]
    assert sandboxed.result(custom_filter=text)["total_visitors"] == whole


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ({"key": "revenue", "operand": ">", "value": 1}, 200),
        ({"key": "revenue", "operator": ">", "value": 1}, 200),
        ({"key": "coupon", "operand": "nx"}, 200),
        ({"key": "revenue", "operand": "==", "value": 1}, 400),
        ({"key": "revenue", "operand": ">"}, 400),
        ({"key": "a b", "operand": "ex"}, 400),
        ({"key": "x" * 81, "operand": "ex"}, 400),
        ({"key": "a", "operand": "=", "value": "x" * 501}, 400),
        ({"operand": "ex"}, 400),
        ({"key": "a"}, 400),
    ],
)
def test_event_attribute_conditions(sandboxed, condition, status):
    """Keys, operands and values outside the table get 400, on page goals too."""
    for goal in ("purchase", "thank_you_page"):
        text = json.dumps([[condition]])
        assert sandboxed.ask("result", 2301, goal_key=goal, event_attribute=text)[0] == status


def test_numbers_compare_as_numbers_and_words_without_case(sandboxed):
    """10, "10.0" and 1e1 are one number; plan ENTERPRISE is plan enterprise."""

    def count(key, value):
        status, body = ask(sandboxed, "attribute", "==", value, key)
        assert status == 200
        return body["total_visitors"]

    assert count("seats", 10) == count("seats", "10.0") == count("seats", "1e1") > 0
    assert count("plan", "ENTERPRISE") == count("plan", "enterprise") > 0
    assert count("vip", True) < count("vip", True) + count("vip", 1)


def test_identifiers_mind_case(sandboxed):
    """v.uuid is exact: another case finds nobody."""
    assert ask(sandboxed, "v.uuid", "==", "Vis_0-C")[1]["total_visitors"] == 1
    assert ask(sandboxed, "v.uuid", "==", "vis_0-c")[1]["total_visitors"] == 0
