"""One result, read: its arms, and what kind of traffic they have."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from midakit.stats import validate
from midakit.stats.data import fields
from midakit.stats.types import Interval, StatsDataError

_LEAST_DAYS, _MOST_DAYS = 1.0 / 86_400.0, 36_525.0  # a second, a century


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One variant as seen; rates and intervals are shares, not percentages.

    Example:
        for arm in stats.analyze(mida.experiments.result(1001)).arms:
            print(arm.name, f"{arm.rate:.2%}", arm.interval)
    """

    variant_id: str
    name: str
    is_control: bool
    visitors: float
    conversions: float
    rate: float | None = None
    """Conversions per visitor."""
    interval: Interval | None = None
    """Credible interval of the rate."""
    revenue: float | None = None
    orders: float | None = None
    currency: str | None = None
    rpv: float | None = None
    """Revenue per visitor."""
    rpv_interval: Interval | None = None
    aov: float | None = None
    """Revenue per order."""
    aov_interval: Interval | None = None
    weight: float | None = None
    """Share of traffic in percent, as the API says it; under a bandit it moves, and is not tested."""
    paused: bool = False
    """Whether it gets no traffic now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentArms:
    """What the server said about one experiment."""

    test_id: str | None
    test_name: str | None
    goal: str | None
    days_running: float | None
    bandit: bool
    phase: str | None
    served: bool
    traffic_allocation: float | None
    arms: tuple[Arm, ...]
    """Control first."""
    started: date | None = None
    """The day on which it was created."""

    @property
    def control(self) -> Arm:
        """Control, which is first."""
        return self.arms[0]

    @property
    def treatments(self) -> tuple[Arm, ...]:
        """Every arm but Control."""
        return self.arms[1:]

    @property
    def obstacle(self) -> str | None:
        """Why its arms cannot be compared at all; None where they can."""
        if not self.arms:
            return "the result has no variants"
        if not self.control.is_control:
            return "the result has no Control"
        if len(self.arms) < 2:
            return "there is nothing but Control"
        if self.phase == "post_deploy":
            return "post_deploy has no concurrent Control; ask for report_phase='pre_deploy'"
        if self.served and self.phase == "all_time":
            return (
                "all_time mixes in the time when a winner was served to everyone; "
                "ask for report_phase='pre_deploy'"
            )
        return None


def read_arms(result: Any) -> ExperimentArms:
    """Read the arms of a result.

    Args:
        result: The answer of `experiments.result`, as a model or a dict.

    Returns:
        The experiment and its arms.

    Raises:
        StatsDataError: Its numbers contradict each other.
    """
    goal = fields.field(result, "selected_goal") or fields.field(result, "goal")
    goal = goal or fields.field(result, "primary_goal")
    currency = fields.text(result, "currency")
    arms = [_arm(row, currency) for row in fields.rows(result, "variants")]
    ids = [arm.variant_id for arm in arms]
    if len(set(ids)) != len(ids):
        raise StatsDataError("two variants have the same variant_id")
    mode = (fields.text(result, "distribution_mode") or "").lower()
    return ExperimentArms(
        test_id=fields.text(result, "test_id"),
        test_name=fields.text(result, "test_name"),
        goal=fields.text(goal, "goal_name") or fields.text(goal, "goal_key"),
        days_running=_days(fields.number(result, "days_running")),
        bandit=bool(fields.flag(result, "is_mab")) or mode == "mab",
        phase=(fields.text(result, "report_phase") or "").lower() or None,
        served=bool(fields.flag(result, "is_serving"))
        or fields.text(result, "serving_variant_id") not in (None, ""),
        traffic_allocation=fields.number(result, "traffic_allocation"),
        arms=_control_first(arms),
        started=fields.day(result, "start_date"),
    )


def _control_first(arms: list[Arm]) -> tuple[Arm, ...]:
    """Find Control by its flag; without any flag it is variant "0"."""
    if not any(arm.is_control for arm in arms):
        arms = [replace(arm, is_control=arm.variant_id == "0") for arm in arms]
    if sum(arm.is_control for arm in arms) > 1:
        raise StatsDataError("two variants say they are Control")
    return tuple(sorted(arms, key=lambda arm: not arm.is_control))


def _days(running: float | None) -> float | None:
    """Return for how long an experiment has run, where that can be true."""
    if running is None or running == 0.0 or _LEAST_DAYS <= running <= _MOST_DAYS:
        return running
    return None


def _arm(row: Any, currency: str | None) -> Arm:
    """Read one variant as an arm."""
    variant_id = fields.text(row, "variant_id")
    if variant_id is None:
        raise StatsDataError("a variant has no variant_id")
    where = f"variant {variant_id}"
    converted, seen = fields.number(row, "conversions"), fields.number(row, "visitors")
    if converted is None or seen is None:
        raise StatsDataError(f"{where} has no visitors or no conversions")
    try:
        conversions, visitors = validate.count((converted, seen), where)
    except ValueError as wrong:
        raise StatsDataError(str(wrong)) from wrong
    revenue, orders = fields.number(row, "revenue"), fields.number(row, "orders")
    if orders is not None and orders < 0.0:
        raise StatsDataError(f"{where}: orders cannot be negative")
    weight = fields.number(row, "traffic_weight")
    if weight is not None and weight < 0.0:
        raise StatsDataError(f"{where}: traffic_weight cannot be negative")
    return Arm(
        variant_id=variant_id,
        name=fields.text(row, "name") or where.capitalize(),
        is_control=bool(fields.flag(row, "is_control")),
        visitors=visitors,
        conversions=conversions,
        rate=conversions / visitors if visitors else None,
        revenue=revenue,
        orders=orders,
        currency=fields.text(row, "currency") or currency,
        rpv=revenue / visitors if revenue is not None and visitors else None,
        aov=revenue / orders if revenue is not None and orders else None,
        weight=weight,
        paused=weight == 0.0 or fields.text(row, "variant_status") == "paused",
    )
