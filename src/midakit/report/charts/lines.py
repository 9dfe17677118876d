"""Lines over days, each named where it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from midakit.core.extras import need
from midakit.report import phrasing
from midakit.report.charts import canvas, palette
from midakit.stats import wording
from midakit.stats.types import Interval

_LETTERS = 24
_SETTLED = 0.1
"""The axis fits the days from a tenth of the data on: the first day's interval would flatten all."""


@dataclass(frozen=True, slots=True)
class DailySeries:
    """One arm over the days; None where there is no figure yet."""

    label: str
    days: tuple[date, ...]
    values: tuple[float | None, ...]
    bands: tuple[Interval | None, ...]
    weights: tuple[float, ...]
    """How much data each day stands on."""
    colour: str
    dashed: bool = False


def draw(
    lines: Sequence[DailySeries],
    width: int,
    *,
    zero: bool = False,
    points: bool = False,
    within: Interval | None = None,
) -> Any:
    """Draw a figure of lines over days.

    Args:
        lines: The series, in order.
        width: Width in pixels.
        zero: True for a line of no change.
        points: True when values are differences in percentage points.
        within: The ends of the axis, so that figures beside each other can be compared; chosen when None.
    """
    narrow = width < canvas.WIDE
    named = len(lines) > 1
    head = 12 + (18 * len(lines) if named and narrow else 0)
    right = 18 + 7.6 * min(_LETTERS, max(phrasing.width(line.label) for line in lines))
    fig = canvas.figure(width, head + (210 if narrow else 270))
    box = canvas.axes(fig, 52, 16 if narrow or not named else right, head, 28)
    low, high = within or limits(lines, zero=zero)
    box.set_ylim(low, high)
    first, last = lines[0].days[0], lines[0].days[-1]
    box.set_xlim(first.toordinal() - 0.3, last.toordinal() + 0.3)
    _up(box, low, high, points=points)
    _across(box, first, last, parts=3 if narrow else 6)
    if zero:
        box.axhline(0.0, color=palette.ZERO, linewidth=1.6)
    for line in lines:
        _line(box, line, edged=named)
    if named and narrow:
        _legend(fig, lines)
    elif named:
        _names(box, lines, high - low)
    return fig


def limits(lines: Sequence[DailySeries], *, zero: bool) -> Interval:
    """Return the ends of the axis.

    Args:
        lines: Values and intervals of every line in the chart.
        zero: True when the value of no change must be inside.
    """
    shown = [0.0] if zero else []
    for line in lines:
        most = max(line.weights, default=0.0)
        for value, band, weight in zip(line.values, line.bands, line.weights, strict=True):
            if value is None or weight < _SETTLED * most:
                continue
            shown += [value, *(band or ())]
    low, high = min(shown, default=0.0), max(shown, default=1.0)
    pad = 0.05 * (high - low) or 0.001
    return low - pad, high + pad


def _legend(fig: Any, lines: Sequence[DailySeries]) -> None:
    """Draw the names above the lines, in their colours: beside them no whole name fits."""
    width, height = fig.get_size_inches() * 72
    for number, line in enumerate(lines):
        y = 1 - (14 + 18 * number) / height
        fig.text(12 / width, y, "—", color=line.colour, fontsize=canvas.TEXT, weight="bold")
        label = phrasing.short(line.label, 40)
        fig.text(30 / width, y, label, color=line.colour, fontsize=canvas.TEXT)


def _line(box: Any, line: DailySeries, *, edged: bool) -> None:
    """Draw one line; where bands lie over each other only their edges tell whose is whose."""
    known = [
        (day.toordinal(), value, band)
        for day, value, band in zip(line.days, line.values, line.bands, strict=True)
        if value is not None
    ]
    banded = [(x, *band) for x, _, band in known if band is not None]
    if banded:
        xs, lows, highs = zip(*banded, strict=True)
        box.fill_between(
            xs, lows, highs, color=line.colour, alpha=0.1 if edged else 0.16, linewidth=0
        )
        for edge in (lows, highs) if edged else ():
            box.plot(xs, edge, color=line.colour, alpha=0.45, linewidth=0.9, zorder=2)
    box.plot(
        [x for x, _, _ in known], [value for _, value, _ in known], color=line.colour,
        linewidth=2.2, linestyle=(0, (5, 2)) if line.dashed else "-", solid_capstyle="round",
        marker="o" if len(known) == 1 else None, zorder=3,
    )  # fmt: skip


def _up(box: Any, low: float, high: float, *, points: bool) -> None:
    """Draw the scale on the left, with as many decimals as tell its steps apart."""
    ticker: Any = need("matplotlib.ticker", extra="report")
    box.grid(axis="y", color=palette.LINE, linewidth=1)
    found = ticker.MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    ticks = [tick for tick in found if low + 0.03 * (high - low) <= tick <= high]
    box.set_yticks(ticks)
    decimals = phrasing.scale_decimals(found)
    shown = wording.lift if points else wording.percent
    unit = {"unit": ""} if points else {}
    box.yaxis.set_major_formatter(lambda value, _: shown(value, decimals=decimals, **unit))


def _across(box: Any, first: date, last: date, *, parts: int) -> None:
    span = (last - first).days
    count = max(1, min(parts, span))
    days = {first.toordinal() + round(n * span / count) for n in range(count + 1)}
    ticks = sorted(days)
    box.tick_params(axis="x", pad=8)
    box.set_xticks(ticks, [_day(date.fromordinal(tick)) for tick in ticks])
    labels = box.get_xticklabels()
    labels[0].set_ha("left")
    labels[-1].set_ha("right")


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"


def _names(box: Any, lines: Sequence[DailySeries], reach: float) -> None:
    """Draw names at the ends of the lines, moved apart where they would cover each other."""
    ends = []
    for line in lines:
        known = [value for value in line.values if value is not None]
        if known:
            ends.append((known[-1], line))
    ends.sort(key=lambda end: end[0])
    low, high = box.get_ylim()
    step = 17 / 230 * reach
    places: list[float] = []
    for value, _ in ends:
        y = min(max(value, low), high)
        places.append(max(y, places[-1] + step) if places else y)
    ceiling = high
    for at in reversed(range(len(places))):
        places[at] = min(places[at], ceiling)
        ceiling = places[at] - step
    for y, (_, line) in zip(places, ends, strict=True):
        box.annotate(
            phrasing.short(line.label, _LETTERS), (1, y), xycoords=("axes fraction", "data"),
            xytext=(8, 0), textcoords="offset points", va="center", color=line.colour,
            fontsize=canvas.TEXT, annotation_clip=False,
        )  # fmt: skip
