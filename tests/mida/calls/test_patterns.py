"""What is refused of a regular expression: only what no engine takes."""

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from midakit.mida import calls
from midakit.mida.calls.patterns import fault_of

SIGNS = st.text(st.sampled_from("()[]|*+?\\^$.ab"), max_size=12)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(", "a parenthesis ( is not closed"),
        ("a(b[)]", "a parenthesis ( is not closed"),
        ("a)b(", "a parenthesis ) is closed but not opened"),
        (r"a\)b)", "a parenthesis ) is closed but not opened"),
        ("[a-z", "a bracket [ is not closed"),
        (r"[a\]", "a bracket [ is not closed"),
        ("shop\\", "nothing follows its last backslash"),
        ("*.example.com", "there is nothing before * that it could repeat"),
        ("a|+b", "there is nothing before + that it could repeat"),
        ("a|?", "there is nothing before ? that it could repeat"),
        ("?", "there is nothing before ? that it could repeat"),
        ("(*)", "there is nothing before * that it could repeat"),
    ],
)
def test_what_no_engine_accepts_is_named(pattern, said):
    assert fault_of(pattern) == said


@pytest.mark.parametrize(
    "pattern",
    [
        r"", r"^https://shop\.example\.com/(?<section>[a-z]+)$", r"\p{L}+", "[^]", "[]", "(?<=a+)b",
        "a{99999999999999999999}", "[(*]", r"\(\[", "(" * 3000 + ")" * 3000, "(?:a|)*", "[*]+", r"\[*",
    ],
)  # fmt: skip
def test_patterns_of_browsers_that_python_cannot_read_are_let_through(pattern):
    assert fault_of(pattern) is None


@pytest.mark.filterwarnings("ignore:Possible:FutureWarning")
@given(SIGNS)
@example("[]")
def test_what_an_engine_accepts_is_not_refused(pattern):
    """Brackets are read as browsers do: `[]` is closed, where others wait for one more `]`."""
    if "[]" in pattern or "[^]" in pattern:
        return
    try:
        re.compile(pattern)
    except re.error:
        return
    assert fault_of(pattern) is None


@pytest.mark.filterwarnings("ignore:Possible:FutureWarning")
@given(SIGNS)
def test_what_is_let_through_is_refused_by_an_engine_for_other_reasons_only(pattern):
    if fault_of(pattern) is not None:
        return
    try:
        re.compile(pattern)
    except re.error as error:
        assert not error.msg.startswith(
            ("missing )", "unbalanced parenthesis", "bad escape (end", "nothing to repeat")
        ) or re.search(r"\[\^?\]|([$^*+?]|\\b)[*+?]", pattern)


def test_a_pattern_that_backtracks_is_never_run():
    """Python's engine would not end before the universe does."""
    page = f"https://example.com/{'a' * 100}!"
    rules = [{"url": "(a|aa)+$", "rule": "regex"}]
    call = calls.experiments.create("T", [{}], url=page, page_urls=rules)
    assert json.loads(call.body)["page_urls"] == rules
