"""Shares of the traffic against the configured split."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from midakit.report.charts import palette
from midakit.report.charts.drawing import (
    SMALL,
    TEXT,
    Area,
    Axis,
    Box,
    Drawing,
    Label,
    Shape,
    Stroke,
    baseline,
)
from midakit.report.charts.scale import Scale
from midakit.report.charts.text_width import fitted
from midakit.stats import wording

_ROW = 46
_EDGE = 2.0


@dataclass(frozen=True, slots=True)
class TrafficShare:
    """One arm's part of the visitors, and the part it should have."""

    label: str
    seen: float
    configured: float | None
    colour: str

    @property
    def reading(self) -> str:
        """As it should read."""
        seen = wording.percent(self.seen, 2)
        if self.configured is None:
            return seen
        places = 0 if abs(100 * self.configured - round(100 * self.configured)) < 0.005 else 2
        return f"{seen} (set: {wording.percent(self.configured, places)})"


def draw(shares: Sequence[TrafficShare], width: int) -> Drawing:
    """Draw bars from 0, with a notch where each should end.

    Args:
        shares: The share of each variant, and the configured one.
        width: Width in pixels.
    """
    height = _ROW * len(shares)
    panel = Box(_EDGE, 4, width - _EDGE, 4 + height)
    reach = max(max(share.seen, share.configured or 0.0) for share in shares) or 1.0
    scale = Scale(0.0, 1.01 * reach, panel.left, panel.right)
    shapes = [
        shape
        for number, share in enumerate(shares)
        for shape in _row(share, panel.top + number * _ROW, scale, width)
    ]
    up = Axis(Scale(height, 0.0, panel.bottom, panel.top))
    return Drawing(width, panel.bottom + 6, panel, Axis(scale), up, tuple(shapes))


def _row(share: TrafficShare, top: float, scale: Scale, width: int) -> Iterator[Shape]:
    y = baseline(top + 12, TEXT)
    told = Label(width - _EDGE, y, share.reading, palette.INK, SMALL, "end")
    yield Label(_EDGE, y, fitted(share.label, told.left - _EDGE - 10, TEXT), palette.INK)
    yield told
    left, right, middle = scale.at(0.0), scale.at(share.seen), top + 32
    bar = ((left, middle - 6), (right, middle - 6), (right, middle + 6), (left, middle + 6))
    yield Area(bar, share.colour)
    if share.configured is not None:
        x = scale.at(share.configured)
        yield Stroke((((x, middle - 10), (x, middle + 10)),), palette.INK, 2.0)
