"""Refuse wrong arguments, before any number is made from them."""

from math import isfinite

from midakit.stats.types import Count, Prior

MOST = 1e12
"""Up to here every formula keeps its digits; nobody has more visitors."""
MOST_CREDIBLE = 1.0 - 1e-9
"""The highest level; distributions are known to 1e-12."""
LARGEST = 1e100
"""The largest amount; its square is still a number."""
_LEAST_PRIOR = 0.1
_PRIORS = {"jeffreys": (0.5, 0.5), "uniform": (1.0, 1.0)}


def count(arm: Count, name: str) -> Count:
    """Return (conversions, visitors) that can exist.

    Args:
        arm: The two counts.
        name: What an error calls the arm.

    Returns:
        The counts as floats.

    Raises:
        ValueError: They cannot be true; the message names the arm and the field.
    """
    conversions, visitors = (
        whole(value, f"{name}: {field}")
        for value, field in zip(arm, ("conversions", "visitors"), strict=True)
    )
    if conversions > visitors:
        raise ValueError(f"{name}: {conversions:.0f} conversions of only {visitors:.0f} visitors")
    return conversions, visitors


def whole(value: float, name: str) -> float:
    """Return a count: whole, not negative, at most `MOST`.

    Args:
        value: The argument.
        name: What an error calls it.

    Returns:
        The count as a float.

    Raises:
        ValueError: The value is not such a number.
    """
    number = real(value, name)
    if number < 0.0:
        raise ValueError(f"{name} cannot be negative: {value!r}")
    if number > MOST:
        raise ValueError(f"{name} cannot be above {MOST:g}: {value!r:.40}")
    if number != int(number):
        raise ValueError(f"{name} must be a whole number, a count and not a rate: {value!r:.40}")
    return number


def real(value: float, name: str) -> float:
    """Return a finite number.

    Args:
        value: The argument.
        name: What an error calls it.

    Returns:
        The number as a float.

    Raises:
        ValueError: The value is not a finite number.
    """
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name} must be a finite number: {value!r}") from None
    if not isfinite(number):
        raise ValueError(f"{name} must be a finite number: {value!r}")
    return number


def amount(value: float, name: str, *, signed: bool = True) -> float:
    """Return a sum of money or of its squares, whose own square is still a number.

    Args:
        value: The argument.
        name: What an error calls it.
        signed: Whether it may be negative.

    Returns:
        The number as a float.

    Raises:
        ValueError: The value is not such a number.
    """
    number = real(value, name)
    if abs(number) > LARGEST:
        raise ValueError(f"{name} is far too large: {value!r:.40}")
    if number < 0.0 and not signed:
        raise ValueError(f"{name} cannot be negative: {value!r}")
    return number


def level(value: float, name: str = "level") -> float:
    """Return a probability strictly between 0 and 1.

    Args:
        value: The argument.
        name: What an error calls it.

    Returns:
        The number as a float.

    Raises:
        ValueError: The value lies outside, 95 for 0.95 for instance.
    """
    number = real(value, name)
    if not 0.0 < number < 1.0:
        raise ValueError(f"{name} is a share between 0 and 1 (0.95, not 95): {value!r}")
    return number


def credible(value: float, name: str = "level") -> float:
    """Return a level whose tails an exact distribution still resolves.

    Args:
        value: The argument.
        name: What an error calls it.

    Returns:
        The number as a float.

    Raises:
        ValueError: The value is not between 0 and `MOST_CREDIBLE`.
    """
    if level(value, name) > MOST_CREDIBLE:
        raise ValueError(f"{name} cannot be above {MOST_CREDIBLE}: {value!r}")
    return float(value)


def threshold(value: float) -> float:
    """Return a threshold: a share above 1/2.

    Args:
        value: The argument.

    Returns:
        The number as a float.

    Raises:
        ValueError: The value is not between 0.5 and `MOST_CREDIBLE`.
    """
    if credible(value, "threshold") <= 0.5:
        raise ValueError(f"threshold is a share above 0.5 and under 1 (0.95, not 95): {value!r}")
    return float(value)


def prior(value: Prior) -> tuple[float, float]:
    """Return the two parameters of a Beta prior.

    Args:
        value: "jeffreys", "uniform", or two numbers from 0.1 up: near 0 a distribution has endless
            tails, for which no number of panels is enough.

    Returns:
        The two parameters.

    Raises:
        ValueError: The value is not such a prior.
    """
    if isinstance(value, str):
        if value not in _PRIORS:
            raise ValueError(f"prior is 'jeffreys', 'uniform' or two numbers: {value!r}")
        return _PRIORS[value]
    try:
        a, b = value
    except (TypeError, ValueError):
        raise ValueError(f"prior is 'jeffreys', 'uniform' or two numbers: {value!r:.40}") from None
    a, b = (at_least(part, _LEAST_PRIOR, "prior: each of its two numbers") for part in (a, b))
    if max(a, b) > MOST:
        raise ValueError(f"prior cannot be worth more than {MOST:g} visitors: {value!r}")
    return a, b


def alternative(value: str) -> None:
    """Refuse an unknown alternative.

    Args:
        value: The argument.

    Raises:
        ValueError: The value is not "two-sided", "greater" or "less".
    """
    if value not in ("two-sided", "greater", "less"):
        raise ValueError(f"alternative is 'two-sided', 'greater' or 'less': {value!r}")


def positive(value: float, name: str) -> float:
    """Return a finite number above 0.

    Args:
        value: The argument.
        name: What an error calls it.

    Returns:
        The number as a float.

    Raises:
        ValueError: The value is not such a number.
    """
    number = real(value, name)
    if number <= 0.0:
        raise ValueError(f"{name} must be a number above 0: {value!r}")
    return number


def at_least(value: float, least: float, name: str) -> float:
    """Return a finite number that is not too small.

    Args:
        value: The argument.
        least: The smallest that is allowed.
        name: What an error calls it.

    Returns:
        The number as a float.

    Raises:
        ValueError: The value is not such a number.
    """
    number = real(value, name)
    if number < least:
        raise ValueError(f"{name} must be at least {least:g}: {value!r}")
    return number
