"""The distribution of `log_ratio` for many pairs at once: numpy arrays with a row per pair.

7 times the scalar code for 10,000 pairs (`python -m benchmarks.stats`). numpy itself is handed in, so
that importing this module costs nothing.
"""

from functools import partial
from math import log, pi
from typing import Any, TypeAlias

from midakit.stats.distributions import normal
from midakit.stats.distributions.beta import Beta
from midakit.stats.distributions.gamma import (
    SERIES_FROM,
    STIRLING_FROM,
    stirling_remainder,
    stirling_series,
)
from midakit.stats.distributions.log_ratio import (
    NODE_TOLERANCE,
    STEP_TOLERANCE,
    TAIL_EXPONENT,
    approximate_moments,
    chernoff_bounds,
)

Array: TypeAlias = Any
Betas: TypeAlias = Any
"""A `Beta` whose parameters are arrays, a row per pair."""
_MAX_NODES = 600  # rows that need more go to the scalar code


def rows_of(betas: Betas, rows: Array) -> Betas:
    """Return some rows of Beta distributions.

    Args:
        betas: Arrays of parameters.
        rows: The indices or a mask.

    Returns:
        The same for those rows.
    """
    return Beta(betas.a[rows], betas.b[rows])


class Nodes:
    """The characteristic function at every row's own nodes, as many as the row needs.

    `order` sorts the rows by their number of nodes, most first, so that the k-th nodes belong to a
    leading part; `unsettled` are the rows that need the scalar code.

    Args:
        np: The numpy module.
        control: Control's posteriors, a row per pair.
        treatment: The treatments' posteriors.
        tail: The smallest tail probability that will be asked for.
    """

    def __init__(self, np: Any, control: Betas, treatment: Betas, tail: float) -> None:
        self.np, self.control, self.treatment = np, control, treatment
        self.low: Array
        self.high: Array
        log_gamma = partial(_log_gamma, np)
        self.low, self.high = chernoff_bounds(control, treatment, TAIL_EXPONENT, log_gamma)
        near_low, near_high = chernoff_bounds(control, treatment, -log(tail), log_gamma)
        origin = np.minimum(np.maximum(0.0, self.low), self.high)
        period = np.maximum(
            self.high - np.minimum(near_low, origin), np.maximum(near_high, origin) - self.low
        )
        self.step = 2.0 * pi / period
        self._tabulate()

    def _tabulate(self) -> None:
        """Compute phi at the nodes of every row until they add nothing."""
        np = self.np
        c, t, step = self.control, self.treatment, self.step
        ratios = [_LogGammaRatio(np, x) for x in (t.a, t.total, c.a, c.total)]
        a_t, n_t, a_c, n_c = ratios
        self.shift = np.log((a_t.x * n_c.x) / (a_c.x * n_t.x))
        active = np.arange(len(step))
        counts = np.zeros(len(step), dtype=int)
        found: list[tuple[Array, Array]] = []
        for k in range(_MAX_NODES):
            u = (k + 0.5) * step[active]
            value = np.exp(a_t(u) - n_t(u) + np.conj(a_c(u) - n_c(u))) * (
                a_t.recurrence(u) * np.conj(a_c.recurrence(u))
            )
            value /= n_t.recurrence(u) * np.conj(n_c.recurrence(u))
            found.append((active, value))
            counts[active] = k + 1
            going = np.abs(value) >= NODE_TOLERANCE * (k + 0.5)
            if not going.all():
                active = active[going]
                ratios = [ratio.keep(going) for ratio in ratios]
                a_t, n_t, a_c, n_c = ratios
            if not len(active):
                break
        self.unsettled = active
        order = np.argsort(-counts, kind="stable")
        self.order = order[~np.isin(order, active)]
        self.phi = self._sorted(found)

    def _sorted(self, found: list[tuple[Array, Array]]) -> list[Array]:
        """Return, for every k, the k-th nodes of the leading rows."""
        np, rows = self.np, len(self.step)
        buffer, has = np.empty(rows, dtype=complex), np.zeros(rows, dtype=bool)
        phi: list[Array] = []
        for active, value in found:
            has[:] = False
            has[active], buffer[active] = True, value
            leading = self.order[: int(has[self.order].sum())]
            phi.append(buffer[leading])
        return phi


class LogRatios:
    """`log_ratio.LogRatio` with a row per pair; see there for the method.

    Args:
        np: The numpy module.
        nodes: The tabulated characteristic functions, whose order of rows is kept.
    """

    def __init__(self, np: Any, nodes: Nodes) -> None:
        order = nodes.order
        self.np, self.phi = np, nodes.phi
        self.coefficients = [phi / (k + 0.5) for k, phi in enumerate(nodes.phi)]
        self.control = rows_of(nodes.control, order)
        self.treatment = rows_of(nodes.treatment, order)
        self.low, self.high = nodes.low[order], nodes.high[order]
        self.step, self.shift = nodes.step[order], nodes.shift[order]

    def _cdf_and_density(self, y: Array) -> tuple[Array, Array]:
        """Return the distribution functions and the densities, each at its own y."""
        np = self.np
        angle = -self.step * (y - self.shift)
        z = np.exp(1j * angle)
        total, slope = np.zeros_like(z), np.zeros_like(z)
        for coefficient, phi in zip(self.coefficients[::-1], self.phi[::-1], strict=True):
            leading = len(phi)
            total[:leading] *= z[:leading]
            total[:leading] += coefficient
            slope[:leading] *= z[:leading]
            slope[:leading] += phi
        half = np.exp(0.5j * angle)
        return 0.5 - (half * total).imag / pi, self.step * (half * slope).real / pi

    def cdf(self, y: float) -> Array:
        """Return the distribution functions, P(D <= y).

        Args:
            y: The log ratio, the same for every row.

        Returns:
            One probability per row.
        """
        np = self.np
        value = np.clip(self._cdf_and_density(np.full(len(self.step), y))[0], 0.0, 1.0)
        return np.where(y <= self.low, 0.0, np.where(y >= self.high, 1.0, value))

    def expected_loss(self) -> Array:
        """Return E[max(theta_c - theta_t, 0)] of every row."""
        np, c, t = self.np, self.control, self.treatment
        z = np.exp(1j * self.step * self.shift)
        total = np.zeros_like(z)
        for k in range(len(self.coefficients) - 1, -1, -1):
            part = slice(len(self.coefficients[k]))
            u = 1j * (k + 0.5) * self.step[part]
            weight = (c.a[part] - u) / (c.total[part] - u) - (t.a[part] + u) / (t.total[part] + u)
            total[part] = total[part] * z[part] + self.coefficients[k] * weight
        gap = c.mean - t.mean
        loss = 0.5 * gap - (np.exp(0.5j * self.step * self.shift) * total).imag / pi
        value = np.maximum(np.maximum(0.0, gap), loss)
        return np.where(self.low >= 0.0, 0.0, np.where(self.high <= 0.0, gap, value))

    def quantile(self, p: float) -> Array:
        """Return the quantiles of every row.

        Args:
            p: The probability below the quantile, the same for every row.

        Returns:
            The y with P(D <= y) = p, one per row.
        """
        np = self.np
        low, high = self.low, self.high
        mean, variance, skewness = approximate_moments(self.control, self.treatment, np.log)
        z = -normal.upper_quantile(p)
        y = mean + np.sqrt(variance) * (z + skewness * (z * z - 1.0) / 6.0)
        for _ in range(80):
            y = np.where((low < y) & (y < high), y, 0.5 * (low + high))
            value, slope = self._cdf_and_density(y)
            above = value > p
            high, low = np.where(above, y, high), np.where(above, low, y)
            with np.errstate(divide="ignore", invalid="ignore"):
                step = np.where(slope > 0.0, (p - value) / slope, np.inf)
                curvature = step * (mean - y) / (2.0 * variance)
                step = np.where(np.abs(curvature) < 0.5, step / (1.0 + curvature), step)
            y = y + step
            if (step * step < STEP_TOLERANCE * variance).all():
                break
        return y


class _LogGammaRatio:
    """`gamma.log_gamma_ratio` per row, with the recurrence that shifts small arguments."""

    def __init__(self, np: Any, x: Array) -> None:
        self.np, self.unshifted = np, x
        shifts = np.maximum(0, np.ceil(STIRLING_FROM - x))
        self.x = x + shifts
        self.at_zero = stirling_remainder(self.x)
        self.passed = [
            (np.flatnonzero(shifts > shift), shift) for shift in range(int(max(shifts, default=0)))
        ]

    def keep(self, rows: Array) -> "_LogGammaRatio":
        """Return the same for some of the rows."""
        return _LogGammaRatio(self.np, self.unshifted[rows])

    def __call__(self, u: Array) -> Array:
        """Return ln G(x, u) of every row, without its term i u ln x."""
        np, x = self.np, self.x
        s = u / x
        half_log = 0.5 * np.log1p(s * s)
        angle = np.arctan(s)
        excess = angle - s
        far = np.flatnonzero((u >= SERIES_FROM) & (s <= 0.3))
        if len(far):
            excess[far] = _atan_minus_argument(s[far])
        z = 1.0 / (x + 1j * u)
        remainder = z * stirling_series(z * z) - self.at_zero
        real = x * (half_log - s * angle) - 0.5 * half_log
        return remainder + real + 1j * (u * half_log + x * excess - 0.5 * angle)

    def recurrence(self, u: Array) -> Array:
        """Return the factor that takes the shifted gamma ratio back to the unshifted one."""
        value = self.np.ones(len(u), dtype=complex)
        for rows, shift in self.passed:
            value[rows] /= 1.0 + 1j * u[rows] / (self.unshifted[rows] + shift)
        return value


def _atan_minus_argument(s: Array) -> Array:
    """Return atan(s) - s by its series, where the difference would cancel."""
    w, total = s * s, 0.0
    for k in range(31, 1, -2):
        total = (1.0 / k if k % 4 == 1 else -1.0 / k) + w * total
    return s * w * total


def _log_gamma(np: Any, x: Array) -> Array:
    """Return the logarithm of the gamma function per row, good enough for bounds."""
    small = np.flatnonzero(x < STIRLING_FROM)
    recurrence, shifted = np.zeros(len(small)), x[small]
    for _ in range(int(STIRLING_FROM)):
        low = shifted < STIRLING_FROM
        recurrence -= np.where(low, np.log(shifted), 0.0)
        shifted = shifted + low
    x = x.copy()
    x[small] = shifted
    value = (x - 0.5) * np.log(x) - x + 0.5 * log(2.0 * pi) + stirling_remainder(x)
    value[small] += recurrence
    return value
