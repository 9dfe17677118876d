"""What may go in: a wrong argument raises here, before any number is made from it."""

from collections.abc import Sequence
from math import isfinite
from typing import Literal, TypeAlias

Alternative: TypeAlias = Literal["two-sided", "greater", "less"]
Count: TypeAlias = tuple[float, float]
Interval: TypeAlias = tuple[float, float]
Prior: TypeAlias = Literal["jeffreys", "uniform"] | Sequence[float]

_PRIORS = {"jeffreys": (0.5, 0.5), "uniform": (1.0, 1.0)}


class StatsDataError(ValueError):
    """Data that cannot all be true: sums that contradict each other or their counts."""


def count(arm: Count, name: str) -> Count:
    """(conversions, visitors) that can exist, else `ValueError`."""
    conversions, visitors = float(arm[0]), float(arm[1])
    if not (isfinite(conversions) and isfinite(visitors)):
        raise ValueError(f"{name}: conversions and visitors must be finite numbers")
    if conversions < 0.0 or visitors < 0.0:
        raise ValueError(f"{name}: conversions and visitors cannot be negative")
    if conversions > visitors:
        raise ValueError(f"{name}: {conversions:g} conversions of only {visitors:g} visitors")
    return conversions, visitors


def level(value: float, name: str = "level") -> float:
    """A probability strictly between 0 and 1, else `ValueError`."""
    if not 0.0 < value < 1.0:
        raise ValueError(f"{name} is a share between 0 and 1 (0.95, not 95): {value!r}")
    return float(value)


def prior(value: Prior) -> tuple[float, float]:
    """The two parameters of a Beta prior, by name or as numbers above 0."""
    if isinstance(value, str):
        if value not in _PRIORS:
            raise ValueError(f"prior is 'jeffreys', 'uniform' or two numbers above 0: {value!r}")
        return _PRIORS[value]
    a, b = (float(part) for part in value)
    if not (isfinite(a) and isfinite(b) and a > 0.0 and b > 0.0):
        raise ValueError(f"both parameters of a Beta prior must be above 0: {(a, b)!r}")
    return a, b


def alternative(value: str) -> None:
    """Refuse an unknown alternative."""
    if value not in ("two-sided", "greater", "less"):
        raise ValueError(f"alternative is 'two-sided', 'greater' or 'less': {value!r}")


def positive(value: float, name: str) -> float:
    """A finite number above 0, else `ValueError`."""
    if not (isfinite(value) and value > 0.0):
        raise ValueError(f"{name} must be a number above 0: {value!r}")
    return float(value)
