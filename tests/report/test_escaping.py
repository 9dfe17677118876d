"""What came from the server is text, wherever it ends up."""

import re
import unicodedata
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from midakit.report import phrasing as words
from midakit.report.html import Markup, link, tag, text
from support.experiments import EVIL, EVILS, experiment, hostile, report


class Seen(HTMLParser):
    """Tags, attributes and text of a page, as a browser takes them."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def made():
    segments = {EVIL: [[{"criteria": "device", "operator": "==", "value": "mobile"}]]}
    return report(hostile(), segments=segments, comments=True)


def test_an_evil_name_stays_a_name_on_the_page(made):
    """No element and no attribute is made of a name; each name can be read as it was written."""
    seen = Seen(made.html)
    assert not {"script", "img", "iframe", "object", "embed"} & set(seen.tags)
    assert not [one for one in seen.attributes if one[1].startswith("on")]
    shown = "".join(seen.text)
    script, image, entity, _ = EVILS
    for name in (script, image, entity):
        assert name in shown
    hints = seen.tags.count("rect")  # what the pointer shows of a day
    assert seen.tags.count("title") == 1 + seen.tags.count("svg") + hints


def test_an_address_that_is_no_web_address_is_no_link(made):
    """A javascript: address is shown and cannot be followed."""
    seen = Seen(made.html)
    assert "javascript:alert(1)" in "".join(seen.text)
    targets = [value for _, name, value in seen.attributes if name in ("href", "src")]
    assert all(target.startswith(("#", "data:,")) for target in targets)


def test_nothing_on_the_page_has_an_address_to_fetch():
    """Links may be followed; nothing is loaded: no source, no import, no url() but inside itself."""
    page = report(experiment(order_value=30)).html
    found = Seen(page).attributes
    assert not [one for one in found if one[1] in ("src", "srcset", "poster", "background")]
    assert [value for tag, name, value in found if (tag, name) == ("link", "href")] == ["data:,"]
    assert not re.search(r"@import|url\((?!#)", page)
    assert "http-equiv" in page
    assert "default-src &#x27;none&#x27;" in page


def test_an_evil_name_stays_a_name_in_a_chart(made, tmp_path):
    """SVG files are well formed, hold no script, and carry the names in texts and alternatives."""
    for path in made.save_charts(tmp_path):
        root = ElementTree.parse(path).getroot()
        kinds = {one.tag.rpartition("}")[2] for one in root.iter()}
        assert not kinds & {"script", "image", "foreignObject", "a"}
        assert "<script" not in path.read_text(encoding="utf-8")
    lift = ElementTree.parse(tmp_path / "1-lift.svg").getroot()
    told = lift.find("{http://www.w3.org/2000/svg}desc").text
    assert EVIL in told
    texts = [one.text for one in lift.iter("{http://www.w3.org/2000/svg}text")]
    assert EVIL in texts


def test_a_name_that_looks_like_a_colour_is_not_repainted():
    """Colours become the page's variables; a name that spells one does not."""
    page = report(experiment(arms=(("Control", 900, 90), ("#0072b2 and $x^2$", 900, 99)))).html
    assert "#0072b2 and $x^2$ less Control" in page
    assert "var(--arm1,#0072b2) and" not in page


def test_the_terminal_shows_and_never_obeys(made):
    """No control character, no escape, nothing that turns the direction of writing is printed."""
    turned = experiment(test_id=2, name="safe\u202egnp.exe\u2066", goal="\x9b2J\x1b]0;title\x07")
    printed = str(made) + str(report(turned)) + repr(made)
    odd = {sign for sign in printed if unicodedata.category(sign) in ("Cc", "Cf")}
    assert odd == {"\n"}
    assert "safe\\u202egnp.exe" in printed
    assert "[31mred" in printed


def test_control_characters_do_not_reach_the_page(made):
    """A page with them would be no page: they are shown as replaced."""
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", made.html)
    assert "\\u001b[31mred" in made.html


@pytest.mark.parametrize(
    ("address", "followed"),
    [
        ("https://shop.example.com/?a=1&b=%22", True),
        ("http://[::1]/", True),
        (" javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,<script>", False),
        ("//evil.example", False),
        ("http://[broken", False),
        ("", False),
    ],
)
def test_only_web_addresses_are_links(address, followed):
    """Whatever else it is, it is text."""
    assert link(address).startswith("<a ") is followed


def test_markup_is_made_only_by_tag():
    """A plain text is escaped once, markup not again, attributes always."""
    assert text("<b>&") == "&lt;b&gt;&amp;"
    assert text(Markup("<b>")) == "<b>"
    assert tag("p", "<", tag("b", ">"), title='"<') == '<p title="&quot;&lt;">&lt;<b>&gt;</b></p>'


def test_a_name_is_cut_in_the_middle_by_what_it_takes():
    """Wide signs count twice, and what tells names of a kind apart stays."""
    assert words.short("A rather long variant name 12", 16) == "A rather…ame 12"
    assert words.width(words.short("結果の見出しを短くする案その二", 12)) <= 12
    assert words.short("short", 16) == "short"
