"""Do the days tell one story? Tests of whether an effect is the same on every day.

A confidence sequence is about one effect that does not change. These tests say when that is not so:

    outlier   one day against all others, the largest |z| of the days, Bonferroni over the days
    change    the days before against the days after, the largest |z| of all places to cut
              (a scan for one change point), Bonferroni over the places; then the days after by
              themselves, as long as there is a change in them. After a novelty has worn off, little by
              little or at once, or a release, the days since the last change are what is left
    weekend   Saturdays and Sundays against the other days, from two weekends on

The effect of a day is the difference of the arms on that day alone, so what moves both arms (a weekend,
a sale) moves no effect. Days are averaged with weights n_c n_t / (n_c + n_t), as Mantel and Haenszel
did, which do not depend on what was seen. The tests are for one look; they take a claim back and never
make one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from itertools import accumulate
from math import sqrt
from typing import TypeAlias

from midakit.stats.distributions import normal

ALPHA = 0.01
"""The chance to find an outlier, or a change, among days that all have the same effect."""
_PERIOD = 3  # days that a period needs before one of them can be an outlier
_SATURDAY = 5
_SIDE = 2  # days on either side of a change; a single one is an outlier


@dataclass(frozen=True, slots=True)
class DayEffect:
    """The difference of two arms on one day, or on a few days with little traffic.

    Example:
        result, days = mida.experiments.result(1001), mida.experiments.timeseries(1001)
        [one] = stats.analyze(result, timeseries=days).comparisons
        if one.stability and one.stability.outlier:
            print(one.stability.outlier.name, one.stability.outlier.difference)
    """

    days: tuple[str, str]
    """The first and the last day."""
    difference: float
    variance: float
    weight: float
    """n_c n_t / (n_c + n_t)."""
    visitors: float

    @property
    def name(self) -> str:
        """The day, or the days."""
        first, last = self.days
        return first if first == last else f"{first} to {last}"


@dataclass(frozen=True, slots=True)
class Effect:
    """A weighted mean of days.

    Example:
        result, days = mida.experiments.result(1001), mida.experiments.timeseries(1001)
        [one] = stats.analyze(result, timeseries=days).comparisons
        if one.stability and one.stability.weekend:
            print(one.stability.weekend.difference, one.stability.workdays.difference)
    """

    difference: float
    variance: float
    visitors: float

    @property
    def z(self) -> float:
        """The difference in standard errors; 0 without variance."""
        return self.difference / sqrt(self.variance) if self.variance > 0.0 else 0.0


@dataclass(frozen=True, slots=True)
class Stability:
    """Whether the effect was the same on all days.

    Example:
        result, days = mida.experiments.result(1001), mida.experiments.timeseries(1001)
        [one] = stats.analyze(result, timeseries=days).comparisons
        print(one.stability and one.stability.outlier)
    """

    outlier: DayEffect | None = None
    """A day that fits no other."""
    without_outlier: Effect | None = None
    """The effect of the other days."""
    changed_from: str | None = None
    """The day from which on the effect is another one; the last such day where there are several."""
    before: Effect | None = None
    after: Effect | None = None
    weekend: Effect | None = None
    """The effect on Saturdays and Sundays, where it is another one than on the other days."""
    workdays: Effect | None = None
    """The effect on the other days then."""


def stability(days: Sequence[DayEffect]) -> Stability:
    """Test whether the effect was the same on all days.

    Args:
        days: The effect of each day, in order.

    Returns:
        The outlier and the change, where there are any.
    """
    # First the change, so that the days of a short period are not outliers of a long one.
    outlier = _outlier(days, _change(days))
    rest = [day for day in days if day is not outlier]
    start, cut = _last_change(rest)
    return Stability(
        outlier,
        mean(rest) if outlier else None,
        rest[cut].days[0] if cut else None,
        mean(rest[start:cut]) if cut else None,
        mean(rest[cut:]) if cut else None,
        *_weekend(rest),
    )


def mean(days: Sequence[DayEffect]) -> Effect:
    """Return the weighted mean of the days.

    Args:
        days: The effects of one day or more.

    Returns:
        Their mean, its variance and their visitors.
    """
    return _effect(_total(days))


def _weekend(days: Sequence[DayEffect]) -> tuple[Effect | None, Effect | None]:
    """Return the effects of weekends and workdays, if their difference is no chance."""
    single = [day for day in days if day.days[0] == day.days[1]]
    weekend = [day for day in single if date.fromisoformat(day.days[0]).weekday() >= _SATURDAY]
    workdays = [day for day in single if day not in weekend]
    if min(len(weekend), len(workdays)) < 2 * _SIDE:
        return None, None
    z = _distance(_total(weekend), _total(workdays))
    return (mean(weekend), mean(workdays)) if 2.0 * normal.survival(z) < ALPHA else (None, None)


_Sums: TypeAlias = tuple[float, float, float, float]
"""Of the weights, the weighted differences, the weighted variances, and the visitors."""


def _outlier(days: Sequence[DayEffect], cut: int) -> DayEffect | None:
    """Return the day that fits the others of its period least, if that is no chance."""
    found: list[tuple[float, int]] = []
    for start, period in ((0, days[:cut]), (cut, days[cut:])):
        if len(period) < _PERIOD:
            continue
        total = _total(period)
        found += [
            (_distance(_sums(day), _minus(total, _sums(day))), start + i)
            for i, day in enumerate(period)
        ]
    if not found:
        return None
    z, at = max(found)
    return days[at] if len(days) * 2.0 * normal.survival(z) < ALPHA else None


def _change(days: Sequence[DayEffect]) -> int:
    """Return how many days lie before the change; 0 where there is none."""
    cuts = range(_SIDE, len(days) - _SIDE + 1)
    if not cuts:
        return 0
    until = list(accumulate(map(_sums, days), _plus))
    z, at = max((_distance(until[cut - 1], _minus(until[-1], until[cut - 1])), cut) for cut in cuts)
    return at if len(cuts) * 2.0 * normal.survival(z) < ALPHA else 0


def _last_change(days: Sequence[DayEffect]) -> tuple[int, int]:
    """Return where the period before the last change begins, and where that change is; 0 for none."""
    start, cut = 0, _change(days)
    while cut and (more := _change(days[cut:])):
        start, cut = cut, cut + more
    return start, cut


def _sums(day: DayEffect) -> _Sums:
    """Return what one day adds to the sums."""
    w = day.weight
    return w, w * day.difference, w * w * day.variance, day.visitors


def _total(days: Sequence[DayEffect]) -> _Sums:
    """Add up days."""
    return reduce(_plus, map(_sums, days))


def _plus(a: _Sums, b: _Sums) -> _Sums:
    """Add two sums."""
    return a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]


def _minus(a: _Sums, b: _Sums) -> _Sums:
    """Subtract two sums."""
    return a[0] - b[0], a[1] - b[1], a[2] - b[2], a[3] - b[3]


def _effect(sums: _Sums) -> Effect:
    """Return the weighted mean that sums stand for."""
    weight, difference, variance, visitors = sums
    return Effect(difference / weight, variance / (weight * weight), visitors)


def _distance(one: _Sums, other: _Sums) -> float:
    """Return how many standard errors two effects are apart."""
    a, b = _effect(one), _effect(other)
    variance = a.variance + b.variance
    return abs(a.difference - b.difference) / sqrt(variance) if variance > 0.0 else 0.0
