"""Days that take a claim back: why evidence over all days may still not be one effect."""

from midakit.stats.comparison import always_valid
from midakit.stats.comparison.always_valid import CONTRADICTION
from midakit.stats.comparison.stability import Effect, Stability
from midakit.stats.decision.findings.figures import Comparison, MeanFigures, RateFigures
from midakit.stats.decision.options.method import Method
from midakit.stats.distributions import normal
from midakit.stats.wording import p_equals

_PERSISTS = normal.upper_quantile(
    0.05
)  # the days after a change have to show the effect themselves


def doubt(one: Comparison, figures: RateFigures | MeanFigures, method: Method) -> str | None:
    """Return why the days do not carry an outcome.

    Args:
        one: The treatment against Control.
        figures: Its figures on the metric of the verdict.
        method: The threshold and the tuning.

    Returns:
        The reason, with the day; None where the days agree well enough.
    """
    side = -1.0 if figures.outcome == "worse" else 1.0
    found = one.stability or Stability()
    if found.outlier and found.without_outlier:
        rest, what = _p_of(found.without_outlier, side, method)
        if rest >= method.alpha:
            return (
                f"one day carries the result: without {found.outlier.name} the {what} "
                f"{p_equals(rest)}"
            )
    if found.after and side * found.after.z < _PERSISTS:
        return f"the effect changed on {found.changed_from}, and the days since do not show it"
    explained = found.outlier or found.after
    reason = figures.reasons.get("confidence_sequence", "")
    if CONTRADICTION in reason and not explained:
        return reason
    return None


def told(name: str, found: Stability) -> list[tuple[str, str]]:
    """Return what is to be known of the days of one treatment.

    Args:
        name: The treatment's name.
        found: Whether its effect was the same on all days.

    Returns:
        A code and a sentence each.
    """
    notes: list[tuple[str, str]] = []
    if found.outlier:
        notes.append(
            ("outlier-day", f"{name}: {found.outlier.name} stands out from the other days")
        )
    if found.changed_from:
        notes.append(
            ("novelty", f"{name}: since {found.changed_from} the effect is another one than before")
        )
    if found.weekend and found.workdays:
        more = "higher" if found.weekend.difference > found.workdays.difference else "lower"
        text = f"{name}: on Saturdays and Sundays the effect is {more} than on other days"
        notes.append(("weekday", f"{text}; decide on whole weeks"))
    return notes


def _p_of(effect: Effect, side: float, method: Method) -> tuple[float, str]:
    """Return the two-sided p of one direction, and what kind it is.

    A plan has spent its error rate on the bound that was crossed; the days beside the outlier only have
    to show the same thing, in one test.
    """
    if method.horizon:
        return min(1.0, 2.0 * normal.survival(side * effect.z)), "other days have"
    look = always_valid.of_difference(
        side * effect.difference,
        effect.variance,
        effect.visitors,
        alpha=method.alpha,
        tuning=method.tuning,
    )
    p = 1.0 if look.p_greater is None else min(1.0, 2.0 * look.p_greater)
    return p, "always-valid"
