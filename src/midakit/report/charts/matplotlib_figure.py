"""The same drawing as a matplotlib figure, for PNG and to work on; pyplot's global state stays untouched."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from midakit.core.extras import need
from midakit.report.charts import palette
from midakit.report.charts.drawing import (
    SMALL,
    Area,
    Axis,
    Dot,
    Drawing,
    Label,
    Shape,
    Stroke,
)

FALLBACKS = ("Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "Noto Sans Arabic", "Noto Emoji")
"""Fonts for signs that matplotlib's own font lacks, where they are installed."""

_LOCK = threading.Lock()
"""Settings of matplotlib belong to the process: one drawing at a time."""

_SETTINGS = {
    "text.parse_math": False,  # a name with two dollar signs is no formula
    "text.usetex": False,
    "axes.unicode_minus": True,
}


@contextmanager
def settings() -> Iterator[None]:
    """Matplotlib's own defaults plus ours, whatever a notebook has set, for as long as this lasts."""
    matplotlib = _module("matplotlib")
    style = _module("matplotlib.style")
    with _LOCK, warnings.catch_warnings(), matplotlib.rc_context():
        # a sign that our font lacks is for the reader's font to show
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        style.use(["default", {**_SETTINGS, "font.family": ["DejaVu Sans", *_installed()]}])
        yield


def _module(name: str) -> Any:
    return need(name, extra="matplotlib")


def _installed() -> list[str]:
    """Naming one that is not there would be complained about for every letter."""
    there = set(_module("matplotlib.font_manager").fontManager.get_font_names())
    return [name for name in FALLBACKS if name in there]


def png(drawing: Drawing, title: str, description: str, *, scale: float) -> bytes:
    """Return a PNG, in light colours on a ground of its own; title and description are in its metadata.

    Args:
        drawing: What is drawn.
        title: What the picture shows.
        description: The same in sentences, for who cannot see it.
        scale: Pixels of the file for each pixel of the drawing.
    """
    out = BytesIO()
    told = {"Title": title, "Description": description, "Software": None}
    with settings():
        made = _figure(drawing)
        made.savefig(out, format="png", dpi=72 * scale, facecolor=palette.SURFACE, metadata=told)
    return out.getvalue()


def figure(drawing: Drawing) -> Any:
    """Return a matplotlib Figure whose axes have the values of the drawing.

    Args:
        drawing: What is drawn; a pixel of it is a point of the figure.
    """
    with settings():
        return _figure(drawing)


def _figure(drawing: Drawing) -> Any:
    width, height = drawing.width, drawing.height
    made = _module("matplotlib.figure").Figure(
        figsize=(width / 72, height / 72), dpi=72, facecolor="none"
    )
    panel = drawing.panel
    box = made.add_axes(
        (
            panel.left / width, 1 - panel.bottom / height,
            (panel.right - panel.left) / width, (panel.bottom - panel.top) / height,
        ),
        facecolor="none",
    )  # fmt: skip
    for spine in box.spines.values():
        spine.set_visible(False)
    box.tick_params(length=0, labelsize=SMALL, labelcolor=palette.MUTED, pad=6)
    _axis(box.set_xlim, box.set_xticks, drawing.across)
    _axis(box.set_ylim, box.set_yticks, drawing.up)
    box.set_xlabel(drawing.across.title, color=palette.MUTED, fontsize=SMALL, labelpad=4)
    shift = _module("matplotlib.transforms").Affine2D().scale(1 / 72, -1 / 72)
    place = shift.translate(0, height / 72) + made.dpi_scale_trans
    for order, shape in enumerate(drawing.shapes, 1):
        for artist in _artists(shape, made):
            artist.set(transform=place, zorder=order)
            if artist.figure is None:
                made.add_artist(artist)
    return made


def _axis(limits: Any, marks: Any, axis: Axis) -> None:
    limits(axis.scale.low, axis.scale.high)
    marks([value for value, _ in axis.marks], [text for _, text in axis.marks])


def _artists(shape: Shape, made: Any) -> Iterator[Any]:
    """Give what matplotlib draws for a shape; hints are for browsers."""
    patches, line = _module("matplotlib.patches"), _module("matplotlib.lines").Line2D
    match shape:
        case Stroke():
            for points in shape.lines:
                xs, ys = zip(*points, strict=True)
                yield line(
                    xs, ys, color=shape.colour, linewidth=shape.width, alpha=shape.opacity,
                    linestyle=(0, (3, 2)) if shape.dashed else "-", solid_capstyle="round",
                )  # fmt: skip
        case Area():
            yield patches.Polygon(
                shape.outline, color=shape.colour, alpha=shape.opacity, linewidth=0
            )
        case Dot():
            inside = shape.colour if shape.filled else palette.SURFACE
            yield patches.Circle(
                (shape.x, shape.y), shape.radius, facecolor=inside, edgecolor=shape.colour,
                linewidth=2,
            )  # fmt: skip
        case Label():
            sides = {"start": "left", "middle": "center", "end": "right"}
            yield made.text(
                shape.x, shape.y, shape.text, color=shape.colour, fontsize=shape.size,
                ha=sides[shape.anchor], weight="bold" if shape.bold else "normal",
            )  # fmt: skip
        case _:
            return
