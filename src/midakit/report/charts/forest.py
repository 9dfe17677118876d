"""Estimates with their intervals, one under the other, against a line that means "no change".

Where there is space each row reads from left to right: its name, its mark, its figures in words. On
narrow screens name and figures stand above the mark, so nothing has to be read off an axis.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import NamedTuple

from midakit.core.printable import one_line
from midakit.report import phrasing
from midakit.report.charts import palette
from midakit.report.charts.drawing import (
    SMALL,
    TEXT,
    WIDE,
    Area,
    Axis,
    Box,
    Dot,
    Drawing,
    Label,
    Shape,
    Stroke,
    baseline,
)
from midakit.report.charts.scale import Scale, padded, ticks
from midakit.report.charts.text_width import fitted, pixels
from midakit.stats import wording
from midakit.stats.types import Interval

_FOOT = 42
_HEAD = 6
_EDGE = 16.0
_GAP = 24.0
_INDENT = 14.0
_LABELS = 250.0
"""Pixels that names beside the marks take at most."""


@dataclass(frozen=True, slots=True)
class ForestMark:
    """One row: a name, its figures as they should read, and where the mark stands."""

    label: str
    reading: str
    estimate: float | None
    ends: Interval | None
    colour: str
    strong: bool = True
    """Weak rows (not decided, not the subject) have open marks."""
    group: str = ""
    """Rows of a group follow each other under its name."""

    def __str__(self) -> str:
        named = f"{self.group}, {self.label}" if self.group else self.label
        return f"{one_line(named)} {self.reading}"


class ForestLayout(NamedTuple):
    """Heights in pixels, and where the axis begins and ends."""

    row: float
    text: float
    """Middle of the words, from the row's upper end."""
    mark: float
    """Middle of the mark, from the row's upper end."""
    heading: float
    left: float
    right: float

    @property
    def beside(self) -> bool:
        """Names stand beside the marks."""
        return self.text == self.mark


class ForestRow(NamedTuple):
    """A mark, or a group's heading, with its upper end."""

    top: float
    mark: ForestMark | None
    heading: str = ""


def draw(
    marks: Sequence[ForestMark],
    width: int,
    *,
    axis: str,
    zero: float | None = 0.0,
    percent: bool = True,
) -> Drawing:
    """Draw one row per mark.

    Args:
        marks: The rows: a name, an estimate and its interval.
        width: Width in pixels.
        axis: What the axis shows.
        zero: Where the line of no change stands; None for no such line.
        percent: True when the axis is in percent.
    """
    at = _layout(marks, wide=width >= WIDE)
    rows, height = _rows(marks, at)
    panel = Box(at.left, _HEAD, width - at.right, _HEAD + height)
    scale = Scale(*limits(marks, zero), panel.left, panel.right)
    across = Axis(scale, _marks(scale, 7 if at.beside else 5, percent=percent), axis)
    stretches = [(panel.top, panel.bottom)] if at.beside else list(_stretches(rows, at))
    shapes: list[Shape] = [_upright([v for v, _ in across.marks], scale, stretches, palette.LINE)]
    if zero is not None:
        shapes.append(_upright([zero], scale, stretches, palette.ZERO, 1.8))
    for row in rows:
        shapes += _words(row, at, width)
        if row.mark is not None:
            shapes += _mark(row.mark, row.top + at.mark, scale)
    up = Axis(Scale(height, 0.0, panel.bottom, panel.top))
    return Drawing(width, _HEAD + height + _FOOT, panel, across, up, tuple(shapes))


def _layout(marks: Sequence[ForestMark], *, wide: bool) -> ForestLayout:
    if not wide:
        return ForestLayout(48, 12, 33, 26, _EDGE, _EDGE)
    indent = _INDENT if any(mark.group for mark in marks) else 0
    labels = [indent + pixels(one_line(mark.label), TEXT) for mark in marks]
    groups = [pixels(one_line(mark.group), TEXT, bold=True) for mark in marks]
    reading = max(pixels(phrasing.with_minus(mark.reading), SMALL) for mark in marks)
    left = min(_LABELS, max(labels + groups))
    return ForestLayout(32, 16, 16, 30, left + _GAP, reading + _GAP)


def _rows(marks: Sequence[ForestMark], at: ForestLayout) -> tuple[list[ForestRow], float]:
    rows, top, group = [], 0.0, ""
    for mark in marks:
        if mark.group != group:
            group = mark.group
            if group:
                rows.append(ForestRow(_HEAD + top, None, group))
                top += at.heading
        rows.append(ForestRow(_HEAD + top, mark))
        top += at.row
    return rows, top


def _stretches(rows: Sequence[ForestRow], at: ForestLayout) -> Iterator[Interval]:
    """Give the heights at which the grid shows between the words."""
    for row in rows:
        if row.mark is not None:
            yield row.top + 22, row.top + at.row - 2


def limits(marks: Sequence[ForestMark], zero: float | None) -> Interval:
    """Return the ends of the axis: every estimate is inside, an interval far wider than most is cut.

    Args:
        marks: The rows.
        zero: The value of no change, which is always inside; None for no such value.
    """
    points = [mark.estimate for mark in marks if mark.estimate is not None]
    ends = [end for mark in marks if mark.ends for end in mark.ends if isfinite(end)]
    base = 0.0 if zero is None else zero
    reaches = sorted(abs(end - base) for end in ends)
    usual = 3.0 * reaches[len(reaches) // 2] if reaches else 0.0
    inside = [end for end in ends if abs(end - base) <= usual]
    kept = [*points, *inside, *([] if zero is None else [zero])]
    return padded(min(kept, default=0.0), max(kept, default=1.0), 0.06, 0.01)


def _marks(scale: Scale, most: int, *, percent: bool) -> tuple[tuple[float, str], ...]:
    """Return the marks of the axis: as many as have space beside each other."""
    while True:
        values = ticks(scale.low, scale.high, most)
        marks = tuple(zip(values, _numbers(values, percent=percent), strict=True))
        widest = max((pixels(text, SMALL) for _, text in marks), default=0.0)
        step = abs(scale.at(values[1]) - scale.at(values[0])) if len(values) > 1 else 0.0
        if most <= 2 or widest + 6 <= step:
            return marks
        most -= 1


def _numbers(values: Sequence[float], *, percent: bool) -> list[str]:
    if percent:
        places = phrasing.scale_decimals(values)
        return [phrasing.with_minus(wording.lift(value, " %", places)) for value in values]
    places = next((n for n in range(6) if all(abs(v - round(v, n)) < 1e-9 for v in values)), 6)
    return [phrasing.with_minus(f"{value:,.{places}f}") for value in values]


def _upright(
    values: Sequence[float], scale: Scale, stretches: Sequence[Interval], colour: str,
    width: float = 1.0,
) -> Stroke:  # fmt: skip
    lines = [
        ((scale.at(value), top), (scale.at(value), bottom))
        for value in values
        for top, bottom in stretches
    ]
    return Stroke(tuple(lines), colour, width)


def _words(row: ForestRow, at: ForestLayout, width: int) -> Iterator[Label]:
    middle = baseline(row.top + at.text, TEXT)
    if row.mark is None:
        space = at.left - _GAP if at.beside else width
        heading = fitted(row.heading, space, TEXT, bold=True)
        yield Label(0, middle, heading, palette.INK, bold=True)
        return
    reading = phrasing.with_minus(row.mark.reading)
    told = Label(width, middle, reading, palette.INK, SMALL, "end")
    indent = _INDENT if row.mark.group else 0
    space = (at.left - _GAP if at.beside else told.left - 10) - indent
    yield Label(indent, middle, fitted(row.mark.label, space, TEXT), palette.INK)
    yield told


def _mark(mark: ForestMark, y: float, scale: Scale) -> Iterator[Shape]:
    if mark.ends is not None:
        left, right = (scale.inside(end) for end in mark.ends)
        yield Stroke((((left, y), (right, y)),), mark.colour, 3.0 if mark.strong else 2.0)
        for end, x, tip in zip(mark.ends, (left, right), (-7.0, 7.0), strict=True):
            if not scale.low <= end <= scale.high:  # it goes on outside
                yield Area(((x + tip, y), (x, y - 5), (x, y + 5)), mark.colour)
    if mark.estimate is not None:
        yield Dot(scale.at(mark.estimate), y, mark.colour, filled=mark.strong)
