"""Why it is futile to go on: what the planned end, or the next half year, can still show."""

from collections.abc import Sequence

from midakit.stats import wording
from midakit.stats.decision.findings.figures import PlannedTest
from midakit.stats.decision.findings.verdict import Outlook

OUT_OF_REACH = 180
"""Days after which nobody should be told to keep waiting."""


def of_plan(tests: Sequence[PlannedTest]) -> str | None:
    """Return why a plan has nothing left to show.

    Args:
        tests: The tests of the treatments that are undecided.

    Returns:
        A sentence; None where one of them is worth going on for.
    """
    if not tests or not all(test.ended or test.futile for test in tests):
        return None
    if all(test.ended for test in tests):
        return "the planned end is reached, and no bound was crossed"
    chance = max(max(test.chance_of_better or 0.0, test.chance_of_worse or 0.0) for test in tests)
    smallest = min((t.smallest_lift for t in tests if t.smallest_lift is not None), default=None)
    found = f"the chance that the planned end still decides is {wording.chance(chance)}"
    if smallest is None:
        return found
    return f"{found}; it is made to show lifts of {wording.lift(smallest)} and more"


def of_outlook(outlook: Outlook | None) -> str | None:
    """Return why waiting is not worth it, where no end is planned.

    Args:
        outlook: How far a decision is.

    Returns:
        A sentence; None where it is worth waiting: for the smallest effect that matters, or for one as
        large as has been seen.
    """
    if outlook is None or outlook.days_left is None or outlook.trend is None:
        return None
    effect = wording.level(outlook.lift)
    if outlook.days_left == 0 and outlook.trend < outlook.lift:
        return (
            f"it has the visitors that a change of {effect} takes to show; the true change is "
            "probably smaller"
        )
    if outlook.trend_days_left is not None and outlook.trend_days_left > OUT_OF_REACH:
        return f"at this pace a change of {effect} takes {outlook.days_left} days more to show"
    return None
