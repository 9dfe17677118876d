"""What settled day by day: rates with their bands, and differences however often somebody looks."""

from collections.abc import Sequence
from datetime import date
from functools import partial

from midakit.core.printable import one_line
from midakit.report.charts import lines, palette
from midakit.report.charts.chart import Chart
from midakit.stats import Analysis, Arm, Day, rate_interval, wording
from midakit.stats.types import Interval

_BANDS = 4
"""Of more arms than this no band can be told from the others."""
_DRAWN_DAYS = 60
"""More days than this are thinned out: a picture has no more room, and each has its interval."""


def rates(analysis: Analysis) -> Chart | None:
    """Return the chart of the running conversion rates, day by day.

    Args:
        analysis: What the statistics say about the experiment.
    """
    timeline = _thinned(analysis)
    days = _days(timeline)
    if len(days) < 2:
        return None
    tint = palette.colours(analysis)
    banded = len(analysis.arms) <= _BANDS
    drawn = []
    for at, arm in enumerate(analysis.arms):
        seen = [day.arms[at] for day in timeline]
        drawn.append(
            lines.DailySeries(
                arm.name,
                days,
                tuple(one.rate for one in seen),
                tuple(
                    _band(one.conversions, one.visitors, analysis) if banded else None
                    for one in seen
                ),
                tuple(one.visitors for one in seen),
                tint[arm.variant_id],
                dashed=at > 5,
            )
        )
    level = wording.level(analysis.method.level)
    ends = "; ".join(
        f"{one_line(arm.name)} {wording.percent(arm.rate)} ({wording.percent_range(arm.interval)})"
        for arm in analysis.arms
    )
    return Chart(
        "rate",
        "Conversion rate, all visitors up to each day",
        f"From {days[0]} to {days[-1]}. At the end, with {level} intervals: {ends}.",
        partial(lines.draw, drawn),
        wide=True,
        note=(f"The bands are {level} intervals for one look at one day. " if banded else "")
        + "Early days swing: they stand on few visitors.",
    )


def _band(conversions: float, visitors: float, analysis: Analysis) -> Interval | None:
    if not visitors > 0 or conversions > visitors:
        return None
    method = analysis.method
    return rate_interval(conversions, visitors, prior=method.prior, level=method.level)


def differences(analysis: Analysis) -> list[Chart]:
    """Return one chart per treatment: the always-valid interval of the difference by day, on one scale.

    Args:
        analysis: What the statistics say about the experiment.
    """
    timeline = _thinned(analysis)
    days = _days(timeline)
    found: list[tuple[Arm, lines.DailySeries, Interval]] = []
    for at, arm in enumerate(analysis.arms):
        seen = [day.arms[at] for day in timeline] if days else []
        known = [one.confidence_sequence for one in seen if one.confidence_sequence is not None]
        if arm.is_control or len(known) < 2:
            continue
        line = lines.DailySeries(
            arm.name,
            days,
            tuple(one.difference if one.confidence_sequence else None for one in seen),
            tuple(one.confidence_sequence for one in seen),
            tuple(one.visitors if one.confidence_sequence else 0.0 for one in seen),
            palette.colours(analysis)[arm.variant_id],
        )
        found.append((arm, line, known[-1]))
    within = lines.limits([line for _, line, _ in found], zero=True)
    alone = len(found) == 1
    return [_difference(arm, line, last, within, alone=alone) for arm, line, last in found]


def _difference(
    arm: Arm, line: lines.DailySeries, last: Interval, within: Interval, *, alone: bool
) -> Chart:
    if last[0] > 0:
        told = "lies wholly above 0: better, however often somebody looked"
    elif last[1] < 0:
        told = "lies wholly under 0: worse, however often somebody looked"
    else:
        told = "still holds 0: watched daily, this may be chance"
    ends = wording.lift_range(last, "", 2)
    return Chart(
        f"difference-{arm.variant_id}",
        f"{one_line(arm.name)} less Control, in percentage points",
        f"The always-valid interval ({ends}) {told}.",
        partial(lines.draw, [line], zero=True, points=True, within=within),
        wide=alone,
        note=f"The band is an always-valid interval: it now runs from {ends} and {told}.",
    )


def _thinned(analysis: Analysis) -> list[Day]:
    days = analysis.timeline
    last = len(days) - 1
    if last < _DRAWN_DAYS:
        return list(days)
    return [days[round(n * last / (_DRAWN_DAYS - 1))] for n in range(_DRAWN_DAYS)]


def _days(timeline: Sequence[Day]) -> tuple[date, ...]:
    try:
        return tuple(date.fromisoformat(day.day) for day in timeline)
    except ValueError:  # whatever the server calls a day, it is no date
        return ()
