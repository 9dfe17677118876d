"""The search finds the right page by the words that people type: a model of it, over the pages' own text.

tests/docs/test_site.py asks the search of the built site the same.
"""

import re
from functools import cache
from typing import NamedTuple

import pytest
import yaml

from support.pages import FENCE, ROOT
from support.words_searched import WORDS

pytestmark = pytest.mark.skipif(
    not (ROOT / "docs").exists(), reason="the docs are not part of the wheel"
)
FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
WEIGHTS = (1e6, 1e3, 1.0)
"""Material's: of tags, titles and text."""


class Section(NamedTuple):
    """A part of a page that can be found: whether it is its beginning, and its words by field."""

    page: str
    whole: bool
    fields: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def words(text):
    """The words of a text, cut as the search cuts them."""
    found = (word.strip("`*_()[]{}<>.,;:!?\"'|#") for word in re.split(r"[\s\-]+", text.lower()))
    return tuple(word for word in found if word)


@cache
def sections():
    """Every heading of every page with what follows it; the first one has the page's tags."""
    found = []
    for path in sorted((ROOT / "docs").rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        front = FRONT.match(text)
        tags = yaml.safe_load(front[1]).get("tags", []) if front else []
        text = FENCE.sub("", FRONT.sub("", text))
        page = path.relative_to(ROOT / "docs").with_suffix("").as_posix()
        _, *parts = HEADING.split(text)
        for number, (title, body) in enumerate(zip(parts[::2], parts[1::2], strict=True)):
            tagged = "" if number else " ".join(map(str, tags))
            fields = (words(tagged), words(title), words(body))
            found.append(Section(page, number == 0, fields))
    return found


def score(typed, section):
    """How well a section answers: each word counts once, in the best field that has it or begins so."""
    wanted = words(typed)
    matched = [
        next(
            (
                weight
                for weight, field in zip(WEIGHTS, section.fields, strict=True)
                if any(word.startswith(one) for word in field)
            ),
            0.0,
        )
        for one in wanted
    ]
    share = sum(map(bool, matched)) / len(wanted)
    return sum(matched) * (1 + (section.whole + share) ** 2)


def found(typed):
    """Pages, the best one first."""
    ranked = sorted(sections(), key=lambda section: -score(typed, section))
    return [*dict.fromkeys(section.page for section in ranked if score(typed, section))]


@pytest.mark.parametrize(("typed", "page"), WORDS.items())
def test_what_people_type_finds_its_page(typed, page):
    """It comes first: by a tag, where the page's own words are others."""
    assert found(typed)[:1] == [page]


def test_every_tag_is_said_once():
    """Two pages with the same tag would be in each other's way."""
    said = [
        str(tag).lower()
        for path in (ROOT / "docs").rglob("*.md")
        if (front := FRONT.match(path.read_text(encoding="utf-8")))
        for tag in yaml.safe_load(front[1])["tags"]
    ]
    assert len(said) > 40
    assert sorted(said) == sorted(set(said))


def test_an_unknown_word_finds_nothing():
    """The model can say no."""
    assert found("zzyzx") == []
