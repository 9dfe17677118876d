"""Group-sequential tests: an error rate that is spent over the looks up to a planned end.

Lan & DeMets (1983) fix how much of alpha may be spent up to each moment, so neither the number of looks
nor their times need be planned:

    obrien-fleming   alpha(t) = 2 - 2 Phi(z_{alpha/2} / sqrt(t))     hardly any early, nearly all at the end
    pocock           alpha(t) = alpha ln(1 + (e - 1) t)              about the same at every look

At look k with information I_k the score S_k = z_k sqrt(I_k) has independent normal increments of variance
I_k - I_{k-1} (Jennison & Turnbull 2000, chapter 19). Its density among those that have not crossed yet is
carried from look to look by quadrature (Armitage, McPherson & Rowe 1969), and the bound of each look is
where the tail beyond it equals what may be spent there. Bounds are one-sided; a test of both sides has one
for each with half of alpha, so that evidence of one side never counts for the other.

Time in the spending function may be another than information (Lan & DeMets 1989): a planned end date spends
by the calendar while information follows the visitors.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, e, exp, inf, log, log1p, pi, sqrt
from operator import mul
from typing import Literal, TypeAlias

from midakit.stats import validate
from midakit.stats.distributions import normal
from midakit.stats.distributions.quadrature import nodes_and_weights
from midakit.stats.distributions.roots import find_root

Spending: TypeAlias = Literal["obrien-fleming", "pocock"]

_NEGLIGIBLE = 1e-13  # what cannot be told from nothing spent
_FAR = 8.0  # standard errors beyond which there is nothing
_LOW = 6.0  # paths further down never come back up
_PANEL = 5.0  # width of a panel of 14 nodes, in standard deviations of one increment
_REACH = 7.0  # how far one increment goes, in its standard deviations


def spent(spending: Spending, time: float, alpha: float) -> float:
    """Return how much of alpha may be spent up to a moment.

    Args:
        spending: The shape.
        time: The share of the experiment that is over, 1 from the planned end on.
        alpha: The error rate of the whole experiment.

    Returns:
        The share of alpha, 0 at the start and alpha at the end.

    Raises:
        ValueError: The shape is unknown.
    """
    if time >= 1.0:
        return alpha
    if time <= 0.0:
        return 0.0
    if spending == "obrien-fleming":
        return 2.0 * normal.survival(normal.upper_quantile(0.5 * alpha) / sqrt(time))
    if spending == "pocock":
        return alpha * log1p((e - 1.0) * time)
    raise ValueError(f"spending is 'obrien-fleming' or 'pocock': {spending!r}")


@lru_cache(maxsize=256)
def upper_bounds(
    information: tuple[float, ...], cumulative: tuple[float, ...]
) -> tuple[float, ...]:
    """Return the bounds on z that spend what may be spent at each look.

    Args:
        information: The information at each look, rising, in any unit.
        cumulative: What may be spent up to each look, not falling.

    Returns:
        One bound per look; infinite where nothing may be spent.

    Raises:
        ValueError: Information does not rise, or the two differ in length.
    """
    _check(information)
    if len(cumulative) != len(information):
        raise ValueError(f"{len(information)} looks but {len(cumulative)} shares of alpha")
    paths = _Paths()
    bounds: list[float] = []
    before = 0.0
    for at, (now, until) in enumerate(zip(information, cumulative, strict=True)):
        paths.advance(now)
        here = until - before
        bound = inf if here < _NEGLIGIBLE else paths.bound(here)
        before = max(before, until) if bound < inf else before
        bounds.append(bound)
        if at < len(information) - 1:
            paths.keep(-inf, bound)
    return tuple(bounds)


def crossing(
    information: Sequence[float],
    upper: Sequence[float],
    lower: Sequence[float] | None = None,
    *,
    drift: float = 0.0,
) -> tuple[list[float], list[float]]:
    """Return the chance to cross the upper, and the lower, bound for the first time at each look.

    Args:
        information: The information at each look, rising.
        upper: The upper bounds on z.
        lower: The lower ones; None for a test of one side.
        drift: The expectation of z per square root of information.

    Returns:
        Both lists, one chance per look.

    Raises:
        ValueError: Information does not rise.
    """
    _check(information)
    paths = _Paths(drift)
    above: list[float] = []
    below: list[float] = []
    for at, now in enumerate(information):
        paths.advance(now)
        high, low = upper[at], -inf if lower is None else lower[at]
        above.append(paths.above(high))
        below.append(paths.below(low))
        if at < len(information) - 1:
            paths.keep(low, high)
    return above, below


def size_factor(looks: int, alpha: float, power: float, spending: Spending) -> tuple[float, float]:
    """Return the visitors of a test of two sides with looks, as a multiple of a test with one.

    Args:
        looks: How many looks there are, evenly spread.
        alpha: The error rate of both sides together.
        power: The chance to call an effect in its own direction.
        spending: The shape.

    Returns:
        The factor of the planned end, and of the visitors when it stops on average under the effect.
    """
    times = tuple((at + 1) / looks for at in range(looks))
    bounds = upper_bounds(times, tuple(spent(spending, t, 0.5 * alpha) for t in times))
    fixed = normal.upper_quantile(0.5 * alpha) + normal.upper_quantile(1.0 - power)
    drift = find_root(
        lambda d: sum(crossing(times, bounds, drift=d)[0]) - power, fixed, 3.0 * fixed,
        tolerance=1e-7,
    )  # fmt: skip
    stopped = crossing(times, bounds, drift=drift)[0]
    average = sum(map(mul, times, stopped)) + 1.0 - sum(stopped)
    factor = (drift / fixed) ** 2
    return factor, factor * average


def conditional_power(z: float, time: float, bound: float, drift: float) -> float:
    """Return the chance to cross the last bound, given what has been seen (Lan & Wittes 1988).

    Args:
        z: The statistic now.
        time: The share of the planned information that is there, under 1.
        bound: The bound at the planned end.
        drift: The expectation of z at the planned end under the effect that is supposed.

    Returns:
        The chance; with looks before the end it is a little more.
    """
    left = 1.0 - time
    expected = z * sqrt(time) + drift * left
    return normal.survival((bound - expected) / sqrt(left))


@dataclass(slots=True)
class _Paths:
    """The density of the score among experiments that have not crossed, at its nodes."""

    drift: float = 0.0
    information: float = 0.0
    before: float = 0.0
    points: list[float] | None = None
    masses: list[float] | None = None
    """Density times quadrature weight, at each point."""

    def advance(self, information: float) -> None:
        """Go to the next look; the density stays where it was kept."""
        self.before, self.information = self.information, information

    def keep(self, low: float, high: float) -> None:
        """Carry the density to this look, between two bounds on z."""
        root = sqrt(self.information)
        step = sqrt(self.information - self.before)
        middle = self.drift * root
        left = max(low, min(0.0, middle) - _LOW) * root
        right = min(high, max(0.0, middle) + _FAR) * root
        points, weights = _nodes(left, right, step)
        scale = 1.0 / (step * sqrt(2.0 * pi))
        densities = [scale * self._density(s, step) for s in points]
        self.masses = list(map(mul, weights, densities))
        self.points = points

    def _density(self, s: float, step: float) -> float:
        """Return the density at a point, without its constant."""
        shifted = s - self.drift * step * step
        if self.points is None or self.masses is None:
            return exp(-0.5 * (shifted / step) ** 2)
        first = bisect_left(self.points, shifted - _REACH * step)
        last = bisect_right(self.points, shifted + _REACH * step)
        rate = -0.5 / (step * step)
        return sum(
            mass * exp(rate * (shifted - point) * (shifted - point))
            for point, mass in zip(self.points[first:last], self.masses[first:last], strict=True)
        )

    def above(self, bound: float) -> float:
        """Return the chance to be above a bound on z now."""
        return 0.0 if bound == inf else self._tail(bound, 1.0)

    def below(self, bound: float) -> float:
        """Return the chance to be below a bound on z now."""
        return 0.0 if bound == -inf else self._tail(bound, -1.0)

    def _tail(self, bound: float, side: float) -> float:
        """Return the chance to be beyond a bound on z now."""
        step = sqrt(self.information - self.before)
        score = bound * sqrt(self.information) - self.drift * step * step
        if self.points is None or self.masses is None:
            return normal.survival(side * score / step)
        return sum(
            mass * normal.survival(side * (score - point) / step)
            for point, mass in zip(self.points, self.masses, strict=True)
        )

    def bound(self, tail: float) -> float:
        """Return the bound on z whose upper tail is as given."""
        if self.points is None:
            return normal.upper_quantile(tail)
        target = log(tail)
        if self.above(_FAR) > tail:
            return inf
        return find_root(
            lambda z: log(max(self.above(z), 1e-300)) - target, -_LOW, _FAR, tolerance=1e-10
        )


def _nodes(left: float, right: float, step: float) -> tuple[list[float], list[float]]:
    """Return quadrature points and weights between two scores."""
    panels = max(1, ceil((right - left) / (_PANEL * step)))
    half = 0.5 * (right - left) / panels
    base, weights = nodes_and_weights()
    points = [left + half * (2 * panel + 1 + x) for panel in range(panels) for x in base]
    return points, [half * w for w in weights] * panels


def _check(information: Sequence[float]) -> None:
    """Refuse looks whose information does not rise."""
    before = 0.0
    for now in information:
        if not validate.real(now, "information") > before:
            raise ValueError(f"information must rise from look to look: {information!r:.60}")
        before = now
