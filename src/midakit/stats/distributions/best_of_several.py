"""Several Beta posteriors against each other, by panels on the logit scale.

All arms share one set of panels: the union of the ends that suit each of them. On a panel every
density is a polynomial to the last digit, so its integral up to each node is a fixed matrix product
(`quadrature.partial`), and with the distribution functions F_i at the nodes

    P(i is best)        = integral of f_i  prod_{j != i} F_j  dx
    E[max - theta_i]    = integral of F_i (1 - prod_{j != i} F_j) dtheta

Both integrands are positive, and 1 - prod F_j is built up from the upper tails, so nothing cancels.
This is the independent second algorithm to `logratio`; it also stands in for it where arms have so
few non-converters that a characteristic function dies out too slowly.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp, expm1, log, log1p, sqrt

from midakit.stats.distributions import quadrature
from midakit.stats.distributions.beta import Beta, logistic, mass, panels
from midakit.stats.distributions.roots import root


@dataclass(frozen=True, slots=True)
class Contest:
    """Per arm: the chance to be the best, and what is lost by shipping it instead of the best."""

    chance_to_be_best: tuple[float, ...]
    loss_vs_best: tuple[float, ...]


def contest(arms: list[Beta]) -> Contest:
    """Weigh all arms against each other."""
    grid = _Grid(arms)
    chances = [0.0] * len(arms)
    losses = [0.0] * len(arms)
    nodes, weights = quadrature.rule()
    for at, (low, high) in enumerate(grid.parts):
        half, middle = 0.5 * (high - low), 0.5 * (high + low)
        below, above = grid.distribution(at)
        for node, weight, density, lower, upper in zip(
            nodes,
            weights,
            zip(*grid.densities[at], strict=True),
            zip(*below, strict=True),
            zip(*above, strict=True),
            strict=True,
        ):
            x = grid.top + middle + half * node
            width = half * weight * logistic(x) * logistic(-x)  # of the rate, not of its logit
            for i, (others, missing) in enumerate(_without_each(lower, upper)):
                chances[i] += half * weight * density[i] * others
                losses[i] += width * lower[i] * missing
    total = sum(chances)  # 1 to rounding; dividing makes the sum exact to the last digit
    return Contest(tuple(c / total for c in chances), tuple(losses))


def _without_each(below: Sequence[float], above: Sequence[float]) -> Iterator[tuple[float, float]]:
    """For every arm the product of the other arms' lower tails, and 1 less it, in sums of positives."""
    after = [(1.0, 0.0)]
    for b, a in zip(below[:0:-1], above[:0:-1], strict=True):
        product, missing = after[-1]
        after.append((b * product, a + b * missing))
    product, missing = 1.0, 0.0
    for b, a, (later, gap) in zip(below, above, reversed(after), strict=True):
        yield product * later, missing + product * gap
        product, missing = product * b, missing + product * a


class _Grid:
    """Densities of all arms at the nodes of shared panels; x is measured from the first arm's top."""

    def __init__(self, arms: list[Beta]) -> None:
        first = arms[0]
        self.top = log(first.a / first.b)
        tops = [log((arm.a * first.b) / (arm.b * first.a)) for arm in arms]
        ends = [[top + d for d in arm.breaks()] for arm, top in zip(arms, tops, strict=True)]
        self.parts = panels([end for each in ends for end in each])
        nodes, _ = quadrature.rule()
        self.densities: list[list[list[float]]] = []
        for low, high in self.parts:
            half, middle = 0.5 * (high - low), 0.5 * (high + low)
            xs = [middle + half * node for node in nodes]
            self.densities.append(
                [
                    [exp(arm.fall(x - top)) for x in xs]
                    if own[0] <= middle <= own[-1]
                    else [0.0] * len(xs)
                    for arm, top, own in zip(arms, tops, ends, strict=True)
                ]
            )
        self._normalise()

    def _normalise(self) -> None:
        halves = [0.5 * (high - low) for low, high in self.parts]
        masses = [
            [half * quadrature.whole(values) for values in each]
            for half, each in zip(halves, self.densities, strict=True)
        ]
        totals = [sum(column) for column in zip(*masses, strict=True)]
        self.densities = [
            [[v / total for v in values] for values, total in zip(each, totals, strict=True)]
            for each in self.densities
        ]
        shares = [[m / total for m, total in zip(column, totals, strict=True)] for column in masses]
        self._shares = shares
        columns = list(zip(*shares, strict=True))
        self._before = list(
            zip(*([0.0, *accumulate(column)][:-1] for column in columns), strict=True)
        )
        self._after = [
            tuple(values)
            for values in zip(
                *([0.0, *accumulate(reversed(column))][-2::-1] for column in columns), strict=True
            )
        ]

    def distribution(self, at: int) -> tuple[list[list[float]], list[list[float]]]:
        """Lower and upper tails of every arm at the nodes of one panel."""
        low, high = self.parts[at]
        half = 0.5 * (high - low)
        below: list[list[float]] = []
        above: list[list[float]] = []
        for i, values in enumerate(self.densities[at]):
            before, after, share = self._before[at][i], self._after[at][i], self._shares[at][i]
            if share == 0.0:
                below.append([before] * len(values))
                above.append([after] * len(values))
                continue
            sums = [half * s for s in quadrature.partial(values)]
            below.append([before + s for s in sums])
            above.append([after + (share - s) for s in sums])
        return below, above


def share_under(control: Beta, treatment: Beta, y: float) -> float:
    """P(ln(theta_t / theta_c) <= y) for y up to 0.

    The running variable is x = logit(theta_c), where exp(y) theta_c stays under 1 and everything is
    smooth; a y above 0 is the mirrored question (see `ratio_quantile`).
    """
    top_c, top_t = log(control.a / control.b), log(treatment.a / treatment.b)
    own = [top_c + d for d in control.breaks()]
    theirs = [_unmoved(top_t + d, y) for d in treatment.breaks()]
    inside = [x for x in theirs if x is not None and x < own[-1]]
    total_c = sum(mass(control, *part) for part in panels(control.breaks()))
    total_t = sum(mass(treatment, *part) for part in panels(treatment.breaks()))
    nodes, _ = quadrature.rule()
    answer = before = 0.0
    for low, high in panels(own + inside):
        half, middle = 0.5 * (high - low), 0.5 * (high + low)
        xs = [middle + half * node for node in nodes]
        moved = [_moved(treatment, x, y, top_t) for x in xs]
        under = quadrature.partial(moved)
        answer += half * quadrature.whole(
            [
                exp(control.fall(x - top_c)) * (before + half * u) if x >= own[0] else 0.0
                for x, u in zip(xs, under, strict=True)
            ]
        )
        before += half * quadrature.whole(moved)
    return answer / (total_c * total_t)


def _moved(treatment: Beta, x: float, y: float, top: float) -> float:
    """The treatment's density at exp(y) theta, per unit of x = logit(theta)."""
    theta, left = logistic(x), logistic(-x)
    room = left - expm1(y) * theta  # 1 - exp(y) theta without cancellation
    if room <= 0.0:
        return 0.0
    logit = y - _softplus(-x) - log(room)
    return exp(treatment.fall(logit - top)) * left / room


def _unmoved(x: float, y: float) -> float | None:
    """The logit of the rate that is exp(-y) times the rate of logit x; None where none is so high."""
    left = logistic(-x) + expm1(y)  # exp(y) less the rate
    return -_softplus(-x) - log(left) if left > 0.0 else None


def _softplus(x: float) -> float:
    """ln(1 + exp(x))."""
    return max(x, 0.0) + log1p(exp(-abs(x)))


def ratio_quantile(control: Beta, treatment: Beta, p: float) -> float:
    """The y with P(ln(theta_t / theta_c) <= y) = p."""
    if share_under(control, treatment, 0.0) < p:
        return -_left_quantile(treatment, control, 1.0 - p)
    return _left_quantile(control, treatment, p)


def _left_quantile(control: Beta, treatment: Beta, p: float) -> float:
    """The same where it is at most 0, by safeguarded secants."""
    if share_under(control, treatment, 0.0) <= p:
        return 0.0
    high, low = 0.0, -0.5 * sqrt(control.log_variance + treatment.log_variance)
    while share_under(control, treatment, low) > p:
        high, low = low, 2.0 * low
    return root(lambda y: share_under(control, treatment, y) - p, low, high)
