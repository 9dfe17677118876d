"""The reference is whole, and the scripts that say so can also say no."""

import pytest

from support.pages import ROOT

if not (ROOT / "docs").exists():
    pytest.skip("the docs are not part of the wheel", allow_module_level=True)

from support.docstring_examples import check_reference, public_surface


def test_nothing_is_missing():
    """Every public name is on a page; every callable says what it raises and has an example."""
    assert not list(check_reference.unlisted())
    found = check_reference.problems(public_surface.surface())
    assert not [f"{one.place.path}: {what}" for one, _, what in found]


def test_it_looks_at_all_of_the_package():
    """The surface is as large as a reader sees it: no page and no package escapes."""
    shown = public_surface.surface()
    assert len(shown) > 450
    assert {one.page for one in shown} >= {"clients.md", "stats.md", "testing.md", "mcp.md"}
    assert set(check_reference.packages()) >= {"midakit", "midakit.guard", "midakit.export"}


SHOP = {
    "midakit/errors.py": "class MidakitError(Exception): pass",
    "midakit/shop/__init__.py": '''
from midakit._lazy import lazy

__all__, __getattr__, __dir__ = lazy(__name__, {"tills": "Till open_till", "drawers": "kept=keep"})
''',
    "midakit/shop/tills.py": '''
from typing import overload

from midakit.shop import drawers


class TillStuck(RuntimeError):
    """It does not open."""


class Base:
    def shut(self):
        """Shut it."""


class Till(Base):
    """A till.

    Example:
        till = Till()
    """

    def count(self):
        """Count the money.

        Raises:
            TillEmpty: There is none.

        Example:
            till.count()
        """

    @property
    def sum(self):
        """What is in it."""

    def _hidden(self):
        raise TillStuck

    def ring(self):
        """Ring.

        Example:
            till.ring()
        """
        self._hidden()


def open_till(name):
    """Open a till.

    Args:
        name: Which.

    Returns:
        The till.
    """
    return drawers.unlock(name)
''',
    "midakit/shop/drawers.py": '''
def unlock(name):
    if not name:
        raise ValueError("no name")


def keep():
    """Keep it."""
''',
    "pages/shop.md": '''
::: midakit.shop.Till
    options:
      heading_level: 3
      inherited_members: true

::: midakit.shop.open_till
    options: {heading_level: 3}
''',
}  # fmt: skip
CACHES = (
    public_surface.file_of, public_surface.tree_of, public_surface.names_in, public_surface.resolve,
    check_reference.errors, check_reference.all_exported, check_reference._body_of,
)  # fmt: skip


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A package of three modules and a page, in place of ours."""
    for name, text in SHOP.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(public_surface, "SOURCE", tmp_path)
    monkeypatch.setattr(public_surface, "REFERENCE", tmp_path / "pages")
    monkeypatch.setattr(check_reference, "SOURCE", tmp_path)
    monkeypatch.setattr(check_reference, "packages", lambda: iter(["midakit.shop"]))
    forget()
    yield tmp_path
    monkeypatch.undo()
    forget()


def forget():
    for one in CACHES:
        one.cache_clear()


def found(shop):
    """What is wrong with the page now."""
    forget()
    problems = check_reference.problems(public_surface.surface())
    return {one.place.path: what for one, _, what in problems}


def test_what_a_page_shows_is_read_from_the_source(shop):
    """Through re-exports, with inherited methods, without properties and hidden names."""
    assert [one.place.path for one in public_surface.surface()] == [
        "midakit.shop.tills.Till",
        "midakit.shop.tills.Till.count",
        "midakit.shop.tills.Till.ring",
        "midakit.shop.tills.Base.shut",
        "midakit.shop.tills.open_till",
    ]


def test_what_a_docstring_lacks_is_named(shop):
    """No example, no `Raises` for what a helper raises, and an exception that does not exist."""
    assert found(shop) == {
        "midakit.shop.tills.Till.count": "Raises: there is no exception TillEmpty",
        "midakit.shop.tills.Till.ring": "no Raises: it can raise TillStuck",
        "midakit.shop.tills.Base.shut": "no Example",
        "midakit.shop.tills.open_till": "no Example",
    }
    place = public_surface.resolve("midakit.shop.open_till")
    assert check_reference.raised(place) == {"ValueError"}


@pytest.mark.parametrize(
    ("old", "new", "still"),
    [
        ("TillEmpty: There", "TillStuck: There", {"Till.ring", "Base.shut", "open_till"}),
        ('"""Shut it."""', '"""Shut it.\n\n        Example:\n            till.shut()\n        """',
         {"Till.count", "Till.ring", "open_till"}),
        ("        raise TillStuck\n", "        return None\n", {"Till.count", "Base.shut", "open_till"}),
    ],
)  # fmt: skip
def test_what_was_mended_is_not_named_any_more(shop, old, new, still):
    """Each finding goes away with its cause, and only that one."""
    file = shop / "midakit" / "shop" / "tills.py"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    assert {path.removeprefix("midakit.shop.tills.") for path in found(shop)} == still


def test_a_name_that_no_page_shows_is_found(shop):
    """By the name under which the package gives it."""
    assert list(check_reference.unlisted()) == ["midakit.shop.kept"]
    page = shop / "pages" / "shop.md"
    page.write_text(page.read_text() + "\n::: midakit.shop.kept\n")
    assert not list(check_reference.unlisted())


def test_a_page_that_names_nothing_stops_the_check(shop):
    """A directive with a typing error is no empty page."""
    (shop / "pages" / "wrong.md").write_text("::: midakit.shop.tills.Tull\n")
    with pytest.raises(SystemExit, match=r"wrong\.md: there is no midakit\.shop\.tills\.Tull"):
        public_surface.surface()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Say it.\n\nExample:\n    a()\n\n    b()\n", ["a()", "", "b()", ""]),
        (
            "Say it.\n\nExample:\n    if a:\n        b()\n\nRaises:\n    X: y",
            ["if a:", "    b()", ""],
        ),
        ("Example: none.", []),
    ],
)
def test_a_section_is_cut_out_of_a_docstring(text, lines):
    """With the inner indent of its code, up to the next section."""
    assert check_reference.section(text, "Example") == lines
