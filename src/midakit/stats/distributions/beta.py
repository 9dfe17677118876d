"""The Beta posterior of one rate, on the logit scale.

In x = logit(theta) the density of Beta(a, b) is (e^x)^a / (1 + e^x)^(a+b): one smooth hump with
exponential tails, at x = ln(a/b), for every a and b above 0 (in theta itself it may be infinite at
the ends). Measured from its top, at d = x - ln(a/b) and with p = a/N, its logarithm is

    a d - N log1p(p expm1(d))

in which the terms are as small as a: no digits are lost at a = 1/2 of N = 1e9. A law with a > b is
the mirror image of one with a < b. Panels of integration end where that
logarithm has fallen by z^2/2 for equal steps of z, so that each holds a similar share of the hump,
and none is wider than 4: the nearest singularity is at distance pi from the real axis.
"""

from bisect import bisect_right
from itertools import accumulate, pairwise
from math import ceil, exp, expm1, log, log1p, sqrt
from typing import NamedTuple

from midakit.stats.distributions import quadrature

_REACH = 9.0  # exp(-9^2/2) = 3e-18: nothing a double can see lies beyond
_STEP = 1.5
_WIDEST = 4.0
_STEEP = 600.0  # exp(600) is a float yet, and nothing else matters beside it


class Beta(NamedTuple):
    """A Beta(a, b) law of a rate."""

    a: float
    b: float

    @property
    def total(self) -> float:
        """A + b: how many visitors the posterior is worth."""
        return self.a + self.b

    @property
    def mean(self) -> float:
        """The mean rate."""
        return self.a / (self.a + self.b)

    @property
    def log_variance(self) -> float:
        """The variance of ln theta, roughly."""
        return self.b / (self.a * (self.a + self.b))

    def fall(self, d: float) -> float:
        """The log density at logit distance d from its top, relative to the top."""
        a, b = self
        if a > b:
            a, b, d = b, a, -d
        total = a + b
        if d > _STEEP:
            return -b * d - total * log(a / total)
        return a * d - total * log1p(a / total * expm1(d))

    def slope(self, d: float) -> float:
        """The derivative of `fall`."""
        a, b = self
        total = a + b
        if d > 0.0:
            e = expm1(-d)
            return a * b / total * e / (1.0 + b / total * e) if d < _STEEP else -b
        e = expm1(d)
        return -a * b / total * e / (1.0 + a / total * e) if d > -_STEEP else a

    def breaks(self) -> list[float]:
        """Ends of panels around the top, ascending."""
        left = [-edge for edge in self._edges(-1.0)]
        return [*reversed(left), 0.0, *self._edges(1.0)]

    def _edges(self, side: float) -> list[float]:
        """Distances from the top where `fall` passes -z^2/2 on one side."""
        d = _STEP * sqrt(1.0 / self.a + 1.0 / self.b)
        edges: list[float] = []
        for i in range(1, round(_REACH / _STEP) + 1):
            drop = 0.5 * (i * _STEP) ** 2
            for _ in range(40):  # Newton on a concave function: from outside it cannot overshoot
                step = (self.fall(side * d) + drop) / (side * self.slope(side * d))
                d -= step
                if abs(step) < 1e-3 * d:
                    break
            edges.append(d)
            d *= (i + 1) / i
        return edges


def posterior(conversions: float, visitors: float, prior: tuple[float, float]) -> Beta:
    """The posterior of a rate after `conversions` of `visitors`."""
    return Beta(conversions + prior[0], visitors - conversions + prior[1])


def panels(ends: list[float]) -> list[tuple[float, float]]:
    """Neighbouring ends as panels, wide ones cut."""
    cut: list[tuple[float, float]] = []
    for low, high in pairwise(sorted(ends)):
        if high - low <= 0.0:
            continue
        pieces = ceil((high - low) / _WIDEST)
        inner = [low + (high - low) * i / pieces for i in range(pieces)] + [high]
        cut.extend(pairwise(inner))
    return cut


def mass(law: Beta, low: float, high: float) -> float:
    """The integral of exp(fall) over a panel."""
    half, middle = 0.5 * (high - low), 0.5 * (high + low)
    nodes, weights = quadrature.rule()
    return half * sum(
        w * exp(law.fall(middle + half * node)) for node, w in zip(nodes, weights, strict=True)
    )


def quantile(law: Beta, p: float) -> float:
    """The rate below which a share p of the law lies."""
    parts = panels(law.breaks())
    sums = [0.0, *accumulate(mass(law, low, high) for low, high in parts)]
    target = p * sums[-1]
    at = min(max(bisect_right(sums, target) - 1, 0), len(parts) - 1)
    low, high = parts[at]
    d = low + (high - low) * (target - sums[at]) / (sums[at + 1] - sums[at])
    inner_low, inner_high = low, high
    for _ in range(60):
        error = sums[at] + mass(law, low, d) - target
        if error > 0.0:
            inner_high = d
        else:
            inner_low = d
        following = d - error / exp(law.fall(d))
        if not inner_low <= following <= inner_high:
            following = 0.5 * (inner_low + inner_high)
        done = abs(following - d) <= 1e-14 * (high - low)
        d = following
        if done:
            break
    return logistic(log(law.a / law.b) + d)


def interval(law: Beta, level: float) -> tuple[float, float]:
    """The equal-tailed credible interval of the rate."""
    tail = 0.5 * (1.0 - level)
    return quantile(law, tail), 1.0 - quantile(Beta(law.b, law.a), tail)


def logistic(x: float) -> float:
    """The rate whose logit is x, with all its digits near 0; 1 less it is `logistic(-x)`."""
    if x > 0.0:
        return 1.0 / (1.0 + exp(-x)) if x < _STEEP else 1.0
    return exp(x) / (1.0 + exp(x)) if x > -_STEEP else 0.0
