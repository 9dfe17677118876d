"""The law of `logratio` for many pairs at once: numpy arrays with a row per pair.

numpy itself is handed in, so that importing this module costs nothing.
"""

from math import log, pi
from typing import Any, TypeAlias

from midakit.stats.distributions import normal
from midakit.stats.distributions.gamma import LIFT, PLAIN
from midakit.stats.distributions.log_ratio import FAINT, SETTLED, UNSEEN

Array: TypeAlias = Any
_MOST = 600  # nodes; rows that need more go to the scalar code


class Betas:
    """Beta(a, b) per row."""

    def __init__(self, a: Array, b: Array) -> None:
        self.a, self.b, self.total = a, b, a + b

    @property
    def mean(self) -> Array:
        """The mean rates."""
        return self.a / self.total

    def of(self, rows: Array) -> "Betas":
        """Some of the rows."""
        return Betas(self.a[rows], self.b[rows])


def spread(np: Any, control: Betas, treatment: Betas) -> Array:
    """Roughly the standard deviations of ln(theta_t / theta_c)."""
    c, t = control, treatment
    return np.sqrt(c.b / (c.a * c.total) + t.b / (t.a * t.total))


class Nodes:
    """The characteristic function at every row's own nodes, as many as the row needs.

    `order` puts the rows with most nodes first, so that the k-th nodes belong to a leading part.
    """

    def __init__(self, np: Any, control: Betas, treatment: Betas, tail: float) -> None:
        self.np, self.control, self.treatment = np, control, treatment
        self.low, self.high = self._bounds(UNSEEN)
        near_low, near_high = self._bounds(-log(tail))
        origin = np.minimum(np.maximum(0.0, self.low), self.high)
        reach = np.maximum(
            self.high - np.minimum(near_low, origin), np.maximum(near_high, origin) - self.low
        )
        self.step = 2.0 * pi / reach
        self._tabulate()

    def _bounds(self, unseen: float) -> tuple[Array, Array]:
        np, c, t = self.np, self.control, self.treatment
        pull = spread(np, c, t) / np.sqrt(2.0 * unseen)
        up, down = 1.0 / (pull + 1.0 / c.a), 1.0 / (pull + 1.0 / t.a)
        low = -(_cumulant(np, t, c, down) + unseen) / down
        return low, (_cumulant(np, c, t, up) + unseen) / up

    def _tabulate(self) -> None:
        np = self.np
        c, t, step = self.control, self.treatment, self.step
        arguments = (t.a, t.total, c.a, c.total)
        top_t, bottom_t, top_c, bottom_c = turners = [_Turner(np, x) for x in arguments]
        self.shift = np.log((top_t.x * bottom_c.x) / (top_c.x * bottom_t.x))
        active = np.arange(len(step))
        counts = np.zeros(len(step), dtype=int)
        found: list[tuple[Array, Array]] = []
        for k in range(_MOST):
            u = (k + 0.5) * step[active]
            value = np.exp(top_t(u) - bottom_t(u) + np.conj(top_c(u) - bottom_c(u))) * (
                top_t.rungs(u) * np.conj(top_c.rungs(u))
            )
            value /= bottom_t.rungs(u) * np.conj(bottom_c.rungs(u))
            found.append((active, value))
            counts[active] = k + 1
            going = np.abs(value) >= FAINT * (k + 0.5)
            if not going.all():
                active = active[going]
                turners = [turner.keep(going) for turner in turners]
                top_t, bottom_t, top_c, bottom_c = turners
            if not len(active):
                break
        self.unsettled = active
        order = np.argsort(-counts, kind="stable")
        self.order = order[~np.isin(order, active)]
        self.phi = self._sorted(found)

    def _sorted(self, found: list[tuple[Array, Array]]) -> list[Array]:
        """The k-th nodes of the leading rows, for every k."""
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
    """`logratio.LogRatio`, a row per pair; see there for the method."""

    def __init__(self, np: Any, nodes: Nodes) -> None:
        order = nodes.order
        self.np, self.phi = np, nodes.phi
        self.coefficients = [phi / (k + 0.5) for k, phi in enumerate(nodes.phi)]
        self.control, self.treatment = nodes.control.of(order), nodes.treatment.of(order)
        self.low, self.high = nodes.low[order], nodes.high[order]
        self.step, self.shift = nodes.step[order], nodes.shift[order]

    def _wave(self, y: Array) -> tuple[Array, Array]:
        np = self.np
        turn = -self.step * (y - self.shift)
        z = np.exp(1j * turn)
        total, slope = np.zeros_like(z), np.zeros_like(z)
        for coefficient, phi in zip(self.coefficients[::-1], self.phi[::-1], strict=True):
            leading = len(phi)
            total[:leading] *= z[:leading]
            total[:leading] += coefficient
            slope[:leading] *= z[:leading]
            slope[:leading] += phi
        half = np.exp(0.5j * turn)
        return 0.5 - (half * total).imag / pi, self.step * (half * slope).real / pi

    def below(self, y: float) -> Array:
        """P(D <= y)."""
        np = self.np
        value = np.clip(self._wave(np.full(len(self.step), y))[0], 0.0, 1.0)
        return np.where(y <= self.low, 0.0, np.where(y >= self.high, 1.0, value))

    def loss(self) -> Array:
        """E[max(theta_c - theta_t, 0)]."""
        np, c, t = self.np, self.control, self.treatment
        z = np.exp(1j * self.step * self.shift)
        total = np.zeros_like(z)
        for k in range(len(self.coefficients) - 1, -1, -1):
            part = slice(len(self.coefficients[k]))
            u = 1j * (k + 0.5) * self.step[part]
            weight = (c.a[part] - u) / (c.total[part] - u) - (t.a[part] + u) / (t.total[part] + u)
            total[part] = total[part] * z[part] + self.coefficients[k] * weight
        gap = c.mean - t.mean
        wave = 0.5 * gap - (np.exp(0.5j * self.step * self.shift) * total).imag / pi
        value = np.maximum(np.maximum(0.0, gap), wave)
        return np.where(self.low >= 0.0, 0.0, np.where(self.high <= 0.0, gap, value))

    def quantile(self, p: float) -> Array:
        """The y with P(D <= y) = p."""
        np = self.np
        low, high = self.low, self.high
        mean, variance, skew = self._rough()
        z = -normal.quantile_above(p)
        y = mean + np.sqrt(variance) * (z + skew * (z * z - 1.0) / 6.0)
        for _ in range(80):
            y = np.where((low < y) & (y < high), y, 0.5 * (low + high))
            value, slope = self._wave(y)
            above = value > p
            high, low = np.where(above, y, high), np.where(above, low, y)
            with np.errstate(divide="ignore", invalid="ignore"):
                step = np.where(slope > 0.0, (p - value) / slope, np.inf)
                bend = step * (mean - y) / (2.0 * variance)
                step = np.where(np.abs(bend) < 0.5, step / (1.0 + bend), step)
            y = y + step
            if (step * step < SETTLED * variance).all():
                break
        return y

    def _rough(self) -> tuple[Array, Array, Array]:
        np, c, t = self.np, self.control, self.treatment
        up, down, up_c, down_c = 1 / t.a, 1 / t.total, 1 / c.a, 1 / c.total
        variance = up - down + up_c - down_c
        mean = np.log((t.a * c.total) / (c.a * t.total)) - 0.5 * (up - down - up_c + down_c)
        third = down * down - up * up + up_c * up_c - down_c * down_c
        return mean, variance, third / variance**1.5


class _Turner:
    """`gamma.turner` per row, with the recurrence that lifts small arguments."""

    def __init__(self, np: Any, x: Array) -> None:
        self.np, self.bare = np, x
        self.lifts = np.maximum(0, np.ceil(LIFT - x))
        self.x = x + self.lifts
        self.still = _remainder(self.x)
        self.ladder = [
            (np.flatnonzero(self.lifts > rung), rung)
            for rung in range(int(max(self.lifts, default=0)))
        ]

    def keep(self, rows: Array) -> "_Turner":
        """The same for some of the rows."""
        return _Turner(self.np, self.bare[rows])

    def __call__(self, u: Array) -> Array:
        np, x = self.np, self.x
        s = u / x
        bend = 0.5 * np.log1p(s * s)
        angle = np.arctan(s)
        short = angle - s
        far = np.flatnonzero((u >= PLAIN) & (s <= 0.3))
        if len(far):
            short[far] = _less_itself(s[far])
        z = 1.0 / (x + 1j * u)
        rest = z * _stirling(z * z) - self.still
        real = x * (bend - s * angle) - 0.5 * bend
        return rest + real + 1j * (u * bend + x * short - 0.5 * angle)

    def rungs(self, u: Array) -> Array:
        """What the lifted gamma ratio has to be multiplied with."""
        value = self.np.ones(len(u), dtype=complex)
        for rows, rung in self.ladder:
            value[rows] /= 1.0 + 1j * u[rows] / (self.bare[rows] + rung)
        return value


def _stirling(w: Array) -> Array:
    return 1 / 12 - w * (1 / 360 - w * (1 / 1260 - w / 1680))


def _remainder(x: Array) -> Array:
    return _stirling(1.0 / (x * x)) / x


def _less_itself(s: Array) -> Array:
    """Atan(s) - s by its series, where the difference would cancel."""
    w, total = s * s, 0.0
    for k in range(31, 1, -2):
        total = (1.0 / k if k % 4 == 1 else -1.0 / k) + w * total
    return s * w * total


def _cumulant(np: Any, falling: Betas, rising: Betas, s: Array) -> Array:
    """ln E[(theta_rising / theta_falling)^s], good enough for bounds."""
    return (
        _log_gamma(np, rising.a + s)
        - _log_gamma(np, rising.a)
        - _log_gamma(np, rising.total + s)
        + _log_gamma(np, rising.total)
        + _log_gamma(np, falling.a - s)
        - _log_gamma(np, falling.a)
        - _log_gamma(np, falling.total - s)
        + _log_gamma(np, falling.total)
    )


def _log_gamma(np: Any, x: Array) -> Array:
    small = np.flatnonzero(x < LIFT)
    fall, lifted = np.zeros(len(small)), x[small]
    for _ in range(int(LIFT)):
        low = lifted < LIFT
        fall -= np.where(low, np.log(lifted), 0.0)
        lifted = lifted + low
    x = x.copy()
    x[small] = lifted
    value = (x - 0.5) * np.log(x) - x + 0.5 * log(2.0 * pi) + _remainder(x)
    value[small] += fall
    return value
