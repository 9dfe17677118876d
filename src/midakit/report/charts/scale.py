"""Scales: from values to pixels, and the round values at which an axis is marked (pure)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10

from midakit.stats.types import Interval

Point = tuple[float, float]
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear scale; `begin` may be greater than `end`, as on an axis that goes up."""

    low: float
    high: float
    begin: float
    """Pixels at `low`."""
    end: float
    """Pixels at `high`."""

    def at(self, value: float) -> float:
        """Return the pixels of a value.

        Args:
            value: The value, which may lie outside.
        """
        share = (value - self.low) / (self.high - self.low)
        return self.begin + share * (self.end - self.begin)

    def inside(self, value: float) -> float:
        """Return the pixels of a value, of the nearer end where it lies outside.

        Args:
            value: The value; an infinite one is outside.
        """
        return self.at(min(max(value, self.low), self.high))


def ticks(low: float, high: float, most: int) -> list[float]:
    """Return round values within a range, with the smallest step that gives few enough.

    Args:
        low: The lower end.
        high: The upper end, above the lower one.
        most: How many there may be, at least 2.
    """
    magnitude = 10.0 ** floor(log10((high - low) / most))
    steps = (size * magnitude * power for power in (1.0, 10.0) for size in STEPS)
    for step in steps:
        first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
        if last - first < most:
            return [number * step for number in range(first, last + 1)]
    return []


def pieces(points: Sequence[Point], low: float, high: float) -> Iterator[list[Point]]:
    """Give the parts of a line whose y is within a range, cut where the line crosses an end.

    Args:
        points: The line, from left to right.
        low: The lower end.
        high: The upper end.
    """
    part: list[Point] = []
    for point in crossed(points, low, high):
        if low <= point[1] <= high:
            part.append(point)
            continue
        if len(part) > 1:
            yield part
        part = []
    if len(part) > 1 or (part and len(points) == 1):
        yield part


def flattened(points: Sequence[Point], low: float, high: float) -> list[Point]:
    """Return a line that runs along an end of the range where it would leave it.

    Args:
        points: The line, from left to right.
        low: The lower end.
        high: The upper end.
    """
    return [(x, min(max(y, low), high)) for x, y in crossed(points, low, high)]


def crossed(points: Sequence[Point], low: float, high: float) -> list[Point]:
    """Return a line with a further point wherever it crosses an end of the range.

    Args:
        points: The line, from left to right.
        low: The lower end.
        high: The upper end.
    """
    found = list(points[:1])
    for (x0, y0), (x1, y1) in pairwise(points):
        cuts = [end for end in (low, high) if min(y0, y1) < end < max(y0, y1)]
        cuts.sort(reverse=y1 < y0)
        found += [(x0 + (end - y0) / (y1 - y0) * (x1 - x0), end) for end in cuts]
        found.append((x1, y1))
    return found


def padded(low: float, high: float, share: float, least: float) -> Interval:
    """Return a range that is a little wider on both sides.

    Args:
        low: The lower end.
        high: The upper end.
        share: How much wider, as a share of the range.
        least: What is added where the range is empty.
    """
    more = share * (high - low) or least
    return low - more, high + more
