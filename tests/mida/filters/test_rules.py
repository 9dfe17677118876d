"""What each field sends, and what each rule says when it is broken, to the letter."""

import copy
import operator as operator_module
import pickle
import re

import pytest

from midakit import E, F, InvalidRequest
from midakit.mida.filters import SegmentSyntaxError, parse_segment
from midakit.mida.filters.accepted import custom_filter, event_attribute
from midakit.mida.filters.as_lists import render_filter
from midakit.mida.filters.normal_forms import MOST
from midakit.mida.filters.rules import (
    ATTRIBUTE,
    BASE,
    EVENT,
    MATCH,
    ORDER,
    RULES,
    check,
    check_event,
)


def rule(criteria, operator, value=None, key=None):
    """One rule as it is sent."""
    found = {"criteria": criteria, "operator": operator}
    if key is not None:
        found["key"] = key
    return found if value is None else {**found, "value": value}


SENT = [
    (F.device == "mobile", rule("device", "==", "mobile")),
    (F.device != "mobile", rule("device", "!=", "mobile")),
    (F.hourofday > 9, rule("hourofday", ">", 9)),
    (F.hourofday >= 9, rule("hourofday", ">=", 9)),
    (F.hourofday < 9, rule("hourofday", "<", 9)),
    (F.hourofday <= 9, rule("hourofday", "<=", 9)),
    (F.landing_page.contains("/p"), rule("landing_page", "**", "/p")),
    (F.landing_page.not_contains("/p"), rule("landing_page", "!*", "/p")),
    (F.ref_page.exists(), rule("ref_page", "ex")),
    (F.ref_page.missing(), rule("ref_page", "nx")),
    (F.queryparam("ref") == "a", rule("queryparam", "==", "a", "ref")),
    (F.utm("campaign") == "a", rule("utm", "==", "a", "campaign")),
    (F.visitor_id == "7", rule("v.visitor_id", "==", "7")),
    (F.uuid == "a-b_C9", rule("v.uuid", "==", "a-b_C9")),
    (F.user_agent == "x", rule("user_agent", "==", "x")),
    (F.source == "paid", rule("source", "==", "paid")),
    (F.browser == "chrome", rule("browser", "==", "chrome")),
    (F.os == "ios", rule("os", "==", "ios")),
    (F.dayofweek == 6, rule("dayofweek", "==", 6)),
    (F.visitor_type == "new", rule("visitor_type", "==", "new")),
    (F.country == "US", rule("country", "==", "US")),
    (F.attribute("plan") == "pro", rule("attribute", "==", "pro", "plan")),
    (F.attribute("age") > 3, rule("attribute", "gt", 3, "age")),
    (F.attribute("age") >= 3, rule("attribute", "gte", 3, "age")),
    (F.attribute("age") < 3, rule("attribute", "lt", 3, "age")),
    (F.attribute("age") <= "3", rule("attribute", "lte", "3", "age")),
    (F.attribute("a").is_true(), rule("attribute", "bt", None, "a")),
    (F.attribute("a").is_false(), rule("attribute", "bf", None, "a")),
    (F.attribute("a").days_gt(1), rule("attribute", "days_gt", 1, "a")),
    (F.attribute("a").days_gte(2), rule("attribute", "days_gte", 2, "a")),
    (F.attribute("a").days_lt(3), rule("attribute", "days_lt", 3, "a")),
    (F.attribute("a").days_lte(4), rule("attribute", "days_lte", 4, "a")),
]


@pytest.mark.parametrize(("condition", "sent"), SENT, ids=[str(sent) for _, sent in SENT])
def test_a_condition_is_sent_like_this(condition, sent):
    """One group of one rule, as text and back."""
    assert render_filter(condition) == [[sent]]
    assert F.parse(custom_filter(condition)) == condition
    assert eval(repr(condition), {"F": F}) == condition  # our own text


EVENTS = [
    (E.attr("k") == 1, '{"key":"k","operand":"=","value":1}'),
    (E.attr("k") != "x", '{"key":"k","operand":"!=","value":"x"}'),
    (E.attr("k") > 1, '{"key":"k","operand":">","value":1}'),
    (E.attr("k") >= 1, '{"key":"k","operand":">=","value":1}'),
    (E.attr("k") < 1, '{"key":"k","operand":"<","value":1}'),
    (E.attr("k") <= 1, '{"key":"k","operand":"<=","value":1}'),
    (E.attr("k").contains("ü"), '{"key":"k","operand":"**","value":"ü"}'),
    (E.attr("k").not_contains("x"), '{"key":"k","operand":"!*","value":"x"}'),
    (E.attr("k").exists(), '{"key":"k","operand":"ex"}'),
    (E.attr("k").missing(), '{"key":"k","operand":"nx"}'),
]


@pytest.mark.parametrize(("condition", "sent"), EVENTS, ids=[sent for _, sent in EVENTS])
def test_a_condition_on_an_event_is_sent_like_this(condition, sent):
    """The text is compact, and letters stay letters."""
    assert event_attribute(condition) == f"[[{sent}]]"
    assert E.parse(event_attribute(condition)) == condition
    assert eval(repr(condition), {"E": E}) == condition  # our own text
    assert ~~condition == condition


OPPOSITES = [
    (F.device == "mobile", F.device != "mobile"),
    (F.landing_page.contains("a"), F.landing_page.not_contains("a")),
    (F.ref_page.exists(), F.ref_page.missing()),
    (F.hourofday > 9, F.hourofday <= 9),
    (F.hourofday < 9, F.hourofday >= 9),
    (E.attr("a") == 1, E.attr("a") != 1),
    (E.attr("a") > 1, E.attr("a") <= 1),
    (E.attr("a") < 1, E.attr("a") >= 1),
    (E.attr("a").contains("b"), E.attr("a").not_contains("b")),
    ((F.device == "mobile") & (F.os == "ios"), (F.device != "mobile") | (F.os != "ios")),
    ((E.attr("a") == 1) & (E.attr("b") == 1), (E.attr("a") != 1) | (E.attr("b") != 1)),
    (F.country.in_("US", "CA"), F.country.not_in("US", "CA")),
]


@pytest.mark.parametrize(("one", "other"), OPPOSITES)
def test_the_opposite_of_one_is_the_other(one, other):
    """And of the other the one."""
    assert ~one == other
    assert ~other == one


def test_joining_flattens_what_is_joined_alike():
    """Three values are one group of three, in their order."""
    found = F.country.in_("US", "CA", "DE")
    assert [part.value for part in found] == ["US", "CA", "DE"]
    assert repr(found) == "(F.country == 'US') | (F.country == 'CA') | (F.country == 'DE')"
    both = (F.os == "ios") & found & (F.device == "mobile")
    assert len(both.parts) == 3
    assert F.country.in_("US") == (F.country == "US")


@pytest.mark.parametrize("operator", ATTRIBUTE)
def test_what_has_no_opposite_says_so(operator):
    """A missing attribute is neither greater nor smaller."""
    condition = F.parse(
        [[rule("attribute", operator, None if operator in ("bt", "bf") else 1, "a")]]
    )
    with pytest.raises(InvalidRequest) as caught:
        operator_module.invert(condition)
    assert str(caught.value) == (
        f"attribute: {operator!r} has no opposite in the API, so it cannot be negated"
    )


BROKEN = [
    (("nothing", "==", 1, None), f"criteria: 'nothing' is not one of: {', '.join(RULES)}; F.raw(rule) sends a rule as it is"),
    (("country", "ex", None, None), f"country: 'ex' is not one of its operators: {' '.join(MATCH)}"),
    (("dayofweek", "gt", 1, None),
     f"dayofweek: 'gt' is not one of its operators: {' '.join(BASE + ORDER)}"),
    (("utm", "==", "a", None), "utm: needs a key"),
    (("utm", "==", "a", ""), "utm: needs a key"),
    (("device", "==", "mobile", "k"), "device: takes no key"),
    (("device", "ex", "mobile", None), "device: 'ex' takes no value"),
    (("os", "==", "beos", None), "os: 'beos' is not one of: windows, macos, ios, linux"),
    (("hourofday", "==", 24, None), "hourofday: 24 is not a whole number from 0 to 23"),
    (("hourofday", "==", -1, None), "hourofday: -1 is not a whole number from 0 to 23"),
    (("hourofday", "==", True, None), "hourofday: True is not a whole number from 0 to 23"),
    (("hourofday", "==", 1.0, None), "hourofday: 1.0 is not a whole number from 0 to 23"),
    (("dayofweek", "==", 7, None), "dayofweek: 7 is not a whole number from 0 to 6"),
    (("country", "==", "us", None), "country: 'us' is not two capital letters (did you mean US?)"),
    (("country", "==", 1, None), "country: 1 is not two capital letters"),
    (("country", "==", "USA", None), "country: 'USA' is not two capital letters"),
    (("v.uuid", "==", "a b", None), "v.uuid: 'a b' is not 1 to 80 of A-Z a-z 0-9 _ -"),
    (("v.uuid", "==", 7, None), "v.uuid: 7 is not 1 to 80 of A-Z a-z 0-9 _ -"),
    (("v.visitor_id", "==", "a" * 81, None),
     f"v.visitor_id: {'a' * 81!r} is not 1 to 80 of A-Z a-z 0-9 _ -"),
    (("user_agent", "==", 1, None), "user_agent: 1 is not text"),
    (("attribute", "==", None, "a"), "attribute: None is not text, a number, or true or false"),
    (("attribute", "==", float("inf"), "a"), "attribute: inf is not text, a number, or true or false"),
    (("attribute", "gt", "x", "a"), "attribute: 'gt' needs a number, not 'x'"),
    (("attribute", "gt", True, "a"), "attribute: 'gt' needs a number, not True"),
    (("attribute", "gt", float("nan"), "a"), "attribute: nan is not text, a number, or true or false"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "words"), BROKEN, ids=[words for _, words in BROKEN])
def test_a_broken_rule_is_named(given, words):
    """With the criterion and what it takes."""
    with pytest.raises(InvalidRequest) as caught:
        check(*given)
    assert str(caught.value) == words


@pytest.mark.parametrize("given", [0, 23])
def test_the_ends_of_a_range_belong_to_it(given):
    """Hour 0 and hour 23 are hours."""
    assert check("hourofday", "==", given, None) == given
    assert check("v.uuid", "==", "a" * 80, None) == "a" * 80
    assert check("attribute", "gt", "3.5", "a") == "3.5"
    assert check("device", "ex", None, None) is None


BROKEN_EVENTS = [
    (("=", 1, "a b"), "event_attribute: key 'a b' is not 1 to 80 of letters, digits, _ . -"),
    (
        ("=", 1, "a" * 81),
        f"event_attribute: key {'a' * 81!r} is not 1 to 80 of letters, digits, _ . -",
    ),
    (("==", 1, "a"), f"event_attribute: '==' is not one of: {' '.join(EVENT)}"),
    (("ex", 1, "a"), "event_attribute: 'ex' takes no value"),
    (("=", None, "a"), "event_attribute: None is not text, a number, or true or false"),
    (("=", float("nan"), "a"), "event_attribute: nan is not text, a number, or true or false"),
    (("=", "x" * 501, "a"), "event_attribute: a value of 501 characters is longer than 500"),
]


@pytest.mark.parametrize(
    ("given", "words"), BROKEN_EVENTS, ids=[words for _, words in BROKEN_EVENTS]
)
def test_a_broken_rule_of_an_event_is_named(given, words):
    """With what is allowed."""
    with pytest.raises(InvalidRequest) as caught:
        check_event(*given)
    assert str(caught.value) == words


def test_the_ends_of_an_event_s_ranges_belong_to_it():
    """80 characters of a key, 500 of a value."""
    assert check_event("=", "x" * 500, "a" * 80) == "x" * 500
    assert check_event("nx", None, "a.b-c_9") is None
    assert check_event("=", True, "a") is True


LISTS = [
    ("[not json", "where: is text that is not JSON"),
    ([], "where: must be an expression, or a list of lists of rules"),
    ({}, "where: must be an expression, or a list of lists of rules"),
    (b"[]", "where: must be an expression, or a list of lists of rules"),
    ([[]], "where: each group must be a list of rules that is not empty"),
    ([{}], "where: each group must be a list of rules that is not empty"),
    ([[1]], "where: each group must be a list of rules that is not empty"),
    ([["text"]], "where: each group must be a list of rules that is not empty"),
    (
        [[{}]],
        f"criteria: 'None' is not one of: {', '.join(RULES)}; F.raw(rule) sends a rule as it is",
    ),
]


@pytest.mark.parametrize(("raw", "words"), LISTS, ids=[str(raw) for raw, _ in LISTS])
def test_lists_that_are_none_are_refused(raw, words):
    """Before anything is sent, and with the option's name."""
    with pytest.raises(InvalidRequest) as caught:
        custom_filter(raw)
    assert str(caught.value) == words


def test_lists_of_events_are_read_with_either_name_of_the_operator():
    """`operand` is the API's word, `operator` its alias; the option's name is in the error."""
    expected = (E.attr("a") == 1) & (E.attr("b") == 2) | (E.attr("c") == 3)
    raw = [
        [{"key": "a", "operand": "=", "value": 1}, {"key": "b", "operator": "=", "value": 2}],
        [{"key": "c", "operand": "=", "value": 3, "operator": "!="}],
    ]
    assert E.parse(raw) == expected
    assert event_attribute(raw) == event_attribute(expected)
    with pytest.raises(InvalidRequest, match="^event_where: is text that is not JSON$"):
        event_attribute("[x")
    with pytest.raises(InvalidRequest, match="^event_attribute: key None is not 1 to 80"):
        E.parse([[{"operand": "="}]])


@pytest.mark.parametrize(
    ("make", "field"),
    [(lambda n: (F.hourofday == n % 24) | (F.utm(f"a{n}") == "b"), "where"),
     (lambda n: (E.attr(f"a{n}") == 1) & (E.attr(f"b{n}") == 1), "event_where")],
)  # fmt: skip
def test_what_blows_up_is_refused_with_the_count(make, field):
    """512 clauses are sent, 1024 are not."""
    render = custom_filter if field == "where" else event_attribute
    found = make(0)
    for n in range(1, 9):
        found = ~(~found) & make(n) if field == "event_where" else found | make(n)
    assert render(found)
    blown = (F.os == "ios") & (F.device == "mobile")
    for n in range(9):
        blown = blown | ((F.utm(f"x{n}") == "1") & (F.utm(f"y{n}") == "1"))
    with pytest.raises(InvalidRequest) as caught:
        custom_filter(blown)
    assert str(caught.value) == "where: it needs 1024 groups, more than 512; split it up"
    assert MOST == 512


TEXTS = [
    ("device == mobile", F.device == "mobile"),
    ("device = mobile", F.device == "mobile"),
    ("device != mobile", F.device != "mobile"),
    ("hourofday > 9", F.hourofday > 9),
    ("hourofday >= 9", F.hourofday >= 9),
    ("hourofday < 9", F.hourofday < 9),
    ("hourofday <= 9", F.hourofday <= 9),
    ("dayofweek == 6", F.dayofweek == 6),
    ("country in (US, CA)", F.country.in_("US", "CA")),
    ("country NOT IN (US, CA)", F.country.not_in("US", "CA")),
    ("landing_page contains '/a b'", F.landing_page.contains("/a b")),
    ("landing_page not contains x", F.landing_page.not_contains("x")),
    ("ref_page exists", F.ref_page.exists()),
    ("ref_page missing", F.ref_page.missing()),
    ("attribute.vip is_true", F.attribute("vip").is_true()),
    ("attribute.vip is_false", F.attribute("vip").is_false()),
    ("attribute.seen days_gt 3", F.attribute("seen").days_gt(3)),
    ("attribute.seen days_gte 3", F.attribute("seen").days_gte(3)),
    ("attribute.seen days_lt 3.5", F.attribute("seen").days_lt(3.5)),
    ("attribute.seen days_lte 3", F.attribute("seen").days_lte(3)),
    ("attribute.plan == pro", F.attribute("plan") == "pro"),
    ("attribute.plan == nan", F.attribute("plan") == "nan"),
    ("attribute.plan == Infinity", F.attribute("plan") == "Infinity"),
    ("event.plan != 1e999", E.attr("plan") != "1e999"),
    ("attribute.plan == '3'", F.attribute("plan") == "3"),
    ("utm.campaign == 2026", F.utm("campaign") == "2026"),
    ("queryparam.ref == a", F.queryparam("ref") == "a"),
    ("event.a.b > 100", E.attr("a.b") > 100),
    (r'user_agent == "a\"b\\"', F.user_agent == 'a"b\\'),
    ("os == ios & device == mobile | os == linux",
     (F.os == "ios") & (F.device == "mobile") | (F.os == "linux")),
    ("os == ios and (device == mobile or os == linux)",
     (F.os == "ios") & ((F.device == "mobile") | (F.os == "linux"))),
    ("~os == ios", F.os != "ios"),
    ("not (os == ios | os == linux)", (F.os != "ios") & (F.os != "linux")),
    ("not not os == ios", F.os == "ios"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expression"), TEXTS, ids=[text for text, _ in TEXTS])
def test_text_stands_for_an_expression(text, expression):
    """As the command line takes it."""
    assert parse_segment(text) == expression


WRONG = [
    ("", 1, "a field is missing here"),
    ("== mobile", 1, "a field is missing here"),
    ("device", 7, "an operator is missing: == != > >= < <= in, contains, exists, missing"),
    ("device ==", 10, "a value is missing here"),
    ("device == &", 11, "a value is missing here"),
    ("device == mobile os", 18, "unexpected 'os'; combine conditions with & or |"),
    ("(device == mobile", 18, "a ) is missing"),
    ("country in US", 12, "`in` must be followed by a list in brackets"),
    ("country in (US", 15, "a ) is missing"),
    ("country not == US", 13, "`not` must be followed by `in` or `contains`"),
    ("device == mobile & event.a == 1", 20, "conditions on visitors and on events cannot be combined"),
    ("device == \"mobile", 11, "unexpected '\"'"),
    ("device == mobil", 11, "device: 'mobil' is not one of: mobile, desktop, tablet (did you mean mobile?)"),
    ("hourofday == 99", 14, "hourofday: 99 is not a whole number from 0 to 23"),
    ("hourofday in (3, 99)", 18, "hourofday: 99 is not a whole number from 0 to 23"),
    ("hourofday == -1", 14, "hourofday: -1 is not a whole number from 0 to 23"),
    ("hourofday == 1.5", 14, "hourofday: 1.5 is not a whole number from 0 to 23"),
    ("hourofday in (0, 99)", 18, "hourofday: 99 is not a whole number from 0 to 23"),
    ("device in (mobile, \"mobil\")", 20, "device: 'mobil' is not one of: mobile, desktop, tablet (did you mean mobile?)"),
    ("country in (US, Xx)", 17, "country: 'Xx' is not two capital letters (did you mean XX?)"),
    ("device is_true", 1, "device has no such operator"),
    ("device > mobile", 8, f"device: '>' is not one of its operators: {' '.join(BASE)}"),
    ("event. == 1", 1, "unknown field 'event.' (did you mean event?)"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "column", "words"), WRONG, ids=[text for text, *_ in WRONG])
def test_wrong_text_is_told_with_its_column(text, column, words):
    """The text stands below the message, and an arrow under the place."""
    with pytest.raises(SegmentSyntaxError) as caught:
        parse_segment(text)
    error = caught.value
    assert (error.column, error.at, error.problem, error.text) == (column, column - 1, words, text)
    assert str(error) == f"segment: column {column}: {words}\n  {text}\n  {' ' * (column - 1)}^"


@pytest.mark.parametrize("signs", ["(", "~"])
def test_text_that_is_nested_too_deeply_is_refused(signs: str) -> None:
    """It is a SegmentSyntaxError, and no error of Python's."""
    with pytest.raises(SegmentSyntaxError, match="it is nested too deeply"):
        parse_segment(signs * 50_000 + "device == mobile")


def test_a_syntax_error_has_a_name_and_survives_copies():
    """One of several segments is told from the others; wide letters take two cells."""
    with pytest.raises(SegmentSyntaxError) as caught:
        parse_segment("os == \u65e5e\u0301\t")
    error = caught.value.named("mine")
    assert str(error).startswith("segment 'mine': column 7: os: ")
    assert str(error).endswith("\n  os == \u65e5e\u0301 \n        ^")
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert (str(again), again.name, again.column) == (str(error), "mine", 7)
    with pytest.raises(SegmentSyntaxError, match=r"\n  \u65e5e\u0301 x == 1\n  \^$"):
        parse_segment("\u65e5e\u0301 x == 1")
    with pytest.raises(SegmentSyntaxError) as caught:
        parse_segment("source == direct | utm.\u65e5e\u0301 == x | y == 1")
    assert str(caught.value).endswith("\n" + " " * 36 + "^")


def test_the_message_shows_no_sign_that_a_terminal_obeys():
    """Escapes and marks that turn the direction of writing are blanks, and the column stays right."""
    with pytest.raises(SegmentSyntaxError) as caught:
        parse_segment('os\u202e\x1b == "\x9b\u2066" & ?')
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", str(caught.value)
    )
