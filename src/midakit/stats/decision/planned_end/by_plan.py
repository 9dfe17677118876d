"""Outcomes by a planned end in the place of the engine's, for every metric that has a test."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from midakit.stats.data.estimates import MOMENTS, estimates
from midakit.stats.data.strata import Pair
from midakit.stats.decision.figures.outcomes import AnyFigures, is_negligible
from midakit.stats.decision.findings.figures import (
    Comparison,
    MeanFigures,
    PlannedTest,
    RateFigures,
)
from midakit.stats.decision.options.horizon import Look
from midakit.stats.decision.options.method import Method
from midakit.stats.decision.planned_end.planned_tests import planned_tests
from midakit.stats.types import Metric, Outcome


def by_plan(
    pairs: Sequence[Pair],
    comparisons: Sequence[Comparison],
    plan: Sequence[Look],
    method: Method,
) -> tuple[Comparison, ...]:
    """Give every comparison the outcome that the plan allows.

    Args:
        pairs: Control and a treatment, over the days that compare.
        comparisons: Each treatment against Control, with outcomes by the engine's rule.
        plan: The looks so far.
        method: The planned end, the threshold and the smallest effect that matters.

    Returns:
        The same comparisons; what has no test keeps no outcome.
    """
    if method.horizon is None:
        return tuple(comparisons)
    tests: dict[Metric, Sequence[PlannedTest]] = {
        metric: planned_tests(pairs, plan, metric, method.horizon, method)
        for metric in MOMENTS
        if all(None not in estimates(pair, metric) for pair in pairs)
    }
    return tuple(
        replace(
            one,
            conversion=with_test(one.conversion, _test(tests, "conversion", at), method),
            rpv=_mean(one.rpv, _test(tests, "rpv", at), method),
            aov=_mean(one.aov, _test(tests, "aov", at), method),
        )
        for at, one in enumerate(comparisons)
    )


def _test(
    tests: Mapping[Metric, Sequence[PlannedTest]], metric: Metric, at: int
) -> PlannedTest | None:
    """Return the test of one treatment on one metric."""
    return tests[metric][at] if metric in tests else None


def _mean(
    figures: MeanFigures | None, test: PlannedTest | None, method: Method
) -> MeanFigures | None:
    """Set the outcome of a mean."""
    return None if figures is None else with_test(figures, test, method)


def with_test(figures: AnyFigures, test: PlannedTest | None, method: Method) -> AnyFigures:
    """Give figures a test by the plan and the outcome that it allows.

    Args:
        figures: A treatment's figures on one metric.
        test: Its test; None where there is none.
        method: The smallest effect that matters.

    Returns:
        The same figures with `planned` and `outcome`.
    """
    return replace(figures, outcome=_outcome(figures, test, method), planned=test)


def _outcome(
    figures: RateFigures | MeanFigures, test: PlannedTest | None, method: Method
) -> Outcome:
    """Return what the plan says of one treatment."""
    if test is None or test.time is None:
        return "undecided"
    # At the planned end this is the one look that a test of equivalence is made for.
    margin = figures.decision_interval if test.ended else test.lift_interval
    if is_negligible(margin, method):
        return "equal"
    return test.crossed or "undecided"
