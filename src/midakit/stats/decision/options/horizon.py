"""A planned end, and what it makes of the days: group-sequential looks up to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import isfinite
from typing import Any, TypeAlias

from midakit.stats import validate
from midakit.stats.comparison.group_sequential import Spending
from midakit.stats.data import fields
from midakit.stats.data.arms import ExperimentArms
from midakit.stats.data.days import FOUR_WEEKS, DayTotals

_MOST_LOOKS = 100  # more looks change no bound by 0.01; every n-th day is looked at then


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """The planned end of an experiment: so many visitors, or a last day.

    Example:
        from datetime import date

        result, days = mida.experiments.result(1001), mida.experiments.timeseries(1001)
        planned = stats.Horizon(end=date(2026, 6, 30), spending="pocock")
        print(stats.analyze(result, timeseries=days, horizon=planned).verdict.kind)
    """

    visitors: float | None = None
    """Visitors of all arms together."""
    end: date | None = None
    """The last day that counts."""
    spending: Spending = "obrien-fleming"
    """How the error rate is spent: "obrien-fleming" keeps nearly all for the end, "pocock" spends it
    evenly, which stops earlier and has less power at the end."""

    @property
    def text(self) -> str:
        """The planned end in words."""
        if self.visitors:
            return f"{self.visitors:,.0f} visitors"
        return f"the days until {self.end}"


HorizonInput: TypeAlias = float | str | date | Horizon
"""Visitors of all arms, an end date (a date or YYYY-MM-DD), or a `Horizon`."""


@dataclass(frozen=True, slots=True)
class Look:
    """One moment at which the plan allows a decision."""

    day: str | None
    """None where there is no timeseries."""
    time: float
    """The share of the plan that is over; 1 or more at its end."""


def read_horizon(
    asked: HorizonInput | None, config: Any, spending: Spending | None
) -> Horizon | None:
    """Return the planned end that was asked for, else the configuration's.

    Args:
        asked: Visitors, an end date, or a `Horizon`.
        config: A configuration; its field `horizon`, where it has one, is read the same way.
        spending: The shape of the spending, where it was asked for.

    Returns:
        The horizon; None where there is none.

    Raises:
        ValueError: It is neither visitors nor a date.
    """
    given = fields.field(config, "horizon") if asked is None else asked
    found = given if given is None or isinstance(given, Horizon) else _read(given)
    shape = spending or (found.spending if found else None)
    if shape not in (None, "obrien-fleming", "pocock"):
        raise ValueError(f"spending is 'obrien-fleming' or 'pocock': {shape!r}")
    if found is None:
        return None
    end = found.end.date() if isinstance(found.end, datetime) else found.end
    return replace(found, end=end, spending=shape or found.spending)


def looks(seen: ExperimentArms, days: Sequence[DayTotals], horizon: Horizon) -> tuple[Look, ...]:
    """Return the looks up to now, or up to the planned end if that is over.

    Without a timeseries one look a day is supposed, and only the last one is known.

    Args:
        seen: Visitors, conversions and dates, as far as the answers say them.
        days: Running totals; empty without a timeseries.
        horizon: The planned end.

    Returns:
        The looks in order; empty where the share of the plan that is over cannot be told.
    """
    found = _of_days(days, horizon) if days else _of_totals(seen, horizon)
    ended = next((at for at, look in enumerate(found) if look.time >= 1.0), len(found) - 1)
    found = found[: ended + 1]
    step = -(-len(found) // _MOST_LOOKS)
    return tuple(look for at, look in enumerate(found, 1) if at % step == 0 or at == len(found))


def _of_days(days: Sequence[DayTotals], horizon: Horizon) -> list[Look]:
    """Return one look per day."""
    found: list[Look] = []
    first = date.fromisoformat(days[0].day)
    for day in days:
        if horizon.visitors:
            time = day.visitors / horizon.visitors
        elif horizon.end is not None:
            planned = max(1, (horizon.end - first).days + 1)
            time = ((date.fromisoformat(day.day) - first).days + 1) / planned
        else:
            time = 0.0
        found.append(Look(day.day, time))
    return found


def _of_totals(seen: ExperimentArms, horizon: Horizon) -> list[Look]:
    """Return looks that are supposed, one a day, the last of which is now."""
    visitors = sum(arm.visitors for arm in seen.arms)
    if horizon.visitors:
        now = visitors / horizon.visitors
    elif horizon.end is not None and seen.started and seen.days_running:
        now = seen.days_running / max(1, (horizon.end - seen.started).days + 1)
    else:
        return []
    count = max(1, round(seen.days_running or FOUR_WEEKS))
    # Past the end only one look is left to spend the rest, now; those before it lie within the plan.
    return [
        Look(None, min(now * at / count, 1.0 - 0.5 / count) if at < count else now)
        for at in range(1, count + 1)
    ]


def _read(given: Any) -> Horizon:
    """Read visitors or a date."""
    if isinstance(given, date):
        return Horizon(end=given)
    if isinstance(given, str):
        try:
            return Horizon(end=date.fromisoformat(given.strip()[:10]))
        except ValueError:
            given = given.replace(",", "").replace("_", "")
    try:
        visitors = float(given)
    except (TypeError, ValueError, OverflowError):
        visitors = 0.0
    if not isfinite(visitors) or visitors < 1.0:
        raise ValueError(f"horizon is a number of visitors or a date (YYYY-MM-DD): {given!r:.40}")
    return Horizon(visitors=validate.amount(visitors, "horizon"))
