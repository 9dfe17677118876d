"""The gamma function at x + iu against its value at x, without losing digits for large x.

Both logarithms grow like x ln x while their difference does not, so subtracting two library values
loses everything at x = 1e9. Stirling's series is therefore differenced by hand. With s = u/x,

    ln G(x, u) = ln Gamma(x + iu) - ln Gamma(x)
               = x (log1p(s^2)/2 - s atan s) - log1p(s^2)/4                         (real)
               + i [u ln x + u log1p(s^2)/2 + x (atan s - s) - atan(s)/2]           (imaginary)
               + R(x + iu) - R(x)

where R is the remainder 1/(12z) - 1/(360z^3) + ..., good to 4e-14 from x = 14 on; a smaller x is
lifted there by the recurrence Gamma(z + 1) = z Gamma(z). The term u ln x is left out: ratios of
four gammas turn it into one shift of the origin, which the caller takes exactly.
"""

from collections.abc import Callable
from math import atan, log1p

LIFT = 14.0
PLAIN = 1000.0


def remainder(x: float) -> float:
    """Stirling's R(x) = ln Gamma(x) - (x - 1/2) ln x + x - ln(2 pi)/2, for x >= 14."""
    w = 1.0 / (x * x)
    return (1 / 12 - w * (1 / 360 - w * (1 / 1260 - w / 1680))) / x


def lifted(x: float) -> tuple[float, tuple[float, ...]]:
    """X raised to where Stirling's series is good, and the rungs passed on the way."""
    rungs: list[float] = []
    while x < LIFT:
        rungs.append(x)
        x += 1.0
    return x, tuple(rungs)


def turner(x: float) -> Callable[[float], complex]:
    """The function u -> ln G(x, u), without its term i u ln x, for x >= 14."""
    still = remainder(x)

    def turned(u: float) -> complex:
        s = u / x
        bend = 0.5 * log1p(s * s)
        angle = atan(s)
        # Where u is small so is the rounding of the plain difference, u ulps of 1.
        short = angle - s if u < PLAIN else _less_itself(s, angle)
        z = 1.0 / complex(x, u)
        w = z * z
        rest = z * (1 / 12 - w * (1 / 360 - w * (1 / 1260 - w / 1680))) - still
        return rest + complex(
            x * (bend - s * angle) - 0.5 * bend, u * bend + x * short - 0.5 * angle
        )

    return turned


def _less_itself(s: float, angle: float) -> float:
    """Atan(s) - s, by its series where the difference would cancel."""
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
