"""SVG of a drawing: for a page, whose colours it takes, and as a file that any program reads."""

from collections.abc import Callable, Iterator, Sequence

from midakit.report.charts import palette
from midakit.report.charts.drawing import (
    Area,
    Dot,
    Drawing,
    Hint,
    Label,
    Shape,
    Stroke,
    axis_labels,
)
from midakit.report.charts.scale import Point
from midakit.report.html import Markup, tag, text

FAMILY = "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif"
XMLNS = "http://www.w3.org/2000/svg"
Ink = Callable[[str], str]
"""The text for a colour: the colour itself, or a variable of the page."""


def inline(drawing: Drawing, key: str, title: str, description: str, class_: str) -> Markup:
    """Return an SVG element for a page: its colours are the page's, its ids are its own.

    Args:
        drawing: What is drawn.
        key: Text that begins every id, unique on the page.
        title: What the picture shows.
        description: The same in sentences, for who cannot see it.
        class_: The CSS class of the element.
    """
    labels = _told(key, title, description)
    return _svg(drawing, labels, key, [_shapes(drawing, palette.css)], class_=class_)


def document(drawing: Drawing, title: str, description: str) -> bytes:
    """Return an SVG file: its colours are literal, its ground is light.

    Args:
        drawing: What is drawn.
        title: What the picture shows.
        description: The same in sentences, for who cannot see it.
    """
    w, h = _short(drawing.width), _short(drawing.height)
    parts = [tag("rect", width=w, height=h, fill=palette.SURFACE), _shapes(drawing, str)]
    told = _told("chart", title, description)
    svg = _svg(drawing, told, "chart", parts, xmlns=XMLNS, width=w, height=h)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{svg}\n'.encode()


def _told(key: str, title: str, description: str) -> list[Markup]:
    return [tag("title", title, id=f"{key}-title"), tag("desc", description, id=f"{key}-desc")]


def _svg(
    drawing: Drawing, told: list[Markup], key: str, parts: Sequence[Markup], **attributes: str
) -> Markup:
    return tag(
        "svg",
        told,
        parts,
        viewBox=f"0 0 {_short(drawing.width)} {_short(drawing.height)}",
        role="img",
        font_family=FAMILY,
        aria_labelledby=f"{key}-title {key}-desc",
        stroke_linejoin="round",
        stroke_linecap="round",
        fill="none",
        **attributes,
    )


def _shapes(drawing: Drawing, ink: Ink) -> Markup:
    labels = axis_labels(drawing, palette.MUTED)
    return Markup("".join(_written([*drawing.shapes, *labels], ink)))


def _written(shapes: Sequence[Shape], ink: Ink) -> Iterator[Markup]:
    for shape in shapes:
        match shape:
            case Stroke():
                yield tag(
                    "path", d=_path(shape.lines), style=f"stroke:{ink(shape.colour)}",
                    stroke_width=_short(shape.width), stroke_opacity=_opacity(shape.opacity),
                    stroke_dasharray="7 5" if shape.dashed else None,
                )  # fmt: skip
            case Area():
                yield tag(
                    "path", d=_path([shape.outline]) + "Z", style=f"fill:{ink(shape.colour)}",
                    fill_opacity=_opacity(shape.opacity),
                )  # fmt: skip
            case Dot():
                inside = shape.colour if shape.filled else palette.SURFACE
                yield tag(
                    "circle", cx=_short(shape.x), cy=_short(shape.y), r=_short(shape.radius),
                    stroke_width=2, style=f"stroke:{ink(shape.colour)};fill:{ink(inside)}",
                )  # fmt: skip
            case Label():
                yield tag(
                    "text", shape.text, x=_short(shape.x), y=_short(shape.y),
                    font_size=_short(shape.size), style=f"fill:{ink(shape.colour)}",
                    text_anchor=shape.anchor if shape.anchor != "start" else None,
                    font_weight=600 if shape.bold else None,
                )  # fmt: skip
            case Hint():
                lines = Markup("\n".join(map(text, shape.lines)))
                yield tag(
                    "rect", tag("title", lines), x=_short(shape.left), y=_short(shape.top),
                    width=_short(shape.right - shape.left), height=_short(shape.bottom - shape.top),
                    pointer_events="all",
                )  # fmt: skip


def _path(lines: Sequence[Sequence[Point]]) -> str:
    return "".join(
        "M" + "L".join(f"{_short(x)} {_short(y)}" for x, y in line) for line in lines if line
    )


def _short(value: float) -> str:
    """Write pixels to a tenth, which is enough."""
    return f"{round(value, 1) + 0.0:g}"  # + 0.0: without a minus before 0


def _opacity(value: float) -> str | None:
    return None if value == 1.0 else f"{value:g}"
