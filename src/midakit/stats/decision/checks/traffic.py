"""What happened to the traffic: lost visitors, paused arms, changed splits; and which days compare."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from midakit.stats import wording
from midakit.stats.comparison import sample_ratio
from midakit.stats.comparison.sample_ratio import SampleRatio
from midakit.stats.comparison.split_changes import split_changes
from midakit.stats.data.arms import Arm, ExperimentArms
from midakit.stats.data.days import DayTotals, increments
from midakit.stats.data.strata import Pair, counted, side_by_side
from midakit.stats.data.totals import VariantTotals
from midakit.stats.decision.options.method import Method

_CERTAIN = 0.1
SPLIT_CHANGED = "the split changed"
_NONE = VariantTotals("", 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class SplitChange:
    """A day on which the split became another one."""

    day: str
    before: tuple[float, ...]
    """Shares of the arms that get traffic, in the period before."""
    after: tuple[float, ...]

    @property
    def text(self) -> str:
        """The change in words: "on 2026-01-08 from 90/10 to 50/50"."""
        return f"on {self.day} from {_shares(self.before)} to {_shares(self.after)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Whether arms can be compared, and over which days."""

    srm: SampleRatio
    srm_sequential: SampleRatio
    invalid: tuple[str, ...] = ()
    """Why nothing can be compared; empty where it can."""
    changes: tuple[SplitChange, ...] = ()
    cuts: tuple[int, ...] = ()
    """The first day of each later period."""
    last_days: Mapping[str, int] = field(default_factory=dict)
    """The last day with visitors of each paused arm."""
    days: tuple[DayTotals, ...] = ()

    @property
    def why(self) -> tuple[str, ...]:
        """The changes that the comparison goes around, a sentence each."""
        return tuple(
            f"{SPLIT_CHANGED} {change.text}: both periods are compared by themselves, then averaged"
            for change in self.changes
        )

    def paused_after(self, variant_id: str) -> str | None:
        """Return the last day with visitors of a paused arm.

        Args:
            variant_id: The arm.

        Returns:
            The day; None for an arm that runs, or without a timeseries.
        """
        at = self.last_days.get(variant_id)
        return None if at is None else self.days[at].day

    def pair(self, control: Arm, treatment: Arm) -> Pair:
        """Return two arms over the days that compare.

        Args:
            control: Control.
            treatment: The treatment.

        Returns:
            Both, with the totals of these days.
        """
        if not self.days or any(
            a.variant_id not in self.days[0].totals for a in (control, treatment)
        ):
            return Pair(control, treatment)
        ends = [
            self.last_days.get(arm.variant_id, len(self.days) - 1) for arm in (control, treatment)
        ]
        days = self.days[: min(ends) + 1]
        cuts = tuple(cut for cut in self.cuts if cut < len(days))
        if not cuts and len(days) == len(self.days):
            return Pair(control, treatment, days)
        if cuts:
            days = side_by_side(control, treatment, days, cuts)
        totals = days[-1].totals
        return Pair(
            counted(control, totals[control.variant_id]),
            counted(treatment, totals[treatment.variant_id]),
            days,
            len(cuts) + 1,
        )


def traffic(
    seen: ExperimentArms, days: Sequence[DayTotals], lowest: float | None, method: Method
) -> Traffic:
    """Find out what happened to the traffic.

    Args:
        seen: Visitors, conversions and dates, as far as the answers say them.
        days: Running totals; empty without a timeseries.
        lowest: The smallest always-valid p of the split on any day.
        method: The thresholds of the tests of the split.

    Returns:
        The tests, the changes and the pauses.
    """
    if seen.obstacle:
        nothing = SampleRatio(reason=seen.obstacle)
        return Traffic(srm=nothing, srm_sequential=nothing)
    live = [arm for arm in seen.arms if arm.weight != 0.0]
    once, always = _tests(seen, live, lowest, method)
    found = Traffic(srm=once, srm_sequential=always, days=tuple(days))
    if seen.bandit:
        return found
    if seen.control.weight == 0.0:
        return replace(
            found, invalid=(f"{seen.control.name} gets no traffic, so nothing is compared",)
        )
    found = replace(found, last_days=_last_days(seen.arms, days))
    ids = [arm.variant_id for arm in live]
    visitors = [[day.get(v, _NONE).visitors for v in ids] for day in increments(days)]
    cuts = tuple(split_changes(visitors)) if len(ids) > 1 else ()
    lost = _lost(once, always, method)
    if not cuts:
        return replace(found, invalid=lost)
    changes = _changes(days, visitors, cuts)
    latest = [sum(column) for column in zip(*visitors[cuts[-1] :], strict=True)]
    weights = [arm.weight for arm in live]
    since = sample_ratio.srm(latest, weights, alpha=method.srm_alpha)
    if lost and since.mismatch:
        when = f"{SPLIT_CHANGED} {changes[-1].text}"
        return replace(found, invalid=(*lost, when), changes=changes)
    return replace(found, cuts=cuts, changes=changes)


def _tests(
    seen: ExperimentArms, live: Sequence[Arm], lowest: float | None, method: Method
) -> tuple[SampleRatio, SampleRatio]:
    """Test the split of the arms that get traffic, once and sequentially."""
    visitors = [arm.visitors for arm in live]
    weights = None if seen.bandit else [arm.weight for arm in live]
    once = sample_ratio.srm(visitors, weights, alpha=method.srm_alpha)
    always = sample_ratio.srm_sequential(
        visitors, weights, concentration=method.srm_concentration, alpha=method.srm_sequential_alpha
    )
    if lowest is not None and always.p_value is not None and lowest < always.p_value:
        always = replace(always, p_value=lowest, mismatch=lowest < always.alpha)
    return once, always


def _last_days(arms: Sequence[Arm], days: Sequence[DayTotals]) -> dict[str, int]:
    """Return the last day on which a paused arm got visitors, where others got some later."""
    found: dict[str, int] = {}
    gained = increments(days)
    for arm in arms:
        if arm.weight != 0.0 or not days or arm.variant_id not in days[0].totals:
            continue
        seen = [at for at, day in enumerate(gained) if day[arm.variant_id].visitors > 0.0]
        if seen:
            found[arm.variant_id] = seen[-1]
    return found


def _changes(
    days: Sequence[DayTotals], visitors: Sequence[Sequence[float]], cuts: Sequence[int]
) -> tuple[SplitChange, ...]:
    """Describe each change by the shares before and after it."""
    starts, ends = [0, *cuts], [*cuts, len(days)]
    shares = [
        tuple(sum(column) for column in zip(*visitors[start:end], strict=True))
        for start, end in zip(starts, ends, strict=True)
    ]
    return tuple(
        SplitChange(days[cut].day, before, after)
        for cut, before, after in zip(cuts, shares[:-1], shares[1:], strict=True)
    )


def _lost(once: SampleRatio, always: SampleRatio, method: Method) -> tuple[str, ...]:
    """Return why the traffic forbids any verdict; empty where it follows the split.

    Chi-square is far more sensitive at a single look, and far more often wrong if looked at daily. At a
    tenth of its threshold it is wrong in 0.1 % of healthy experiments over four weeks, and counts too.
    """
    if always.mismatch:
        kind, p = "always-valid", always.p_value
    elif once.p_value is not None and once.p_value < _CERTAIN * method.srm_alpha:
        kind, p = "chi-square", once.p_value
    else:
        return ()
    told = "" if p is None else f" ({kind} {wording.p_equals(p)})"
    why = (
        f"the traffic does not follow the configured split{told}: visitors are lost or miscounted in "
        "some arms, so their rates cannot be compared"
    )
    return (why,)


def _shares(visitors: Sequence[float]) -> str:
    """Write a split: "90/10"."""
    total = sum(visitors) or 1.0
    return "/".join(f"{100.0 * n / total:.0f}" for n in visitors)
