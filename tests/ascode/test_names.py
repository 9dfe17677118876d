"""Names of files, made of whatever somebody called an experiment."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit.ascode.names import LONGEST, RESERVED, VALID, file_name, free_name


@given(st.text())
def test_every_text_gives_a_name_that_is_safe_everywhere(text):
    name = file_name(text)
    assert VALID.fullmatch(name)
    assert len(name) <= LONGEST
    assert name not in RESERVED


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Homepage headline", "homepage-headline"),
        ("  Größe – 2 €!", "groe-2"),
        ("../../etc/passwd", "etc-passwd"),
        ("..", "unnamed"),
        ("日本語", "unnamed"),
        ("CON", "con-1"),
        ("thank_you_page", "thank_you_page"),
        ("a/b\\c\0d\n", "a-b-c-d"),
        ("x" * 80, "x" * LONGEST),
        ("y" * 59 + "--z", "y" * 59),
    ],
)
def test_names(text, name):
    assert file_name(text) == name


@given(st.lists(st.text(max_size=5), max_size=20))
def test_no_two_texts_share_a_name(texts):
    taken: set[str] = set()
    for text in texts:
        name = free_name(text, taken)
        assert name not in taken
        assert re.fullmatch(re.escape(file_name(text)) + r"(-\d+)?", name)
        taken.add(name)
