"""Estimates with their intervals, one under the other, against a line that means "no change".

Where there is room each row reads from left to right: its name, its mark, its figures in words. On
narrow screens name and figures stand above the mark, so nothing has to be read off an axis.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, NamedTuple

from midakit.core.extras import need
from midakit.core.printable import one_line
from midakit.report import phrasing
from midakit.report.charts import canvas, palette
from midakit.stats import wording
from midakit.stats.types import Interval

_FOOT = 42
_HEAD = 6
_EDGE = 8
_LETTER = 7.2
"""Pixels that a letter takes, seldom more."""


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

    row: int
    text: int
    mark: int
    heading: int
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
) -> Any:
    """Draw a figure with one row per mark.

    Args:
        marks: The rows: a name, an estimate and its interval.
        width: Width in pixels.
        axis: What the axis shows.
        zero: Where the line of no change stands; None for no such line.
        percent: True when the axis is in percent.
    """
    at = _layout(marks, wide=width >= canvas.WIDE)
    rows, height = _rows(marks, at)
    fig = canvas.figure(width, _HEAD + height + _FOOT)
    box = canvas.axes(fig, at.left, at.right, _HEAD, _FOOT)
    low, high = limits(marks, zero)
    box.set_xlim(low, high)
    box.set_ylim(height, 0)
    box.set_yticks([])
    _axis(box, axis, parts=7 if at.beside else 5, percent=percent)
    ticks = [tick for tick in box.get_xticks() if low <= tick <= high]
    for top, bottom in [(0.0, height)] if at.beside else _bands(rows, at):
        box.vlines(ticks, top, bottom, color=palette.LINE, linewidth=1, zorder=1)
        if zero is not None:
            box.vlines([zero], top, bottom, color=palette.ZERO, linewidth=1.8, zorder=2)
    for row in rows:
        _words(fig, box, row, at, width)
        if row.mark is not None:
            _mark(box, row.top + at.mark, row.mark, low, high)
    return fig


def _layout(marks: Sequence[ForestMark], *, wide: bool) -> ForestLayout:
    if not wide:
        return ForestLayout(46, 16, 32, 24, 2 * _EDGE, 2 * _EDGE)
    indent = 14 if any(mark.group for mark in marks) else 0
    label = max(max(phrasing.width(mark.label), phrasing.width(mark.group) - 1) for mark in marks)
    reading = max(len(mark.reading) for mark in marks)
    left = min(230.0, 24 + indent + _LETTER * label)
    return ForestLayout(32, 16, 16, 30, left, 24 + 6.6 * reading)


def _rows(marks: Sequence[ForestMark], at: ForestLayout) -> tuple[list[ForestRow], float]:
    rows, top, group = [], 0.0, ""
    for mark in marks:
        if mark.group != group:
            group = mark.group
            if group:
                rows.append(ForestRow(top, None, group))
                top += at.heading
        rows.append(ForestRow(top, mark))
        top += at.row
    return rows, top


def _bands(rows: Sequence[ForestRow], at: ForestLayout) -> Iterator[tuple[float, float]]:
    """Return where the grid shows between the words."""
    for row in rows:
        if row.mark is not None:
            yield row.top + 21, row.top + at.row


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
    low, high = min(kept, default=0.0), max(kept, default=1.0)
    pad = 0.06 * (high - low) or 0.01
    return low - pad, high + pad


def _axis(box: Any, label: str, *, parts: int, percent: bool) -> None:
    ticker: Any = need("matplotlib.ticker", extra="report")
    box.xaxis.set_major_locator(ticker.MaxNLocator(parts, min_n_ticks=3, steps=[1, 2, 2.5, 5, 10]))
    if percent:
        places = phrasing.scale_decimals(box.get_xticks())
        box.xaxis.set_major_formatter(lambda value, _: wording.lift(value, " %", places))
    box.set_xlabel(label, color=palette.MUTED, fontsize=canvas.SMALL, labelpad=4)


def _words(fig: Any, box: Any, row: ForestRow, at: ForestLayout, width: int) -> None:
    transforms: Any = need("matplotlib.transforms", extra="report")
    where = transforms.blended_transform_factory(fig.dpi_scale_trans, box.transData)

    def put(x: float, text: str, size: float, side: str = "left", **more: Any) -> None:
        box.text(
            x / 72, row.top + at.text, text, transform=where, color=palette.INK, fontsize=size,
            ha=side, va="center" if at.beside else "baseline", **more,
        )  # fmt: skip

    if row.mark is None:
        put(0, phrasing.short(row.heading, 60 if at.beside else 40), canvas.TEXT, weight="bold")
        return
    indent = 14 if row.mark.group else 0
    room = at.left - indent if at.beside else width - indent - 12 - 6.4 * len(row.mark.reading)
    put(indent, phrasing.short(row.mark.label, max(10, int(room / _LETTER) - 1)), canvas.TEXT)
    put(width, row.mark.reading, canvas.SMALL, "right")


def _mark(box: Any, y: float, mark: ForestMark, low: float, high: float) -> None:
    if mark.ends is not None:
        ends = [min(max(end, low), high) for end in mark.ends]
        box.plot(
            ends, [y, y], color=mark.colour, linewidth=3 if mark.strong else 2,
            solid_capstyle="round", zorder=3,
        )  # fmt: skip
        for end, shown, sign in zip(mark.ends, ends, "<>", strict=True):
            if end != shown:
                box.plot([shown], [y], marker=sign, color=mark.colour, markersize=6, clip_on=False)
    if mark.estimate is not None:
        box.plot(
            [mark.estimate], [y], marker="o", markersize=8, color=mark.colour, zorder=5,
            markerfacecolor=mark.colour if mark.strong else palette.SURFACE, markeredgewidth=2,
        )  # fmt: skip
