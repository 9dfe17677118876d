"""Types that arguments and figures share, and the error of data that contradict themselves."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

Alternative: TypeAlias = Literal["two-sided", "greater", "less"]
Count: TypeAlias = tuple[float, float]
"""(conversions, visitors) of one arm."""
Interval: TypeAlias = tuple[float, float]
Prior: TypeAlias = Literal["jeffreys", "uniform"] | Sequence[float]
Kind: TypeAlias = Literal[
    "winner", "loser", "keep_running", "no_difference", "inconclusive", "invalid"
]
"""What a verdict can be."""
Metric: TypeAlias = Literal["conversion", "rpv", "aov"]
"""What is compared: the conversion rate, revenue per visitor, or revenue per order."""
Outcome: TypeAlias = Literal["better", "worse", "equal", "undecided"]
"""What a treatment is against Control."""
Risk: TypeAlias = Literal["very safe", "safe", "risky"]


class StatsDataError(ValueError):
    """Data that cannot all be true: sums that contradict each other or their counts."""
