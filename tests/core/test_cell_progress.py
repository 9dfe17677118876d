"""The line of progress under a cell; that it appears in a real one is tested with the notebooks."""

import re
import sys
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit.core import cell_progress
from midakit.core.cell_progress import CellProgress, bar, in_notebook, line


@given(
    st.integers(0, 10**6),
    st.none() | st.integers(0, 10**6),
    st.floats(0, 1e5),
    st.text(max_size=20),
)
def test_the_words_say_how_far_it_is(done, total, seconds, note):
    """Done and total, then a rate and what is left, or how long it took."""
    told = line("export", done, total, seconds, note)
    assert told.startswith(f"export: {done:,}" + ("," if total is None else f" of {total:,},"))
    over = total is not None and done >= total
    assert ("/s" in told.removesuffix(note)) is not over
    assert told.endswith(note)


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        (("calls", 50, 200, 5.0), "calls: 50 of 200, 10/s, 15 s left"),
        (("calls", 4, 8, 2.0), "calls: 4 of 8, 2.0/s, 2 s left"),
        (("calls", 200, 200, 5.04), "calls: 200 of 200, 5.0 s"),
        (("calls", 1200, None, 60.0), "calls: 1,200, 20/s"),
        (("export", 0, 5, 0.0, "0 rows"), "export: 0 of 5, 0.0/s, 0 rows"),
    ],
)
def test_lines_as_they_read(shown, told):
    """Rates under ten have a decimal; the end says the time."""
    assert line(*shown) == told


def test_the_bar_is_one_line_and_escapes_its_words():
    """No text becomes an element, and no bar is longer than full."""
    made = bar("<b>", 7, 5)
    assert "&lt;b&gt;" in made
    assert 'value="5" max="5"' in made
    assert "white-space:nowrap" in made
    assert "value=" not in bar("x", 7, None)
    assert re.search('max="1"', bar("x", 0, 0))


class Display:
    """What IPython's display does, counted."""

    def __init__(self, monkeypatch):
        self.bundles = []
        self.clock = 0.0
        module = SimpleNamespace(display=self)
        monkeypatch.setattr(cell_progress, "import_module", lambda name: module)
        monkeypatch.setattr(cell_progress, "monotonic", lambda: self.clock)

    def __call__(self, bundle, *, raw, display_id=None):
        self.bundles.append(bundle["text/plain"])
        return self

    def update(self, bundle, *, raw):
        self(bundle, raw=raw)


def test_a_short_fan_out_shows_nothing(monkeypatch):
    """Over within half a second: no line, not even at its end."""
    seen = Display(monkeypatch)
    cell = CellProgress("calls")
    for done in range(1, 6):
        seen.clock = 0.09 * done
        cell.update(done, 5, over=done == 5)
    assert seen.bundles == []


def test_a_long_one_is_shown_seldom_and_to_its_end(monkeypatch):
    """First after half a second, then ten times a second at most; the last update is never left out."""
    seen = Display(monkeypatch)
    cell = CellProgress("calls")
    for done in range(1, 2001):
        seen.clock = done / 1000
        cell.update(done, 2000, over=done == 2000)
    assert 14 <= len(seen.bundles) <= 17
    assert seen.bundles[0].startswith("calls: 500 of 2,000")
    assert seen.bundles[-1] == "calls: 2,000 of 2,000, 2.0 s"


def test_only_a_notebook_shows_it(monkeypatch):
    """Not a script, not IPython on a terminal, and not where it is turned off."""
    assert not in_notebook()
    shell = SimpleNamespace(kernel=None)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert not in_notebook()
    shell.kernel = object()
    assert in_notebook()
    monkeypatch.setenv("MIDAKIT_PROGRESS", "off")
    assert not in_notebook()
