"""Lines over days, each named where it ends."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

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
    Hint,
    Label,
    Shape,
    Stroke,
    baseline,
)
from midakit.report.charts.scale import Point, Scale, flattened, padded, pieces, ticks
from midakit.report.charts.text_width import fitted, pixels
from midakit.stats import wording
from midakit.stats.types import Interval

_SETTLED = 0.1
"""The axis fits the days from a tenth of the data on: the first day's interval would flatten all."""
_NAMES = 190.0
"""Pixels that names beside the lines take at most."""
_NAME_STEP = 17.0
_LEGEND_STEP = 18.0
_FOOT = 28.0
_DAY = 72.0
"""Pixels from one named day to the next, at least."""
_STEPS = (1, 2, 7, 14, 28, 56, 91, 182, 364)
_EDGE = 16.0


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
) -> Drawing:
    """Draw lines over days.

    Args:
        lines: The series, in order.
        width: Width in pixels.
        zero: True for a line of no change.
        points: True when values are differences in percentage points.
        within: The ends of the axis, so that figures beside each other can be compared; chosen when None.
    """
    wide, named = width >= WIDE, len(lines) > 1
    low, high = within or limits(lines, zero=zero)
    found = ticks(low, high, 6 if wide else 4)
    values = [tick for tick in found if tick >= low + 0.02 * (high - low)]
    marks = list(zip(values, _numbers(values, points=points), strict=True))
    left = max((pixels(text, SMALL) for _, text in marks), default=0.0) + 8
    top = 12 + (0 if wide or not named else _LEGEND_STEP * len(lines))
    right = _names_width(lines) + 18 if wide and named else _EDGE
    panel = Box(left, top, width - right, top + (230 if wide else 170))
    first, last = lines[0].days[0].toordinal(), lines[0].days[-1].toordinal()
    across = Scale(first - 0.3, last + 0.3, panel.left, panel.right)
    up = Scale(low, high, panel.bottom, panel.top)
    shapes: list[Shape] = [_level(values, up, panel, palette.LINE)]
    if zero and low <= 0.0 <= high:
        shapes.append(_level([0.0], up, panel, palette.ZERO, 1.6))
    for line in lines:
        shapes += _line(line, across, up, edged=named)
    if named:
        shapes += _names(lines, across, up, width) if wide else _legend(lines, width)
    if wide:
        shapes += _hints(lines, across, panel, points=points)
    return Drawing(
        width, panel.bottom + _FOOT, panel,
        Axis(across, tuple(_dates(first, last, panel))), Axis(up, tuple(marks)), tuple(shapes),
    )  # fmt: skip


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
    return padded(min(shown, default=0.0), max(shown, default=1.0), 0.05, 0.001)


def _numbers(values: Sequence[float], *, points: bool) -> list[str]:
    """Write the scale on the left, with as many decimals as tell its steps apart."""
    places = phrasing.scale_decimals(values)
    if points:
        return [phrasing.with_minus(wording.lift(value, "", places)) for value in values]
    return [wording.percent(value, places) for value in values]


def _level(
    values: Sequence[float], up: Scale, panel: Box, colour: str, width: float = 1.0
) -> Stroke:
    lines = [((panel.left, up.at(value)), (panel.right, up.at(value))) for value in values]
    return Stroke(tuple(lines), colour, width)


def _dates(first: int, last: int, panel: Box) -> Sequence[tuple[float, str]]:
    """Return the days that are named: the last one, and back from there in equal steps."""
    most = (panel.right - panel.left) / _DAY
    step = next((step for step in _STEPS if (last - first) / step < most), last - first)
    return [(day, _day(date.fromordinal(day))) for day in range(last, first - 1, -step)][::-1]


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"


def _known(line: DailySeries) -> Iterator[tuple[int, float, Interval | None]]:
    for day, value, band in zip(line.days, line.values, line.bands, strict=True):
        if value is not None:
            yield day.toordinal(), value, band


def _line(line: DailySeries, across: Scale, up: Scale, *, edged: bool) -> Iterator[Shape]:
    """Draw one line; where bands lie over each other only their edges tell whose is whose."""
    known = list(_known(line))
    top, bottom = min(up.begin, up.end), max(up.begin, up.end)

    def placed(found: Sequence[tuple[int, float]]) -> list[Point]:
        return [(across.at(day), up.at(value)) for day, value in found]

    lows = placed([(day, band[0]) for day, _, band in known if band is not None])
    highs = placed([(day, band[1]) for day, _, band in known if band is not None])
    if len(lows) > 1:
        outline = flattened(highs, top, bottom) + flattened(lows, top, bottom)[::-1]
        yield Area(tuple(outline), line.colour, 0.1 if edged else 0.16)
        edges = [part for edge in (lows, highs) for part in pieces(edge, top, bottom)]
        if edged and edges:
            yield Stroke(tuple(map(tuple, edges)), line.colour, 0.9, opacity=0.45)
    middle = placed([(day, value) for day, value, _ in known])
    if len(middle) > 1:
        parts = tuple(map(tuple, pieces(middle, top, bottom)))
        yield Stroke(parts, line.colour, 2.2, dashed=line.dashed)
    if middle and top <= middle[-1][1] <= bottom:
        yield Dot(*middle[-1], line.colour, radius=2.5)


def _legend(lines: Sequence[DailySeries], width: int) -> Iterator[Shape]:
    """Draw the names above the lines, in their colours: beside them no whole name fits."""
    for number, line in enumerate(lines):
        y = 8 + _LEGEND_STEP * number
        yield Stroke((((2.0, y), (18.0, y)),), line.colour, 2.2, dashed=line.dashed)
        label = fitted(line.label, width - 28, TEXT)
        yield Label(26, baseline(y, TEXT), label, line.colour)


def _names_width(lines: Sequence[DailySeries]) -> float:
    return min(_NAMES, max(pixels(one_line(line.label), TEXT) for line in lines))


def _names(lines: Sequence[DailySeries], across: Scale, up: Scale, width: int) -> Iterator[Shape]:
    """Draw names at the ends of the lines, moved apart where they would cover each other."""
    last = [(known[-1][1], line) for line in lines if (known := list(_known(line)))]
    last.sort(key=lambda end: end[0], reverse=True)
    wanted = [up.inside(value) for value, _ in last]
    for y, near, (_, line) in zip(apart(wanted, _NAME_STEP, up.begin), wanted, last, strict=True):
        if abs(y - near) > 6:
            yield Stroke((((across.end + 1, near), (across.end + 8, y)),), line.colour, opacity=0.6)
        label = fitted(line.label, width - across.end - 12, TEXT)
        yield Label(across.end + 12, baseline(y, TEXT), label, line.colour)


def apart(wanted: Sequence[float], step: float, end: float) -> list[float]:
    """Move places apart that are nearer to each other than a step, and keep their order.

    Args:
        wanted: The places, from the smallest to the greatest.
        step: The least distance.
        end: The greatest place there is, while there is space for all before it.

    Returns:
        The places in the same order.
    """
    found: list[float] = []
    for place in wanted:
        found.append(max(place, found[-1] + step) if found else place)
    for at in reversed(range(len(found))):
        found[at] = min(found[at], end - step * (len(found) - 1 - at))
    return found


def _hints(
    lines: Sequence[DailySeries], across: Scale, panel: Box, *, points: bool
) -> Iterator[Hint]:
    """Give the figures of each day, for who points at it."""
    days = lines[0].days
    places = [across.at(day.toordinal()) for day in days]
    middles = [(one + other) / 2 for one, other in pairwise(places)]
    for at, day in enumerate(days):
        told = [_told(line, at, points=points) for line in lines if line.values[at] is not None]
        if told:
            left, right = [panel.left, *middles][at], [*middles, panel.right][at]
            head = f"{day:%a} {day.day} {day:%b %Y}"
            yield Hint(left, panel.top, right, panel.bottom, (head, *told))


def _told(line: DailySeries, at: int, *, points: bool) -> str:
    value, band = line.values[at], line.bands[at]
    if points:
        shown, ends = wording.lift(value, "", 2), wording.lift_range(band, "", 2)
    else:
        shown, ends = wording.percent(value), wording.percent_range(band)
    return f"{one_line(line.label)}: {shown}" + (f" ({ends})" if band else "")
