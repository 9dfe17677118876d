"""The page in a real browser: what a reader sees, and what the network does not."""

import base64
import io
import json
import os
import re
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from midakit.report.charts.text_width import pixels
from support.browser import MARKS
from support.experiments import EVILS, experiment, hostile, report

pytestmark = MARKS
LOOKS = Path(__file__).with_name("looks.js").read_text(encoding="utf-8")
GOLDEN = Path(__file__).parents[1] / "data/report"
LONG = "A variant whose name somebody wrote as a whole sentence, with its reason,"


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Pages to look at: one experiment with everything, several at once, and a hostile one."""
    folder = tmp_path_factory.mktemp("pages")
    arms = (("Control", 9000, 800), (f"{LONG} one", 9100, 960), (f"{LONG} two", 9050, 700))
    figures = {"signup": (200, 262, 210), "BounceRate": (38.9, 40.2, 39), "cta": (900, 990, 905)}
    parts = {
        "mobile": [("Control", 4000, 300), (LONG, 4100, 420), ("Two", 4050, 300)],
        "desktop": [("Control", 5000, 500), (LONG, 5000, 540), ("Two", 5000, 400)],
    }
    said = [{"comment": "Ship it?", "author_name": "Ada", "created_at": "2026-03-09T10:00:00Z"}]
    one = experiment(arms=arms, order_value=40, metrics=figures, breakdowns=parts, comments=said)
    made = {
        "one": report(one, breakdown_by="device", comments=True),
        "many": report(
            experiment(1), experiment(2, "Two", arms=arms), experiment(3, "Few", days=1),
            experiment(4, "Off", arms=(("Control", 4000, 320), ("Short", 4400, 420))),
            experiment(5, "One-tailed", arms=arms[:2], engine="frequentist"),
        ),
        "hostile": report(hostile(), comments=True),
    }  # fmt: skip
    return {name: found.save(folder / f"{name}.html") for name, found in made.items()}


def opened(browser, path, width=1280, kind="screen", *, dark=False):
    page = browser.open(path)
    page.resize(width)
    page.media(kind, dark=dark)
    page.evaluate(LOOKS)
    return page


NAMES = ("one", "many", "hostile")


@pytest.mark.parametrize("name", NAMES)
def test_it_renders_and_fetches_nothing(browser, pages, name):
    """From a file: the only address asked for is the file's, and the console is silent."""
    page = opened(browser, pages[name])
    assert page.requests == [pages[name].resolve().as_uri()]
    assert page.evaluate("performance.getEntriesByType('resource').length") == 0
    assert page.console_errors == []
    assert page.evaluate("document.querySelectorAll('svg').length") >= 5
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "16px"  # its style holds


def test_a_server_is_asked_for_the_page_and_nothing_else(browser, pages):
    """Over HTTP too: not even an icon is fetched."""
    asked = []

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            asked.append(self.path)

    handler = partial(Handler, directory=pages["many"].parent)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            page = browser.open(f"http://127.0.0.1:{server.server_port}/many.html")
            page.evaluate("new Promise(done => setTimeout(done, 300))")
            assert page.console_errors == []
        finally:
            server.shutdown()
            thread.join()
    assert asked == ["/many.html"]


def test_a_script_smuggled_in_would_not_run(browser, pages, tmp_path):
    """Should a name ever get through, the page's own policy stops it."""
    text = pages["one"].read_text(encoding="utf-8")
    smuggled = "<script>window.hit=1</script><img src='http://127.0.0.1:9/x' onerror='hit=1'>"
    broken = tmp_path / "broken.html"
    broken.write_text(text.replace("<main", f"{smuggled}<main"), encoding="utf-8")
    page = browser.open(broken)
    assert page.evaluate("window.hit") is None
    assert any("Content Security Policy" in error for error in page.console_errors)


def test_evil_names_are_read_as_names(browser, pages):
    """Titles, cells, charts and comments show the names; none of them became an element."""
    page = opened(browser, pages["hostile"])
    script, image, entity, _ = EVILS
    assert page.evaluate("document.title") == script + image
    assert page.evaluate("document.querySelector('h1').textContent") == script + image
    rows = "[...document.querySelectorAll('tbody th')].map(cell => cell.textContent)"
    assert {script, entity} <= set(page.evaluate(rows))
    texts = "[...document.querySelectorAll('svg text')].map(text => text.textContent)"
    assert script in page.evaluate(texts)
    assert page.evaluate("document.querySelectorAll('script, img, iframe').length") == 0
    assert page.evaluate("[...document.links].map(a => a.protocol)") == ["file:"]  # "skip" alone


def contrast(one, other):
    def light(colour):
        parts = (part / 255 for part in colour[:3])
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", ["one", "many"])
def test_every_word_can_be_read(browser, pages, name):
    """Contrast of each text with what is behind it: 4.5 and more, by day and by night."""
    page = opened(browser, pages[name])
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    for dark in (False, True):
        page.media(dark=dark)
        found = page.evaluate("looks.colours()")
        assert len(found) > 150
        weak = [
            f"{words}: {contrast(ink, ground):.2f}"
            for words, ink, ground in found
            if contrast(ink, ground) < 4.5
        ]
        assert weak == []
        [r, g, b, _] = page.evaluate("looks.ground(document.body)")
        assert (max(r, g, b) < 60) is dark


def test_a_weak_colour_would_be_found(browser, pages):
    """The measure of contrast is one that fails: grey on white is seen."""
    page = opened(browser, pages["one"])
    page.evaluate("document.querySelector('h1').style.color = '#aaa'")
    worst = min(contrast(ink, ground) for _, ink, ground in page.evaluate("looks.colours()"))
    assert worst < 2.5


@pytest.mark.parametrize("name", NAMES)
def test_nothing_sticks_out_at_any_width(browser, pages, name):
    """No sideways scrolling, no cut table, no words over words in a chart, phone to wide screen."""
    page = opened(browser, pages[name])
    scroll = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for width in (320, 360, 390, 700, 870, 1030, 1280, 1900):
        page.resize(width)
        assert page.evaluate("innerWidth") == width
        assert page.evaluate(scroll) == 0, width
        assert page.evaluate("looks.overflowing()") == [], width
        assert page.evaluate("looks.cut()") == [], width
        assert page.evaluate("looks.colliding()") == [], width


def test_a_phone_gets_charts_of_its_own_and_rows_as_cards(browser, pages):
    """Each wide chart has a narrow twin, and cells carry the name of their column."""
    page = opened(browser, pages["one"], 390)
    charts = "[...document.querySelectorAll('svg')].filter(e => looks.shown(e))"
    wide = page.evaluate(f"{charts}.map(e => e.viewBox.baseVal.width)")
    assert set(wide) == {360}
    label = "getComputedStyle(document.querySelector('td'), '::before').content"
    assert page.evaluate(label) == '"Visitors"'
    sizes = f"{charts}.flatMap(e => [...e.querySelectorAll('text')].map(t => t.getBoundingClientRect().height))"
    assert min(page.evaluate(sizes)) >= 10


def test_words_of_charts_are_as_wide_as_was_counted_or_less(browser, pages):
    """Charts are laid out without a font: in a browser's wide one no text takes more than was left for it."""
    script = (
        "[...document.querySelectorAll('svg text')].map(t => [t.textContent, "
        "parseFloat(t.getAttribute('font-size')), t.getAttribute('font-weight') === '600', "
        "t.getComputedTextLength()])"
    )
    found = [one for name in NAMES for one in opened(browser, pages[name]).evaluate(script)]
    assert len(found) > 300
    wider = [
        (text, taken, pixels(text, size, bold=bold))
        for text, size, bold, taken in found
        if taken > pixels(text, size, bold=bold) + 0.5
    ]
    assert wider == []


def test_the_pointer_shows_the_figures_of_a_day(browser, pages):
    """Over the last day of a chart stands what the table says of the variant."""
    page = opened(browser, pages["one"])
    script = """(() => {
        const rects = [...document.querySelectorAll('svg.wide')].map(s => [...s.querySelectorAll('rect')].pop());
        const box = rects.find(r => r).getBoundingClientRect();
        scrollTo(0, box.top + scrollY - 100);
        const now = rects.find(r => r).getBoundingClientRect();
        return document.elementFromPoint((now.left + now.right) / 2, (now.top + now.bottom) / 2)
            .querySelector('title').textContent;
    })()"""
    shown = page.evaluate(script)
    assert shown.startswith("Tue 31 Mar 2026\nControl: 8.89 % (8.31 to 9.49 %)\n")
    assert "10.55 %" in shown


def test_paper_gets_everything_that_matters(browser, pages):
    """Printed from a dark screen it is light; the method is unfolded; no table is cut; one PDF."""
    page = opened(browser, pages["one"], 700, "print", dark=True)
    assert page.evaluate("looks.ground(document.body)")[:3] == [255, 255, 255]
    assert page.evaluate("looks.cut()") == []
    assert page.evaluate("looks.overflowing()") == []
    shown = "[...document.querySelectorAll('details')].map(e => looks.shown(e.lastElementChild))"
    assert page.evaluate(shown) == [True, False]  # the method; not every figure
    assert page.evaluate("looks.shown(document.querySelector('.skip'))") is False
    rows = "[...document.querySelectorAll('tbody tr')].map(e => getComputedStyle(e).display)"
    assert set(page.evaluate(rows)) == {"table-row"}  # no cards: paper is narrow, and no phone
    pages = re.findall(rb"/Type\s*/Page\b", page.pdf())
    assert 3 <= len(pages) <= 6


@pytest.mark.parametrize("name", NAMES)
def test_it_can_be_read_aloud(browser, pages, name):
    """One first heading, none skipped; tables with captions and scopes; charts with words; one language."""
    page = opened(browser, pages[name])
    levels = page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4')].map(h => Number(h.tagName[1]))"
    )
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.evaluate("document.documentElement.lang") == "en"
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    named = [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in nodes
        if not node.get("ignored")
    ]
    for role in ("image", "table", "region", "columnheader", "rowheader", "link", "list"):
        found = [name for kind, name in named if kind == role]
        assert all(found) or role == "list", role
    roles = [role for role, _ in named]
    assert roles.count("main") == roles.count("banner") == roles.count("contentinfo") == 1
    tables = page.evaluate("document.querySelectorAll('table').length")
    assert page.evaluate("document.querySelectorAll('table > caption').length") == tables > 0
    assert roles.count("table") == tables
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    broken = "[...document.querySelectorAll('a[href^=\"#\"]')].filter(a => !document.querySelector(a.hash))"
    assert page.evaluate(f"{broken}.length") == 0


def test_a_phone_keeps_tables_what_they_are(browser, pages):
    """Rows laid out as cards are still rows of a table to a screen reader."""
    page = opened(browser, pages["one"], 390)
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    roles = [node["role"]["value"] for node in nodes if not node.get("ignored")]
    assert roles.count("table") == page.evaluate("document.querySelectorAll('table').length")
    assert roles.count("rowheader") > 5
    assert roles.count("cell") > 20


def test_the_layout_is_the_one_that_was_designed(browser, pages):
    """Where the parts stand to each other, whatever the font: columns, order, alignment, margins."""
    page = opened(browser, pages["one"])

    def boxes(selector):
        return page.evaluate(f"looks.boxes({json.dumps(selector)})")

    [section], [verdict], [tiles] = boxes("main > section"), boxes(".verdict"), boxes(".tiles")
    [title], [facts] = boxes("h1"), boxes(".facts")
    assert title["bottom"] < section["top"] < facts["top"] < facts["bottom"] < verdict["top"]
    assert 1000 < section["right"] - section["left"] <= 1056
    assert section["left"] + section["right"] == pytest.approx(1265, abs=20)  # in the middle
    assert tiles["left"] > (verdict["left"] + verdict["right"]) / 2
    assert verdict["top"] < tiles["top"] < tiles["bottom"] < verdict["bottom"]
    lift, traffic, *rest = boxes(".charts > figure")
    assert lift["top"] == traffic["top"]
    assert lift["right"] + 20 < traffic["left"]
    assert lift["right"] - lift["left"] == pytest.approx(traffic["right"] - traffic["left"], abs=1)
    assert len(rest) == 2
    inner = (verdict["left"], verdict["right"])
    for box in boxes("table") + boxes("figure.full"):
        assert (box["left"], box["right"]) == pytest.approx(inner, abs=1)
    tops = [box["top"] for box in boxes("main > section > *")]
    assert tops == sorted(tops)
    ends = [box["right"] for box in boxes("table:first-of-type td:last-child")]
    assert max(ends) - min(ends) < 2


def thumbnail(page):
    """The top of the page, 48 cells wide: what stays of it in any font."""
    page.call("Emulation.setScrollbarsHidden", hidden=True)
    data = base64.b64decode(page.call("Page.captureScreenshot")["data"])
    with Image.open(io.BytesIO(data)) as picture:
        return picture.convert("RGB").resize((48, 36), Image.Resampling.BOX)


def distance(one, other):
    """Mean difference of the cells, 0 to 255."""
    cells = zip(one.tobytes(), other.tobytes(), strict=True)
    return sum(abs(a - b) for a, b in cells) / len(one.tobytes())


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_looks_like_the_picture_we_keep(browser, pages, dark):
    """A small picture of the page is near the kept one; damage to the page makes it far.

    After a change that is meant, KEEP_PICTURES=1 keeps the new one.
    """
    page = opened(browser, pages["one"], 1200, dark=dark)
    now = thumbnail(page)
    kept = GOLDEN / f"page-{'dark' if dark else 'light'}.png"
    if os.environ.get("KEEP_PICTURES"):
        kept.parent.mkdir(exist_ok=True)
        now.save(kept)
    with Image.open(kept) as picture:
        golden = picture.convert("RGB")
    assert distance(now, golden) < NEAR, f"looks different: compare with {kept.name}"
    damages = {
        "other colours": lambda: page.media(dark=not dark),
        "another order": lambda: page.evaluate(
            "document.querySelector('.verdict').before(document.querySelector('.scroll'))"
        ),
        "no style": lambda: page.evaluate("document.querySelector('style').remove()"),
    }
    for name, damage in damages.items():
        damage()
        assert distance(thumbnail(page), golden) > FAR, name
        page.media(dark=dark)


NEAR, FAR = 6.0, 10.0
"""Another font moves lines: up to 4 for one that is as wide. What breaks the layout is 14 and more."""
