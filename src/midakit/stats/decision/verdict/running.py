"""The verdict on the arms that get traffic; a paused one has its figures, and no say."""

from collections.abc import Sequence

from midakit.stats.data.arms import Arm
from midakit.stats.decision.findings.figures import Best, Comparison
from midakit.stats.decision.findings.verdict import Outlook, Verdict
from midakit.stats.decision.options.method import Method
from midakit.stats.decision.verdict import verdicts


def on_running(
    arms: Sequence[Arm],
    comparisons: Sequence[Comparison],
    best: Best | None,
    method: Method,
    outlook: Outlook | None,
    corrected: Sequence[float | None] | None = None,
    *,
    bandit: bool,
) -> Verdict:
    """Return the verdict on the treatments with traffic, or on all where none has any.

    Args:
        arms: All arms, Control first.
        comparisons: Each treatment against Control.
        best: All arms against each other.
        method: Every choice behind the figures.
        outlook: How far a decision is.
        corrected: Always-valid p of each comparison, corrected over more than its variants.
        bandit: Whether weights move by themselves; then none is a pause.

    Returns:
        The verdict.
    """
    live = {arm.variant_id for arm in arms if bandit or arm.weight != 0.0}
    kept = [at for at, one in enumerate(comparisons) if one.variant_id in live]
    kept = kept or list(range(len(comparisons)))
    ids = {comparisons[at].variant_id for at in kept}
    return verdicts.decide(
        [arm for arm in arms if arm.is_control or arm.variant_id in ids],
        [comparisons[at] for at in kept],
        best,
        method,
        outlook,
        None if corrected is None else [corrected[at] for at in kept],
    )
