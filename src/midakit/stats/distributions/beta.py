"""The Beta posterior of one rate, on the logit scale.

In x = logit(theta) the density of Beta(a, b) is (e^x)^a / (1 + e^x)^(a+b): one smooth peak with
exponential tails, its mode at x = ln(a/b), for every a and b above 0 (in theta itself it may be
infinite at the ends). At the distance d = x - ln(a/b) from the mode and with p = a/N, N = a + b, its
logarithm is, up to a constant,

    a d - N log1p(p expm1(d))

in which the terms are as small as a: no digits are lost at a = 1/2 of N = 1e9. A distribution with
a > b is the mirror image of one with a < b. Panels of integration end where that logarithm has fallen
by z^2/2 for equal steps of z, so that each holds a similar share of the peak, and none is wider than
4: the nearest singularity is at distance pi from the real axis.
"""

from bisect import bisect_right
from itertools import accumulate, pairwise
from math import ceil, exp, expm1, log, log1p, sqrt
from typing import NamedTuple

from midakit.stats.distributions import quadrature

_REACH = 9.0  # exp(-9^2/2) = 3e-18: nothing a double can see lies beyond
_STEP = 1.5
_WIDEST = 4.0
_MAX_EXPONENT = 600.0  # exp(600) is still a float, and nothing else matters beside it


class Beta(NamedTuple):
    """A Beta(a, b) distribution of a rate; its arithmetic works for numpy arrays of many, too."""

    a: float
    b: float

    @property
    def total(self) -> float:
        """a + b: how many visitors the posterior is worth."""
        return self.a + self.b

    @property
    def mean(self) -> float:
        """The mean rate."""
        return self.a / (self.a + self.b)

    @property
    def log_variance(self) -> float:
        """The approximate variance of ln theta."""
        return self.b / (self.a * (self.a + self.b))

    def log_density(self, d: float) -> float:
        """Return the log density on the logit scale, relative to the mode.

        Args:
            d: The logit distance from the mode.

        Returns:
            0 at the mode, negative elsewhere.
        """
        a, b = self
        if a > b:
            a, b, d = b, a, -d
        total = a + b
        if d > _MAX_EXPONENT:
            return -b * d - total * log(a / total)
        return a * d - total * log1p(a / total * expm1(d))

    def log_density_slope(self, d: float) -> float:
        """Return the derivative of `log_density`.

        Args:
            d: The logit distance from the mode.

        Returns:
            The slope at d.
        """
        a, b = self
        total = a + b
        if d > 0.0:
            e = expm1(-d)
            return a * b / total * e / (1.0 + b / total * e) if d < _MAX_EXPONENT else -b
        e = expm1(d)
        return -a * b / total * e / (1.0 + a / total * e) if d > -_MAX_EXPONENT else a

    def panel_ends(self) -> list[float]:
        """Return the ends of panels around the mode, ascending, as logit distances from it."""
        left = [-end for end in self._ends(-1.0)]
        return [*reversed(left), 0.0, *self._ends(1.0)]

    def _ends(self, side: float) -> list[float]:
        """Return the distances where `log_density` passes -z^2/2 on one side."""
        d = _STEP * sqrt(1.0 / self.a + 1.0 / self.b)
        ends: list[float] = []
        for i in range(1, round(_REACH / _STEP) + 1):
            drop = 0.5 * (i * _STEP) ** 2
            for _ in range(40):  # Newton on a concave function: from outside it cannot overshoot
                excess = self.log_density(side * d) + drop
                step = excess / (side * self.log_density_slope(side * d))
                d -= step
                if abs(step) < 1e-3 * d:
                    break
            ends.append(d)
            d *= (i + 1) / i
        return ends


def posterior(conversions: float, visitors: float, prior: tuple[float, float]) -> Beta:
    """Return the posterior of a rate.

    Args:
        conversions: Visitors who converted.
        visitors: Visitors in all, converted or not.
        prior: The two parameters of the Beta prior.

    Returns:
        The posterior distribution.
    """
    return Beta(conversions + prior[0], visitors - conversions + prior[1])


def panels(ends: list[float]) -> list[tuple[float, float]]:
    """Return panels between neighbouring ends, wide ones cut into equal parts.

    Args:
        ends: Ends of panels in any order.

    Returns:
        Pairs of ends, ascending.
    """
    cut: list[tuple[float, float]] = []
    for low, high in pairwise(sorted(ends)):
        if high - low <= 0.0:
            continue
        pieces = ceil((high - low) / _WIDEST)
        inner = [low + (high - low) * i / pieces for i in range(pieces)] + [high]
        cut.extend(pairwise(inner))
    return cut


def panel_integral(distribution: Beta, low: float, high: float) -> float:
    """Return the integral of the density, relative to its mode, over a panel.

    Args:
        distribution: Supplies the density and its mode.
        low: The left end, as a logit distance from the mode.
        high: The right end.

    Returns:
        The integral; divide by that over all panels for a probability.
    """
    half, middle = 0.5 * (high - low), 0.5 * (high + low)
    nodes, weights = quadrature.nodes_and_weights()
    if max(abs(low), abs(high)) > _MAX_EXPONENT:
        return half * sum(
            w * exp(distribution.log_density(middle + half * node))
            for node, w in zip(nodes, weights, strict=True)
        )
    # `log_density`, written out: an interval of a rate takes three quarters of the time
    a, b = distribution
    if a > b:
        a, b, half, middle = b, a, -half, -middle
    total = a + b
    rate, area = a / total, 0.0
    for node, w in zip(nodes, weights, strict=True):
        d = middle + half * node
        area += w * exp(a * d - total * log1p(rate * expm1(d)))
    return abs(half) * area


def quantile(distribution: Beta, p: float) -> float:
    """Return a quantile, by Newton's method within the panel that holds it.

    Args:
        distribution: Supplies the density and its panels.
        p: The probability below the quantile.

    Returns:
        The rate.
    """
    parts = panels(distribution.panel_ends())
    sums = [0.0, *accumulate(panel_integral(distribution, low, high) for low, high in parts)]
    target = p * sums[-1]
    at = min(max(bisect_right(sums, target) - 1, 0), len(parts) - 1)
    low, high = parts[at]
    d = low + (high - low) * (target - sums[at]) / (sums[at + 1] - sums[at])
    inner_low, inner_high = low, high
    for _ in range(60):
        error = sums[at] + panel_integral(distribution, low, d) - target
        if error > 0.0:
            inner_high = d
        else:
            inner_low = d
        new = d - error / exp(distribution.log_density(d))
        if not inner_low <= new <= inner_high:
            new = 0.5 * (inner_low + inner_high)
        done = abs(new - d) <= 1e-14 * (high - low)
        d = new
        if done:
            break
    return logistic(log(distribution.a / distribution.b) + d)


def interval(distribution: Beta, level: float) -> tuple[float, float]:
    """Return the equal-tailed credible interval of the rate.

    Args:
        distribution: The posterior.
        level: The probability inside, such as 0.95.

    Returns:
        The lower and the upper end.
    """
    tail = 0.5 * (1.0 - level)
    mirrored = Beta(distribution.b, distribution.a)
    return quantile(distribution, tail), 1.0 - quantile(mirrored, tail)


def logistic(x: float) -> float:
    """Return the rate of a logit, with all its digits near 0.

    Args:
        x: The logit.

    Returns:
        The rate; 1 minus it is `logistic(-x)`, which keeps its digits near 1.
    """
    if x > 0.0:
        return 1.0 / (1.0 + exp(-x)) if x < _MAX_EXPONENT else 1.0
    return exp(x) / (1.0 + exp(x)) if x > -_MAX_EXPONENT else 0.0
