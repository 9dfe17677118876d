"""Sample-ratio mismatch: does the traffic follow the configured split?

`srm` is the chi-square test for one look. `srm_sequential` may be looked at every day: its p-value is
1 over the Bayes factor of a Dirichlet alternative around the split (Lindon & Malek 2020), a martingale
under the split, so it falls under alpha *at any time* with at most probability alpha. With
y_i = alpha_i + n_i, Y = A + n, and R Stirling's remainder, the logarithm of that factor is

    Y KL(y/Y || w) - sum ln(y_i/alpha_i)/2 + ln(Y/A)/2 + sum [R(y_i) - R(alpha_i)] - R(Y) + R(A)

where the relative entropy is a sum of positive terms: gamma functions of 1e9 would not leave a digit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, log1p

from midakit.stats import validate
from midakit.stats.distributions import chi2, gamma

_NEGLIGIBLE = 1e-12  # a smaller share of the largest weight is no traffic


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """Whether the traffic follows the configured split.

    Example:
        found = stats.srm([5000, 5400, 2600], [2, 2, 1])
        print(found.expected, found.p_value)
    """

    p_value: float | None = None
    """None where the test does not apply, for which `reason` says why."""
    mismatch: bool | None = None
    """Whether p is under alpha: then visitors are lost or miscounted in some arms."""
    statistic: float | None = None
    """Chi-square, or the logarithm of the Bayes factor of the sequential test."""
    df: int | None = None
    expected: tuple[float, ...] | None = None
    """Visitors that the split expects, per arm."""
    leak: bool = False
    """Whether an arm of weight 0 has visitors."""
    alpha: float = 0.001
    reason: str | None = None


def srm(
    observed: Sequence[float], weights: Sequence[float | None] | None, *, alpha: float = 0.001
) -> SampleRatio:
    """Test the split by chi-square, for one look.

    Visitors in an arm of weight 0 are a leak: p is 0. Other arms of weight 0 leave the test.

    Args:
        observed: Visitors per arm.
        weights: Configured weights in any unit; None, or a None among them, where there is no fixed
            split (a bandit): then there is no test.
        alpha: The p-value below which the split counts as broken.

    Returns:
        The test, or the reason why there is none.

    Raises:
        ValueError: Counts or weights cannot be true, or their numbers differ.

    Example:
        assert stats.srm([5000, 5400], [50, 50]).mismatch
    """
    validate.level(alpha, "alpha")
    split = _Split.of(observed, weights)
    if split.reason or split.leak:
        return split.untested(alpha)
    pairs = [(n, split.total * w) for n, w in split.live]
    statistic = sum((n - e) ** 2 / e for n, e in pairs)
    df = len(pairs) - 1
    p = chi2.survival(statistic, df)
    return SampleRatio(p, p < alpha, statistic, df, split.expected(), alpha=alpha)


def srm_sequential(
    observed: Sequence[float],
    weights: Sequence[float | None] | None,
    *,
    concentration: float = 10_000.0,
    alpha: float = 0.01,
) -> SampleRatio:
    """Test the split of the totals so far, for any number of looks; over days, keep the smallest p.

    Args:
        observed: Visitors per arm.
        weights: Configured weights in any unit; None where there is no fixed split: then there is no test.
        concentration: How near the configured split the alternative lies, as the total of the
            parameters of its Dirichlet distribution; larger is nearer.
        alpha: The p-value below which the split counts as broken.

    Returns:
        The test, or the reason why there is none.

    Raises:
        ValueError: Counts or weights cannot be true, or their numbers differ.

    Example:
        found = stats.srm_sequential([5000, 5400], [50, 50])
        print(found.p_value, found.mismatch)
    """
    validate.level(alpha, "alpha")
    validate.at_least(concentration, 1.0, "concentration")
    split = _Split.of(observed, weights)
    if split.reason or split.leak:
        return split.untested(alpha)
    evidence = _log_bayes_factor(split.live, split.total, concentration)
    p = 1.0 if evidence <= 0.0 else exp(-evidence)
    return SampleRatio(p, p < alpha, evidence, None, split.expected(), alpha=alpha)


@dataclass(frozen=True, slots=True)
class _Split:
    """Live arms as (visitors, share), or why there is nothing to test."""

    live: tuple[tuple[float, float], ...] = ()
    shares: tuple[float, ...] = ()
    total: float = 0.0
    leak: bool = False
    reason: str | None = None

    @classmethod
    def of(cls, observed: Sequence[float], weights: Sequence[float | None] | None) -> "_Split":
        """Check the counts and turn the weights into shares."""
        if weights is None or any(w is None for w in weights):
            return cls(reason="no configured weights (a bandit moves traffic on purpose)")
        known = [validate.at_least(w, 0.0, "weight") for w in weights if w is not None]
        counts = [validate.whole(n, "visitors") for n in observed]
        if len(known) != len(counts):
            raise ValueError(f"{len(counts)} counts but {len(known)} weights")
        largest = max(known, default=0.0)
        shares = tuple(w / largest if largest and w / largest > _NEGLIGIBLE else 0.0 for w in known)
        if sum(share > 0.0 for share in shares) < 2:
            return cls(reason="fewer than two arms have a weight")
        if not sum(counts):
            return cls(reason="no visitors yet")
        shares = tuple(share / sum(shares) for share in shares)
        live = tuple((n, w) for n, w in zip(counts, shares, strict=True) if w > 0.0)
        leak = any(n for n, w in zip(counts, shares, strict=True) if not w)
        return cls(live, shares, sum(counts), leak)

    def expected(self) -> tuple[float, ...]:
        """Return the visitors that the split expects, per arm."""
        return tuple(self.total * w for w in self.shares)

    def untested(self, alpha: float) -> SampleRatio:
        """Return the answer where there is no test, or a leak that needs none."""
        if self.reason:
            return SampleRatio(alpha=alpha, reason=self.reason)
        return SampleRatio(0.0, True, leak=True, alpha=alpha, expected=self.expected())


def _log_bayes_factor(
    live: tuple[tuple[float, float], ...], total: float, concentration: float
) -> float:
    """Return the logarithm of the Bayes factor, without cancellation."""
    whole = concentration + total
    entropy = half = rest = 0.0
    for n, w in live:
        alpha = concentration * w
        expected = whole * w
        excess = (n - total * w) / expected
        entropy += expected * ((1.0 + excess) * log1p(excess) - excess)
        half += log((alpha + n) / alpha)
        rest += _stirling_remainder(alpha + n) - _stirling_remainder(alpha)
    rest -= _stirling_remainder(whole) - _stirling_remainder(concentration)
    return entropy - 0.5 * half + 0.5 * log(whole / concentration) + rest


def _stirling_remainder(x: float) -> float:
    """Return Stirling's remainder for any x > 0, by R(x) = R(x + 1) + (x + 1/2) ln(1 + 1/x) - 1."""
    total = 0.0
    while x < gamma.STIRLING_FROM:
        total += (x + 0.5) * log1p(1.0 / x) - 1.0
        x += 1.0
    return total + gamma.stirling_remainder(x)
