"""YAML keeps what people wrote, and gives back what was put in."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit import InvalidRequest
from midakit.ascode.yaml_text import parse, rewrite, write

words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs",), exclude_characters="\x85\u2028\u2029\ufeff")
) | st.sampled_from(["NO", "null", "~", "1e5", "0x1F", "0o7", "10:30", "2026-01-01", "a: b", "# c",
                     "- d", "", "i\n  j\n\nk", " l\nm", " e ", "true", "f\ng\n", "h\n\n", "*i", "&j", "!k", "1_000"])  # fmt: skip
scalars = st.none() | st.booleans() | st.integers(-(10**12), 10**12) | words
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(string.ascii_letters, min_size=1), inner, max_size=4)
    ),
    max_leaves=12,
)
documents = st.dictionaries(
    st.text(string.ascii_letters, min_size=1, max_size=8), values, max_size=6
)


@given(documents)
def test_what_is_written_is_read_again(document):
    assert parse(write(document), "x") == document


@given(documents, documents)
def test_a_rewritten_file_says_the_new_and_only_the_new(before, after):
    assert parse(rewrite(write(before), after, "x"), "x") == after


@given(documents)
def test_a_file_that_says_it_already_is_left_as_it_is(document):
    text = f"# by hand\n\n{write(document)}\n\n# the end\n"
    assert rewrite(text, document, "x") == text


def test_digits_behind_a_zero_are_text():
    """A postal code and an article's number are no numbers, and would lose their zero."""
    text = "[01234, 007, -01.5, 00, 0, -7, 0.5, -1.50, 1e3, 0e0]"
    assert parse(text, "x") == ["01234", "007", "-01.5", "00", 0, -7, 0.5, -1.5, 1000.0, 0.0]


KEPT = """\
# why this test is here
test_name: Old   # the name
status: 'draft'

variants:
  # the first
  - nickname: A      # short
    customJS: "x()"
  # the second
  - nickname: B
configuration: {traffic_allocation: 100, bayesian: 1}   # all of them
"""


def test_comments_order_and_quotes_stay_where_nothing_changed():
    document = parse(KEPT, "x")
    document["test_name"] = "New"
    document["variants"][1]["nickname"] = "C"
    document["configuration"]["traffic_allocation"] = 150
    assert rewrite(KEPT, document, "x") == (
        KEPT.replace("Old", "New").replace("nickname: B", "nickname: C")
        .replace("traffic_allocation: 100", "traffic_allocation: 150")
    )  # fmt: skip


def test_a_variant_more_or_less_leaves_the_others_alone():
    document = parse(KEPT, "x")
    document["variants"].append({"nickname": "D"})
    more = rewrite(KEPT, document, "x")
    assert "# the first" in more
    assert "# short" in more
    del document["variants"][1:]
    assert "# short" in rewrite(more, document, "x")


def test_code_of_several_lines_reads_as_code():
    assert write({"customJS": "one();\n  two();\n"}) == "customJS: |\n  one();\n    two();\n"


@pytest.mark.parametrize(
    "text",
    ["a: &b 1\nc: *b\n", "a: 1\na: 2\n", "? [a]\n: 1\n", "a: [1", "!!python/object:os.system x"],
)
def test_what_is_unsafe_or_ambiguous_is_refused(text):
    with pytest.raises(InvalidRequest, match="file.yaml"):
        parse(text, "file.yaml")
