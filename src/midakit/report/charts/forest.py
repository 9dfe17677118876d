"""Estimates with their intervals, one under the other, against a line that means "no change".

Each row carries its name and its figures in words above its mark, so that nothing has to be read off
an axis, and narrow screens lose nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from midakit.report import words
from midakit.report.charts import canvas, palette
from midakit.stats.checks import Interval

_ROW = 46
_FOOT = 40
_HEAD = 4
_SIDE = 2


@dataclass(frozen=True, slots=True)
class Mark:
    """One row: a name, its figures as they should read, and where the mark stands."""

    label: str
    reading: str
    estimate: float | None
    ends: Interval | None
    colour: str
    strong: bool = True
    """Weak rows (not decided, not the subject) have open marks."""


def draw(
    marks: Sequence[Mark],
    width: int,
    *,
    axis: str,
    zero: float | None = 0.0,
    percent: bool = True,
) -> Any:
    """A figure with one row per mark; `zero` is where the line of no change stands."""
    fig = canvas.figure(width, _HEAD + _ROW * len(marks) + _FOOT)
    box = canvas.axes(fig, _SIDE, _SIDE, _HEAD, _FOOT)
    low, high = limits(marks, zero)
    box.set_xlim(low, high)
    box.set_ylim(len(marks) * _ROW, 0)
    box.set_yticks([])
    box.xaxis.set_major_locator(_locator(5 if width < canvas.WIDE else 7))
    if percent:
        box.xaxis.set_major_formatter(lambda value, _: words.signed(value, " %", 0))
    box.set_xlabel(axis, color=palette.MUTED, fontsize=canvas.SMALL, labelpad=4)
    ticks = [tick for tick in box.get_xticks() if low <= tick <= high]
    room = 24 if width < canvas.WIDE else 60
    for number, mark in enumerate(marks):
        top = number * _ROW
        box.vlines(ticks, top + 21, top + _ROW, color=palette.LINE, linewidth=1, zorder=1)
        if zero is not None:
            box.vlines([zero], top + 21, top + _ROW, color=palette.ZERO, linewidth=1.8, zorder=2)
        _row(box, top, mark, low, high, room)
    return fig


def limits(marks: Sequence[Mark], zero: float | None) -> Interval:
    """Where the axis ends: every estimate is inside; an interval far wider than most is cut."""
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


def _row(box: Any, top: float, mark: Mark, low: float, high: float, room: int) -> None:
    text = top + 16
    across = box.get_yaxis_transform()  # x as a share of the width, y in rows
    name = words.short(mark.label, room)
    box.text(0, text, name, transform=across, color=palette.INK, fontsize=canvas.TEXT)
    box.text(
        1,
        text,
        mark.reading,
        transform=across,
        color=palette.INK,
        fontsize=canvas.SMALL,
        ha="right",
    )
    y = top + 32
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


def _locator(parts: int) -> Any:
    from midakit.core.extras import need

    ticker: Any = need("matplotlib.ticker", extra="report")
    return ticker.MaxNLocator(parts, min_n_ticks=3, steps=[1, 2, 2.5, 5, 10])
