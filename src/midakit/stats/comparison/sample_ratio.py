"""Sample-ratio mismatch: does the traffic follow the configured split?

`srm` is the chi-square test for one look. `srm_sequential` may be looked at every day: it is one over
the Bayes factor of a Dirichlet alternative around the split (Lindon & Malek), a martingale under the
split, so its p-value falls under alpha *at any time* with at most probability alpha. With
y_i = alpha_i + n_i, Y = A + n, and R Stirling's remainder, the logarithm of that factor is

    Y KL(y/Y || w) - sum ln(y_i/alpha_i)/2 + ln(Y/A)/2 + sum [R(y_i) - R(alpha_i)] - R(Y) + R(A)

where the relative entropy is a sum of positive terms: gamma functions of 1e9 would not leave a digit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, log1p

from midakit.stats import validate
from midakit.stats.distributions import chi2, gamma

_NONE = 1e-12  # a smaller share of the largest weight is no traffic


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """The verdict on the split; `mismatch` is None where the test does not apply (see `reason`)."""

    p_value: float | None = None
    mismatch: bool | None = None
    statistic: float | None = None
    df: int | None = None
    expected: tuple[float, ...] | None = None
    leak: bool = False
    alpha: float = 0.001
    reason: str | None = None


def srm(
    observed: Sequence[float], weights: Sequence[float | None] | None, *, alpha: float = 0.001
) -> SampleRatio:
    """Chi-square of visitors against weights; arms of weight 0 leave the test.

    Visitors in an arm of weight 0 are a leak: p is 0. Bandits have no weights, so no test.
    """
    validate.level(alpha, "alpha")
    setting = _Setting.of(observed, weights)
    if setting.reason:
        return SampleRatio(alpha=alpha, reason=setting.reason)
    if setting.leak:
        return SampleRatio(0.0, True, leak=True, alpha=alpha, expected=setting.expected())
    pairs = [(n, setting.total * w) for n, w in setting.live]
    statistic = sum((n - e) ** 2 / e for n, e in pairs)
    df = len(pairs) - 1
    p = chi2.above(statistic, df)
    return SampleRatio(p, p < alpha, statistic, df, setting.expected(), alpha=alpha)


def srm_sequential(
    observed: Sequence[float],
    weights: Sequence[float | None] | None,
    *,
    concentration: float = 10_000.0,
    alpha: float = 0.01,
) -> SampleRatio:
    """The always-valid p of the totals so far; over days, take the running minimum."""
    validate.level(alpha, "alpha")
    validate.at_least(concentration, 1.0, "concentration")
    setting = _Setting.of(observed, weights)
    if setting.reason:
        return SampleRatio(alpha=alpha, reason=setting.reason)
    if setting.leak:
        return SampleRatio(0.0, True, leak=True, alpha=alpha, expected=setting.expected())
    evidence = _log_bayes_factor(setting.live, setting.total, concentration)
    p = 1.0 if evidence <= 0.0 else exp(-evidence)
    return SampleRatio(p, p < alpha, evidence, None, setting.expected(), alpha=alpha)


@dataclass(frozen=True, slots=True)
class _Setting:
    """Live arms as (visitors, share), or why there is nothing to test."""

    live: tuple[tuple[float, float], ...] = ()
    shares: tuple[float, ...] = ()
    total: float = 0.0
    leak: bool = False
    reason: str | None = None

    @classmethod
    def of(cls, observed: Sequence[float], weights: Sequence[float | None] | None) -> "_Setting":
        if weights is None or any(w is None for w in weights):
            return cls(reason="no configured weights (a bandit moves traffic on purpose)")
        known = [validate.at_least(w, 0.0, "weight") for w in weights if w is not None]
        counts = [validate.whole(n, "visitors") for n in observed]
        if len(known) != len(counts):
            raise ValueError(f"{len(counts)} counts but {len(known)} weights")
        largest = max(known, default=0.0)
        shares = tuple(w / largest if largest and w / largest > _NONE else 0.0 for w in known)
        if sum(share > 0.0 for share in shares) < 2:
            return cls(reason="fewer than two arms have a weight")
        if not sum(counts):
            return cls(reason="no visitors yet")
        shares = tuple(share / sum(shares) for share in shares)
        live = tuple((n, w) for n, w in zip(counts, shares, strict=True) if w > 0.0)
        leak = any(n for n, w in zip(counts, shares, strict=True) if not w)
        return cls(live, shares, sum(counts), leak)

    def expected(self) -> tuple[float, ...]:
        return tuple(self.total * w for w in self.shares)


def _log_bayes_factor(
    live: tuple[tuple[float, float], ...], total: float, concentration: float
) -> float:
    whole = concentration + total
    entropy = half = rest = 0.0
    for n, w in live:
        alpha = concentration * w
        expected = whole * w
        excess = (n - total * w) / expected
        entropy += expected * ((1.0 + excess) * log1p(excess) - excess)
        half += log((alpha + n) / alpha)
        rest += _remainder(alpha + n) - _remainder(alpha)
    rest -= _remainder(whole) - _remainder(concentration)
    return entropy - 0.5 * half + 0.5 * log(whole / concentration) + rest


def _remainder(x: float) -> float:
    """Stirling's remainder for any x > 0, by R(x) = R(x + 1) + (x + 1/2) ln(1 + 1/x) - 1."""
    total = 0.0
    while x < gamma.LIFT:
        total += (x + 0.5) * log1p(1.0 / x) - 1.0
        x += 1.0
    return total + gamma.remainder(x)
