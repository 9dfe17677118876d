"""The site as readers get it: whole, searchable without a network, and asking nobody else for anything."""

import functools
import json
import re
import subprocess
import sys
import threading
import zlib
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from support.pages import ROOT
from support.words_searched import WORDS

pytestmark = [
    pytest.mark.skipif(not (ROOT / "docs").exists(), reason="the docs are not part of the wheel"),
    pytest.mark.skipif(find_spec("mkdocs") is None, reason="mkdocs is not installed"),
    pytest.mark.xdist_group("browser"),  # the site is built once, where the browser is
]
CALLABLE = ("py:class", "py:function", "py:method")
GENERATED = [
    "choices_page.py",
    "cli_page.py",
    "coverage_page.py",
    "models_page.py",
    "schemas_page.py",
    "segments_page.py",
]
FETCHED = {
    "script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "link": "href",
}  # fmt: skip
RESULTS = (
    "[...document.querySelectorAll('.md-search-result__item')].map(e => e.innerText).join('|')"
)


class Page(HTMLParser):
    """What a page fetches, where it links to, and what can be linked to."""

    def __init__(self, text):
        super().__init__()
        self.fetched, self.links, self.ids = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = {name: value or "" for name, value in attrs}
        self.ids |= {found[name] for name in ("id", "name") if name in found}
        if FETCHED.get(tag) in found and found.get("rel") not in ("canonical", "next", "prev"):
            self.fetched.append(found[FETCHED[tag]])
        if tag == "a" and "href" in found:
            self.links.append(found["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    place = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", place],
        cwd=ROOT, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return place


@pytest.fixture(scope="module")
def pages(site):
    return {path: Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}


def test_every_page_of_the_docs_is_built(site):
    """And no more of them than there are."""
    written = {
        path.relative_to(ROOT / "docs").with_suffix("") for path in (ROOT / "docs").rglob("*.md")
    }
    built = {path.relative_to(site).with_suffix("") for path in site.rglob("*.html")}
    assert built == written | {Path("404")}


def test_the_reference_shows_all_that_is_checked(site):
    """What `scripts/check_reference.py` takes for public is what readers find, and nothing else is."""
    from support.docstring_examples import public_surface

    raw = (site / "objects.inv").read_bytes().split(b"\n", 4)[4]
    rows = [row.split() for row in zlib.decompress(raw).decode().splitlines()]
    found = {public_surface.resolve(name) for name, kind, *_ in rows if kind in CALLABLE}
    assert len(found) > 450
    shown = {one.place.path for one in public_surface.surface()}
    assert {one.path for one in found if isinstance(one, public_surface.Place)} == shown


def test_no_page_asks_another_machine_for_anything(site, pages):
    """Fonts, scripts, styles and pictures are part of the site."""
    asked = {url for page in pages.values() for url in page.fetched}
    assert len(asked) > 5
    assert not {url for url in asked if re.match(r"(\w+:)?//", url)}
    for style in site.rglob("*.css"):
        assert not re.findall(r"""url\(["']?(?:https?:)?//""", style.read_text()), style


def test_every_internal_link_leads_to_something(pages):
    """The file is there, and so is the heading."""
    wrong = []
    for path, page in pages.items():
        if path.name == "404.html":  # its links are from the root of a server
            continue
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            there = pages.get(target)
            if there is None or (parts.fragment and unquote(parts.fragment) not in there.ids):
                wrong.append(f"{path.name}: {link}")
    assert not wrong


def test_links_of_the_repository_lead_to_something():
    """README and its neighbors name files that are there."""
    for name in (
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
        "examples/README.md",
    ):
        text = (ROOT / name).read_text(encoding="utf-8")
        found = re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"", text)
        links = [one or other for one, other in found if "://" not in (one or other)]
        missing = [link for link in links if not leads_somewhere((ROOT / name).parent, link)]
        assert not missing, name


def leads_somewhere(folder, link):
    """Whether the file of a link is there, and has the heading that the link names."""
    file, _, anchor = link.partition("#")
    target = folder / file
    if not target.exists() or not anchor:
        return target.exists()
    headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
    slugs = {re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", one.lower())) for one in headings}
    return anchor in slugs


def test_a_link_to_a_heading_needs_the_heading():
    """A file that is there is not enough."""
    docs = ROOT / "docs" / "how-to"
    assert leads_somewhere(docs, "celery.md#one-client-in-each-process")
    assert not leads_somewhere(docs, "celery.md#no-such-heading")
    assert not leads_somewhere(docs, "no-such-page.md")


@pytest.mark.parametrize("name", ["demo.png", "report.png"])
def test_pictures_are_small(name):
    """A README with them loads quickly."""
    data = (ROOT / "docs" / "assets" / name).read_bytes()
    assert data.startswith(b"\x89PNG")
    assert len(data) < 200_000


@pytest.mark.parametrize("script", GENERATED)
def test_generated_pages_are_what_the_code_says(script):
    """Each script writes nothing new."""
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / script, "--check"],
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def search(page, words):
    """Type them, and wait for the results."""
    page.wait_for("document.querySelector('.md-search__input') !== null")
    page.evaluate("document.querySelector('label[for=__search]')?.click()")
    page.evaluate("document.querySelector('.md-search__input').focus()")
    page.call("Input.insertText", text=words)
    return page.wait_for(RESULTS)


@pytest.mark.browser
def test_words_that_people_type_lead_to_their_page(site, browser):
    """The search puts it first, in a site that is opened as a folder, with no server at all."""
    page = browser.open(site / "index.html")
    assert "Retries and deadlines" in search(page, "Retry-After deadline")
    assert {typed: first_result(page, typed) for typed in WORDS} == WORDS
    assert {urlsplit(url).scheme for url in page.requests} <= {"file", "data", "about", "blob"}
    assert not page.console_errors


TYPE = """(typed => {
    const field = document.querySelector('.md-search__input');
    field.value = typed;
    field.dispatchEvent(new KeyboardEvent('keyup', {bubbles: true}));
})"""


def first_result(page, typed):
    """Type anew into the search that is open, and return the page of the first result."""
    page.evaluate(f"{TYPE}('')")
    page.wait_for(f"{RESULTS} === ''")
    page.evaluate(f"{TYPE}({json.dumps(typed)})")
    page.wait_for(RESULTS)
    url = page.evaluate("document.querySelector('.md-search-result__link').href")
    return re.search(r"([\w-]+/[\w-]+)\.html", urlsplit(url).path)[1]


@pytest.fixture
def served(site):
    handler = functools.partial(Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(10)


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, *args):
        pass


@pytest.mark.browser
def test_the_search_works_on_a_server_without_a_network(served, browser):
    """A result opens its page, and nothing was asked of any other machine."""
    page = browser.open(f"{served}/how-to/services.html")
    assert "Exported tables" in search(page, "exported tables")
    page.click(".md-search-result__link[href*=schemas]")
    page.wait_for("location.pathname.includes('/reference/schemas')")
    asked = {urlsplit(url).netloc for url in page.requests if url.startswith("http")}
    assert asked == {urlsplit(served).netloc}
    assert not page.console_errors
