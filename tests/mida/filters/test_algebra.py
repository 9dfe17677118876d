"""The segment algebra: expressions, their rendering, and back."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit import E, F, InvalidRequest
from midakit.mida.filters import SegmentSyntaxError, parse_segment
from midakit.mida.filters.as_lists import render_event_filter, render_filter
from midakit.mida.filters.rules import RULES, VALUELESS, WORDS

ATOMS = [
    F.device == "mobile", F.device != "tablet", F.country == "US", F.landing_page.contains("/p"),
    F.queryparam("ref").exists(), F.hourofday >= 9, F.utm("campaign") == "spring", F.visitor_type == "new",
]  # fmt: skip
EVENTS = [E.attr("a") > 1, E.attr("b") == "x", E.attr("c").exists(), E.attr("d").contains("y")]


def trees(atoms):
    return st.recursive(
        st.sampled_from(atoms),
        lambda inner: st.one_of(
            st.tuples(inner, inner).map(lambda pair: pair[0] & pair[1]),
            st.tuples(inner, inner).map(lambda pair: pair[0] | pair[1]),
            inner.map(lambda one: ~one),
        ),
        max_leaves=8,
    )


def identity(one):
    return (one.criteria, one.key, str(one.value))


FLIPPED = {"!=": "==", "!*": "**", "nx": "ex", "<": ">="}


def truth(one, world):
    """A condition is its positive form, or the negation of it."""
    if one.operator in FLIPPED:
        return not world[identity(one)]
    return world[identity(one)]


def evaluate(expression, world):
    parts = getattr(expression, "parts", None)
    if parts is None:
        return truth(expression, world)
    found = [evaluate(part, world) for part in parts]
    return all(found) if isinstance(expression, expression.and_) else any(found)


def rules(raw, make):
    return [[make(rule) for rule in group] for group in raw]


@given(trees(ATOMS), st.lists(st.booleans(), min_size=8, max_size=8))
def test_an_expression_and_its_rendering_agree(expression, bits):
    """For every visitor, the AND of ORs says what the expression says."""
    world = {identity(atom): bit for atom, bit in zip(ATOMS, bits, strict=True)}
    raw = render_filter(expression)
    conditions = rules(raw, lambda rule: F.parse([[rule]]))
    rendered = all(any(truth(one, world) for one in group) for group in conditions)
    assert rendered == evaluate(expression, world)


@given(trees(EVENTS), st.lists(st.booleans(), min_size=4, max_size=4))
def test_an_event_expression_and_its_rendering_agree(expression, bits):
    """For every event, the OR of ANDs says what the expression says."""
    flipped = {"<=": ">", **FLIPPED}

    def holds(one, world):
        return world[identity(one)] != (one.operator in flipped)

    def value(one, world):
        parts = getattr(one, "parts", None)
        if parts is None:
            return holds(one, world)
        found = [value(part, world) for part in parts]
        return all(found) if isinstance(one, one.and_) else any(found)

    world = {identity(atom): bit for atom, bit in zip(EVENTS, bits, strict=True)}
    raw = render_event_filter(expression)
    conditions = rules(raw, lambda rule: E.parse([[rule]]))
    rendered = any(all(holds(one, world) for one in group) for group in conditions)
    assert rendered == value(expression, world)


@given(trees(ATOMS))
def test_reading_the_lists_back_renders_the_same(expression):
    """`F.parse` undoes the rendering."""
    raw = render_filter(expression)
    assert render_filter(F.parse(raw)) == raw


@given(trees(ATOMS))
def test_printing_gives_the_code_that_builds_it(expression):
    """What repr shows can be pasted."""
    again = eval(repr(expression), {"F": F})  # our own text
    assert render_filter(again) == render_filter(expression)
    assert pickle.loads(pickle.dumps(expression)) == expression
    assert hash(again) == hash(again)


@given(trees(ATOMS))
def test_negating_twice_changes_nothing(expression):
    """De Morgan goes both ways."""
    assert render_filter(~~expression) == render_filter(expression)


def test_duplicates_and_absorbed_clauses_are_dropped():
    """`a & (a | b)` is `a`."""
    a, b = F.device == "mobile", F.country == "US"
    assert render_filter(a & (a | b)) == render_filter(a)
    assert render_filter(a | a) == render_filter(a)


def test_an_expression_that_blows_up_is_refused_with_the_count():
    """Twelve pairs would be 4,096 groups."""
    pairs = [(F.queryparam(f"a{n}").exists() & F.queryparam(f"b{n}").exists()) for n in range(12)]
    expression = pairs[0]
    for pair in pairs[1:]:
        expression = expression | pair
    with pytest.raises(InvalidRequest, match="4096"):
        render_filter(expression)


@pytest.mark.parametrize("make", [
    lambda: ~(F.attribute("n") > 3), lambda: ~F.attribute("vip").is_true(), lambda: ~F.attribute("d").days_lt(3),
])  # fmt: skip
def test_what_has_no_opposite_cannot_be_negated(make):
    """A missing number is neither above nor below."""
    with pytest.raises(InvalidRequest, match="no opposite"):
        make()


def test_what_has_an_opposite_is_negated_in_attributes_too():
    """Equal, containing and existing have one."""
    plan = F.attribute("plan")
    assert ~(plan == "pro") == (plan != "pro")
    assert ~plan.contains("pro") == plan.not_contains("pro")
    assert ~plan.missing() == plan.exists()


def test_groups_that_say_the_same_are_sent_once():
    """In whichever order their conditions stand."""
    mobile, us = F.device == "mobile", F.country == "US"
    assert render_filter((mobile | us) & (us | mobile)) == render_filter(mobile | us)
    paid, large = E.attr("paid") == 1, E.attr("total") > 9
    assert render_event_filter((paid & large) | (large & paid)) == render_event_filter(paid & large)


def test_truth_values_are_refused_with_advice():
    """`and` would silently drop half of it."""
    with pytest.raises(TypeError) as caught:
        bool(F.device == "mobile")
    assert str(caught.value) == (
        "a segment has no true/false value; use & | ~ instead of and, or, not, "
        "and brackets instead of a < b < c"
    )
    with pytest.raises(TypeError):
        (F.device == "mobile") & (E.attr("x") == 1)


GOOD = {
    "landing_page": "/x", "ref_page": "/x", "user_agent": "x", "queryparam": "x", "utm": "x",
    "dayofweek": 6, "hourofday": 23, "country": "US", "v.visitor_id": "a-1", "v.uuid": "b_2", "attribute": 5,
    **{name: words[0] for name, words in WORDS.items()},
}  # fmt: skip


@pytest.mark.parametrize("criteria", RULES)
def test_each_criterion_takes_its_operators_and_no_other(criteria):
    """The table of the contract, both ways."""
    every = {operator for rule in RULES.values() for operator in rule.operators}
    key = {"key": "k"} if RULES[criteria].key else {}
    for operator in every:
        value = {} if operator in VALUELESS else {"value": GOOD[criteria]}
        raw = [[{"criteria": criteria, "operator": operator, **key, **value}]]
        if operator in RULES[criteria].operators:
            assert render_filter(F.parse(raw)) == raw
        else:
            with pytest.raises(InvalidRequest):
                F.parse(raw)


@pytest.mark.parametrize("field", [F.country, F.attribute("plan"), E.attr("plan")])
def test_any_of_no_values_is_refused(field):
    """Nothing could match."""
    with pytest.raises(InvalidRequest) as caught:
        field.in_()
    assert str(caught.value) == f"{field._name}: in_() needs at least one value"


@pytest.mark.parametrize("make", [
    lambda: F.device == "phone", lambda: F.country == "us", lambda: F.country.exists(),
    lambda: F.hourofday == 24, lambda: F.dayofweek == "monday", lambda: F.uuid == "a b",
    lambda: F.landing_page > "x", lambda: F.landing_page == 3, lambda: F.queryparam(""),
    lambda: F.attribute("n") > "many", lambda: F.country.in_(), lambda: E.attr("a b") == 1,
    lambda: E.attr("a") == "x" * 501, lambda: E.attr("a") == None,  # noqa: E711
    lambda: F.parse("{"), lambda: F.parse([]), lambda: F.parse([[]]), lambda: F.parse([["x"]]),
])  # fmt: skip
def test_wrong_values_are_refused_before_anything_is_sent(make):
    """The criterion and its rule are in the message."""
    with pytest.raises(InvalidRequest):
        found = make()
        found == "x"  # noqa: B015  # a field with an empty key is refused when it is used


@pytest.mark.parametrize(("text", "code"), [
    ("device == desktop & country in (US, CA)", (F.device == "desktop") & F.country.in_("US", "CA")),
    ("device = mobile or not country == US", (F.device == "mobile") | (F.country != "US")),
    ("~(hourofday >= 9 | queryparam.ref exists)", (F.hourofday < 9) & F.queryparam("ref").missing()),
    ("attribute.plan > 3", F.attribute("plan") > 3),
    ("landing_page contains '/a b' and utm.campaign != \"x\"",
     F.landing_page.contains("/a b") & (F.utm("campaign") != "x")),
    ("country not in (US)", F.country != "US"),
    ("event.revenue >= 100 | event.currency = EUR", (E.attr("revenue") >= 100) | (E.attr("currency") == "EUR")),
    ("attribute.vip is_true", F.attribute("vip").is_true()),
])  # fmt: skip
def test_text_is_read_as_the_expression_it_spells(text, code):
    """For command lines."""
    assert parse_segment(text) == code


@pytest.mark.parametrize(("text", "column"), [
    ("device == phone", 11), ("country > US", 9), ("hourofday == 25", 14), ("device ==", 10), ("colour == red", 1), ("device == mobile country == US", 18),
    ("(device == mobile", 18), ("country in US", 12), ("device == mobile & ", 20), ("& device", 1),
    ("device == mobile & event.x = 1", 20), ("device ! mobile", 8), ("", 1),
])  # fmt: skip
def test_errors_point_at_the_column(text, column):
    """The caret stands under what is wrong."""
    with pytest.raises(SegmentSyntaxError) as caught:
        parse_segment(text)
    assert abs(caught.value.column - column) <= 1
    assert "^" in str(caught.value)


@given(st.text(max_size=40))
def test_no_text_crashes_the_parser(text):
    """It is a segment or a SegmentSyntaxError."""
    try:
        parse_segment(text)
    except SegmentSyntaxError as error:
        assert error.column >= 1


@pytest.mark.parametrize(
    "make",
    [lambda: F.device == "mobile" & F.country == "US", lambda: F.country & F.device,
     lambda: E.attr("a") | 1, lambda: 1 | F.os],
)  # fmt: skip
def test_a_comparison_without_brackets_is_explained(make):
    """`&` binds more tightly than `==`, which is easy to forget."""
    with pytest.raises(TypeError) as caught:
        make()
    assert str(caught.value) == (
        "& and | bind more tightly than comparisons: write "
        "(F.device == 'mobile') & (F.country == 'US'), each comparison in brackets"
    )


def test_words_of_python_are_refused_with_the_signs_to_use():
    """`and`, `or`, `not` and chains ask for a truth value, which a segment has not."""
    with pytest.raises(TypeError, match="use & | ~ instead of and, or, not"):
        assert not F.device == "mobile"  # noqa: SIM201
    with pytest.raises(TypeError, match="brackets instead of a < b < c"):
        assert 9 <= F.hourofday < 17


@pytest.mark.parametrize(("name", "near"), [("contry", "country"), ("atribute.x", "attribute")])
def test_an_unknown_field_names_the_nearest(name, near):
    """A slip of the finger is told with the word that was meant."""
    with pytest.raises(SegmentSyntaxError, match=f"unknown field .* .did you mean {near}"):
        parse_segment(f"{name} == US")
    with pytest.raises(SegmentSyntaxError, match="fields: browser, country"):
        parse_segment("zzzzzz == US")
