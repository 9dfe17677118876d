"""Shares of the traffic against the configured split."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from midakit.report import phrasing
from midakit.report.charts import canvas, palette
from midakit.stats import wording

_ROW = 46


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


def draw(shares: Sequence[TrafficShare], width: int) -> Any:
    """Draw bars from 0, with a notch where each should end.

    Args:
        shares: The share of each variant, and the configured one.
        width: Width in pixels.
    """
    fig = canvas.figure(width, 4 + _ROW * len(shares) + 10)
    box = canvas.axes(fig, 2, 2, 4, 10)
    reach = max(max(share.seen, share.configured or 0.0) for share in shares) or 1.0
    box.set_xlim(0, 1.01 * reach)
    box.set_ylim(_ROW * len(shares), 0)
    box.set_xticks([])
    box.set_yticks([])
    across = box.get_yaxis_transform()
    for number, share in enumerate(shares):
        text, y = number * _ROW + 16, number * _ROW + 32
        box.text(
            0, text, phrasing.short(share.label, 28), transform=across, color=palette.INK,
            fontsize=canvas.TEXT,
        )  # fmt: skip
        box.text(
            1, text, share.reading, transform=across, color=palette.INK, fontsize=canvas.SMALL,
            ha="right",
        )  # fmt: skip
        box.barh(y, share.seen, height=12, color=share.colour, zorder=2)
        if share.configured is not None:
            box.plot(
                [share.configured] * 2, [y - 10, y + 10], color=palette.INK, linewidth=2, zorder=3
            )
    return fig
