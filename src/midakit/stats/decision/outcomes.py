"""From figures to an outcome: better, worse, equal or undecided, by the engine's rule.

bayesian      better when chance >= threshold, worse when chance <= 1 - threshold
frequentist   better or worse when the corrected p < 1 - threshold, by the sign of the difference;
              one-tailed, the other side is found by the mirrored test
both          equal when the decision interval lies within +-min_effect
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TypeVar

from midakit.stats.comparison.multiplicity import adjust
from midakit.stats.data.arms import Arm
from midakit.stats.decision.findings import MeanFigures, RateFigures
from midakit.stats.decision.method import Method
from midakit.stats.types import Alternative, Interval, Outcome

AnyFigures = TypeVar("AnyFigures", RateFigures, MeanFigures)
MIRROR: dict[Alternative, Alternative] = {"greater": "less", "less": "greater"}
_NO_FIGURES = frozenset({"outcome", "reasons", "risk_label", "variance_source"})
BANDIT = "a bandit moves traffic towards the leader, which this test does not allow for"


@dataclass(frozen=True, slots=True)
class Tested:
    """One treatment's p-value and that of the mirrored test; equal for a two-sided one."""

    p: float | None = None
    mirrored: float | None = None
    difference: float | None = None


@dataclass(frozen=True, slots=True)
class Called:
    """The corrected p-value, and the direction it calls."""

    adjusted: float | None
    better: bool
    worse: bool


def call(tests: Sequence[Tested], method: Method) -> list[Called]:
    """Correct over the treatments and call directions."""
    direct = adjust([t.p for t in tests], method=method.correction)
    mirrored = adjust([t.mirrored for t in tests], method=method.correction)
    called: list[Called] = []
    for test, p, other in zip(tests, direct, mirrored, strict=True):
        hit, opposite = _under(p, method), _under(other, method)
        if method.alternative == "two-sided":
            gap = test.difference or 0.0
            called.append(Called(p, hit and gap > 0.0, hit and gap < 0.0))
        elif method.alternative == "greater":
            called.append(Called(p, hit, opposite))
        else:
            called.append(Called(p, opposite, hit))
    return called


def outcome(
    chance: float | None, called: Called, margin: Interval | None, method: Method
) -> Outcome:
    """What the engine's rule says of one treatment."""
    if method.engine == "bayesian":
        better = chance is not None and chance >= method.threshold
        worse = chance is not None and chance <= 1.0 - method.threshold
    else:
        better, worse = called.better, called.worse
    if better or worse:
        return "better" if better else "worse"
    if margin and -method.min_effect < margin[0] <= margin[1] < method.min_effect:
        return "equal"
    return "undecided"


def shortage(arm: Arm, method: Method) -> str | None:
    """What an arm lacks before anything may be called."""
    if arm.visitors < method.min_visitors:
        return f"{arm.visitors:g} visitors, fewer than {method.min_visitors:g}"
    if arm.conversions < method.min_conversions:
        return f"{arm.conversions:g} conversions, fewer than {method.min_conversions:g}"
    return None


def explained(figures: AnyFigures, why: dict[str, str], otherwise: str) -> AnyFigures:
    """The same figures with a reason for each that is None."""
    missing = [
        field.name
        for field in fields(figures)
        if field.name not in _NO_FIGURES and getattr(figures, field.name) is None
    ]
    return replace(figures, reasons={name: why.get(name, otherwise) for name in missing})


def _under(p: float | None, method: Method) -> bool:
    return p is not None and p < method.alpha
