"""A figure to draw on, and the way from a finished figure to SVG and PNG.

One point of the figure is one pixel, so sizes here are what a reader sees at full width.
"""

import re
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

from midakit.core.extras import need
from midakit.report.charts import palette
from midakit.report.html import Markup, join, tag

WIDE = 760
NARROW = 360
TEXT = 12.0
SMALL = 11.0
FAMILY = "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif"
FALLBACKS = ("Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "Noto Sans Arabic", "Noto Emoji")
"""Fonts that a PNG takes for signs which its own font lacks, where they are installed."""

_REFERENCE = re.compile(r"(?<![0-9a-zA-Z])#([^)\s]+)")
_FONT = re.compile(r"font-family: [^;]*(; )?|(?<=px )[^;]*'DejaVu Sans'[^;]*")
_LONG = re.compile(r"-?\d+\.\d{2,}")

_LOCK = threading.Lock()
"""Settings of matplotlib belong to the process: one drawing at a time."""

_SETTINGS = {
    "svg.fonttype": "none",  # real text: the page's own font, to be selected and read aloud
    "svg.hashsalt": "midakit",
    "text.parse_math": False,  # a name with two dollar signs is no formula
    "text.usetex": False,
    "axes.unicode_minus": True,
    "font.size": TEXT,
    "path.simplify": True,
}


@contextmanager
def settings() -> Iterator[None]:
    """Matplotlib's own defaults plus ours, whatever a notebook has set, for as long as this lasts."""
    matplotlib: Any = need("matplotlib", extra="report")
    with _LOCK, warnings.catch_warnings(), matplotlib.rc_context():
        # a sign that our font lacks is for the reader's font to show
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        dict.update(matplotlib.rcParams, _ours())  # checked once, in `_ours`
        yield


@cache
def _ours() -> dict[str, Any]:
    matplotlib: Any = need("matplotlib", extra="report")
    style: Any = need("matplotlib.style", extra="report")
    with matplotlib.rc_context():
        style.use(["default", {**_SETTINGS, "font.family": ["DejaVu Sans", *_installed()]}])
        names = dict.keys(matplotlib.rcParams) - {"backend"}  # reading that one loads pyplot
        return {name: dict.__getitem__(matplotlib.rcParams, name) for name in names}


@cache
def _installed() -> list[str]:
    """Naming one that is not there would be complained about for every letter."""
    fonts: Any = need("matplotlib.font_manager", extra="report")
    there = set(fonts.fontManager.get_font_names())
    return [name for name in FALLBACKS if name in there]


def figure(width: int, height: float) -> Any:
    """Return an empty figure.

    Args:
        width: Its width in pixels.
        height: Its height in pixels.
    """
    made: Any = need("matplotlib.figure", extra="report")
    return made.Figure(figsize=(width / 72, height / 72), dpi=72, facecolor="none")


def axes(fig: Any, left: float, right: float, top: float, bottom: float) -> Any:
    """Add axes to a figure, with nothing drawn but a light grid.

    Args:
        fig: The figure.
        left: Margin in pixels.
        right: Margin in pixels.
        top: Margin in pixels.
        bottom: Margin in pixels.
    """
    width, height = fig.get_size_inches() * 72
    box = (left / width, bottom / height, 1 - (left + right) / width, 1 - (top + bottom) / height)
    made = fig.add_axes(box, facecolor="none")
    for spine in made.spines.values():
        spine.set_visible(False)
    made.tick_params(length=0, labelsize=SMALL, labelcolor=palette.MUTED, pad=5)
    made.set_axisbelow(True)
    return made


Draw = Callable[[int], Any]


def picture(draw: Draw, width: int, title: str, description: str, *, scale: float) -> bytes:
    """Draw a PNG, in light colours on a ground of their own; title and description are in its metadata.

    Args:
        draw: Draws a figure of a given width.
        width: Width in pixels.
        title: What the picture shows.
        description: The same in sentences, for who cannot see it.
        scale: Pixels of the file for each pixel of the drawing.
    """
    out = BytesIO()
    told = {"Title": title, "Description": description, "Software": None}
    with settings():
        drawn = draw(width)
        drawn.savefig(out, format="png", dpi=72 * scale, facecolor=palette.SURFACE, metadata=told)
    return out.getvalue()


def document(draw: Draw, width: int, title: str, description: str) -> bytes:
    """Draw an SVG file that any program reads: colours are literal, the ground is light.

    Args:
        draw: Draws a figure of a given width.
        width: Width in pixels.
        title: What the picture shows.
        description: The same in sentences, for who cannot see it.
    """
    root = _drawn(draw, width)
    _, _, w, h = (float(number) for number in root.get("viewBox", "0 0 1 1").split())
    ground = tag("rect", width=f"{w:g}", height=f"{h:g}", fill=palette.SURFACE)
    svg = _svg(
        root, "chart", title, description, ground, xmlns=XMLNS, width=f"{w:g}", height=f"{h:g}"
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{svg}\n'.encode()


def inline(draw: Draw, width: int, key: str, title: str, description: str, class_: str) -> Markup:
    """Draw an SVG element for a page: its colours are the page's, its ids are its own.

    Args:
        draw: Draws a figure of a given width.
        width: Width in pixels.
        key: Text that begins every id, unique on the page.
        title: What the picture shows.
        description: The same in sentences, for who cannot see it.
        class_: The CSS class of the element.
    """
    return _svg(_drawn(draw, width), key, title, description, style=palette.recolour, class_=class_)


def _drawn(draw: Draw, width: int) -> ElementTree.Element:
    out = BytesIO()
    unsaid = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with settings():
        draw(width).savefig(out, format="svg", facecolor="none", metadata=unsaid)
    svg = out.getvalue().decode()
    return ElementTree.fromstring(svg[svg.index("<svg") :])  # noqa: S314 - written just now, by us


XMLNS = "http://www.w3.org/2000/svg"


def _svg(
    root: ElementTree.Element,
    key: str,
    title: str,
    description: str,
    ground: Markup | None = None,
    style: Callable[[str], str] = str,
    **attributes: str,
) -> Markup:
    values = (value for element in root.iter() for value in element.attrib.values())
    used = {name for value in values for name in _REFERENCE.findall(value)}
    labels = [tag("title", title, id=f"{key}-title"), tag("desc", description, id=f"{key}-desc")]
    return tag(
        "svg",
        labels,
        ground,
        [_element(child, key, used, style) for child in root],
        viewBox=root.get("viewBox"),
        role="img",
        font_family=FAMILY,
        aria_labelledby=f"{key}-title {key}-desc",
        stroke_linejoin="round",
        **attributes,
    )


def _element(
    element: ElementTree.Element, key: str, used: set[str], style: Callable[[str], str]
) -> Markup | None:
    """Return an element as it is written, or None for what only describes the file or shows nothing."""
    kind = element.tag.rpartition("}")[2]
    if kind in ("metadata", "style") or element.get("style") == "fill: none":
        return None
    written = dict(_attributes(element, key, used, style))
    children = join([_element(child, key, used, style) for child in element])
    if kind in ("g", "defs") and not (children and (written or kind == "defs")):
        return children or None
    return tag(kind, (element.text or "").strip("\n ") or None, children, **written)


def _attributes(
    element: ElementTree.Element, key: str, used: set[str], style: Callable[[str], str]
) -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        short = name.rpartition("}")[2]
        if short == "id":
            if value in used:
                yield "id", f"{key}-{value}"
        elif short == "style":
            yield "style", style(_styled(value))
        elif not value.startswith("rotate(-0 "):
            shorter = _LONG.sub(_rounded, _REFERENCE.sub(rf"#{key}-\1", value))
            yield short, " ".join(shorter.split())


def _styled(value: str) -> str:
    """Return a style without the font of the machine that drew it; `font: ...` cannot do without one."""
    return _FONT.sub(lambda found: "" if found[0].startswith("font-") else FAMILY, value)


def _rounded(found: re.Match[str]) -> str:
    """Round to a hundredth of a pixel, which is enough."""
    return f"{float(found[0]):.2f}".rstrip("0").rstrip(".")
