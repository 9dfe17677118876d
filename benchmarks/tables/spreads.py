"""Pure: the rounds of one figure, and Markdown for them."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """The median, the least and the most of the rounds."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Of one figure a round."""
        return cls(statistics.median(values), min(values), max(values))

    def shown(self, *, percent: bool = False) -> str:
        """The median, with the least and the most of the rounds."""
        form = "{:.0%}" if percent else "{:.2f}" if self.median < 10 else "{:.1f}"
        middle, least, most = (form.format(one) for one in (self.median, self.least, self.most))
        return f"{middle} ({least} to {most})"


def divided(ones: Iterable[float], others: Iterable[float]) -> list[float]:
    """Round by round: both saw the same minute. A round that only one of them finished is left out."""
    return [one / other for one, other in zip(ones, others, strict=False)]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown; the first column to the left, figures to the right."""
    lines = ["| " + " | ".join(head) + " |", "|---" + "|--:" * (len(head) - 1) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows), ""])
