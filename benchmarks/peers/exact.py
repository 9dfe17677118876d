"""Every figure by its definition alone, with 40 digits; nothing of midakit is used here.

Bisection, finite sums and quadrature: slow, and simple enough to be read as the definition.
"""

from collections.abc import Callable, Sequence
from functools import cache

from mpmath import mp, mpf

from benchmarks.peers.cases import Orders, Rates, Values

mp.dps = 40
LEVEL = mpf(95) / 100


@cache
def normal_quantile() -> mpf:
    """The normal quantile of a two-sided level of 95 %."""
    return mp.sqrt(2) * mp.erfinv(LEVEL)


def bisect(function: Callable[[mpf], mpf], low: mpf, high: mpf) -> mpf:
    """Find the root of a function that is below 0 at `low` and above 0 at `high`, or the other way round."""
    rising = function(low) < 0
    for _ in range(90):
        middle = (low + high) / 2
        if (function(middle) < 0) == rising:
            low = middle
        else:
            high = middle
    return (low + high) / 2


# --------------------------------------------------------------------------- rates, frequentist


def z_test(case: Rates) -> tuple[mpf, ...]:
    """Two-sided p of the pooled z test."""
    pooled = mpf(case.x_c + case.x_t) / (case.n_c + case.n_t)
    gap = mpf(case.x_t) / case.n_t - mpf(case.x_c) / case.n_c
    z = gap / mp.sqrt(pooled * (1 - pooled) * (mpf(1) / case.n_c + mpf(1) / case.n_t))
    return (mp.erfc(abs(z) / mp.sqrt(2)),)


def _likeliest(case: Rates, treated: Callable[[mpf], mpf], slope: mpf, low: mpf, high: mpf) -> mpf:
    """Return Control's rate of the greatest likelihood when the treatment's rate is `treated` of it."""

    def rising(p: mpf) -> mpf:
        q = treated(p)
        mine = case.x_c / p - (case.n_c - case.x_c) / (1 - p)
        return -(mine + slope * (case.x_t / q - (case.n_t - case.x_t) / (1 - q)))

    edge = (high - low) * mpf(10) ** -30
    return bisect(rising, low + edge, high - edge)


def score_of_difference(case: Rates, gap: mpf) -> mpf:
    """Return z of the hypothesis that the treatment's rate is Control's plus `gap`."""
    p = _likeliest(case, lambda p: p + gap, mpf(1), max(mpf(0), -gap), min(mpf(1), 1 - gap))
    q = p + gap
    seen = mpf(case.x_t) / case.n_t - mpf(case.x_c) / case.n_c
    return (seen - gap) / mp.sqrt(p * (1 - p) / case.n_c + q * (1 - q) / case.n_t)


def score_of_ratio(case: Rates, ratio: mpf) -> mpf:
    """Return z of the hypothesis that the treatment's rate is `ratio` times Control's."""
    p = _likeliest(case, lambda p: ratio * p, ratio, mpf(0), min(mpf(1), 1 / ratio))
    q = ratio * p
    seen = mpf(case.x_t) / case.n_t - ratio * case.x_c / case.n_c
    return seen / mp.sqrt(q * (1 - q) / case.n_t + ratio**2 * p * (1 - p) / case.n_c)


def at_ends(ends: Sequence[float], z: Callable[[mpf], mpf]) -> tuple[mpf, ...]:
    """Return the p-values of the hypotheses at both ends of an interval."""
    return tuple(mp.erfc(abs(z(mpf(end))) / mp.sqrt(2)) for end in ends)


# --------------------------------------------------------------------------- rates, Bayesian


@cache
def _chance(a: int, b: int, c: int, d: int) -> mpf:
    """Return P(Beta(c, d) > Beta(a, b)) as a finite sum over whole parameters (Miller 2014)."""
    base, total = mp.log(mp.beta(a, b)), mpf(0)
    for i in range(c):
        log = _log_beta(a + i, b + d) - mp.log(d + i) - _log_beta(1 + i, d) - base
        total += mp.exp(log)
    return total


def _log_beta(a: int, b: int) -> mpf:
    return mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)


def _posteriors(case: Rates) -> tuple[int, int, int, int]:
    """Return the parameters under uniform priors."""
    return case.x_c + 1, case.n_c - case.x_c + 1, case.x_t + 1, case.n_t - case.x_t + 1


def chance_to_beat(case: Rates) -> tuple[mpf, ...]:
    """P(treatment > Control) under uniform priors."""
    return (_chance(*_posteriors(case)),)


def expected_loss(case: Rates) -> tuple[mpf, ...]:
    """E[max(Control - treatment, 0)] under uniform priors."""
    a, b, c, d = _posteriors(case)
    control, treatment = mpf(a) / (a + b), mpf(c) / (c + d)
    return (control * (1 - _chance(a + 1, b, c, d)) - treatment * (1 - _chance(a, b, c + 1, d)),)


def tails_of_lift(case: Rates, ends: Sequence[float]) -> tuple[mpf, ...]:
    """Return the posterior chances that the lift lies below and above an interval."""
    a, b, c, d = _posteriors(case)
    found = []
    mp.dps = 20
    for end in ends:
        ratio = max(mpf(0), 1 + mpf(end))  # a lift below -100 % is one that nobody can have
        mean = mpf(a) / (a + b)
        spread = mp.sqrt(mean * (1 - mean) / (a + b + 1))
        high = min(mpf(1), mean + 14 * spread)
        cuts = [max(mpf(0), mean - 14 * spread), mean - 2 * spread, mean + 2 * spread, high]

        def below(p: mpf, ratio: mpf = ratio) -> mpf:
            density = mp.exp((a - 1) * mp.log(p) + (b - 1) * mp.log1p(-p) - _log_beta(a, b))
            return density * mp.betainc(c, d, 0, min(mpf(1), ratio * p), regularized=True)

        found.append(mp.quad(below, [max(cut, mpf(10) ** -12) for cut in cuts]))
    mp.dps = 40
    return found[0], 1 - found[1]


# --------------------------------------------------------------------------- means


def _moments(arm: Sequence[float]) -> tuple[mpf, mpf, int]:
    """Return mean, variance of the mean, and size."""
    exact = [mpf(str(x)) for x in arm]
    mean = mp.fsum(exact) / len(arm)
    return mean, mp.fsum((x - mean) ** 2 for x in exact) / (len(arm) - 1) / len(arm), len(arm)


def _student(t: mpf, df: mpf) -> mpf:
    """Return the two-sided p of Student's t."""
    return mp.betainc(df / 2, mpf(1) / 2, 0, df / (df + t * t), regularized=True)


def _quantile(df: mpf) -> mpf:
    """Return the t quantile of a two-sided level of 95 %."""
    return bisect(lambda t: (1 - LEVEL) - _student(t, df), mpf(0), mpf(60))


def _welch(control: tuple[mpf, mpf, int], treatment: tuple[mpf, mpf, int]) -> tuple[mpf, ...]:
    """Return p and the interval of the difference."""
    (m_c, v_c, n_c), (m_t, v_t, n_t) = control, treatment
    error = mp.sqrt(v_c + v_t)
    df = (v_c + v_t) ** 2 / (v_c**2 / (n_c - 1) + v_t**2 / (n_t - 1))
    half = _quantile(df) * error
    return _student((m_t - m_c) / error, df), m_t - m_c - half, m_t - m_c + half


def welch(case: Values) -> tuple[mpf, ...]:
    """Welch's p, and the interval of the difference."""
    return _welch(_moments(case.control), _moments(case.treatment))


def p_of_lift(case: Values, ends: Sequence[float]) -> tuple[mpf, ...]:
    """Return the p-values of Welch's test of the hypotheses at both ends of an interval of the lift."""
    (m_c, v_c, n_c), (m_t, v_t, n_t) = _moments(case.control), _moments(case.treatment)
    df = (v_c + v_t) ** 2 / (v_c**2 / (n_c - 1) + v_t**2 / (n_t - 1))
    found = []
    for end in ends:
        ratio = 1 + mpf(end)
        found.append(_student((m_t - ratio * m_c) / mp.sqrt(v_t + ratio**2 * v_c), df))
    return tuple(found)


def ratio(case: Orders) -> tuple[mpf, ...]:
    """Welch's p and interval for revenue per order, with the delta method's variances."""
    return _welch(_delta(case.control), _delta(case.treatment))


def _delta(arm: Sequence[tuple[float, int]]) -> tuple[mpf, mpf, int]:
    """Return a ratio of sums, its variance, and the visitors."""
    n = len(arm)
    money, count = [mpf(str(m)) for m, _ in arm], [mpf(c) for _, c in arm]
    found = mp.fsum(money) / mp.fsum(count)
    rest = [m - found * c for m, c in zip(money, count, strict=True)]
    spread = mp.fsum(r * r for r in rest) / (n - 1)
    return found, spread / n / (mp.fsum(count) / n) ** 2, n


# --------------------------------------------------------------------------- traffic, many tests, looks


def chi_square(case: tuple[Sequence[int], Sequence[float]]) -> tuple[mpf, ...]:
    """p of the chi-square test of a split."""
    seen, weights = case
    total, weight = sum(seen), sum(mpf(w) for w in weights)
    square = mp.fsum(
        (n - total * w / weight) ** 2 / (total * w / weight)
        for n, w in zip(seen, weights, strict=True)
    )
    return (mp.gammainc(mpf(len(seen) - 1) / 2, square / 2, mp.inf, regularized=True),)


def holm(case: Sequence[float]) -> tuple[mpf, ...]:
    """Holm's adjusted p-values."""
    order = sorted(range(len(case)), key=lambda i: case[i])
    found, worst = [mpf(0)] * len(case), mpf(0)
    for rank, i in enumerate(order):
        worst = max(worst, min(mpf(1), (len(case) - rank) * mpf(str(case[i]))))
        found[i] = worst
    return tuple(found)


def benjamini_hochberg(case: Sequence[float]) -> tuple[mpf, ...]:
    """Benjamini and Hochberg's adjusted p-values."""
    order = sorted(range(len(case)), key=lambda i: -case[i])
    found, best = [mpf(0)] * len(case), mpf(1)
    for rank, i in enumerate(order):
        best = min(best, mpf(str(case[i])) * len(case) / (len(case) - rank))
        found[i] = best
    return tuple(found)


def always_valid(case: Rates) -> tuple[mpf, ...]:
    """p and interval of the normal mixture with 5,000 visitors as tuning (Waudby-Smith et al.)."""
    n = case.n_c + case.n_t
    p_c, p_t = mpf(case.x_c) / case.n_c, mpf(case.x_t) / case.n_t
    variance, gap = p_c * (1 - p_c) / case.n_c + p_t * (1 - p_t) / case.n_t, p_t - p_c
    alpha = 1 - LEVEL
    rho2 = (-2 * mp.log(alpha) + mp.log(-2 * mp.log(alpha) + 1)) / 5000
    k = n * rho2 + 1
    evidence = mp.exp(rho2 * n * gap**2 / (2 * k * variance)) / mp.sqrt(k)
    half = mp.sqrt(variance * n) * mp.sqrt(2 * k * mp.log(mp.sqrt(k) / alpha)) / (n * mp.sqrt(rho2))
    return min(mpf(1), 1 / evidence), gap - half, gap + half


def power_as_planned(_: tuple[float, float]) -> tuple[mpf, ...]:
    """The power that was asked for."""
    return (mpf(8) / 10,)


def power_of(case: tuple[float, float], visitors: float) -> mpf:
    """Return the power of the pooled z test, on the side of the lift, with so many visitors an arm."""
    p = mpf(str(case[0]))
    q = p * (1 + mpf(str(case[1])))
    pooled = (p + q) / 2
    null, other = mp.sqrt(2 * pooled * (1 - pooled)), mp.sqrt(p * (1 - p) + q * (1 - q))
    return mp.ncdf(((q - p) * mp.sqrt(mpf(visitors)) - normal_quantile() * null) / other)
