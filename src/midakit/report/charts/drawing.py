"""A drawing: shapes with their places in pixels, and what the axes mean. Whoever writes it decides nothing.

The origin is the upper left corner. Colours are the light ones of the palette.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from midakit.report.charts.scale import Point, Scale
from midakit.report.charts.text_width import pixels

WIDE = 760
NARROW = 360
TEXT = 12.0
SMALL = 11.0
AXIS_GAP = 6.0
"""Pixels between an axis and its labels."""

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Stroke:
    """One or several lines of one style."""

    lines: tuple[tuple[Point, ...], ...]
    colour: str
    width: float = 1.0
    dashed: bool = False
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Area:
    """A filled outline."""

    outline: tuple[Point, ...]
    colour: str
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Dot:
    """A round mark; an open one shows the ground inside."""

    x: float
    y: float
    colour: str
    radius: float = 4.5
    filled: bool = True


@dataclass(frozen=True, slots=True)
class Label:
    """One line of text; `y` is its baseline."""

    x: float
    y: float
    text: str
    colour: str
    size: float = TEXT
    anchor: Anchor = "start"
    bold: bool = False

    @property
    def width(self) -> float:
        """How many pixels it takes at most."""
        return pixels(self.text, self.size, bold=self.bold)

    @property
    def left(self) -> float:
        """Where it begins at the earliest."""
        return self.x - self.width * {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor]

    @property
    def right(self) -> float:
        """Where it ends at the latest."""
        return self.left + self.width


@dataclass(frozen=True, slots=True)
class Hint:
    """What a browser shows while the pointer is over a part of the drawing."""

    left: float
    top: float
    right: float
    bottom: float
    lines: tuple[str, ...]


Shape: TypeAlias = Stroke | Area | Dot | Label | Hint


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale with its marks and its name."""

    scale: Scale
    marks: tuple[tuple[float, str], ...] = ()
    """Values, and how they should read."""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """The part of the drawing that the axes span."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished chart; shapes lie over each other in their order."""

    width: float
    height: float
    panel: Box
    across: Axis
    up: Axis
    shapes: tuple[Shape, ...]


def baseline(middle: float, size: float) -> float:
    """Return the baseline of a text whose figures stand around a height.

    Args:
        middle: The height in pixels.
        size: The size of the font.
    """
    return middle + 0.36 * size


def axis_labels(drawing: Drawing, colour: str) -> list[Label]:
    """Return the labels of both axes; those at the edges are moved inside.

    Args:
        drawing: The drawing.
        colour: The colour of the labels.
    """
    panel = drawing.panel
    under = panel.bottom + AXIS_GAP + SMALL
    found = []
    for value, text in drawing.across.marks:
        half = pixels(text, SMALL) / 2
        x = min(max(drawing.across.scale.at(value), half), drawing.width - half)
        found.append(Label(x, under, text, colour, SMALL, "middle"))
    if drawing.across.title:
        middle = (panel.left + panel.right) / 2
        half = pixels(drawing.across.title, SMALL) / 2
        middle = max(min(middle, drawing.width - half), half)
        found.append(Label(middle, under + 18, drawing.across.title, colour, SMALL, "middle"))
    for value, text in drawing.up.marks:
        y = baseline(drawing.up.scale.at(value), SMALL)
        found.append(Label(panel.left - AXIS_GAP, y, text, colour, SMALL, "end"))
    return found
