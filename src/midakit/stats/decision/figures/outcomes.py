"""From figures to an outcome: better, worse, equal or undecided, by the engine's rule.

bayesian      better when the corrected chance >= threshold, worse when that of the opposite is
frequentist   better or worse when the corrected p < 1 - threshold, by the sign of the difference;
              one-tailed, the other side is found by the mirrored test
both          equal when the decision interval lies within +-min_effect, whatever the direction
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import TypeVar

from midakit.stats.comparison import always_valid
from midakit.stats.comparison.always_valid import Sequential
from midakit.stats.comparison.means import MeanTest, Moments
from midakit.stats.comparison.multiplicity import adjust
from midakit.stats.comparison.ztest import ZTest
from midakit.stats.data.arms import Arm
from midakit.stats.decision.findings.figures import Comparison, MeanFigures, RateFigures
from midakit.stats.decision.options.method import Method
from midakit.stats.types import Alternative, Interval, Outcome

AnyFigures = TypeVar("AnyFigures", RateFigures, MeanFigures)
_MIRROR: dict[Alternative, Alternative] = {"greater": "less", "less": "greater"}
_LAST_BIT = 1e-15
BANDIT_REASON = "a bandit moves traffic towards the leader, which this test does not allow for"
ALWAYS_VALID = (
    "always_valid_p", "always_valid_p_better", "always_valid_p_worse", "confidence_sequence",
)  # fmt: skip
"""The figures that hold however often somebody looks."""
_NOT_FIGURES = frozenset({"outcome", "planned", "reasons", "risk_label", "variance_source"})


@dataclass(frozen=True, slots=True)
class PairedTest:
    """One treatment's p-value and that of the mirrored test; equal for a two-sided one."""

    p: float | None = None
    mirrored: float | None = None
    difference: float | None = None


@dataclass(frozen=True, slots=True)
class Direction:
    """A corrected p-value, and the direction that it calls."""

    adjusted_p: float | None
    better: bool
    worse: bool


def paired(
    test: ZTest | MeanTest, method: Method, p_value: Callable[[float, Alternative], float]
) -> PairedTest:
    """Return a test with the p-value of its mirror image.

    Args:
        test: The test of one treatment.
        method: The tails of the test.
        p_value: Computes a p-value from the statistic and the tails.

    Returns:
        Both p-values and the difference.
    """
    mirror = _MIRROR.get(method.alternative)
    if mirror is None or test.statistic is None:
        return PairedTest(test.p_value, test.p_value, test.difference)
    return PairedTest(test.p_value, p_value(test.statistic, mirror), test.difference)


def call_directions(tests: Sequence[PairedTest], method: Method) -> list[Direction]:
    """Correct p-values over the treatments and call directions.

    Args:
        tests: One test per treatment.
        method: The tails, the correction and the threshold.

    Returns:
        One direction per treatment.
    """
    direct = adjust([t.p for t in tests], method=method.correction)
    mirrored = adjust([t.mirrored for t in tests], method=method.correction)
    called: list[Direction] = []
    for test, p, other in zip(tests, direct, mirrored, strict=True):
        hit, opposite = _is_under(p, method), _is_under(other, method)
        if method.alternative == "two-sided":
            gap = test.difference or 0.0
            called.append(Direction(p, hit and gap > 0.0, hit and gap < 0.0))
        elif method.alternative == "greater":
            called.append(Direction(p, hit, opposite))
        else:
            called.append(Direction(p, opposite, hit))
    return called


def call_chances(chances: Sequence[float | None], method: Method) -> list[Direction]:
    """Correct chances to beat Control over the treatments and call directions.

    Without an effect 1 - chance is as good as a one-sided p-value, so of ten treatments that do nothing
    four reach 95 % at one look. Corrected like p-values, the chance that any of them is called better is
    that of a single one.

    Args:
        chances: One chance per treatment; None where there is none.
        method: The correction and the threshold.

    Returns:
        One direction per treatment; its `adjusted_p` is 1 minus the corrected chance.
    """
    better = adjust([None if c is None else 1.0 - c for c in chances], method=method.correction)
    worse = adjust(chances, method=method.correction)
    # As a chance against the threshold, so that one treatment reaches it to the last bit.
    return [
        Direction(b, _reaches(b, method), _reaches(w, method))
        for b, w in zip(better, worse, strict=True)
    ]


def decisive(called: Direction, believed: Direction, method: Method) -> Direction:
    """Return what the engine goes by.

    Args:
        called: What the p-value calls.
        believed: What the chance calls.
        method: The engine.

    Returns:
        One of the two.
    """
    return believed if method.engine == "bayesian" else called


def remaining(believed: Direction) -> float | None:
    """Return a corrected chance to beat Control.

    Args:
        believed: What the chance calls.

    Returns:
        The chance; None where there is none.
    """
    return None if believed.adjusted_p is None else 1.0 - believed.adjusted_p


def outcome(called: Direction, margin: Interval | None, method: Method) -> Outcome:
    """Return what the engine's rule says of one treatment.

    Args:
        called: What its chance, or its p-value, calls.
        margin: The decision interval of the lift.
        method: The engine, the threshold and the smallest effect that matters.

    Returns:
        The outcome.
    """
    if is_negligible(margin, method):
        return "equal"  # also what is surely better, and surely by less than matters
    if called.better or called.worse:
        return "better" if called.better else "worse"
    return "undecided"


def is_negligible(margin: Interval | None, method: Method) -> bool:
    """Tell whether a lift is too small to matter.

    Args:
        margin: The interval that holds the lift.
        method: The smallest effect that matters.

    Returns:
        True when all of the interval lies within +-min_effect.
    """
    return bool(margin and -method.min_effect < margin[0] <= margin[1] < method.min_effect)


def shortage(arm: Arm, method: Method) -> str | None:
    """Return what an arm lacks before anything may be called.

    Args:
        arm: Control or a treatment, with its counts.
        method: The fewest visitors and conversions.

    Returns:
        "40 visitors, fewer than 100", or None where it has enough.
    """
    if arm.visitors < method.min_visitors:
        return f"{arm.visitors:g} visitors, fewer than {method.min_visitors:g}"
    if arm.conversions < method.min_conversions:
        return f"{arm.conversions:g} conversions, fewer than {method.min_conversions:g}"
    return None


def look(
    arms: Sequence[Arm], moments: Sequence[Moments | None], method: Method, *, bandit: bool
) -> Sequential:
    """Return the always-valid figures of the totals.

    Args:
        arms: Control and a treatment.
        moments: The estimates of the two, in the same order.
        method: The threshold, the tuning and the fewest conversions.
        bandit: Whether traffic moves while the experiment runs; then there are none.

    Returns:
        The figures, or the reason why there are none.
    """
    if bandit:
        return Sequential(reason=BANDIT_REASON)
    if min(arm.conversions for arm in arms) < method.min_conversions:
        return Sequential(
            reason=f"always-valid figures start at {method.min_conversions:g} conversions per arm"
        )
    control, treatment = moments
    return always_valid.guarded(control, treatment, alpha=method.alpha, tuning=method.tuning)


def without_outcome(one: Comparison) -> Comparison:
    """Return a comparison that calls nothing, such as that of arms which ran on different days.

    Args:
        one: The comparison.

    Returns:
        The same figures, undecided on every metric.
    """
    return replace(
        one,
        conversion=replace(one.conversion, outcome="undecided"),
        rpv=None if one.rpv is None else replace(one.rpv, outcome="undecided"),
        aov=None if one.aov is None else replace(one.aov, outcome="undecided"),
    )


def with_reasons(figures: AnyFigures, why: dict[str, str], otherwise: str) -> AnyFigures:
    """Give a reason for each figure that is None.

    Args:
        figures: The figures of one treatment.
        why: Reasons by the name of the figure.
        otherwise: The reason of all others.

    Returns:
        The same figures with `reasons`.
    """
    missing = [
        field.name
        for field in fields(figures)
        if field.name not in _NOT_FIGURES and getattr(figures, field.name) is None
    ]
    return replace(figures, reasons={name: why.get(name, otherwise) for name in missing})


def _reaches(complement: float | None, method: Method) -> bool:
    """Tell whether a chance, given by what it lacks to 1, is enough to call something."""
    return complement is not None and complement <= 1.0 - method.threshold + _LAST_BIT


def _is_under(p: float | None, method: Method) -> bool:
    """Tell whether a p-value is small enough to call something."""
    return p is not None and p < method.alpha
