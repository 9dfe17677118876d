"""A figure to draw on, and the way from a finished figure to SVG and PNG.

One point of the figure is one pixel, so sizes here are what a reader sees at full width.
"""

import re
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

from midakit.core.extras import need
from midakit.report.charts import palette
from midakit.report.html import Markup, tag

WIDE = 760
NARROW = 360
TEXT = 12.0
SMALL = 11.0
FAMILY = "var(--font,system-ui,sans-serif)"

_REFERENCE = re.compile(r"(?<![0-9a-zA-Z])#([^)\s]+)")
_FONT = re.compile(r"(font-family: |font: [^;]*?px )[^;]*")

_LOCK = threading.Lock()
"""Settings of matplotlib belong to the process: one figure at a time."""

_SETTINGS = {
    "svg.fonttype": "none",  # real text: the page's own font, to be selected and read aloud
    "svg.hashsalt": "midakit",
    "text.parse_math": False,  # a name with two dollar signs is no formula
    "text.usetex": False,
    "axes.unicode_minus": True,
    "font.family": ["DejaVu Sans"],
    "font.size": TEXT,
    "path.simplify": True,
}


@contextmanager
def settings() -> Iterator[None]:
    """Matplotlib's own defaults plus ours, whatever a notebook has set, for as long as this lasts."""
    matplotlib: Any = need("matplotlib", extra="report")
    style: Any = need("matplotlib.style", extra="report")
    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a glyph that its font lacks is the reader's font's affair
        with style.context(["default", _SETTINGS]), matplotlib.rc_context():
            yield


def figure(width: int, height: float) -> Any:
    """An empty figure of this many pixels."""
    made: Any = need("matplotlib.figure", extra="report")
    return made.Figure(figsize=(width / 72, height / 72), dpi=72, facecolor="none")


def axes(fig: Any, left: float, right: float, top: float, bottom: float) -> Any:
    """Axes with margins in pixels and nothing drawn but a light grid."""
    width, height = fig.get_size_inches() * 72
    box = (left / width, bottom / height, 1 - (left + right) / width, 1 - (top + bottom) / height)
    made = fig.add_axes(box, facecolor="none")
    for spine in made.spines.values():
        spine.set_visible(False)
    made.tick_params(length=0, labelsize=SMALL, labelcolor=palette.MUTED, pad=5)
    made.set_axisbelow(True)
    return made


Draw = Callable[[int], Any]


def picture(
    draw: Draw, width: int, form: str, *, ground: str = "none", scale: float = 1.0
) -> bytes:
    """A drawing as bytes of "svg" or "png"."""
    out = BytesIO()
    plain = dict.fromkeys(("Date", "Creator", "Format", "Type")) if form == "svg" else None
    with settings():
        draw(width).savefig(out, format=form, dpi=72 * scale, facecolor=ground, metadata=plain)
    return out.getvalue()


def inline(draw: Draw, width: int, key: str, title: str, description: str, class_: str) -> Markup:
    """A drawing as an SVG element for a page: its colours are the page's, its ids its own."""
    svg = picture(draw, width, "svg").decode()
    root = ElementTree.fromstring(svg[svg.index("<svg") :])  # noqa: S314 - written just now, by us
    used = {name for element in root.iter() for name in _referred(element)}
    labels = [tag("title", title, id=f"{key}-title"), tag("desc", description, id=f"{key}-desc")]
    return tag(
        "svg",
        labels,
        [_element(child, key, used) for child in root],
        viewBox=root.get("viewBox"),
        role="img",
        aria_labelledby=f"{key}-title {key}-desc",
        class_=class_,
        stroke_linejoin="round",
    )


def _referred(element: ElementTree.Element) -> list[str]:
    """The ids that an element's attributes point at."""
    return [one for value in element.attrib.values() for one in _REFERENCE.findall(value)]


def _element(element: ElementTree.Element, key: str, used: set[str]) -> Markup | None:
    """An element of the drawing as one of the page; what only describes the file is left out."""
    kind = element.tag.rpartition("}")[2]
    if kind in ("metadata", "style"):
        return None
    written = {}
    for name, value in element.attrib.items():
        short = name.rpartition("}")[2]
        if short == "id":
            if value in used:
                written["id"] = f"{key}-{value}"
        elif short == "style":
            written["style"] = palette.recolour(_FONT.sub(rf"\1{FAMILY}", value))
        elif not value.startswith("rotate(-0 "):
            written[short] = _REFERENCE.sub(rf"#{key}-\1", value)
    children = [_element(child, key, used) for child in element]
    return tag(kind, element.text and element.text.strip("\n"), children, **written)
