"""Several Beta posteriors against each other, by panels on the logit scale.

All arms share one set of panels, none of them wider than the panels that suit the arms there. On a panel
every density is a polynomial to the last digit, so its integral up to each node is a fixed matrix product
(`quadrature.partial_integrals`), and with the distribution functions F_i at the nodes

    P(i is best)        = integral of f_i  prod_{j != i} F_j  dx
    E[max - theta_i]    = integral of F_i (1 - prod_{j != i} F_j) dtheta

Both integrands are positive, and 1 - prod F_j is built up from the upper tails, so nothing cancels.
This is the independent second algorithm to `log_ratio`; it also stands in for it where arms have so
few non-converters that a characteristic function decays too slowly.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import exp, expm1, inf, log, log1p, sqrt

from midakit.stats.distributions import quadrature
from midakit.stats.distributions.beta import Beta, logistic, panel_integral, panels
from midakit.stats.distributions.roots import find_root


@dataclass(frozen=True, slots=True)
class BestOfSeveral:
    """Per arm: the chance to be the best, and what is lost by shipping it instead of the best."""

    chance_to_be_best: tuple[float, ...]
    loss_vs_best: tuple[float, ...]


def best_of_several(arms: list[Beta]) -> BestOfSeveral:
    """Compare all arms with each other.

    Args:
        arms: The posterior of each arm.

    Returns:
        The chances, which add up to 1, and the losses in rate units, in the order of the arms.
    """
    grid = _Grid(arms)
    chances = [0.0] * len(arms)
    losses = [0.0] * len(arms)
    nodes, weights = quadrature.nodes_and_weights()
    for at, (low, high) in enumerate(grid.panels):
        half, middle = 0.5 * (high - low), 0.5 * (high + low)
        below, above = grid.tails(at)
        for node, weight, density, lower, upper in zip(
            nodes,
            weights,
            zip(*grid.densities[at], strict=True),
            zip(*below, strict=True),
            zip(*above, strict=True),
            strict=True,
        ):
            x = grid.origin + middle + half * node
            width = half * weight * logistic(x) * logistic(-x)  # of the rate, not of its logit
            for i, (others, missing) in enumerate(_leave_one_out(lower, upper)):
                chances[i] += half * weight * density[i] * others
                losses[i] += width * lower[i] * missing
    total = sum(chances)  # 1 to rounding; dividing makes the sum exact to the last digit
    return BestOfSeveral(tuple(c / total for c in chances), tuple(losses))


def _leave_one_out(below: Sequence[float], above: Sequence[float]) -> Iterator[tuple[float, float]]:
    """Yield, for every arm, the product of the other lower tails, and 1 minus it from positive sums."""
    after = [(1.0, 0.0)]
    for b, a in zip(below[:0:-1], above[:0:-1], strict=True):
        product, missing = after[-1]
        after.append((b * product, a + b * missing))
    product, missing = 1.0, 0.0
    for b, a, (later, gap) in zip(below, above, reversed(after), strict=True):
        yield product * later, missing + product * gap
        product, missing = product * b, missing + product * a


def _shared_ends(ends: list[list[float]]) -> list[float]:
    """Return few ends of panels that suit every arm.

    A panel may lie anywhere, so long as it is no wider than any arm's own panels that it touches. The union
    of all ends has panels that are as good, and six times as many for eleven arms.

    Args:
        ends: The ends of each arm's own panels, ascending.
    """
    union = sorted({end for each in ends for end in each})
    widest = [inf] * len(union)  # of a panel that touches the gap behind each end
    for each in ends:
        for low, high in pairwise(each):
            for at in range(bisect_left(union, low), bisect_left(union, high)):
                widest[at] = min(widest[at], high - low)
    shared, limit = [union[0]], inf
    for at, end in enumerate(union[:-1]):
        limit = min(limit, widest[at])
        if union[at + 1] - shared[-1] > limit:
            shared.append(end)
            limit = widest[at]
    return [*shared, union[-1]]


class _Grid:
    """Densities of all arms at the nodes of shared panels; x is measured from the first arm's mode."""

    def __init__(self, arms: list[Beta]) -> None:
        first = arms[0]
        self.origin = log(first.a / first.b)
        modes = [log((arm.a * first.b) / (arm.b * first.a)) for arm in arms]
        ends = [[mode + d for d in arm.panel_ends()] for arm, mode in zip(arms, modes, strict=True)]
        self.panels = panels(_shared_ends(ends))
        nodes, _ = quadrature.nodes_and_weights()
        self.densities: list[list[list[float]]] = []
        for low, high in self.panels:
            half, middle = 0.5 * (high - low), 0.5 * (high + low)
            xs = [middle + half * node for node in nodes]
            self.densities.append(
                [
                    [exp(arm.log_density(x - mode)) for x in xs]
                    if low < own[-1] and own[0] < high
                    else [0.0] * len(xs)
                    for arm, mode, own in zip(arms, modes, ends, strict=True)
                ]
            )
        self._normalise()

    def _normalise(self) -> None:
        """Divide by the total probability, and add up what lies before and after each panel."""
        halves = [0.5 * (high - low) for low, high in self.panels]
        integrals = [
            [half * quadrature.integral(values) for values in each]
            for half, each in zip(halves, self.densities, strict=True)
        ]
        totals = [sum(column) for column in zip(*integrals, strict=True)]
        self.densities = [
            [[v / total for v in values] for values, total in zip(each, totals, strict=True)]
            for each in self.densities
        ]
        self._within = [
            [part / total for part, total in zip(row, totals, strict=True)] for row in integrals
        ]
        columns = list(zip(*self._within, strict=True))
        before = ([0.0, *accumulate(column)][:-1] for column in columns)
        after = ([0.0, *accumulate(reversed(column))][-2::-1] for column in columns)
        self._before = list(zip(*before, strict=True))
        self._after = list(zip(*after, strict=True))

    def tails(self, at: int) -> tuple[list[list[float]], list[list[float]]]:
        """Return lower and upper tails of every arm at the nodes of one panel."""
        low, high = self.panels[at]
        half = 0.5 * (high - low)
        below: list[list[float]] = []
        above: list[list[float]] = []
        for i, values in enumerate(self.densities[at]):
            before, after, within = self._before[at][i], self._after[at][i], self._within[at][i]
            if within == 0.0:
                below.append([before] * len(values))
                above.append([after] * len(values))
                continue
            sums = [half * s for s in quadrature.partial_integrals(values)]
            below.append([before + s for s in sums])
            above.append([after + (within - s) for s in sums])
        return below, above


def log_ratio_cdf(control: Beta, treatment: Beta, y: float) -> float:
    """Return P(ln(theta_t / theta_c) <= y) for y up to 0.

    The running variable is x = logit(theta_c), where exp(y) theta_c stays under 1 and everything is
    smooth; a y above 0 is the mirrored question (see `log_ratio_quantile`).

    Args:
        control: Control's posterior.
        treatment: The treatment's posterior.
        y: The log ratio, 0 or less.

    Returns:
        The probability.
    """
    mode_c, mode_t = log(control.a / control.b), log(treatment.a / treatment.b)
    own = [mode_c + d for d in control.panel_ends()]
    theirs = [_logit_of_scaled(mode_t + d, y) for d in treatment.panel_ends()]
    inside = [x for x in theirs if x is not None and x < own[-1]]
    total_c = sum(panel_integral(control, *part) for part in panels(control.panel_ends()))
    total_t = sum(panel_integral(treatment, *part) for part in panels(treatment.panel_ends()))
    nodes, _ = quadrature.nodes_and_weights()
    answer = before = 0.0
    for low, high in panels(own + inside):
        half, middle = 0.5 * (high - low), 0.5 * (high + low)
        xs = [middle + half * node for node in nodes]
        scaled = [_scaled_density(treatment, x, y, mode_t) for x in xs]
        under = quadrature.partial_integrals(scaled)
        answer += half * quadrature.integral(
            [
                exp(control.log_density(x - mode_c)) * (before + half * u) if x >= own[0] else 0.0
                for x, u in zip(xs, under, strict=True)
            ]
        )
        before += half * quadrature.integral(scaled)
    return answer / (total_c * total_t)


def _scaled_density(treatment: Beta, x: float, y: float, mode: float) -> float:
    """Return the treatment's density at exp(y) theta, per unit of x = logit(theta)."""
    theta, rest = logistic(x), logistic(-x)
    remaining = rest - expm1(y) * theta  # 1 - exp(y) theta without cancellation
    if remaining <= 0.0:
        return 0.0
    logit = y - _softplus(-x) - log(remaining)
    return exp(treatment.log_density(logit - mode)) * rest / remaining


def _logit_of_scaled(x: float, y: float) -> float | None:
    """Return the logit of exp(-y) times the rate of logit x; None where that is 1 or more."""
    rest = logistic(-x) + expm1(y)  # exp(y) minus the rate
    return -_softplus(-x) - log(rest) if rest > 0.0 else None


def _softplus(x: float) -> float:
    """Return ln(1 + exp(x))."""
    return max(x, 0.0) + log1p(exp(-abs(x)))


def log_ratio_quantile(control: Beta, treatment: Beta, p: float) -> float:
    """Return a quantile of ln(theta_t / theta_c).

    Args:
        control: Control's posterior.
        treatment: The treatment's posterior.
        p: The probability below the quantile.

    Returns:
        The y with P(ln(theta_t / theta_c) <= y) = p.
    """
    if log_ratio_cdf(control, treatment, 0.0) < p:
        return -_quantile_below_0(treatment, control, 1.0 - p)
    return _quantile_below_0(control, treatment, p)


def _quantile_below_0(control: Beta, treatment: Beta, p: float) -> float:
    """Return a quantile that is at most 0, bracketed by doubling."""
    if log_ratio_cdf(control, treatment, 0.0) <= p:
        return 0.0
    high, low = 0.0, -0.5 * sqrt(control.log_variance + treatment.log_variance)
    while log_ratio_cdf(control, treatment, low) > p:
        high, low = low, 2.0 * low
    return find_root(lambda y: log_ratio_cdf(control, treatment, y) - p, low, high)
