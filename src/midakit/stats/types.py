"""Types that arguments and figures share, and the error of data that contradict themselves."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

Alternative: TypeAlias = Literal["two-sided", "greater", "less"]
Count: TypeAlias = tuple[float, float]
"""(conversions, visitors) of one arm."""
Interval: TypeAlias = tuple[float, float]
Prior: TypeAlias = Literal["jeffreys", "uniform"] | Sequence[float]


class StatsDataError(ValueError):
    """Data that cannot all be true: sums that contradict each other or their counts."""
