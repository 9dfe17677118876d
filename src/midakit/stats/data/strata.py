"""Days that compare: two arms side by side, period by period where the split changed.

When the split changes, an arm's totals are another mixture of days than its neighbour's, and an effect of
+5 % in each period can turn into its opposite in the sum (Simpson's paradox). Both arms are therefore
brought to the same mixture: every sum per visitor is averaged over the periods with the weights of Mantel
and Haenszel, w = n_c n_t / (n_c + n_t), which are the best for equal variances and need no model. An arm
then counts as

    n = W^2 / sum(w^2 / n_k)    visitors,    W = sum w

so its variance is that of the average, and a little more, since differences between periods stay in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from midakit.stats.data.arms import Arm
from midakit.stats.data.days import DayTotals, increments
from midakit.stats.data.totals import MONEY, VariantTotals


@dataclass(frozen=True, slots=True)
class Pair:
    """Control and a treatment over the days that compare."""

    control: Arm
    treatment: Arm
    days: tuple[DayTotals, ...] = ()
    """Running totals of both; empty without a timeseries."""
    periods: int = 1
    """How many periods with a split of their own were averaged."""

    @property
    def ids(self) -> tuple[str, str]:
        """The variant_ids, Control's first."""
        return self.control.variant_id, self.treatment.variant_id

    def sums(self, arm: Arm) -> VariantTotals | None:
        """Return the sums of one of the two; None without a timeseries.

        Args:
            arm: Control or the treatment.

        Returns:
            Its totals of the days that compare.
        """
        return self.days[-1].totals.get(arm.variant_id) if self.days else None


def side_by_side(
    control: Arm, treatment: Arm, days: Sequence[DayTotals], cuts: Sequence[int]
) -> tuple[DayTotals, ...]:
    """Bring two arms to the same mixture of periods.

    Args:
        control: Control.
        treatment: The treatment.
        days: Running totals of the days on which both got visitors.
        cuts: The first day of each later period.

    Returns:
        Running totals of both arms, as if the split had been the same all along.
    """
    ids = control.variant_id, treatment.variant_id
    ends = [cut - 1 for cut in cuts]
    found: list[DayTotals] = []
    for at, day in enumerate(days):
        closed = [days[end] for end in ends if end < at]
        periods = increments([*closed, day])
        found.append(DayTotals(day.day, _standardized(ids, periods)))
    return tuple(found)


def counted(arm: Arm, total: VariantTotals) -> Arm:
    """Return an arm with the counts of the days that compare.

    Args:
        arm: The arm.
        total: Its totals of these days.

    Returns:
        The same arm; what is not known of these days stays as it was.
    """
    visitors = total.visitors
    return replace(
        arm,
        visitors=visitors,
        conversions=total.conversions,
        rate=total.conversions / visitors if visitors else None,
        revenue=arm.revenue if total.revenue is None else total.revenue,
        orders=arm.orders if total.orders is None else total.orders,
        rpv=total.revenue / visitors if total.revenue is not None and visitors else arm.rpv,
        aov=total.revenue / total.orders if total.revenue is not None and total.orders else arm.aov,
    )


def _standardized(
    ids: tuple[str, str], periods: Sequence[dict[str, VariantTotals]]
) -> dict[str, VariantTotals]:
    """Average every sum per visitor over the periods, with the same weights for both arms."""
    control, treatment = ids
    used = [p for p in periods if p[control].visitors > 0.0 and p[treatment].visitors > 0.0]
    weights = [
        p[control].visitors * p[treatment].visitors / (p[control].visitors + p[treatment].visitors)
        for p in used
    ]
    whole = sum(weights)
    found: dict[str, VariantTotals] = {}
    for v in ids:
        if len(used) == 1:
            found[v] = used[0][v]
            continue
        spread = sum(w * w / p[v].visitors for w, p in zip(weights, used, strict=True))
        visitors = round(whole * whole / spread) if spread else 0
        sums: dict[str, float | None] = {}
        for name in ("conversions", *MONEY):
            values = [getattr(p[v], name) for p in used]
            sums[name] = (
                None
                if any(value is None for value in values)
                else visitors
                * sum(
                    w * value / p[v].visitors
                    for w, value, p in zip(weights, values, used, strict=True)
                )
                / whole
                if whole
                else 0.0
            )
        conversions = float(round(sums.pop("conversions") or 0.0))
        found[v] = VariantTotals(v, float(visitors), conversions, **sums)
    return found
