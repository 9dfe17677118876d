"""The exact distribution of D = ln(theta_t / theta_c) for two independent Beta posteriors.

The Mellin transform of a Beta distribution is a ratio of gamma functions, so the characteristic
function of D is known in closed form, with G(x, u) = Gamma(x + iu) / Gamma(x) and N = a + b:

    phi(u) = G(a_t, u) conj G(a_c, u) / (G(N_t, u) conj G(N_c, u))

Its inversion by the midpoint rule (Gil-Pelaez 1951) is exact for a periodic repetition of D: with
u_k = (k + 1/2) h

    P(D <= y) = 1/2 - (1/pi) sum_k Im[exp(-i u_k y) phi(u_k)] / (k + 1/2)

holds *exactly* for whatever part of the distribution lies within 2 pi / h of y. Chernoff's bound, from
the same gamma functions, says where all but 1e-13 of it lies; that fixes h, and the sum then converges
as fast as the density is smooth: some 15 terms, whatever the number of visitors.

Weighting a Beta distribution by theta gives that of one more conversion, that is, phi times a rational
function; the expected losses therefore reuse the same nodes. Quantiles are Newton's method on the sum,
which is a polynomial in exp(-ihy), so a step costs one Horner scheme.

The functions without an underscore are written so that `log_ratio_arrays` can give them arrays.
"""

from cmath import exp as cexp
from cmath import rect
from collections.abc import Callable
from math import inf, lgamma, log, pi, sqrt

from midakit.stats.distributions import normal
from midakit.stats.distributions.beta import Beta
from midakit.stats.distributions.gamma import log_gamma_ratio, shifted_argument

TAIL_EXPONENT = 30.0
"""exp(-30) = 1e-13 of the distribution may lie outside the period."""
NODE_TOLERANCE = 1e-15
"""Nodes whose term is smaller than this add nothing."""
STEP_TOLERANCE = 1e-11
"""A squared step, in variances, after which the next one would be under 1e-12 deviations."""
MIN_NON_CONVERTERS = 12.0
"""With fewer in both arms together |phi| falls too slowly, like u^-(b_c + b_t)."""
MIN_SPREAD = 1e-6
"""Where nearly all of 1e8 visitors convert, ln theta keeps too few digits."""
_MAX_NODES = 3000


class SlowConvergence(ArithmeticError):
    """The characteristic function decays too slowly for this pair; use `best_of_several`."""


class LogRatio:
    """The distribution of ln(theta_t / theta_c) for one pair.

    Args:
        control: Control's posterior.
        treatment: The treatment's posterior.
        tail: The smallest tail probability that will be asked for.

    Raises:
        SlowConvergence: Too few visitors did not convert, or a prior near 0 makes endless tails.
    """

    __slots__ = (
        "_coefficients",
        "_control",
        "_high",
        "_low",
        "_moments",
        "_phi",
        "_shift",
        "_step",
        "_treatment",
    )

    def __init__(self, control: Beta, treatment: Beta, *, tail: float = 0.025) -> None:
        if control.b + treatment.b < MIN_NON_CONVERTERS or spread(control, treatment) < MIN_SPREAD:
            raise SlowConvergence
        self._control, self._treatment = control, treatment
        self._low, self._high = chernoff_bounds(control, treatment, TAIL_EXPONENT, lgamma)
        near_low, near_high = chernoff_bounds(control, treatment, -log(tail), lgamma)
        origin = min(max(0.0, self._low), self._high)
        period = max(self._high - min(near_low, origin), max(near_high, origin) - self._low)
        self._step = 2.0 * pi / period
        self._moments = approximate_moments(control, treatment, log)
        self._phi: list[complex] = []
        self._coefficients: list[complex] = []
        self._tabulate()

    def _tabulate(self) -> None:
        """Compute phi at the nodes until they add nothing."""
        (a_t, passed_a_t), (n_t, passed_n_t) = map(
            shifted_argument, (self._treatment.a, self._treatment.total)
        )
        (a_c, passed_a_c), (n_c, passed_n_c) = map(
            shifted_argument, (self._control.a, self._control.total)
        )
        self._shift = log((a_t * n_c) / (a_c * n_t))
        ratio_a_t, ratio_n_t = log_gamma_ratio(a_t), log_gamma_ratio(n_t)
        ratio_a_c, ratio_n_c = log_gamma_ratio(a_c), log_gamma_ratio(n_c)
        # The recurrence's factors 1 + iu/x: of phi's numerator they divide; Control's are conjugates.
        divisors = (*passed_a_t, *(-x for x in passed_a_c))
        multipliers = (*passed_n_t, *(-x for x in passed_n_c))
        step, k = self._step, 0.5
        phi, coefficients = self._phi, self._coefficients
        while k < _MAX_NODES:
            u = k * step
            value = cexp(ratio_a_t(u) - ratio_n_t(u) + (ratio_a_c(u) - ratio_n_c(u)).conjugate())
            for x in divisors:
                value = value / complex(1.0, u / x)
            for x in multipliers:
                value = value * complex(1.0, u / x)
            phi.append(value)
            coefficients.append(value / k)
            if abs(value) < NODE_TOLERANCE * k:
                phi.reverse()  # Horner starts at the far end
                coefficients.reverse()
                return
            k += 1.0
        raise SlowConvergence

    def _cdf_and_density(self, y: float) -> tuple[float, float]:
        """Return the distribution function and the density at y."""
        angle = -self._step * (y - self._shift)
        z = rect(1.0, angle)
        total = slope = 0j
        for c, p in zip(self._coefficients, self._phi, strict=True):
            total = total * z + c
            slope = slope * z + p
        half = rect(1.0, 0.5 * angle)
        return 0.5 - (half * total).imag / pi, self._step * (half * slope).real / pi

    def cdf(self, y: float) -> float:
        """Return the distribution function, P(D <= y).

        Args:
            y: The log ratio.

        Returns:
            The probability.
        """
        if y <= self._low:
            return 0.0
        if y >= self._high:
            return 1.0
        return min(1.0, max(0.0, self._cdf_and_density(y)[0]))

    def expected_loss(self) -> float:
        """Return E[max(theta_c - theta_t, 0)]: what shipping a worse treatment costs on average."""
        c, t = self._control, self._treatment
        difference = c.mean - t.mean
        if self._low >= 0.0:
            return 0.0
        if self._high <= 0.0:
            return difference
        angle = self._step * self._shift
        z, total = rect(1.0, angle), 0j
        k = len(self._phi) - 0.5
        for coefficient in self._coefficients:
            u = k * self._step
            weight = complex(c.a, -u) / complex(c.total, -u) - complex(t.a, u) / complex(t.total, u)
            total = total * z + coefficient * weight
            k -= 1.0
        return max(0.0, difference, 0.5 * difference - (rect(1.0, 0.5 * angle) * total).imag / pi)

    def quantile(self, p: float) -> float:
        """Return a quantile of D.

        From a Cornish-Fisher start by Halley's method, with the curvature of a normal distribution:
        two or three steps; bisection guards it.

        Args:
            p: The probability below the quantile.

        Returns:
            The y with P(D <= y) = p.
        """
        low, high = self._low, self._high
        mean, variance, skewness = self._moments
        z = -normal.upper_quantile(p)
        y = mean + sqrt(variance) * (z + skewness * (z * z - 1.0) / 6.0)
        for _ in range(80):
            if not low < y < high:
                y = 0.5 * (low + high)
            value, slope = self._cdf_and_density(y)
            if value > p:
                high = y
            else:
                low = y
            step = (p - value) / slope if slope > 0.0 else inf
            curvature = step * (mean - y) / (2.0 * variance)
            if abs(curvature) < 0.5:
                step /= 1.0 + curvature
            y += step
            if step * step < STEP_TOLERANCE * variance:
                break
        return y


def spread(control: Beta, treatment: Beta) -> float:
    """Return the approximate standard deviation of D.

    Args:
        control: Control's posterior.
        treatment: The treatment's posterior.

    Returns:
        The deviation.
    """
    deviation: float = (control.log_variance + treatment.log_variance) ** 0.5
    return deviation


def chernoff_bounds(
    control: Beta, treatment: Beta, exponent: float, log_gamma: Callable[[float], float]
) -> tuple[float, float]:
    """Return where all but exp(-exponent) of the distribution of D lies, on each side.

    Args:
        control: Control's posterior.
        treatment: The treatment's posterior.
        exponent: The negative logarithm of the tail probability.
        log_gamma: The logarithm of the gamma function.

    Returns:
        The lower and the upper bound.
    """
    c, t = control, treatment
    # The best exponent for a normal D, kept under a of the arm whose rate is divided by.
    inverse = spread(c, t) / (2.0 * exponent) ** 0.5
    up, down = 1.0 / (inverse + 1.0 / c.a), 1.0 / (inverse + 1.0 / t.a)
    low = -(_cumulant(t, c, down, log_gamma) + exponent) / down
    return low, (_cumulant(c, t, up, log_gamma) + exponent) / up


def approximate_moments(
    control: Beta, treatment: Beta, natural_log: Callable[[float], float]
) -> tuple[float, float, float]:
    """Return mean, variance and skewness of D, by the first terms of Stirling's series.

    Args:
        control: Control's posterior.
        treatment: The treatment's posterior.
        natural_log: The logarithm.

    Returns:
        The three moments.
    """
    c, t = control, treatment
    a_t, n_t, a_c, n_c = 1.0 / t.a, 1.0 / t.total, 1.0 / c.a, 1.0 / c.total
    variance = a_t - n_t + a_c - n_c
    mean = natural_log((t.a * c.total) / (c.a * t.total)) - 0.5 * (a_t - n_t - a_c + n_c)
    third = n_t * n_t - a_t * a_t + a_c * a_c - n_c * n_c
    return mean, variance, third / variance**1.5


def _cumulant(
    divisor: Beta, dividend: Beta, s: float, log_gamma: Callable[[float], float]
) -> float:
    """Return ln E[(dividend / divisor)^s]."""
    return (
        log_gamma(dividend.a + s)
        - log_gamma(dividend.a)
        - log_gamma(dividend.total + s)
        + log_gamma(dividend.total)
        + log_gamma(divisor.a - s)
        - log_gamma(divisor.a)
        - log_gamma(divisor.total - s)
        + log_gamma(divisor.total)
    )
