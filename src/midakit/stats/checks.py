"""What may go in: a wrong argument raises here, before any number is made from it."""

from collections.abc import Sequence
from math import isfinite
from typing import Literal, TypeAlias

Alternative: TypeAlias = Literal["two-sided", "greater", "less"]
Count: TypeAlias = tuple[float, float]
Interval: TypeAlias = tuple[float, float]
Prior: TypeAlias = Literal["jeffreys", "uniform"] | Sequence[float]

MOST = 2.0**53
_PRIORS = {"jeffreys": (0.5, 0.5), "uniform": (1.0, 1.0)}


class StatsDataError(ValueError):
    """Data that cannot all be true: sums that contradict each other or their counts."""


def count(arm: Count, name: str) -> Count:
    """(conversions, visitors) that can exist, else a `ValueError` that names the arm and the field."""
    conversions, visitors = (
        whole(value, f"{name}: {field}")
        for value, field in zip(arm, ("conversions", "visitors"), strict=True)
    )
    if conversions > visitors:
        raise ValueError(f"{name}: {conversions:.0f} conversions of only {visitors:.0f} visitors")
    return conversions, visitors


def whole(value: float, name: str) -> float:
    """A count: whole, not negative, and small enough for a float to hold it exactly."""
    number = real(value, name)
    if number < 0.0:
        raise ValueError(f"{name} cannot be negative: {value!r}")
    if number > MOST or number != int(number):
        raise ValueError(
            f"{name} must be a count, not a rate: a whole number up to 2**53: {value!r}"
        )
    return number


def real(value: float, name: str) -> float:
    """A finite number, else a `ValueError` that names it."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name} must be a finite number: {value!r}") from None
    if not isfinite(number):
        raise ValueError(f"{name} must be a finite number: {value!r}")
    return number


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
    number = real(value, name)
    if number <= 0.0:
        raise ValueError(f"{name} must be a number above 0: {value!r}")
    return number


def at_least(value: float, least: float, name: str) -> float:
    """A finite number that is not too small, else `ValueError`."""
    number = real(value, name)
    if number < least:
        raise ValueError(f"{name} must be at least {least:g}: {value!r}")
    return number
