"""The gamma function at x + iu against its value at x, without losing digits for large x.

Both logarithms grow like x ln x while their difference does not, so subtracting two library values
loses everything at x = 1e9. Stirling's series is therefore differenced by hand. With s = u/x,

    ln G(x, u) = ln Gamma(x + iu) - ln Gamma(x)
               = x (log1p(s^2)/2 - s atan s) - log1p(s^2)/4                         (real)
               + i [u ln x + u log1p(s^2)/2 + x (atan s - s) - atan(s)/2]           (imaginary)
               + R(x + iu) - R(x)

where R is the remainder 1/(12z) - 1/(360z^3) + ..., good to 4e-14 from x = 14 on; a smaller x is
shifted there by the recurrence Gamma(z + 1) = z Gamma(z). The term u ln x is left out: ratios of
four gammas turn it into one shift of the origin, which the caller takes exactly.
"""

from collections.abc import Callable
from math import atan, log1p
from typing import TypeVar

Number = TypeVar("Number", float, complex)
STIRLING_FROM = 14.0
"""The smallest argument at which Stirling's series is good to the last digit."""
SERIES_FROM = 1000.0
"""Under this u the rounding of atan(s) - s does not matter; from it on the series is summed."""


def stirling_series(w: Number) -> Number:
    """Return Stirling's remainder without its factor 1/z.

    Args:
        w: 1 / z^2.

    Returns:
        The sum of the series.
    """
    return 1 / 12 - w * (1 / 360 - w * (1 / 1260 - w / 1680))


def stirling_remainder(x: float) -> float:
    """Return Stirling's R(x) = ln Gamma(x) - (x - 1/2) ln x + x - ln(2 pi)/2.

    Args:
        x: The argument, at least `STIRLING_FROM`.

    Returns:
        The remainder.
    """
    return stirling_series(1.0 / (x * x)) / x


def shifted_argument(x: float) -> tuple[float, tuple[float, ...]]:
    """Shift an argument to where Stirling's series is good.

    Args:
        x: An argument above 0.

    Returns:
        The argument plus a whole number, and the arguments that the recurrence passed.
    """
    passed: list[float] = []
    while x < STIRLING_FROM:
        passed.append(x)
        x += 1.0
    return x, tuple(passed)


def log_gamma_ratio(x: float) -> Callable[[float], complex]:
    """Return the function u -> ln G(x, u), without its term i u ln x.

    Args:
        x: The argument, at least `STIRLING_FROM`.

    Returns:
        A function of u.
    """
    at_zero = stirling_remainder(x)

    def ratio(u: float) -> complex:
        s = u / x
        half_log = 0.5 * log1p(s * s)
        angle = atan(s)
        # Where u is small so is the rounding of the plain difference, u ulps of 1.
        excess = angle - s if u < SERIES_FROM else _atan_minus_argument(s, angle)
        z = 1.0 / complex(x, u)
        remainder = z * stirling_series(z * z) - at_zero
        return remainder + complex(
            x * (half_log - s * angle) - 0.5 * half_log, u * half_log + x * excess - 0.5 * angle
        )

    return ratio


def _atan_minus_argument(s: float, angle: float) -> float:
    """Return atan(s) - s, by its series where the difference would cancel."""
    if s > 0.3:
        return angle - s
    w = s * s
    total, power = 0.0, s
    for k in range(3, 32, 2):
        power *= -w
        term = power / k
        total += term
        if abs(term) < 1e-18 * s:
            break
    return total
