"""The exact law of D = ln(theta_t / theta_c) for two independent Beta posteriors.

The Mellin transform of a Beta law is a ratio of gamma functions, so the characteristic function of D
is known in closed form, with G(x, u) = Gamma(x + iu) / Gamma(x) and N = a + b:

    phi(u) = G(a_t, u) conj G(a_c, u) / (G(N_t, u) conj G(N_c, u))

Its inversion by the midpoint rule is a square wave in disguise: with u_k = (k + 1/2) h

    P(D <= y) = 1/2 - (1/pi) sum_k Im[exp(-i u_k y) phi(u_k)] / (k + 1/2)

holds *exactly* for whatever part of the law lies within 2 pi / h of y. Chernoff's bound, from the
same gamma functions, says where all but 1e-13 of it lies; that fixes h, and the sum then converges
like the law's smoothness: some 15 terms, whatever the number of visitors.

Weighting a law by theta is a Beta law with one more conversion, that is, phi times a rational
function; the expected losses therefore reuse the same nodes. Quantiles are Newton's rule on the sum,
which is a polynomial in exp(-ihy), so a step costs one Horner scheme.
"""

from cmath import exp as cexp
from cmath import rect
from math import inf, lgamma, log, pi, sqrt

from midakit.stats.distributions import normal
from midakit.stats.distributions.beta import Beta
from midakit.stats.distributions.gamma import lifted, turner

UNSEEN = 30.0  # exp(-30) = 1e-13 of the law may lie outside
FAINT = 1e-15  # nodes fainter than this add nothing
_MOST = 3000
SETTLED = 1e-11  # a step of 3e-6 standard deviations is followed by one of 1e-12
FEWEST_MISSES = 12.0
NARROWEST = 1e-6  # where nearly all of 1e8 convert, ln theta keeps too few digits


class Slow(ArithmeticError):
    """The characteristic function dies out too slowly for this pair; use panels (`contest`)."""


class LogRatio:
    """Chance, losses and quantiles of a pair; `tail` is the smallest tail to be asked for.

    Raises `Slow` where few visitors did not convert, or a prior near 0 makes endless tails.
    """

    __slots__ = (
        "_coefficients",
        "_control",
        "_high",
        "_low",
        "_phi",
        "_rough",
        "_shift",
        "_step",
        "_treatment",
    )

    def __init__(self, control: Beta, treatment: Beta, *, tail: float = 0.025) -> None:
        if control.b + treatment.b < FEWEST_MISSES or _spread(control, treatment) < NARROWEST:
            raise Slow  # |phi| falls like u^-(b_c + b_t)
        self._control, self._treatment = control, treatment
        self._low, self._high = self._bounds(UNSEEN)
        near_low, near_high = self._bounds(-log(tail))
        origin = min(max(0.0, self._low), self._high)
        reach = max(self._high - min(near_low, origin), max(near_high, origin) - self._low)
        self._step = 2.0 * pi / reach
        self._rough = _rough(control, treatment)
        self._phi: list[complex] = []
        self._coefficients: list[complex] = []
        self._tabulate()

    def _bounds(self, unseen: float) -> tuple[float, float]:
        """Where all but exp(-unseen) of the law lies, on each side."""
        c, t = self._control, self._treatment
        pull = _spread(c, t) / sqrt(2.0 * unseen)
        up, down = 1.0 / (pull + 1.0 / c.a), 1.0 / (pull + 1.0 / t.a)
        return -(_cumulant(t, c, down) + unseen) / down, (_cumulant(c, t, up) + unseen) / up

    def _tabulate(self) -> None:
        """Nodes until they add nothing."""
        (a_t, up_t), (n_t, down_t) = lifted(self._treatment.a), lifted(self._treatment.total)
        (a_c, up_c), (n_c, down_c) = lifted(self._control.a), lifted(self._control.total)
        self._shift = log((a_t * n_c) / (a_c * n_t))
        top_t, bottom_t, top_c, bottom_c = turner(a_t), turner(n_t), turner(a_c), turner(n_c)
        rungs = (*((r, 1) for r in up_t), *((-r, 1) for r in up_c))
        rungs += (*((r, 0) for r in down_t), *((-r, 0) for r in down_c))
        step, place = self._step, 0.5
        phi, coefficients = self._phi, self._coefficients
        while place < _MOST:
            u = place * step
            value = cexp(top_t(u) - bottom_t(u) + (top_c(u) - bottom_c(u)).conjugate())
            for rung, below in rungs:
                factor = complex(1.0, u / rung)
                value = value / factor if below else value * factor
            phi.append(value)
            coefficients.append(value / place)
            if abs(value) < FAINT * place:
                phi.reverse()  # Horner starts at the far end
                coefficients.reverse()
                return
            place += 1.0
        raise Slow

    def _wave(self, y: float) -> tuple[float, float]:
        """The distribution function and the density at y."""
        turn = -self._step * (y - self._shift)
        z = rect(1.0, turn)
        total = slope = 0j
        for c, p in zip(self._coefficients, self._phi, strict=True):
            total = total * z + c
            slope = slope * z + p
        half = rect(1.0, 0.5 * turn)
        return 0.5 - (half * total).imag / pi, self._step * (half * slope).real / pi

    def below(self, y: float) -> float:
        """P(D <= y)."""
        if y <= self._low:
            return 0.0
        if y >= self._high:
            return 1.0
        return min(1.0, max(0.0, self._wave(y)[0]))

    def loss(self) -> float:
        """E[max(theta_c - theta_t, 0)]: what shipping the treatment costs if it is the worse one."""
        c, t = self._control, self._treatment
        difference = c.mean - t.mean
        if self._low >= 0.0:
            return 0.0
        if self._high <= 0.0:
            return difference
        turn = self._step * self._shift
        z, total = rect(1.0, turn), 0j
        place = len(self._phi) - 0.5
        for coefficient in self._coefficients:
            u = place * self._step
            weight = complex(c.a, -u) / complex(c.total, -u) - complex(t.a, u) / complex(t.total, u)
            total = total * z + coefficient * weight
            place -= 1.0
        return max(0.0, difference, 0.5 * difference - (rect(1.0, 0.5 * turn) * total).imag / pi)

    def quantile(self, p: float) -> float:
        """The y with P(D <= y) = p.

        From a Cornish-Fisher start by Halley's rule, in which a normal law lends its curvature:
        two or three steps; bisection guards it.
        """
        low, high = self._low, self._high
        mean, variance, skew = self._rough
        z = -normal.quantile_above(p)
        y = mean + sqrt(variance) * (z + skew * (z * z - 1.0) / 6.0)
        for _ in range(80):
            if not low < y < high:
                y = 0.5 * (low + high)
            value, slope = self._wave(y)
            if value > p:
                high = y
            else:
                low = y
            step = (p - value) / slope if slope > 0.0 else inf
            bend = step * (mean - y) / (2.0 * variance)
            if abs(bend) < 0.5:
                step /= 1.0 + bend
            y += step
            if step * step < SETTLED * variance:
                break
        return y


def _spread(c: Beta, t: Beta) -> float:
    """Roughly the standard deviation of D."""
    return sqrt(c.log_variance + t.log_variance)


def _rough(c: Beta, t: Beta) -> tuple[float, float, float]:
    """Mean, variance and skewness of D, by Stirling's first terms."""
    up, down = 1.0 / t.a, 1.0 / t.total
    up_c, down_c = 1.0 / c.a, 1.0 / c.total
    variance = up - down + up_c - down_c
    mean = log((t.a * c.total) / (c.a * t.total)) - 0.5 * (up - down - up_c + down_c)
    third = down * down - up * up + up_c * up_c - down_c * down_c
    return mean, variance, third / variance**1.5


def _cumulant(falling: Beta, rising: Beta, s: float) -> float:
    """ln E[(theta_rising / theta_falling)^s]."""
    return (
        lgamma(rising.a + s)
        - lgamma(rising.a)
        - lgamma(rising.total + s)
        + lgamma(rising.total)
        + lgamma(falling.a - s)
        - lgamma(falling.a)
        - lgamma(falling.total - s)
        + lgamma(falling.total)
    )
