"""Whether the rows of a timeseries and a result answer the same question.

They come from two requests, and visitors arrive between the two: on a busy site the counts are hardly ever
equal. Answers of two moments differ in one direction and by little, and the later one has hardly more new
conversions than new visitors. Answers that differ otherwise are about another goal, other days or other
visitors.
"""

from collections.abc import Mapping, Sequence

from midakit.stats.data.arms import Arm
from midakit.stats.data.moments import FEW
from midakit.stats.data.strata import counted
from midakit.stats.data.totals import VariantTotals
from midakit.stats.types import StatsDataError

_ROUNDED = 0.01  # daily rows are rounded, and 1 % of the money moves no test
_ORDERED = 0.1  # a single order may be much of the money of a small experiment


def of_one_moment(arms: Sequence[Arm], totals: Mapping[str, VariantTotals]) -> tuple[Arm, ...]:
    """Return the arms of a result as they were when the timeseries was asked for.

    Args:
        arms: The arms of the result.
        totals: The sums of the rows by variant_id, whose visitors fit the result's.

    Returns:
        The same arms where no visitor came between the two; else with the counts of the rows, so that all
        figures are of one moment.

    Raises:
        StatsDataError: The rows are about another goal or another money than the result.
    """
    shared = [(arm, totals[arm.variant_id]) for arm in arms if arm.variant_id in totals]
    came = [arm.visitors - total.visitors for arm, total in shared]
    for (arm, total), here in zip(shared, came, strict=True):
        _same_goal(arm, total, here, sum(came))
        _same_money(arm, total, _ORDERED if any(came) else _ROUNDED)
    if not any(came):
        return tuple(arms)
    return tuple(
        counted(arm, totals[arm.variant_id]) if arm.variant_id in totals else arm for arm in arms
    )


def _same_goal(arm: Arm, total: VariantTotals, came_here: float, came: float) -> None:
    """Refuse conversions that did not come with visitors.

    `came` is how many visitors more the result counts than the rows, negative where the rows are later.
    """
    converted = arm.conversions - total.conversions
    if converted == 0.0:
        return
    if converted * came > 0.0 and abs(converted) <= abs(came_here) + FEW:
        return
    raise StatsDataError(
        f"{arm.name}: its rows count {total.conversions:,.10g} conversions, the result "
        f"{arm.conversions:,.10g}; ask both for the same goal, dates and filters"
    )


def _same_money(arm: Arm, total: VariantTotals, share: float) -> None:
    """Refuse revenue that differs by more than a share of it."""
    if arm.revenue is None or total.revenue is None:
        return
    if abs(total.revenue - arm.revenue) > share * max(1.0, abs(arm.revenue)):
        raise StatsDataError(
            f"{arm.name}: its rows have revenue {total.revenue:,.10g}, the result "
            f"{arm.revenue:,.10g}; ask both for the same goal, dates and filters"
        )
